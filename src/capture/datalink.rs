//! libpcap's own numbers for link types, which are not always the numbers in files.
//!
//! A file has a value of the LINKTYPE registry; libpcap's functions take and return a `DLT_` value. The two differ only for a few
//! old types, whose `DLT_` value depends on the system (<https://www.tcpdump.org/linktypes.html>).

use crate::link_type::LinkType;

/// Raw IP, libpcap's `DLT_RAW`.
const RAW: i32 = if cfg!(target_os = "openbsd") { 14 } else { 12 };
/// LINKTYPE value, `DLT_` value.
const DIFFERENT: [(LinkType, i32); 5] = [
    (LinkType::RAW, RAW),
    (LinkType::ATM_RFC1483, 11),
    (LinkType::SLIP_BSDOS, if cfg!(any(target_os = "netbsd", target_os = "freebsd")) { 13 } else { 15 }),
    // PPP of BSD/OS.
    (LinkType(103), if cfg!(any(target_os = "netbsd", target_os = "freebsd")) { 14 } else { 16 }),
    (LinkType::ATM_CLIP, 19),
];

/// libpcap's number for `link_type`.
pub fn from_link_type(link_type: LinkType) -> i32 {
    match DIFFERENT.iter().find(|(other, _)| *other == link_type) {
        Some((_, datalink)) => *datalink,
        // Raw IP under some systems' own numbers.
        None if matches!(link_type, LinkType::RAW_BSD | LinkType::RAW_OPENBSD) => RAW,
        None => i32::try_from(link_type.0).unwrap_or(i32::MAX),
    }
}

/// The link type in a file that corresponds to libpcap's number `datalink`.
#[cfg(feature = "live")]
pub fn to_link_type(datalink: i32) -> LinkType {
    match DIFFERENT.iter().find(|(_, other)| *other == datalink) {
        Some((link_type, _)) => *link_type,
        None => LinkType(u32::try_from(datalink).unwrap_or(u32::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "live")]
    fn conversion_and_back_is_the_identity() {
        for link_type in [LinkType::RAW, LinkType::ATM_CLIP, LinkType::ETHERNET, LinkType::LINUX_SLL, LinkType::IEEE802_11] {
            assert_eq!(to_link_type(from_link_type(link_type)), link_type);
        }
    }

    #[test]
    fn raw_ip_has_another_number_and_most_have_the_same() {
        assert_eq!([LinkType::RAW, LinkType::RAW_BSD, LinkType::RAW_OPENBSD].map(from_link_type), [RAW; 3]);
        assert_eq!([LinkType::ETHERNET, LinkType::LINUX_SLL2, LinkType(u32::MAX)].map(from_link_type), [1, 276, i32::MAX]);
    }
}
