//! A packet and the interface it was seen on: the form that every capture format is reduced to.

use crate::link_type::LinkType;
use crate::time::Time;

/// An interface of the capture, as its file describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// The name in the capture, if any. Text from outside.
    pub name: Option<String>,
    /// The link layer of its packets.
    pub link_type: LinkType,
    /// Bytes of a frame check sequence at the end of each packet.
    pub fcs_len: u8,
    /// Maximum number of bytes stored of a packet; 0 = no limit stated.
    pub snaplen: u32,
    /// The unit of its timestamps.
    pub resolution: Resolution,
    /// Seconds to add to its timestamps (`if_tsoffset`).
    pub time_offset: i64,
    /// Packets that the capturing system dropped, where the capture says so.
    pub dropped_kernel: Option<u64>,
    /// Packets that the interface dropped, where the capture says so.
    pub dropped_interface: Option<u64>,
}

impl Interface {
    /// An interface known only by its link layer, with timestamps in microseconds.
    pub fn new(link_type: LinkType) -> Interface {
        Interface {
            name: None,
            link_type,
            fcs_len: 0,
            snaplen: 0,
            resolution: Resolution::MICROSECONDS,
            time_offset: 0,
            dropped_kernel: None,
            dropped_interface: None,
        }
    }
}

/// The unit of an interface's timestamps: a power of ten or of two, as a negative exponent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resolution {
    /// 10^-n seconds.
    Decimal(u8),
    /// 2^-n seconds.
    Binary(u8),
}

impl Resolution {
    /// Microseconds: the default of both file formats.
    pub const MICROSECONDS: Resolution = Resolution::Decimal(6);
    /// Nanoseconds.
    pub const NANOSECONDS: Resolution = Resolution::Decimal(9);

    /// Converts `units` of this resolution since the epoch, plus `offset` seconds, to a time.
    #[inline]
    pub fn time(self, units: u64, offset: i64) -> Time {
        let factor = match self {
            Resolution::NANOSECONDS => 1,
            Resolution::MICROSECONDS => 1_000,
            _ => return self.wide_time(units, offset),
        };
        match units.checked_mul(factor).map(i64::try_from) {
            Some(Ok(nanoseconds)) if offset == 0 => Time::from_nanoseconds(nanoseconds),
            _ => self.wide_time(units, offset),
        }
    }

    /// Converts any resolution, and clamps times outside the range.
    #[cold]
    fn wide_time(self, units: u64, offset: i64) -> Time {
        let offset_ns = i128::from(offset) * 1_000_000_000;
        let units = i128::from(units);
        let nanoseconds = match self {
            Resolution::Decimal(n @ 0..=9) => units * 10i128.pow(9 - u32::from(n)),
            // 10^38 is the largest power of ten in an i128, and u64::MAX units of 10^-38 s round to nothing.
            Resolution::Decimal(n) => 10i128.checked_pow(u32::from(n) - 9).map_or(0, |divisor| units / divisor),
            Resolution::Binary(n) => (units * 1_000_000_000) >> u32::from(n).min(126),
        };
        Time::from_wide_nanoseconds(nanoseconds + offset_ns)
    }
}

/// One packet record of a capture, borrowed from the reader's buffer.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// Time of capture.
    pub time: Time,
    /// Length on the wire, link header included: at least that of `data` unless the record contradicts itself.
    pub wire_len: u32,
    /// Index of its interface among those of the source.
    pub interface: usize,
    /// The bytes that were stored.
    pub data: &'a [u8],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_resolution_gives_nanoseconds() {
        let second = |resolution: Resolution, units| resolution.time(units, 0).nanoseconds();
        assert_eq!(second(Resolution::Decimal(0), 2), Some(2_000_000_000));
        assert_eq!(second(Resolution::MICROSECONDS, 1_500_000), Some(1_500_000_000));
        assert_eq!(second(Resolution::NANOSECONDS, 7), Some(7));
        assert_eq!(second(Resolution::Decimal(12), 7_999), Some(7));
        assert_eq!(second(Resolution::Decimal(127), u64::MAX), Some(0));
        assert_eq!(second(Resolution::Binary(8), 384), Some(1_500_000_000));
        assert_eq!(second(Resolution::Binary(127), u64::MAX), Some(0));
    }

    #[test]
    fn an_offset_moves_the_time_and_a_huge_one_is_clamped() {
        assert_eq!(Resolution::MICROSECONDS.time(1, -1).nanoseconds(), Some(-999_999_000));
        assert_eq!(Resolution::Decimal(0).time(u64::MAX, i64::MAX).nanoseconds(), Some(i64::MAX));
    }
}
