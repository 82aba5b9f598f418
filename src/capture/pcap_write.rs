//! Writes a classic pcap file (draft-ietf-opsawg-pcap) with nanoseconds into memory, little-endian: the file header, then
//! records.

use crate::link_type::LinkType;
use crate::time::{NANOSECONDS, Time};

/// Bytes before each packet's data.
pub const RECORD_HEADER: usize = 16;

const NANOSECOND_MAGIC: u32 = 0xa1b2_3c4d;
/// libpcap cuts packets that are longer than their file's limit when it reads them, so no file states less than what
/// libpcap allows for most link types.
const MIN_SNAPLEN: u32 = 262_144;
/// The last time that the format can express, in nanoseconds: in the year 2106.
const LAST: i64 = u32::MAX as i64 * NANOSECONDS + (NANOSECONDS - 1);

/// Writes the header of a file whose packets are all of one link type. `snaplen` is the maximum number of bytes stored of a
/// packet; the header may state a larger limit, because the limit must hold for all interfaces in the file.
///
/// No registered link type is above 65535; a higher number is written as 65535.
pub fn file_header(bytes: &mut Vec<u8>, link_type: LinkType, snaplen: u32) {
    bytes.extend_from_slice(&NANOSECOND_MAGIC.to_le_bytes());
    bytes.extend_from_slice(&[2, 0, 4, 0]);
    bytes.extend_from_slice(&[0; 8]);
    bytes.extend_from_slice(&snaplen.max(MIN_SNAPLEN).to_le_bytes());
    bytes.extend_from_slice(&link_type.0.min(u32::from(u16::MAX)).to_le_bytes());
}

/// Writes a packet of `wire_len` bytes on the wire, of which `data` was stored: at most [`MAX_PACKET`](super::format::MAX_PACKET)
/// bytes, because readers treat more as damage.
///
/// A time before 1970 or none at all is written as the first moment of 1970, one after 2106 as the last moment that the format
/// can express.
pub fn packet(bytes: &mut Vec<u8>, time: Time, wire_len: u32, data: &[u8]) {
    let units = time.nanoseconds().unwrap_or(0).clamp(0, LAST);
    let words = [(units / NANOSECONDS) as u32, (units % NANOSECONDS) as u32, data.len() as u32, wire_len];
    bytes.reserve(RECORD_HEADER + data.len());
    for word in words {
        bytes.extend_from_slice(&word.to_le_bytes());
    }
    bytes.extend_from_slice(data);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_begins_with_the_magic_of_nanoseconds() {
        let mut bytes = Vec::new();
        file_header(&mut bytes, LinkType::LINUX_SLL2, 96);
        assert_eq!(bytes, [0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0x14, 1, 0, 0]);
        bytes.clear();
        file_header(&mut bytes, LinkType(0x1_0001), 0x0800_0000);
        assert_eq!(bytes[16..], [0, 0, 0, 8, 0xff, 0xff, 0, 0]);
    }

    #[test]
    fn a_record_holds_seconds_nanoseconds_and_both_lengths() {
        let mut bytes = Vec::new();
        packet(&mut bytes, Time::from_nanoseconds(3 * NANOSECONDS + 7), 60, b"abc");
        assert_eq!(bytes, [3, 0, 0, 0, 7, 0, 0, 0, 3, 0, 0, 0, 60, 0, 0, 0, b'a', b'b', b'c']);
    }

    #[test]
    fn times_outside_the_format_are_clamped() {
        let written = |time| {
            let mut bytes = Vec::new();
            packet(&mut bytes, time, 0, b"");
            bytes[..8].to_vec()
        };
        assert_eq!(written(Time::UNKNOWN), [0; 8]);
        assert_eq!(written(Time::from_nanoseconds(-1)), [0; 8]);
        let end = [0xff, 0xff, 0xff, 0xff, 0xff, 0xc9, 0x9a, 0x3b];
        assert_eq!(written(Time::from_nanoseconds(LAST)), end);
        assert_eq!(written(Time::from_nanoseconds(LAST + 1)), end);
    }
}
