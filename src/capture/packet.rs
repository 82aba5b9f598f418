//! What every capture format is reduced to: a packet, and the interface it was seen on.

use crate::unit::Time;

/// The type of link layer that a packet begins with: a value of the LINKTYPE registry
/// (<https://www.tcpdump.org/linktypes.html>, draft-ietf-opsawg-pcaplinktype).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct LinkType(pub u32);

impl LinkType {
    /// BSD loopback: the address family in the capturing machine's byte order.
    pub const NULL: LinkType = LinkType(0);
    /// Ethernet.
    pub const ETHERNET: LinkType = LinkType(1);
    /// Raw IP, as written on some systems under the number of their own DLT.
    pub const RAW_BSD: LinkType = LinkType(12);
    /// Raw IP, as written by OpenBSD.
    pub const RAW_OPENBSD: LinkType = LinkType(14);
    /// Raw IP, version 4 or 6 by its first nibble.
    pub const RAW: LinkType = LinkType(101);
    /// OpenBSD loopback: the address family in network byte order.
    pub const LOOP: LinkType = LinkType(108);
    /// Linux cooked capture, version 1.
    pub const LINUX_SLL: LinkType = LinkType(113);
    /// Raw IPv4.
    pub const IPV4: LinkType = LinkType(228);
    /// Raw IPv6.
    pub const IPV6: LinkType = LinkType(229);
    /// Linux cooked capture, version 2.
    pub const LINUX_SLL2: LinkType = LinkType(276);
}

/// An interface of the capture, as its file describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// The name the capture gives it, if any. Text from outside.
    pub name: Option<String>,
    /// The link layer of its packets.
    pub link_type: LinkType,
    /// Bytes of a frame check sequence at the end of each packet.
    pub fcs_len: u8,
    /// The most bytes of a packet that were stored; 0 = no limit stated.
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

    /// The time that `units` of this resolution after the epoch, plus `offset` seconds, stand for.
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

    /// The same for every resolution and beyond every range.
    #[cold]
    fn wide_time(self, units: u64, offset: i64) -> Time {
        let offset_ns = i128::from(offset) * 1_000_000_000;
        let units = i128::from(units);
        let nanoseconds = match self {
            Resolution::Decimal(n @ 0..=9) => units * 10i128.pow(9 - u32::from(n)),
            // 10^38 is the largest power of ten in an i128, and u64::MAX units of 10^-38 s are nothing.
            Resolution::Decimal(n) => 10i128.checked_pow(u32::from(n) - 9).map_or(0, |divisor| units / divisor),
            Resolution::Binary(n) => (units * 1_000_000_000) >> u32::from(n).min(126),
        };
        Time::from_wide_nanoseconds(nanoseconds + offset_ns)
    }
}

/// One packet record of a capture, borrowed from the reader's buffer.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// When it was captured.
    pub time: Time,
    /// Its length on the wire, link header included: at least that of `data` unless the record contradicts itself.
    pub wire_len: u32,
    /// Which of the source's interfaces it was seen on.
    pub interface: usize,
    /// What was stored of it.
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
    fn an_offset_moves_the_time_and_a_monstrous_one_is_held_in_range() {
        assert_eq!(Resolution::MICROSECONDS.time(1, -1).nanoseconds(), Some(-999_999_000));
        assert_eq!(Resolution::Decimal(0).time(u64::MAX, i64::MAX).nanoseconds(), Some(i64::MAX));
    }
}
