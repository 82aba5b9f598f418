//! This computer, for a live capture.
//!
//! [`machine`] describes it (libpcap, privileges, interfaces), [`doctor`] finds what is missing and the commands that fix it, and
//! [`privileges`] drops every privilege before the first packet is parsed.

pub mod doctor;
pub mod machine;
pub mod privileges;
