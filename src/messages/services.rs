//! Sentences of `portolan services`.

use crate::service::book::PortRange;

/// Sentences of `portolan services`.
pub trait ServiceMessages {
    /// No port has such a name; `near` are similar names.
    fn no_such_name(&self, word: &str, near: &[String]) -> String;

    /// A port has no name.
    fn no_name(&self, port: u16) -> &'static str;

    /// The source of a port's name: none.
    fn named_by_nobody(&self) -> &'static str;

    /// The source of a port's name: the user.
    fn named_by_user(&self) -> &'static str;

    /// The source of a port's name: IANA, perhaps with another `word`.
    fn named_by_iana(&self, word: Option<&str>) -> String;

    /// The source of a port's name: custom; `assigned` is the service that IANA has assigned the port to, if any.
    fn named_by_custom(&self, assigned: Option<&str>) -> String;

    /// The heading of the facts that follow from a port's number alone.
    fn port_range(&self, port: u16, range: PortRange) -> String;

    /// The purpose of a range of ports (RFC 6335 section 6), in lines.
    fn range_meaning(&self, range: PortRange) -> &'static [&'static str];

    /// TCP and UDP have separate ports with the same number.
    fn two_ports(&self, port: u16) -> String;

    /// The limits of names as evidence, in lines.
    fn names_are_no_proof(&self) -> &'static [&'static str];
}
