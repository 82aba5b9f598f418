//! Floor 1: this computer, for a live capture.
//!
//! [`machine`] finds out what there is (libpcap, privileges, interfaces), [`doctor`] what is missing and which commands fix it, and
//! [`privileges`] drops every privilege before the first packet is parsed.

pub mod doctor;
pub mod machine;
pub mod privileges;
