//! Words of the page about a capture.

use crate::report::{Certainty, Overview};

/// A section of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageSection {
    /// The ledger.
    Ledger,
    /// Categories and services.
    Services,
    /// The traffic over time.
    Time,
    /// The ports.
    Doors,
    /// The servers of each machine.
    Machines,
    /// Clients, services and servers.
    Relations,
    /// Scans and refusals.
    Scans,
    /// The evidence for the servers.
    Evidence,
    /// Traffic without ports.
    Portless,
    /// Encapsulations.
    Tunnels,
    /// Lengths of packets.
    Sizes,
    /// Addresses.
    Hosts,
    /// Pairs of addresses.
    Conversations,
    /// Flows.
    Flows,
    /// The inputs.
    Inputs,
}

impl PageSection {
    /// All sections, in the order of the page.
    pub const ALL: [PageSection; 15] = [
        PageSection::Ledger,
        PageSection::Services,
        PageSection::Time,
        PageSection::Doors,
        PageSection::Machines,
        PageSection::Relations,
        PageSection::Scans,
        PageSection::Evidence,
        PageSection::Portless,
        PageSection::Tunnels,
        PageSection::Sizes,
        PageSection::Hosts,
        PageSection::Conversations,
        PageSection::Flows,
        PageSection::Inputs,
    ];
}

/// A number at the top of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageTile {
    /// Packets.
    Packets(u64),
    /// Bytes on the wire.
    Bytes,
    /// The time from the first packet to the last.
    Duration,
    /// Flows with ports.
    Flows(u64),
    /// Services.
    Services(u64),
    /// Servers.
    Servers(u64),
    /// Hosts.
    Hosts(u64),
}

/// A measure of traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageMeasure {
    /// Packets.
    Packets,
    /// Bytes on the wire.
    Bytes,
}

/// The use of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoorKind {
    /// A server answered behind it.
    Server,
    /// Only clients used it.
    Client,
    /// Somebody tried to reach a server behind it, in vain.
    Tried,
}

/// Words of the page about a capture. Names of files and hosts are already clean.
pub trait PageMessages {
    /// The language of the page (RFC 5646).
    fn language_tag(&self) -> &'static str;

    /// The purpose of the program, below its name.
    fn page_motto(&self) -> &'static str;

    /// The title of a page about several captures.
    fn page_title_of_several(&self, inputs: usize) -> String;

    /// The link over all links, for people who do not see the page.
    fn page_skip_link(&self) -> &'static str;

    /// The label of the list of sections.
    fn page_contents(&self) -> &'static str;

    /// The title of a section.
    fn page_section_title(&self, section: PageSection) -> &'static str;

    /// The title of a section in one or two words.
    fn page_section_link(&self, section: PageSection) -> &'static str;

    /// The sentences below the title of a section.
    fn page_section_lead(&self, section: PageSection) -> &'static str;

    /// The name of a number at the top.
    fn page_tile(&self, tile: PageTile) -> &'static str;

    /// The sentence about the largest category; `None` if there is none.
    fn page_largest_category(&self, overview: &Overview<'_>) -> Option<String>;

    /// The sentence about the certainty of the verdicts.
    fn page_certainty(&self, certainty: Certainty) -> String;

    /// The sentence that nothing is missing.
    fn page_complete(&self) -> &'static str;

    /// The sentence before the parts that are missing.
    fn page_incomplete(&self) -> &'static str;

    /// The sentence about a page that is not about all packets.
    fn page_selection(&self) -> &'static str;

    /// The caption of a table of which `shown` of `all` rows are on the page.
    fn page_caption(&self, title: &str, shown: usize, all: usize) -> String;

    /// The label of a field that searches a table.
    fn page_search(&self) -> &'static str;

    /// The sentence after a search, with `{shown}` and `{found}` in place of numbers.
    fn page_found(&self) -> &'static str;

    /// The heading of the meanings of a table's columns and words.
    fn page_legend(&self) -> &'static str;

    /// The heading of the numbers of a picture.
    fn page_numbers(&self) -> &'static str;

    /// The name of all categories without a colour of their own.
    fn page_other_categories(&self) -> &'static str;

    /// The description of bars of one hundred per cent for people who do not see them.
    fn page_parts(&self, parts: &[(String, String)]) -> String;

    /// The name of a measure.
    fn page_measure(&self, measure: PageMeasure) -> &'static str;

    /// The line above the traffic over time: `width` are the nanoseconds of a column, `date` is that of the first one in the zone.
    fn page_time_caption(&self, measure: PageMeasure, width: i64, date: &str, zone: &str) -> String;

    /// The sentence on pointing at columns.
    fn page_time_hint(&self) -> &'static str;

    /// The traffic over time for people who do not see it.
    fn page_time_description(&self, measure: PageMeasure) -> &'static str;

    /// The head of a column with the times at which columns start.
    fn page_time_start(&self, zone: &str) -> String;

    /// The line above the first 1,024 ports.
    fn page_system_doors(&self) -> &'static str;

    /// The line above all ports.
    fn page_all_doors(&self) -> &'static str;

    /// A number of ports of a kind.
    fn page_doors(&self, kind: DoorKind, number: u64) -> String;

    /// All ports for people who do not see them: the numbers of those with a server, of clients, and tried in vain.
    fn page_doors_description(&self, numbers: [u64; 3]) -> String;

    /// A port with its services, each with its transport, and its flows.
    fn page_door(&self, port: u16, services: &[(&str, &str)], as_server: u64, as_client: u64, kind: DoorKind) -> String;

    /// The ranges of ports (RFC 6335 section 6): system, user and dynamic ports, with their numbers.
    fn page_port_ranges(&self) -> [(&'static str, &'static str); 3];

    /// The heads of clients, services and servers.
    fn page_relation_heads(&self) -> [&'static str; 3];

    /// All clients, services or servers without a place of their own.
    fn page_all_others(&self) -> &'static str;

    /// The traffic between clients, services and servers for people who do not see it.
    fn page_relations_description(&self) -> &'static str;

    /// The sentence at the foot: the program with its version, and the port table.
    fn page_producer(&self, version: &str, services_table: &str) -> String;

    /// The sentence on options that shaped the page.
    fn page_options(&self, options: &[(String, String)]) -> String;

    /// The promise at the foot.
    fn page_is_silent(&self) -> &'static str;
}
