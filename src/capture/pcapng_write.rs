//! Writes pcapng blocks (draft-ietf-opsawg-pcapng) one after another into memory: section header, interface description, enhanced
//! packet, interface statistics. All numbers are little-endian, all times nanoseconds.
//!
//! A stream is one section header, then interface descriptions, then packets and statistics, which name an interface by its index
//! among the descriptions.

use super::format::MAX_PACKET;
use super::pcapng::{
    ENHANCED_PACKET, IF_NAME, IF_TSRESOL, INTERFACE, INTERFACE_STATISTICS, ISB_IFDROP, ISB_OSDROP, OPTION_END, SECTION_HEADER,
};
use crate::link_type::LinkType;
use crate::time::Time;

const BYTE_ORDER_MARK: u32 = 0x1a2b_3c4d;
/// The section's length is not known while it is written.
const UNKNOWN_LENGTH: u64 = u64::MAX;
const SHB_USERAPPL: u16 = 4;
const IF_DESCRIPTION: u16 = 3;
const IF_FILTER: u16 = 11;
const ISB_IFRECV: u16 = 4;
const ISB_USRDELIV: u16 = 8;
/// `if_tsresol`: 10^-9 seconds.
const NANOSECONDS: u8 = 9;
/// The first byte of an `if_filter`: the rest is a filter in libpcap's language.
const FILTER_TEXT: u8 = 0;

/// The contents of an Interface Description Block.
///
/// A text of more than 65534 bytes does not fit in its option, which is then left out.
#[derive(Clone, Copy, Debug)]
pub struct InterfaceBlock<'a> {
    /// The interface's name, as the system knows it.
    pub name: &'a str,
    /// The system's description of it, for people.
    pub description: Option<&'a str>,
    /// The link layer of its packets. No registered type is above 65535; a higher number is written as 65535.
    pub link_type: LinkType,
    /// Maximum number of bytes stored of a packet; 0 = no limit.
    pub snaplen: u32,
    /// The filter that its packets have passed, in libpcap's language.
    pub filter: Option<&'a str>,
}

/// The contents of an Interface Statistics Block: packets since the capture began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Packets that the interface received (`isb_ifrecv`).
    pub received: u64,
    /// Packets that the interface dropped (`isb_ifdrop`).
    pub dropped_interface: u64,
    /// Packets that the capturing system dropped because they were not read in time (`isb_osdrop`).
    pub dropped_kernel: u64,
    /// Packets delivered to the capturing program (`isb_usrdeliv`), if known.
    pub delivered: Option<u64>,
}

/// Writes a section header, which begins a stream.
pub fn section_header(bytes: &mut Vec<u8>) {
    block(bytes, u32::from_le_bytes(SECTION_HEADER), |bytes| {
        bytes.extend_from_slice(&BYTE_ORDER_MARK.to_le_bytes());
        bytes.extend_from_slice(&[1, 0, 0, 0]);
        bytes.extend_from_slice(&UNKNOWN_LENGTH.to_le_bytes());
        option(bytes, SHB_USERAPPL, concat!("Portolan ", env!("CARGO_PKG_VERSION")).as_bytes());
        option(bytes, OPTION_END, &[]);
    });
}

/// Writes the description of the stream's next interface.
pub fn interface(bytes: &mut Vec<u8>, interface: &InterfaceBlock<'_>) {
    let link_type = u16::try_from(interface.link_type.0).unwrap_or(u16::MAX);
    block(bytes, INTERFACE, |bytes| {
        bytes.extend_from_slice(&link_type.to_le_bytes());
        bytes.extend_from_slice(&[0, 0]);
        bytes.extend_from_slice(&interface.snaplen.to_le_bytes());
        option(bytes, IF_NAME, interface.name.as_bytes());
        if let Some(description) = interface.description {
            option(bytes, IF_DESCRIPTION, description.as_bytes());
        }
        option(bytes, IF_TSRESOL, &[NANOSECONDS]);
        if let Some(filter) = interface.filter {
            option(bytes, IF_FILTER, &[&[FILTER_TEXT], filter.as_bytes()].concat());
        }
        option(bytes, OPTION_END, &[]);
    });
}

/// Writes a packet of `wire_len` bytes on the wire, of which `data` was stored.
///
/// The format cannot express a time before 1970, nor, for a packet that names its interface, an unknown time: both are written as
/// the first moment of 1970. Data is cut to [`MAX_PACKET`] bytes, because readers treat more as damage.
#[inline]
pub fn packet(bytes: &mut Vec<u8>, interface: u32, time: Time, wire_len: u32, data: &[u8]) {
    const FRAME: usize = 32;
    let data = &data[..data.len().min(MAX_PACKET)];
    let padding = data.len().wrapping_neg() & 3;
    let size = FRAME + data.len() + padding;
    let length = (size as u32).to_le_bytes();
    let (high, low) = halves(time);
    let mut head = [0; FRAME - 4];
    head[..4].copy_from_slice(&ENHANCED_PACKET.to_le_bytes());
    head[4..8].copy_from_slice(&length);
    head[8..12].copy_from_slice(&interface.to_le_bytes());
    head[12..16].copy_from_slice(&high);
    head[16..20].copy_from_slice(&low);
    head[20..24].copy_from_slice(&(data.len() as u32).to_le_bytes());
    head[24..28].copy_from_slice(&wire_len.to_le_bytes());
    let mut tail = [0; 7];
    tail[3..].copy_from_slice(&length);
    bytes.reserve(size);
    bytes.extend_from_slice(&head);
    bytes.extend_from_slice(data);
    bytes.extend_from_slice(&tail[3 - padding..]);
}

/// Writes the counts of an interface up to `time`, which is treated like that of a packet.
pub fn statistics(bytes: &mut Vec<u8>, interface: u32, time: Time, counted: &Statistics) {
    let (high, low) = halves(time);
    block(bytes, INTERFACE_STATISTICS, |bytes| {
        bytes.extend_from_slice(&interface.to_le_bytes());
        bytes.extend_from_slice(&high);
        bytes.extend_from_slice(&low);
        option(bytes, ISB_IFRECV, &counted.received.to_le_bytes());
        option(bytes, ISB_IFDROP, &counted.dropped_interface.to_le_bytes());
        option(bytes, ISB_OSDROP, &counted.dropped_kernel.to_le_bytes());
        if let Some(delivered) = counted.delivered {
            option(bytes, ISB_USRDELIV, &delivered.to_le_bytes());
        }
        option(bytes, OPTION_END, &[]);
    });
}

/// The upper and the lower half of a timestamp.
#[inline]
fn halves(time: Time) -> ([u8; 4], [u8; 4]) {
    let units = time.nanoseconds().unwrap_or(0).max(0) as u64;
    (((units >> 32) as u32).to_le_bytes(), (units as u32).to_le_bytes())
}

/// Writes a block around a body of whole 32-bit words.
fn block(bytes: &mut Vec<u8>, kind: u32, body: impl FnOnce(&mut Vec<u8>)) {
    let start = bytes.len();
    bytes.extend_from_slice(&kind.to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    body(bytes);
    // A few fixed fields and options of at most 64 KiB each.
    let length = ((bytes.len() - start + 4) as u32).to_le_bytes();
    bytes[start + 4..start + 8].copy_from_slice(&length);
    bytes.extend_from_slice(&length);
}

/// Writes an option with its padding; nothing if the value is too long for an option.
fn option(bytes: &mut Vec<u8>, code: u16, value: &[u8]) {
    let Ok(length) = u16::try_from(value.len()) else { return };
    bytes.extend_from_slice(&code.to_le_bytes());
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(value);
    bytes.resize(bytes.len() + (value.len().wrapping_neg() & 3), 0);
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;

    use super::super::{Completeness, InputName, Source};
    use super::*;

    const ETH: InterfaceBlock<'static> =
        InterfaceBlock { name: "eth", description: None, link_type: LinkType::ETHERNET, snaplen: 96, filter: None };

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut bytes = vec![0xaa];
        write(&mut bytes);
        assert_eq!(bytes.remove(0), 0xaa, "what stands before is left alone");
        bytes
    }

    fn source(bytes: Vec<u8>) -> Source {
        Source::from_reader(&InputName::Stdin, Box::new(std::io::Cursor::new(bytes))).unwrap()
    }

    #[test]
    fn a_section_header_names_the_program() {
        let bytes = written(section_header);
        assert_eq!(bytes[..8], [0x0a, 0x0d, 0x0d, 0x0a, bytes.len() as u8, 0, 0, 0]);
        assert_eq!(bytes[8..24], [&[0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0][..], &[0xff; 8]].concat());
        let name = format!("Portolan {}", env!("CARGO_PKG_VERSION"));
        assert_eq!(bytes[24..28], [4, 0, name.len() as u8, 0]);
        assert!(bytes[28..].starts_with(name.as_bytes()));
        assert_eq!(bytes[bytes.len() - 8..], [0, 0, 0, 0, bytes.len() as u8, 0, 0, 0]);
    }

    #[test]
    fn an_interface_is_described_in_options() {
        let full = InterfaceBlock { description: Some("LAN"), filter: Some("tcp"), ..ETH };
        let body = [
            &[1, 0, 0, 0, 56, 0, 0, 0, 1, 0, 0, 0, 96, 0, 0, 0][..],
            &[2, 0, 3, 0, b'e', b't', b'h', 0, 3, 0, 3, 0, b'L', b'A', b'N', 0],
            &[9, 0, 1, 0, 9, 0, 0, 0, 11, 0, 4, 0, 0, b't', b'c', b'p', 0, 0, 0, 0, 56, 0, 0, 0],
        ];
        assert_eq!(written(|bytes| interface(bytes, &full)), body.concat());
    }

    #[test]
    fn a_text_longer_than_an_option_is_left_out() {
        let long = "x".repeat(65_536);
        let short = written(|bytes| interface(bytes, &ETH));
        let described = InterfaceBlock { description: Some(&long), filter: Some(&long[1..]), ..ETH };
        assert_eq!(written(|bytes| interface(bytes, &described)), short);
    }

    #[test]
    fn an_impossible_link_type_does_not_become_another_one() {
        let described = InterfaceBlock { link_type: LinkType(0x1_0001), ..ETH };
        assert_eq!(written(|bytes| interface(bytes, &described))[8..12], [0xff, 0xff, 0, 0]);
    }

    #[test]
    fn a_packet_is_padded_to_whole_words() {
        let time = Time::from_nanoseconds(0x0102_0304_0506_0708);
        let head = [6, 0, 0, 0, 36, 0, 0, 0, 2, 0, 0, 0, 4, 3, 2, 1, 8, 7, 6, 5, 1, 0, 0, 0, 60, 0, 0, 0];
        let expected = [&head[..], &[b'a', 0, 0, 0, 36, 0, 0, 0]].concat();
        assert_eq!(written(|bytes| packet(bytes, 2, time, 60, b"a")), expected);
    }

    #[test]
    fn statistics_are_counts_of_packets() {
        let counted = Statistics { received: 1, dropped_interface: 2, dropped_kernel: 3, delivered: Some(4) };
        let count = |code, count| [code, 0, 8, 0, count, 0, 0, 0, 0, 0, 0, 0];
        let body = [
            &[5, 0, 0, 0, 76, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0][..],
            &[count(4, 1), count(5, 2), count(7, 3), count(8, 4)].concat(),
            &[0, 0, 0, 0, 76, 0, 0, 0],
        ];
        let time = Time::from_nanoseconds(0x1_0000_0002);
        assert_eq!(written(|bytes| statistics(bytes, 9, time, &counted)), body.concat());
    }

    #[test]
    fn times_outside_the_format_are_the_beginning_of_1970() {
        for time in [Time::UNKNOWN, Time::from_nanoseconds(-1), Time::from_nanoseconds(i64::MIN)] {
            assert_eq!(written(|bytes| packet(bytes, 0, time, 0, b""))[12..20], [0; 8]);
            assert_eq!(written(|bytes| statistics(bytes, 0, time, &Statistics::default()))[12..20], [0; 8]);
        }
    }

    #[test]
    fn a_huge_packet_is_cut_to_the_limit_of_readers() {
        let bytes = written(|bytes| {
            section_header(bytes);
            interface(bytes, &ETH);
            packet(bytes, 0, Time::UNKNOWN, u32::MAX, &vec![7; MAX_PACKET + 1]);
        });
        let mut source = source(bytes);
        let (packet, _) = source.next_packet().unwrap();
        assert_eq!((packet.data.len(), packet.wire_len), (MAX_PACKET, u32::MAX));
    }

    fn counted() -> impl Strategy<Value = Statistics> {
        (any::<u64>(), any::<u64>(), any::<u64>(), option::of(any::<u64>())).prop_map(
            |(received, dropped_interface, dropped_kernel, delivered)| Statistics {
                received,
                dropped_interface,
                dropped_kernel,
                delivered,
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            described in vec((".*", option::of(".*"), any::<u16>(), any::<u32>(), option::of(".*"), counted()), 1..5),
            packets in vec((any::<prop::sample::Index>(), 0..i64::MAX, any::<u32>(), vec(any::<u8>(), 0..70)), 0..30),
        ) {
            let bytes = written(|bytes| {
                section_header(bytes);
                for (name, description, link_type, snaplen, filter, _) in &described {
                    let (description, filter) = (description.as_deref(), filter.as_deref());
                    let link_type = LinkType(u32::from(*link_type));
                    interface(bytes, &InterfaceBlock { name, description, link_type, snaplen: *snaplen, filter });
                }
                for (index, time, wire_len, data) in &packets {
                    let number = index.index(described.len()) as u32;
                    packet(bytes, number, Time::from_nanoseconds(*time), *wire_len, data);
                }
                for (number, (.., counted)) in described.iter().enumerate() {
                    statistics(bytes, number as u32, Time::UNKNOWN, counted);
                }
            });
            let mut source = source(bytes);
            for (index, time, wire_len, data) in &packets {
                let (packet, _) = source.next_packet().unwrap();
                prop_assert_eq!(packet.interface, index.index(described.len()));
                prop_assert_eq!(packet.time.nanoseconds(), Some(*time));
                prop_assert_eq!((packet.wire_len, packet.data), (*wire_len, &data[..]));
            }
            prop_assert!(source.next_packet().is_none());
            prop_assert_eq!(source.completeness(), Completeness::Complete);
            prop_assert_eq!(source.interfaces().len(), described.len());
            for (interface, (name, _, link_type, snaplen, _, counted)) in source.interfaces().iter().zip(&described) {
                prop_assert_eq!(interface.name.as_ref(), Some(name));
                prop_assert_eq!((interface.link_type.0, interface.snaplen), (u32::from(*link_type), *snaplen));
                prop_assert_eq!(interface.dropped_interface, Some(counted.dropped_interface));
                prop_assert_eq!(interface.dropped_kernel, Some(counted.dropped_kernel));
            }
        }
    }
}
