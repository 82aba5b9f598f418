//! Sentences of `portolan services`.

use crate::service::book::PortRange;

/// Sentences of `portolan services`.
pub trait ServiceMessages {
    /// No port has such a name; some names are like it.
    fn no_such_name(&self, word: &str, near: &[String]) -> String;

    /// A port has no name.
    fn no_name(&self, port: u16) -> &'static str;

    /// Who gives a port its name: nobody.
    fn named_by_nobody(&self) -> &'static str;

    /// Who gives a port its name: the user.
    fn named_by_user(&self) -> &'static str;

    /// Who gives a port its name: IANA, perhaps by another word.
    fn named_by_iana(&self, word: Option<&str>) -> String;

    /// Who gives a port its name: those who use it; what it is assigned to, if it is.
    fn named_by_custom(&self, assigned: Option<&str>) -> String;

    /// The heading of what a port's number says by itself.
    fn port_range(&self, port: u16, range: PortRange) -> String;

    /// The purpose of a range of ports (RFC 6335 section 6), in lines.
    fn range_meaning(&self, range: PortRange) -> &'static [&'static str];

    /// A number means two ports.
    fn two_ports(&self, port: u16) -> String;

    /// The value of a name, in lines.
    fn names_are_no_proof(&self) -> &'static [&'static str];
}
