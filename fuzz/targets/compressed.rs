//! A compressed capture, whatever its bytes: it is read to an end, and reading it in small pieces gives what reading it at once
//! gives. Seeds are compressed captures; see `fuzz/seeds.py`.
#![no_main]

use std::io::{Cursor, Read};

use libfuzzer_sys::fuzz_target;
use portolan::capture::{Completeness, Compression, InputName, Source};
use portolan::error::Error;

/// Packets after which a bomb is left alone: what it holds is bounded by its length, and takes too long for a run.
const MAX_PACKETS: u64 = 100_000;

/// Bytes that come in pieces, as from a pipe.
struct InPieces {
    bytes: Cursor<Vec<u8>>,
    most: usize,
}

impl Read for InPieces {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = buffer.len().min(self.most);
        self.bytes.read(&mut buffer[..most])
    }
}

/// Everything that a reading tells.
#[derive(Debug, PartialEq, Eq)]
struct Reading {
    compression: Compression,
    format: &'static str,
    packets: u64,
    /// Sums over all packets: of their lengths, times and bytes.
    lengths: u64,
    times: i64,
    bytes: u64,
    interfaces: usize,
    completeness: Completeness,
    problems: Vec<String>,
    problem_count: u64,
}

fn read_all(bytes: &[u8], most: usize) -> Result<Reading, String> {
    let reader = InPieces { bytes: Cursor::new(bytes.to_vec()), most };
    let mut source = Source::from_reader(&InputName::Stdin, Box::new(reader)).map_err(|error| match error {
        // What else it may be is told by the bytes that came first.
        Error::NotACapture { .. } => "no capture".to_owned(),
        error => error.to_string(),
    })?;
    let (mut packets, mut lengths, mut times, mut sum) = (0, 0u64, 0i64, 0u64);
    while let Some((packet, _)) = source.next_packet() {
        packets += 1;
        lengths = lengths.wrapping_add(u64::from(packet.wire_len));
        times = times.wrapping_add(packet.time.nanoseconds().unwrap_or(0));
        sum = packet.data.iter().fold(sum, |sum, byte| sum.rotate_left(5) ^ u64::from(*byte));
        if packets == MAX_PACKETS {
            break;
        }
    }
    Ok(Reading {
        compression: source.compression(),
        format: source.format_name(),
        packets,
        lengths,
        times,
        bytes: sum,
        interfaces: source.interfaces().len(),
        completeness: source.completeness(),
        problems: source.problems().iter().map(ToString::to_string).collect(),
        problem_count: source.problem_count(),
    })
}

fuzz_target!(|bytes: &[u8]| {
    let [most, data @ ..] = bytes else { return };
    let at_once = read_all(data, usize::MAX);
    assert_eq!(at_once, read_all(data, usize::from(*most).max(1)));
    if let Ok(reading) = at_once {
        assert_eq!(reading.problems.is_empty(), reading.completeness == Completeness::Complete);
    }
});
