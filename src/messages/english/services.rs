//! Ports and their names.

use super::English;
use crate::messages::ServiceMessages;
use crate::service::book::PortRange;

impl ServiceMessages for English {
    fn no_such_name(&self, word: &str, near: &[String]) -> String {
        let near = match near {
            [] => String::new(),
            names => format!("; similar: {}", names.join(", ")),
        };
        format!("no port is named \"{word}\"{near}. Give a port (443, 443/udp, 6881-6889), all or part of a name, or a category")
    }

    fn no_name(&self, port: u16) -> &'static str {
        match port {
            0 => "Port 0 is reserved: no service may use it, and a packet with it is an oddity (RFC 6335).",
            _ => "No service is registered for it or known to use it by custom. What runs there was put there by someone.",
        }
    }

    fn named_by_nobody(&self) -> &'static str {
        "none: neither IANA's registry nor Portolan's own table has one"
    }

    fn named_by_user(&self) -> &'static str {
        "user: it stands in your own port table, which wins"
    }

    fn named_by_iana(&self, word: Option<&str>) -> String {
        match word {
            Some(word) => format!("iana: the port is assigned to this service, which IANA calls {word}"),
            None => "iana: the port is assigned to this service under this name".into(),
        }
    }

    fn named_by_custom(&self, assigned: Option<&str>) -> String {
        match assigned {
            Some(name) => format!("overlay: customary; IANA has assigned the port to something else, {name}"),
            None => "overlay: customary; IANA has assigned the port to nobody".into(),
        }
    }

    fn port_range(&self, port: u16, range: PortRange) -> String {
        format!("Port {port} lies in the {} range", range.name())
    }

    fn range_meaning(&self, range: PortRange) -> &'static [&'static str] {
        match range {
            PortRange::System => &[
                "0-1023, the well-known ports: the same in every maker's software. IANA assigns them after a",
                "review, and on many systems only the administrator may start a server there.",
            ],
            PortRange::User => &[
                "1024-49151: makers register ports here for their programs, but anybody may use them. Some systems",
                "also take client ports from here: Linux from 32768 on, old systems from 1024 to 5000.",
            ],
            PortRange::Dynamic => &[
                "49152-65535: nothing is ever registered here. Systems take a client's port from this range for the",
                "time of a connection; a server found here was set up so by someone.",
            ],
        }
    }

    fn two_ports(&self, port: u16) -> String {
        format!("TCP {port} and UDP {port} are two doors: what listens at one does not listen at the other.")
    }

    fn names_are_no_proof(&self) -> &'static [&'static str] {
        &[
            "A name says what a port is registered or customarily used for. Any program can be told to use",
            "another port, so a name is no proof of what is spoken there.",
        ]
    }
}
