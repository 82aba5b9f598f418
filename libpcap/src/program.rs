//! A filter for stored packets.

use std::ffi::{CStr, CString};
use std::ptr::{NonNull, null_mut};

use libc::{c_int, timeval};

use crate::raw::{self, PCAP_ERROR, PCAP_NETMASK_UNKNOWN, bpf_program, pcap_pkthdr, pcap_t};

/// The most bytes of a packet that libpcap deals with (its `MAXIMUM_SNAPLEN`).
const SNAPLEN: c_int = 262_144;

/// A filter in libpcap's language, compiled for packets of one link type.
#[derive(Debug)]
pub struct Program(Code);

/// A compiled filter that libpcap has allocated and that is given back when it is dropped.
struct Code(bpf_program);

// SAFETY: its memory belongs to nobody else and to no thread; it is only read.
unsafe impl Send for Code {}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} instructions", self.0.bf_len)
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        // SAFETY: `pcap_compile` has filled it, and nothing has freed it.
        unsafe { raw::pcap_freecode(&raw mut self.0) }
    }
}

/// What stands for a capture of some link type, as long as something is compiled for it.
struct Dead(NonNull<pcap_t>);

impl Drop for Dead {
    fn drop(&mut self) {
        // SAFETY: it came from `pcap_open_dead` and is closed once.
        unsafe { raw::pcap_close(self.0.as_ptr()) }
    }
}

impl Program {
    /// Compiles an expression for packets of a link type, given by libpcap's own number for it (`DLT_`...) on this system.
    /// Otherwise says what is wrong with it, in libpcap's words, or that there is no libpcap.
    ///
    /// libpcap asks the system for the addresses of hosts that an expression names.
    pub fn compile(datalink: c_int, expression: &str) -> Result<Program, String> {
        crate::load()?;
        let expression = CString::new(expression).map_err(|_| "it has a zero byte in it")?;
        // SAFETY: it takes two numbers.
        let dead = NonNull::new(unsafe { raw::pcap_open_dead(datalink, SNAPLEN) }).map(Dead).ok_or("there is no memory left")?;
        let mut code = bpf_program { bf_len: 0, bf_insns: null_mut() };
        // SAFETY: the handle is open, the program may be written to, and the expression is a string with its zero.
        let compiled = unsafe { raw::pcap_compile(dead.0.as_ptr(), &raw mut code, expression.as_ptr(), 1, PCAP_NETMASK_UNKNOWN) };
        if compiled == PCAP_ERROR {
            // SAFETY: the handle is open, and its text is copied before it is closed.
            let why = unsafe { CStr::from_ptr(raw::pcap_geterr(dead.0.as_ptr())) };
            return Err(why.to_string_lossy().into_owned());
        }
        Ok(Program(Code(code)))
    }

    /// True if a packet passes: one of `wire_len` bytes on the wire, of which `data` was stored.
    #[inline]
    pub fn matches(&self, wire_len: u32, data: &[u8]) -> bool {
        let caplen = u32::try_from(data.len()).unwrap_or(u32::MAX);
        let header = pcap_pkthdr { ts: timeval { tv_sec: 0, tv_usec: 0 }, caplen, len: wire_len };
        // SAFETY: the program is a compiled one; the packet has `caplen` bytes, and libpcap reads none beyond them.
        unsafe { raw::pcap_offline_filter(&raw const self.0.0, &raw const header, data.as_ptr()) != 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ETHERNET: c_int = 1;

    /// A filter; none where there is no libpcap.
    fn program(expression: &str) -> Option<Program> {
        if let Err(why) = crate::load() {
            println!("skipped: {why}");
            return None;
        }
        Some(Program::compile(ETHERNET, expression).unwrap())
    }

    #[test]
    fn packets_pass_by_what_is_in_them() {
        let Some(arp) = program("arp") else { return };
        let frame = |kind: [u8; 2]| [&[0; 12][..], &kind, &[0; 28]].concat();
        assert!(arp.matches(42, &frame([0x08, 0x06])));
        assert!(!arp.matches(42, &frame([0x08, 0x00])));
        assert!(!arp.matches(42, &[]), "what is not stored is not read");
    }

    #[test]
    fn the_length_is_that_on_the_wire() {
        let Some(long) = program("greater 1000") else { return };
        assert!(long.matches(1500, &[0; 60]));
        assert!(!long.matches(60, &[0; 60]));
        assert!(program("len = 1500").unwrap().matches(1500, &[0; 60]));
    }

    #[test]
    fn a_wrong_expression_and_a_missing_library_are_told() {
        let why = Program::compile(ETHERNET, "port and").unwrap_err();
        match crate::load() {
            Ok(()) => assert!(why.contains("syntax error"), "{why}"),
            Err(missing) => assert_eq!(why, missing),
        }
        assert!(Program::compile(ETHERNET, "arp\0").is_err());
    }
}
