//! The guard that keeps the descriptors of the interfaces open.

use std::sync::mpsc::{Receiver, Sender, channel};

use pcap::{Active, Capture};

/// Keeps the descriptors of a capture's interfaces open until it is dropped, even if the capture ends before.
///
/// The system-call filter refuses to write to the numbers of these descriptors. As long as they are open, no output file can get
/// one of the numbers.
#[derive(Debug)]
pub struct DescriptorGuard {
    /// The handles of interfaces whose capture has ended: a channel keeps its values until its receiver is dropped.
    _ended: Receiver<Capture<Active>>,
}

impl DescriptorGuard {
    /// Creates a guard, and the sender through which the thread of each interface gives it the handle at the end. Without the
    /// guard, the handle is closed at that moment.
    pub(super) fn new() -> (Sender<Capture<Active>>, DescriptorGuard) {
        let (sender, ended) = channel();
        (sender, DescriptorGuard { _ended: ended })
    }
}
