//! libpcap, loaded when it is first needed.
//!
//! The [`pcap`](https://docs.rs/pcap) crate links libpcap, so that a program which uses it cannot be built without libpcap's
//! development files, and does not even start where libpcap is missing. With this crate in the program, it does both. The
//! linker finds an empty library of that name ([`build.rs`](../../../libpcap/build.rs)), and the functions that the `pcap`
//! crate calls are defined here: each passes its call on to the libpcap that was found on the machine, or fails with a
//! sentence that says what to install. Nothing is loaded before the first call.
//!
//! A program has only to depend on both crates and to name this one: `use portolan_libpcap as _;`.
//!
//! On Linux this is so; elsewhere libpcap is a part of the system and is linked, as it is everywhere with the feature
//! `system`. What is offered here is the same in both cases: [`load`], [`version`], and [`Program`], a filter that is told
//! a packet's length on the wire apart from what was stored of it.
//!
//! # What the unsafe code rests on
//!
//! - The types and functions of `raw` are those of libpcap's header `pcap/pcap.h`, whose binary interface has not changed
//!   since libpcap 1.0.
//! - A library that says it is `libpcap.so.0.8`, `libpcap.so.1` or `libpcap.so` is libpcap. Whoever can replace it can replace
//!   the program, too. It is used only if it has all functions that are passed on, and is never unloaded.
//! - A function that is passed on hands its arguments over as they came: its contract is libpcap's own. A failing one touches
//!   nothing but the error buffer that its caller has provided, of `PCAP_ERRBUF_SIZE` bytes, and reads no handle, since
//!   without libpcap there can be none.

#[cfg(loaded)]
mod forward;
#[cfg(loaded)]
mod library;
mod program;
mod raw;

use std::ffi::CStr;

pub use program::Program;

/// Loads libpcap, if it is not there yet; otherwise says in a sentence why it could not be and what to install.
///
/// A program that gives up rights to files before its first packet calls this before it does.
#[cfg(loaded)]
pub fn load() -> Result<(), &'static str> {
    library::library().map(|_| ())
}

/// Loads libpcap: it is linked, and there already.
#[cfg(not(loaded))]
pub fn load() -> Result<(), &'static str> {
    Ok(())
}

/// True if libpcap is there.
pub fn is_available() -> bool {
    load().is_ok()
}

/// What libpcap says of itself, such as `libpcap version 1.10.3 (with TPACKET_V3)`; or why it is not there.
pub fn version() -> Result<String, &'static str> {
    load()?;
    // SAFETY: it takes nothing and gives text that lives as long as the library, which is never unloaded.
    let text = unsafe { CStr::from_ptr(raw::pcap_lib_version()) };
    Ok(text.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libpcap_is_there_and_says_its_version_or_is_not_and_says_what_to_install() {
        match version() {
            Ok(version) => assert!(is_available() && version.contains("libpcap"), "{version}"),
            Err(why) => assert!(!is_available() && why.contains("apt install libpcap0.8"), "{why}"),
        }
    }
}
