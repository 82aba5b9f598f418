//! The types and functions of libpcap's C interface that are used here, as its header `pcap/pcap.h` declares them.

use libc::{c_char, c_int, c_uchar, c_uint, c_ushort, timeval};

/// Bytes of a buffer for an error's text, its terminating zero among them.
#[cfg(loaded)]
pub const PCAP_ERRBUF_SIZE: usize = 256;
/// What a function gives that has failed.
pub const PCAP_ERROR: c_int = -1;
/// In place of an interface's netmask, where there is none.
pub const PCAP_NETMASK_UNKNOWN: c_uint = 0xffff_ffff;

/// A capture, or what stands for one. Only libpcap knows what is in it.
#[repr(C)]
pub struct pcap_t {
    _private: [u8; 0],
}

/// The head of a packet.
#[repr(C)]
pub struct pcap_pkthdr {
    /// Its time.
    pub ts: timeval,
    /// Bytes of it that are stored.
    pub caplen: c_uint,
    /// Its length on the wire.
    pub len: c_uint,
}

/// An instruction of a filter.
#[repr(C)]
pub struct bpf_insn {
    pub code: c_ushort,
    pub jt: c_uchar,
    pub jf: c_uchar,
    pub k: c_uint,
}

/// A compiled filter.
#[repr(C)]
pub struct bpf_program {
    /// How many instructions it has.
    pub bf_len: c_uint,
    /// They themselves, in memory that libpcap has allocated.
    pub bf_insns: *mut bpf_insn,
}

#[cfg_attr(not(loaded), link(name = "pcap"))]
unsafe extern "C" {
    pub fn pcap_lib_version() -> *const c_char;
    pub fn pcap_open_dead(linktype: c_int, snaplen: c_int) -> *mut pcap_t;
    pub fn pcap_close(capture: *mut pcap_t);
    pub fn pcap_geterr(capture: *mut pcap_t) -> *mut c_char;
    pub fn pcap_compile(
        capture: *mut pcap_t,
        program: *mut bpf_program,
        expression: *const c_char,
        optimize: c_int,
        netmask: c_uint,
    ) -> c_int;
    pub fn pcap_freecode(program: *mut bpf_program);
    pub fn pcap_offline_filter(program: *const bpf_program, header: *const pcap_pkthdr, packet: *const c_uchar) -> c_int;
}

#[cfg(test)]
mod tests {
    use std::mem::{offset_of, size_of};

    use super::*;

    #[test]
    fn the_layout_is_that_of_the_header() {
        let time = size_of::<timeval>();
        assert_eq!([offset_of!(pcap_pkthdr, caplen), offset_of!(pcap_pkthdr, len)], [time, time + 4]);
        assert_eq!(size_of::<bpf_insn>(), 8);
        assert_eq!([offset_of!(bpf_insn, jt), offset_of!(bpf_insn, jf), offset_of!(bpf_insn, k)], [2, 3, 4]);
        assert_eq!(offset_of!(bpf_program, bf_insns), size_of::<usize>());
    }
}
