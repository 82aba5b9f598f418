//! Ports and their names.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::English;
use crate::messages::{PortLabel, ServiceMessages};
use crate::service::book::{Document, PortDescription, PortRange, QueryProblem};
use crate::service::{Rank, Transport};

/// The meaning of a rank; whether the user's port table names the port.
pub fn rank_meaning(rank: Rank, is_users: bool) -> &'static str {
    match rank {
        _ if is_users => "your own table says that a server runs here",
        6 => "almost certainly a server port (a widely used service below 1024)",
        5 => "very likely a server port (a widely used service)",
        4 => "likely a server port (named and below 1024, but rarely used)",
        3 => "a server port, or a client port of an old system (named but not widely used, 1024 to 32767)",
        2 => "hard to say (named but above 32767, or unnamed below 1024)",
        1 => "hard to say (unnamed, 1024 to 32767)",
        0 => "more likely a client port (unnamed, 32768 to 49151)",
        -1 => "very likely a client port (the dynamic range, 49152 and up)",
        _ => "never a server port",
    }
}

impl ServiceMessages for English {
    fn query_problem(&self, problem: QueryProblem) -> &'static str {
        match problem {
            QueryProblem::Empty => "it must be a port, a range of ports, a name or a category",
            QueryProblem::Commas => "several ports are separated by spaces, as in: 80 443",
            QueryProblem::NoPort => "a port is a number from 0 to 65535, and a range goes from the lower to the higher",
            QueryProblem::NoTransport => "the transports with ports are tcp, udp, sctp, dccp and udp-lite",
        }
    }

    fn no_such_name(&self, word: &str, near: &[String]) -> String {
        let near = match near {
            [] => String::new(),
            names => format!("; similar: {}", names.join(", ")),
        };
        format!("no port is named \"{word}\"{near}. Give a port (443, 443/udp, 6881-6889), all or part of a name, or a category")
    }

    fn port_title(&self, transport: Transport, ports: &RangeInclusive<u16>, network: Option<&str>, name: Option<&str>) -> String {
        let (first, last) = (ports.start(), ports.end());
        let ports = if first == last { first.to_string() } else { format!("{first}-{last}") };
        let on = network.map_or_else(String::new, |network| format!(" on {network}"));
        format!("{} {ports}{on}: {}", transport.name().to_uppercase(), name.unwrap_or("unassigned"))
    }

    fn port_label(&self, label: PortLabel) -> &'static str {
        match label {
            PortLabel::Category => "category",
            PortLabel::Name => "name",
            PortLabel::Document => "source",
            PortLabel::Rank => "rank",
        }
    }

    fn port_description(&self, description: &PortDescription) -> Cow<'static, str> {
        match description {
            PortDescription::Note(note) => (*note).into(),
            PortDescription::UsersRule { network, replaces } => {
                let only = network.as_ref().map_or_else(String::new, |network| format!(", for {network} only"));
                let without = replaces.map_or_else(String::new, |name| format!("; without it: {name}"));
                format!("From your own port table{only}{without}.").into()
            }
        }
    }

    fn document(&self, document: Document) -> &'static str {
        match document {
            Document::UsersTable => "your own port table",
            Document::IanaRegistry => "IANA registry",
            Document::Named(document) => document,
        }
    }

    fn rank(&self, rank: Rank, is_users: bool) -> String {
        format!("{rank}: {}", rank_meaning(rank, is_users))
    }

    fn no_name(&self, port: u16) -> &'static str {
        match port {
            0 => "Port 0 is reserved: no service may use it, and packets with it are anomalies (RFC 6335).",
            _ => {
                "No service is assigned to it, and none is known to use it by custom. Whatever runs there was set up on purpose."
            }
        }
    }

    fn named_by_nobody(&self) -> &'static str {
        "none: neither IANA's registry nor Portolan's own table has one"
    }

    fn named_by_user(&self) -> &'static str {
        "user: from your own port table, which takes precedence"
    }

    fn named_by_iana(&self, word: Option<&str>) -> String {
        match word {
            Some(word) => format!("iana: IANA has assigned the port to this service, under the name \"{word}\""),
            None => "iana: IANA has assigned the port to this service, under this name".into(),
        }
    }

    fn named_by_custom(&self, assigned: Option<&str>) -> String {
        match assigned {
            Some(name) => format!("overlay: customary; IANA has assigned the port to another service, \"{name}\""),
            None => "overlay: customary; IANA has not assigned the port".into(),
        }
    }

    fn port_range(&self, port: u16, range: PortRange) -> String {
        format!("Port {port} is in the {} range", range.name())
    }

    fn range_meaning(&self, range: PortRange) -> &'static str {
        match range {
            PortRange::System => {
                "0-1023, the well-known ports: the same in every vendor's software. IANA assigns them after a \
                 review, and on many systems only an administrator may start a server there."
            }
            PortRange::User => {
                "1024-49151: vendors register ports here for their programs, but anyone may use them. Some systems \
                 also take client ports from this range: Linux from 32768 up, old systems from 1024 to 5000."
            }
            PortRange::Dynamic => {
                "49152-65535: no port is ever registered here. Systems take client ports from this range for the \
                 duration of a connection; a server found here was set up on purpose."
            }
        }
    }

    fn two_ports(&self, port: u16) -> String {
        format!("TCP {port} and UDP {port} are two different ports: a program that listens on one does not listen on the other.")
    }

    fn names_are_no_proof(&self) -> &'static str {
        "A name says what a port is registered or customarily used for. Any program can be told to use \
         another port, so a name does not prove what is actually sent."
    }
}
