//! A page of the book: everything it says about a port of a transport.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use ipnet::IpNet;

use crate::service::{Entry, NameSource, Rank, Transport};
use crate::text;

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
    /// The rank of the port: how likely it is to be a server's.
    pub rank: Rank,
    /// IANA's assignment of the port.
    pub iana: Option<Assignment>,
    pub(super) ours: Option<Ours>,
}

/// A row of our own table about a port.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ours {
    pub(super) name: &'static str,
    pub(super) document: &'static str,
    pub(super) note: &'static str,
}

impl Page<'_> {
    /// A sentence about the service: our table's note, or IANA's description; for a rule of the user, the names that it replaces.
    pub fn sentence(&self) -> Cow<'static, str> {
        if self.is_users() {
            let otherwise = self.ours.map(|ours| ours.name).or(self.iana.map(|iana| iana.name));
            return text::users_rule(self.network().as_deref(), otherwise).into();
        }
        self.ours.map(|ours| ours.note).or(self.iana.map(|iana| iana.description)).unwrap_or_default().into()
    }

    /// The document on which the name is based; empty if there is no name.
    pub fn document(&self) -> &'static str {
        match self.entry {
            None => "",
            Some(_) if self.is_users() => text::USERS_TABLE,
            Some(_) => self.ours.map_or(text::IANA_REGISTRY, |ours| ours.document),
        }
    }

    /// The machine or network that the page holds for, as the user's table writes it.
    pub fn network(&self) -> Option<String> {
        let is_machine = |network: &IpNet| network.prefix_len() == network.max_prefix_len();
        self.host.map(|host| if is_machine(&host) { host.addr().to_string() } else { host.to_string() })
    }

    /// True if the user's table names the port.
    pub(super) fn is_users(&self) -> bool {
        self.entry.is_some_and(|entry| entry.source == NameSource::User)
    }

    /// The names by which the page can be found, in lower case: ours, IANA's, aliases.
    pub(super) fn names(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let ours = self.entry.map(|entry| entry.name.to_lowercase());
        let iana = self.iana.into_iter().flat_map(|iana| std::iter::once(iana.name).chain(iana.aliases.split(',')));
        ours.into_iter().chain(iana.map(str::to_lowercase)).filter(|name| !name.is_empty()).map(Cow::Owned)
    }
}
