//! A page of the book: everything it says about a port of a transport.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use ipnet::IpNet;

use crate::service::{Entry, NameSource, Rank, Transport};

/// IANA's entry for a port.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Assignment {
    /// The name of the service that has the port.
    pub name: &'static str,
    /// Other names of the service, with commas between; often none.
    pub aliases: &'static str,
    /// IANA's description.
    pub description: &'static str,
}

/// The purpose of a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortDescription {
    /// A rule of the user names it.
    UsersRule {
        /// The machine or network that the rule is for; all, if `None`.
        network: Option<String>,
        /// The name of the port without the rule.
        replaces: Option<&'static str>,
    },
    /// Our table's note, or IANA's description.
    Note(&'static str),
}

/// A document that a name rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// The user's port table.
    UsersTable,
    /// IANA's registry of ports.
    IanaRegistry,
    /// Another document, by its name.
    Named(&'static str),
}

/// All entries of the book about a port of a transport.
#[derive(Clone, Debug)]
pub struct Page<'b> {
    /// The transport.
    pub transport: Transport,
    /// The port; several only where the user has a rule for single machines.
    pub ports: RangeInclusive<u16>,
    /// The machine or network that the page holds for; all, if `None`.
    pub host: Option<IpNet>,
    /// Portolan's name for the port; `None` if nobody has named it.
    pub entry: Option<&'b Entry>,
    /// The name of that service's category; `None` if nobody has named the port.
    pub category: Option<&'b str>,
    /// The rank of the port: how likely it is to be a server's.
    pub rank: Rank,
    /// IANA's assignment of the port.
    pub iana: Option<Assignment>,
    pub(super) ours: Option<CuratedPort>,
}

/// A row of our own table about a port.
#[derive(Clone, Copy, Debug)]
pub(super) struct CuratedPort {
    pub(super) name: &'static str,
    pub(super) document: &'static str,
    pub(super) note: &'static str,
}

impl Page<'_> {
    /// The purpose of the port; `None` if the book has none.
    pub fn description(&self) -> Option<PortDescription> {
        if self.is_users() {
            let replaces = self.ours.map(|ours| ours.name).or(self.iana.map(|iana| iana.name));
            return Some(PortDescription::UsersRule { network: self.network(), replaces });
        }
        let note = self.ours.map(|ours| ours.note).or(self.iana.map(|iana| iana.description));
        note.filter(|note| !note.is_empty()).map(PortDescription::Note)
    }

    /// The words in which a search looks, besides names: the description, or the name that a rule of the user replaces.
    pub(super) fn words(&self) -> Option<&'static str> {
        match self.description()? {
            PortDescription::Note(note) => Some(note),
            PortDescription::UsersRule { replaces, .. } => replaces,
        }
    }

    /// The document that the name rests on; `None` if there is no name.
    pub fn document(&self) -> Option<Document> {
        let document = match self.ours {
            _ if self.is_users() => Document::UsersTable,
            Some(CuratedPort { document: "", .. }) => return None,
            Some(ours) => Document::Named(ours.document),
            None => Document::IanaRegistry,
        };
        self.entry.map(|_| document)
    }

    /// The machine or network that the page holds for, as the user's table writes it.
    pub fn network(&self) -> Option<String> {
        let is_machine = |network: &IpNet| network.prefix_len() == network.max_prefix_len();
        self.host.map(|host| if is_machine(&host) { host.addr().to_string() } else { host.to_string() })
    }

    /// True if the user's table names the port.
    pub fn is_users(&self) -> bool {
        self.entry.is_some_and(|entry| entry.source == NameSource::User)
    }

    /// The names by which the page can be found, in lower case: ours, IANA's, aliases.
    pub(super) fn names(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let ours = self.entry.map(|entry| entry.name.to_lowercase());
        let iana = self.iana.into_iter().flat_map(|iana| std::iter::once(iana.name).chain(iana.aliases.split(',')));
        ours.into_iter().chain(iana.map(str::to_lowercase)).filter(|name| !name.is_empty()).map(Cow::Owned)
    }
}
