//! snoop files of Solaris (RFC 1761).
//!
//! A file header of 16 bytes, then records: length on the wire, stored length, length of the whole record, packets dropped
//! so far, seconds, microseconds, data, padding. All numbers are big-endian.

use super::format::{ByteOrder, MAX_PACKET, PacketRecord, ParseProblem, Step};
use super::packet::{Interface, Resolution};
use crate::error::{FormatProblem, NotACapture};
use crate::link_type::LinkType;

/// The first bytes of a snoop file.
pub const MAGIC: [u8; 8] = *b"snoop\0\0\0";
/// Size of the file header.
pub const FILE_HEADER: usize = 16;
const RECORD_HEADER: usize = 24;
const VERSION: u32 = 2;

/// The parser of one snoop file.
#[derive(Debug)]
pub struct Snoop {
    interface: [Interface; 1],
}

impl Snoop {
    /// Reads the file header.
    ///
    /// # Errors
    ///
    /// The reason why this is not a capture that can be read.
    pub fn open(header: &[u8; FILE_HEADER]) -> Result<Snoop, NotACapture> {
        let version = ByteOrder::Big.u32(header, 8);
        if version != VERSION {
            return Err(NotACapture::SnoopVersion { version });
        }
        let interface = Interface::new(link_type(ByteOrder::Big.u32(header, 12)));
        Ok(Snoop { interface: [interface] })
    }

    /// The one interface of the file.
    pub fn interfaces(&self) -> &[Interface] {
        &self.interface
    }

    /// Parses the next record.
    pub fn step(&mut self, bytes: &[u8]) -> Step {
        if bytes.len() < RECORD_HEADER {
            return Step::Need(RECORD_HEADER);
        }
        let word = |index: usize| ByteOrder::Big.u32(bytes, index * 4);
        let (wire_len, stored, size) = (word(0), word(1) as usize, word(2) as usize);
        if stored > MAX_PACKET || size > MAX_PACKET + RECORD_HEADER {
            return ParseProblem::fatal(FormatProblem::SnoopRecordTooLong { length: size });
        }
        if size < RECORD_HEADER + stored {
            return ParseProblem::fatal(FormatProblem::SnoopRecordTooShort { length: size, stored });
        }
        if bytes.len() < size {
            return Step::Need(size);
        }
        self.interface[0].dropped_kernel = Some(u64::from(word(3)));
        let microseconds = u64::from(word(4)) * 1_000_000 + u64::from(word(5));
        let record = PacketRecord { time: Resolution::MICROSECONDS.time(microseconds, 0), wire_len, interface: 0 };
        Step::Packet { record, data: RECORD_HEADER..RECORD_HEADER + stored, size }
    }
}

/// The link type for a datalink type of RFC 1761. A type without a counterpart becomes a number that no link type has.
fn link_type(datalink: u32) -> LinkType {
    const WITHOUT_COUNTERPART: u32 = 1 << 16;
    match datalink {
        0 | 4 => LinkType::ETHERNET,
        2 => LinkType(6),
        8 => LinkType(10),
        other => LinkType(WITHOUT_COUNTERPART + other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    fn snoop() -> Snoop {
        let header = [&MAGIC[..], &words(&[2, 4])].concat();
        Snoop::open(header[..].try_into().unwrap()).unwrap()
    }

    #[test]
    fn a_record_has_its_padding_and_the_drops_so_far() {
        let mut snoop = snoop();
        let record = [words(&[60, 3, 28, 7, 1, 5]), b"abc\0".to_vec()].concat();
        let Step::Packet { record, data, size } = snoop.step(&record) else { panic!() };
        assert_eq!((record.time.nanoseconds(), record.wire_len, data, size), (Some(1_000_005_000), 60, 24..27, 28));
        assert_eq!(snoop.interfaces()[0].dropped_kernel, Some(7));
        assert_eq!(snoop.interfaces()[0].link_type, LinkType::ETHERNET);
    }

    #[test]
    fn nonsense_is_damage_and_a_short_record_asks_for_more() {
        let mut snoop = snoop();
        assert_eq!(snoop.step(&[0; 23]), Step::Need(24));
        assert_eq!(snoop.step(&words(&[60, 3, 28, 0, 0, 0])), Step::Need(28));
        for lengths in [[60, 30, 28], [60, 3, 20], [60, u32::MAX, 28], [60, 3, u32::MAX]] {
            assert!(matches!(snoop.step(&words(&[&lengths[..], &[0, 0, 0]].concat())), Step::Problem(_)), "{lengths:?}");
        }
        let old = [&MAGIC[..], &words(&[1, 4])].concat();
        assert_eq!(Snoop::open(old[..].try_into().unwrap()).unwrap_err(), NotACapture::SnoopVersion { version: 1 });
    }
}
