//! Sentences of `portolan services`.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use crate::report::PortFact;
use crate::service::book::{Document, PortDescription, PortRange, QueryProblem};
use crate::service::{Rank, Transport};

/// An entry of the page of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortLabel {
    /// The category of the service.
    Category,
    /// The source of the name.
    Name,
    /// The document that the name rests on.
    Document,
    /// The rank of the port.
    Rank,
}

/// Sentences of `portolan services`.
pub trait ServiceMessages {
    /// A mistake in a query to the port table: a clause.
    fn query_problem(&self, problem: QueryProblem) -> &'static str;

    /// No port has such a name; `near` are similar names.
    fn no_such_name(&self, word: &str, near: &[String]) -> String;

    /// The heading of a page: the port, or several, the network that it is about, if it is about one, and the name, if there is one.
    fn port_title(&self, transport: Transport, ports: &RangeInclusive<u16>, network: Option<&str>, name: Option<&str>) -> String;

    /// The name of an entry of a page.
    fn port_label(&self, label: PortLabel) -> &'static str;

    /// The purpose of a port.
    fn port_description(&self, description: &PortDescription) -> Cow<'static, str>;

    /// The document that a name rests on.
    fn document(&self, document: Document) -> &'static str;

    /// A fact about a port.
    fn port_fact(&self, fact: PortFact<'_>) -> Cow<'static, str> {
        match fact {
            PortFact::Description(description) => self.port_description(description),
            PortFact::Document(document) => self.document(document).into(),
        }
    }

    /// A port's rank and its meaning; whether the user's port table names the port.
    fn rank(&self, rank: Rank, is_users: bool) -> String;

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

    /// The purpose of a range of ports (RFC 6335 section 6).
    fn range_meaning(&self, range: PortRange) -> &'static str;

    /// TCP and UDP have separate ports with the same number.
    fn two_ports(&self, port: u16) -> String;

    /// The limits of names as evidence.
    fn names_are_no_proof(&self) -> &'static str;
}
