//! The page about a capture.

use super::English;
use super::numbers::{append_duration, flows, grouped, number_of};
use crate::messages::{DoorKind, OverviewMessages, PageMeasure, PageMessages, PageSection, PageTile};
use crate::report::{Certainty, Overview};
use crate::service::Category;

impl PageMessages for English {
    fn language_tag(&self) -> &'static str {
        "en"
    }

    fn page_motto(&self) -> &'static str {
        "which services a capture holds, by port, and why"
    }

    fn page_title_of_several(&self, inputs: usize) -> String {
        number_of(inputs as u64, "capture", "captures")
    }

    fn page_skip_link(&self) -> &'static str {
        "Skip to the content"
    }

    fn page_contents(&self) -> &'static str {
        "Sections"
    }

    fn page_section_title(&self, section: PageSection) -> &'static str {
        match section {
            PageSection::Ledger => "Every packet has one place",
            PageSection::Services => "Services: what the traffic was for",
            PageSection::Time => "When: traffic over time",
            PageSection::Doors => "65,536 doors",
            PageSection::Machines => "One machine, many servers",
            PageSection::Relations => "Who with whom",
            PageSection::Scans => "Scans and refusals",
            PageSection::Evidence => "Why: how the server of each flow was found",
            PageSection::Portless => "Traffic without ports",
            PageSection::Tunnels => "Networks inside networks",
            PageSection::Sizes => "Sizes of packets",
            PageSection::Hosts => "Hosts",
            PageSection::Conversations => "Conversations",
            PageSection::Flows => "Flows",
            PageSection::Inputs => "What was read",
        }
    }

    fn page_section_link(&self, section: PageSection) -> &'static str {
        match section {
            PageSection::Ledger => "Ledger",
            PageSection::Services => "Services",
            PageSection::Time => "When",
            PageSection::Doors => "Doors",
            PageSection::Machines => "Machines",
            PageSection::Relations => "Who with whom",
            PageSection::Scans => "Scans",
            PageSection::Evidence => "Why",
            PageSection::Portless => "No ports",
            PageSection::Tunnels => "Tunnels",
            PageSection::Sizes => "Sizes",
            PageSection::Hosts => "Hosts",
            PageSection::Conversations => "Conversations",
            PageSection::Flows => "Flows",
            PageSection::Inputs => "Inputs",
        }
    }

    fn page_section_lead(&self, section: PageSection) -> &'static str {
        match section {
            PageSection::Ledger => {
                "Each packet is counted once, in one place. Packets with ports are named below; packets without ports have a section of their own."
            }
            PageSection::Services => {
                "The server’s port gives a flow its name: 80 and 443 are the Web, 25 sends mail, 53 is DNS. A name says what a port is registered or customarily used for, or what a control channel announced; the content was not inspected. A question mark follows a name that a port is merely registered for."
            }
            PageSection::Time => "Each column is a stretch of time, divided by category.",
            PageSection::Doors => {
                "A computer has 65,536 ports for TCP and as many for UDP: logical doors with numbers from 0 to 65,535. A server waits behind one of them; a client takes any that is free for a while. Coloured doors had a server behind them, grey ones were only used by clients, and crossed ones were tried in vain."
            }
            PageSection::Machines => {
                "A server is a program behind a port, so one address can run many servers, and one service can run on many machines."
            }
            PageSection::Relations => "The largest clients, services and servers, by bytes, and the traffic between them.",
            PageSection::Scans => {
                "A scan tries many ports or many machines to find out what runs there. A refused connection found nobody behind the door. Neither makes a server."
            }
            PageSection::Evidence => {
                "Every flow with ports is in one row: the evidence that decided which side is the server, and its confidence. The command portolan explain shows the decision on a single flow step by step."
            }
            PageSection::Portless => {
                "There are services without ports: ICMP, by type and code, other protocols above IP, and protocols beside IP, such as ARP."
            }
            PageSection::Tunnels => "Packets that travelled inside other packets, by encapsulation.",
            PageSection::Sizes => "The length of packets on the wire, with their link headers.",
            PageSection::Hosts => {
                "Each address, with the services that it serves and uses. Names are those that the capture itself tells."
            }
            PageSection::Conversations => "Pairs of addresses, with the services between them and the traffic each way.",
            PageSection::Flows => {
                "The largest flows, and some of every service and of every kind of evidence, so that a search finds each of them."
            }
            PageSection::Inputs => "The captures, their interfaces, and how completely they were read.",
        }
    }

    fn page_tile(&self, tile: PageTile) -> &'static str {
        match tile {
            PageTile::Packets(1) => "packet",
            PageTile::Packets(_) => "packets",
            PageTile::Bytes => "on the wire",
            PageTile::Duration => "from first to last packet",
            PageTile::Flows(1) => "flow with ports",
            PageTile::Flows(_) => "flows with ports",
            PageTile::Services(1) => "service",
            PageTile::Services(_) => "services",
            PageTile::Servers(1) => "server (address and port)",
            PageTile::Servers(_) => "servers (address and port)",
            PageTile::Hosts(1) => "host",
            PageTile::Hosts(_) => "hosts",
        }
    }

    fn page_largest_category(&self, overview: &Overview<'_>) -> Option<String> {
        let largest = overview.categories.first()?;
        let share = self.rounded_share(largest.bytes());
        Some(match (self.unnamed_category(largest.category), largest.services.first()) {
            _ if largest.category == Category::Scan.name() => format!("{share} of the bytes belong to scans."),
            (Some(meaning), _) => format!("{share} of the bytes are {}: {meaning}.", largest.category),
            (None, Some(service)) => {
                format!("{share} of the bytes are {}, with {service} as its largest service.", largest.category)
            }
            (None, None) => format!("{share} of the bytes are {}.", largest.category),
        })
    }

    fn page_certainty(&self, certainty: Certainty) -> String {
        let Certainty { flows: all, decided, by_handshake, .. } = certainty;
        if all == 0 {
            return "No packet has ports.".into();
        }
        let by_handshake = match by_handshake {
            0 => String::new(),
            number => format!(", {} by their handshake", grouped(number)),
        };
        format!("The server is known in {} of {}{by_handshake}.", grouped(decided), flows(all))
    }

    fn page_complete(&self) -> &'static str {
        "Everything could be read."
    }

    fn page_incomplete(&self) -> &'static str {
        "Not everything could be read:"
    }

    fn page_selection(&self) -> &'static str {
        "This page is about a selection. Shares are of the selected packets; the ledger has all packets, and how many of them are selected."
    }

    fn page_caption(&self, title: &str, shown: usize, all: usize) -> String {
        match all.checked_sub(shown) {
            None | Some(0) => title.to_owned(),
            Some(_) => format!("{title} ({} of {} rows; --csv writes all of them)", grouped(shown as u64), grouped(all as u64)),
        }
    }

    fn page_search(&self) -> &'static str {
        "Search"
    }

    fn page_found(&self) -> &'static str {
        "{shown} shown of {found} found"
    }

    fn page_legend(&self) -> &'static str {
        "Meaning of columns and words"
    }

    fn page_numbers(&self) -> &'static str {
        "The numbers"
    }

    fn page_other_categories(&self) -> &'static str {
        "other categories"
    }

    fn page_parts(&self, parts: &[(String, String)]) -> String {
        let parts: Vec<String> = parts.iter().map(|(name, share)| format!("{name} {share}")).collect();
        parts.join(", ")
    }

    fn page_measure(&self, measure: PageMeasure) -> &'static str {
        match measure {
            PageMeasure::Packets => "Packets",
            PageMeasure::Bytes => "Bytes",
        }
    }

    fn page_time_caption(&self, measure: PageMeasure, width: i64, date: &str, zone: &str) -> String {
        let mut length = String::new();
        append_duration(width, &mut length);
        format!("{} in {length} by category, from {date} on, in {zone}", self.page_measure(measure))
    }

    fn page_time_hint(&self) -> &'static str {
        "Point at a column, or use the arrow keys, to read its numbers."
    }

    fn page_time_description(&self, measure: PageMeasure) -> &'static str {
        match measure {
            PageMeasure::Packets => "Packets over time by category; the table below has the numbers",
            PageMeasure::Bytes => "Bytes over time by category; the table below has the numbers",
        }
    }

    fn page_time_start(&self, zone: &str) -> String {
        format!("start ({zone})")
    }

    fn page_system_doors(&self) -> &'static str {
        "The first 1,024 doors, 64 in a row: the system ports"
    }

    fn page_all_doors(&self) -> &'static str {
        "All 65,536 doors, 256 in a row"
    }

    fn page_doors(&self, kind: DoorKind, number: u64) -> String {
        let doors = number_of(number, "door", "doors");
        match kind {
            DoorKind::Server => format!("{doors} with a server, in the colour of its category"),
            DoorKind::Client => format!("{doors} that only clients used"),
            DoorKind::Tried => format!("{doors} tried in vain"),
        }
    }

    fn page_doors_description(&self, [servers, clients, tried]: [u64; 3]) -> String {
        format!(
            "65,536 doors, 256 in a row: {} had a server, {} were only used by clients, {} were tried in vain",
            grouped(servers),
            grouped(clients),
            grouped(tried)
        )
    }

    fn page_door(&self, port: u16, services: &[(&str, &str)], as_server: u64, as_client: u64, kind: DoorKind) -> String {
        let mut names: Vec<String> = services.iter().map(|(transport, service)| format!("{service} ({transport})")).collect();
        names.dedup();
        let names = if names.is_empty() { String::new() } else { format!(" {}", names.join(", ")) };
        let as_server = match kind {
            DoorKind::Client => String::new(),
            DoorKind::Server => format!(", {} to it", flows(as_server)),
            DoorKind::Tried => format!(", {} to it in vain", flows(as_server)),
        };
        let as_client = if as_client > 0 { format!(", {} from it", flows(as_client)) } else { String::new() };
        format!("{port}{names}{as_server}{as_client}")
    }

    fn page_port_ranges(&self) -> [(&'static str, &'static str); 3] {
        [("0–1023", "system ports"), ("1024–49151", "user ports"), ("49152–65535", "dynamic ports")]
    }

    fn page_relation_heads(&self) -> [&'static str; 3] {
        ["Clients", "Services", "Servers"]
    }

    fn page_all_others(&self) -> &'static str {
        "all others"
    }

    fn page_relations_description(&self) -> &'static str {
        "The largest clients, services and servers, and the bytes between them; the tables of conversations and flows have the numbers"
    }

    fn page_producer(&self, version: &str, services_table: &str) -> String {
        format!("Made by Portolan {version}. Port table: {services_table}.")
    }

    fn page_options(&self, options: &[(String, String)]) -> String {
        let option = |(option, value): &(String, String)| format!("{option} {value}").trim_end().to_owned();
        let options: Vec<String> = options.iter().map(option).collect();
        format!("Options: {}.", options.join(", "))
    }

    fn page_is_silent(&self) -> &'static str {
        "This page loads nothing and sends nothing."
    }
}
