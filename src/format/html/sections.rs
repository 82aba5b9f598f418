//! The sections of the page, their order, and the tables of each.

use std::collections::BTreeMap;
use std::io;

use super::markup::Markup;
use super::palette::Palette;
use super::table::{self, TablePlace};
use super::{PageDocument, columns, doors, flows, frame, ledger, machines, relations, services};
use crate::messages::{Messages, OverviewPart, PageSection};
use crate::report::{Arrangement, Table, TableName};

/// Rows of a table on the page, unless the user wants another number.
const DEFAULT_ROWS: usize = 200;
/// Rows of the table of ports, whose picture shows all of them.
const ROWS_OF_PORTS: usize = 100;

/// A table of a section.
struct SectionTable {
    name: TableName,
    id: &'static str,
    /// The keys of the columns, unless the user has chosen others.
    columns: &'static [&'static str],
    has_search: bool,
}

const fn plain(name: TableName, id: &'static str, columns: &'static [&'static str]) -> SectionTable {
    SectionTable { name, id, columns, has_search: false }
}

const fn searched(name: TableName, id: &'static str, columns: &'static [&'static str]) -> SectionTable {
    SectionTable { name, id, columns, has_search: true }
}

/// The tables of a section, which is there if the user wants any of them.
fn tables(section: PageSection) -> &'static [SectionTable] {
    match section {
        PageSection::Ledger => const { &[plain(TableName::Ledger, "t-ledger", &[])] },
        PageSection::Services => {
            const {
                &[
                    plain(
                        TableName::Categories,
                        "t-categories",
                        &["category", "services", "flows", "packets", "wire_bytes", "wire_bytes_pct", "hosts"],
                    ),
                    searched(
                        TableName::Services,
                        "t-services",
                        &[
                            "category",
                            "service",
                            "transport",
                            "ports",
                            "flows",
                            "packets",
                            "wire_bytes",
                            "wire_bytes_pct",
                            "clients",
                            "servers",
                            "outcome",
                            "named_by",
                        ],
                    ),
                ]
            }
        }
        PageSection::Time => const { &[plain(TableName::Timeline, "t-timeline", &[])] },
        PageSection::Doors => {
            const {
                &[
                    plain(
                        TableName::Ranges,
                        "t-ranges",
                        &[
                            "transport",
                            "range",
                            "port_count",
                            "flows",
                            "packets",
                            "wire_bytes",
                            "attempted",
                            "established",
                            "refused",
                            "reset",
                        ],
                    ),
                    searched(
                        TableName::Ports,
                        "t-ports",
                        &[
                            "transport",
                            "port",
                            "service",
                            "category",
                            "flows_as_server",
                            "flows_as_client",
                            "packets",
                            "wire_bytes",
                            "established",
                            "refused",
                            "named_by",
                        ],
                    ),
                ]
            }
        }
        PageSection::Machines => {
            const {
                &[searched(
                    TableName::Servers,
                    "t-servers",
                    &[
                        "server_ip",
                        "server_name",
                        "transport",
                        "server_port",
                        "service",
                        "category",
                        "clients",
                        "flows",
                        "packets",
                        "wire_bytes",
                        "evidence",
                        "outcome",
                        "named_by",
                    ],
                )]
            }
        }
        PageSection::Relations => &[],
        PageSection::Scans => const { &[plain(TableName::Scans, "t-scans", &[])] },
        PageSection::Evidence => const { &[plain(TableName::Evidence, "t-evidence", &[])] },
        PageSection::Portless => {
            const {
                &[plain(
                    TableName::Portless,
                    "t-portless",
                    &["layer", "protocol", "type", "code", "name", "packets", "wire_bytes", "wire_bytes_pct", "hosts"],
                )]
            }
        }
        PageSection::Tunnels => const { &[plain(TableName::Tunnels, "t-tunnels", &[])] },
        PageSection::Sizes => const { &[plain(TableName::Sizes, "t-sizes", &[])] },
        PageSection::Hosts => {
            const {
                &[searched(
                    TableName::Hosts,
                    "t-hosts",
                    &[
                        "address",
                        "name",
                        "role",
                        "packets_sent",
                        "packets_received",
                        "wire_bytes_sent",
                        "wire_bytes_received",
                        "peers",
                        "serves",
                        "uses",
                    ],
                )]
            }
        }
        PageSection::Conversations => {
            const {
                &[searched(
                    TableName::Conversations,
                    "t-conversations",
                    &[
                        "address_a",
                        "name_a",
                        "address_b",
                        "name_b",
                        "services",
                        "flows",
                        "packets_a2b",
                        "packets_b2a",
                        "wire_bytes_a2b",
                        "wire_bytes_b2a",
                        "first_seen",
                        "last_seen",
                    ],
                )]
            }
        }
        PageSection::Flows => const { &[searched(TableName::Flows, "t-flows", &[])] },
        PageSection::Inputs => {
            const {
                &[plain(
                    TableName::Capture,
                    "t-capture",
                    &[
                        "file",
                        "interface",
                        "file_format",
                        "compression",
                        "link_type",
                        "packets",
                        "wire_bytes",
                        "start_time",
                        "duration_s",
                        "dropped_kernel",
                        "dropped_interface",
                        "time_order",
                        "complete",
                        "sha256",
                    ],
                )]
            }
        }
    }
}

/// The id of a section, which links name.
fn id(section: PageSection) -> &'static str {
    match section {
        PageSection::Ledger => "ledger",
        PageSection::Services => "services",
        PageSection::Time => "time",
        PageSection::Doors => "doors",
        PageSection::Machines => "machines",
        PageSection::Relations => "relations",
        PageSection::Scans => "scans",
        PageSection::Evidence => "evidence",
        PageSection::Portless => "portless",
        PageSection::Tunnels => "tunnels",
        PageSection::Sizes => "sizes",
        PageSection::Hosts => "hosts",
        PageSection::Conversations => "conversations",
        PageSection::Flows => "flows",
        PageSection::Inputs => "inputs",
    }
}

/// Tables whose numbers of rows stand at the top of the page. They are made once, because that may take long.
pub struct CountedTables<'t>(BTreeMap<TableName, Table<'t>>);

impl<'t> CountedTables<'t> {
    /// Makes those of the tables that the user wants.
    pub fn new(document: &PageDocument<'t, '_>) -> CountedTables<'t> {
        let wanted = [TableName::Servers, TableName::Hosts].into_iter().filter(|name| document.tables.contains(name));
        CountedTables(wanted.map(|name| (name, (document.table)(name))).collect())
    }

    /// The number of rows of a table that the user wants.
    pub fn len(&self, name: TableName) -> Option<usize> {
        self.0.get(&name).map(Table::len)
    }
}

/// The sections of a page: those of the tables that the user wants, without those that have nothing to say.
pub fn shown(document: &PageDocument<'_, '_>) -> Vec<PageSection> {
    let page = document.page;
    let is_shown = |section: &PageSection| {
        let is_wanted = |table: &SectionTable| document.tables.contains(&table.name);
        match section {
            PageSection::Relations => page.relations.is_some() && document.tables.contains(&TableName::Conversations),
            PageSection::Time => page.time.is_some() && tables(*section).iter().any(is_wanted),
            PageSection::Scans => {
                (!page.overview.scans.is_empty() || page.overview.refusals.is_some()) && tables(*section).iter().any(is_wanted)
            }
            PageSection::Tunnels => tables(*section).iter().any(is_wanted) && !(document.table)(TableName::Tunnels).is_empty(),
            _ => tables(*section).iter().any(is_wanted),
        }
    };
    PageSection::ALL.into_iter().filter(is_shown).collect()
}

/// The links to the sections.
pub fn links(sections: &[PageSection], messages: &dyn Messages) -> Vec<(&'static str, &'static str)> {
    sections.iter().map(|section| (id(*section), messages.page_section_link(*section))).collect()
}

/// Writes a section: its title, sentences, picture and tables.
pub fn write<'t>(
    markup: &mut Markup<'_>,
    section: PageSection,
    document: &PageDocument<'t, '_>,
    counted: &mut CountedTables<'t>,
    palette: &Palette<'_>,
) -> io::Result<()> {
    let messages = document.view.messages;
    let title = [messages.page_section_title(section), messages.page_section_lead(section)];
    frame::write_section(markup, id(section), title, |markup| {
        match section {
            PageSection::Ledger => ledger::write(markup, document)?,
            PageSection::Services => services::write(markup, document, palette)?,
            PageSection::Time => columns::write(markup, document, palette)?,
            PageSection::Doors => doors::write(markup, document, palette)?,
            PageSection::Machines => machines::write(markup, document, palette)?,
            PageSection::Relations => relations::write(markup, document, palette)?,
            PageSection::Scans => write_refusals(markup, document)?,
            _ => {}
        }
        match section {
            PageSection::Flows => flows::write(markup, document, palette),
            // The pictures have their numbers, in fewer and wider steps than the table.
            PageSection::Time => Ok(()),
            _ => write_tables(markup, section, document, counted, palette),
        }
    })
}

fn write_tables<'t>(
    markup: &mut Markup<'_>,
    section: PageSection,
    document: &PageDocument<'t, '_>,
    counted: &mut CountedTables<'t>,
    palette: &Palette<'_>,
) -> io::Result<()> {
    for SectionTable { name, id, columns, has_search } in tables(section) {
        if document.tables.contains(name) {
            let table = counted.0.remove(name).unwrap_or_else(|| (document.table)(*name));
            let table = arranged(table, columns);
            let default = if *name == TableName::Ports { ROWS_OF_PORTS } else { DEFAULT_ROWS };
            let most_rows = document.view.top.unwrap_or(default);
            let place = TablePlace { id, most_rows, of: 0, has_search: *has_search };
            table::write(markup, table, place, palette, document.view)?;
        }
    }
    Ok(())
}

/// A table with these columns, unless the user has chosen others; with all columns, if there are no keys.
pub fn arranged<'t>(table: Table<'t>, columns: &[&str]) -> Table<'t> {
    if columns.is_empty() || table.has_chosen_columns() {
        return table;
    }
    table.arranged(&Arrangement { sort: Vec::new(), columns: columns.iter().map(|key| (*key).to_owned()).collect() })
}

/// Writes a sentence about flows that were refused.
fn write_refusals(markup: &mut Markup<'_>, document: &PageDocument<'_, '_>) -> io::Result<()> {
    let messages = document.view.messages;
    let Some(refusals) = &document.page.overview.refusals else { return Ok(()) };
    let ends = refusals.first.map(|(client, server, ..)| [client, server].map(|host| machines::text(&host)));
    let ends = ends.as_ref().map(|[client, server]| [client.as_str(), server.as_str()]);
    let label = messages.overview_label(OverviewPart::Refused);
    markup.element("p", &[], format_args!("{label}: {}.", messages.refusals(refusals, ends)))
}
