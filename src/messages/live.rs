//! Sentences about a live capture.

#[cfg(feature = "live")]
use crate::capture::live::Ending;
#[cfg(feature = "live")]
use crate::platform::privileges::PrivilegeReport;

/// Sentences about a live capture.
#[cfg(feature = "live")]
pub trait LiveMessages {
    /// Privileges were dropped: the user that the program has become, and what the kernel refuses it.
    fn privileges_dropped(&self, report: &PrivilegeReport) -> String;

    /// No interface was named, so the capture is on that of the default route.
    fn interface_chosen(&self, interface: &str) -> String;

    /// A capture begins on these interfaces, each with its name and link type.
    fn capture_started(&self, interfaces: &[(String, String)]) -> String;

    /// A capture so far: time since it began, packets, packets per second, bytes on the wire, flows.
    fn capture_status(&self, seconds: u64, packets: u64, rate: u64, wire_bytes: u64, flows: u64) -> String;

    /// The keys that end a capture.
    fn how_to_stop(&self) -> &'static str;

    /// An interface was captured on: packets, dropped packets, and the reason for the end.
    fn capture_ended(&self, interface: &str, packets: u64, dropped: u64, ending: Option<&Ending>) -> String;

    /// An interface has failed while others continue.
    fn interface_failed(&self, interface: &str, ending: &Ending) -> String;

    /// An interface is switched off for now.
    fn interface_down(&self, interface: &str) -> String;

    /// An interface is switched on again.
    fn interface_up_again(&self, interface: &str) -> String;

    /// Packets were dropped by the kernel or by the interface; `None` if there were none.
    fn packets_dropped(&self, by_kernel: u64, by_interface: u64) -> Option<String>;

    /// Packets were saved: their number, the number of files, and the number of those that were removed.
    fn packets_saved(&self, packets: u64, files: u64, removed: u64) -> String;

    /// The heading of tables that are shown during a capture.
    fn tables_after(&self, seconds: u64) -> String;
}

/// No sentences, without live capture.
#[cfg(not(feature = "live"))]
pub trait LiveMessages {}
