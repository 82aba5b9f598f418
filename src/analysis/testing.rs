//! Small captures for the tests of this floor and the next.

use std::sync::Arc;
use std::time::Duration;

use etherparse::PacketBuilder;

use super::{ClosedFlows, Engine, Moment};
use crate::capture::{InputName, Source};
use crate::stats::KeyBudget;
use crate::time::{NANOSECONDS, Time};

/// A capture of UDP packets: second, client's last byte, server's port, payload.
pub fn capture(packets: &[(u32, u8, u16, &[u8])]) -> Source {
    let frames = packets.iter().map(|&(second, client, port, payload)| {
        let mut frame = Vec::new();
        let builder = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4([10, 0, 0, client], [192, 0, 2, 53], 64);
        builder.udp(50_000, port).write(&mut frame, payload).unwrap();
        (second, frame)
    });
    capture_of(frames)
}

/// A capture of Ethernet frames, each with its second.
pub fn capture_of(frames: impl IntoIterator<Item = (u32, Vec<u8>)>) -> Source {
    let mut file: Vec<u8> = [0xa1b2_c3d4u32, 0x0004_0002, 0, 0, 1 << 18, 1].into_iter().flat_map(u32::to_le_bytes).collect();
    for (second, frame) in frames {
        file.extend([second, 0, frame.len() as u32, frame.len() as u32].into_iter().flat_map(u32::to_le_bytes));
        file.extend(frame);
    }
    Source::from_reader(&InputName::Stdin, Box::new(std::io::Cursor::new(file))).unwrap()
}

pub fn at(second: i64) -> Moment {
    Moment { clock: Time::from_nanoseconds(second * NANOSECONDS), running: Duration::from_secs(second as u64) }
}

/// Sets the room for the sums of closed flows.
pub fn limit_closed_flows(engine: &mut Engine, room: KeyBudget) {
    engine.closed = Some(Arc::new(ClosedFlows::with_room(room)));
}
