//! The importance of columns on a terminal: always shown, shown if there is room, or never shown. Data formats have every column.

use super::compared_priorities::compared_priorities;
use crate::explain::MAX_CANDIDATES;
use crate::report::{ColumnRole, Field, Table, TableId, TableName};

/// The condition under which a column is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum Priority {
    /// On any terminal, however narrow.
    Always,
    /// If there is room; the columns with the smallest number are removed last. Columns with the same number are shown together
    /// or not at all. For the number 0, long addresses give way: the text after an address continues on the next line.
    WithRoom(u8),
    /// Never.
    Never,
}

/// A column's place on a terminal.
#[derive(Clone, Copy, Debug)]
pub struct Placement {
    /// The condition under which the column is shown.
    pub priority: Priority,
    /// The width in places that is enough for the column's texts if other columns need room, too.
    pub enough: usize,
}

/// Width in places that is enough for the texts of most columns.
const ENOUGH: usize = 24;
/// Columns whose texts are sentences or long lists: the table, the column, and the width in places that is enough.
const WIDE: [(TableId, &str, usize); 4] = [
    (TableId::Analysis(TableName::Categories), "services", 50),
    (TableId::Analysis(TableName::Services), "service", 40),
    (TableId::Book, "description", 50),
    (TableId::Interfaces, "addresses", 50),
];

/// Rows that a terminal shows of most tables, unless the user wants another number.
const DEFAULT_ROWS: usize = 50;
/// Rows that a terminal shows of `capture`, unless the user wants another number: hundreds of inputs would push the other tables
/// off the screen.
const CAPTURE_ROWS: usize = 10;

/// Rows that a terminal shows of a compared table, unless the user wants another number: the first ones are the most different.
const COMPARED_ROWS: usize = 20;

/// The priority of unlisted columns, after all listed ones; among them, the order of the table decides.
const UNLISTED: u8 = 100;

/// The columns of a table by importance.
struct Importance {
    table: TableId,
    /// The columns that are always shown.
    always: &'static [&'static str],
    /// The columns for which long addresses give way.
    before_addresses: &'static [&'static str],
    /// Groups of columns that are shown if there is room, the most important group first.
    with_room: &'static [&'static [&'static str]],
    /// The columns that are never shown.
    never: &'static [&'static str],
}

const NOTHING: Importance =
    Importance { table: TableId::Other(""), always: &[], before_addresses: &[], with_room: &[], never: &[] };

const TABLES: &[Importance] = &[
    Importance {
        table: TableId::Analysis(TableName::Capture),
        always: &["file", "packets", "wire_bytes"],
        with_room: &[
            &["duration_s"],
            &["start_time"],
            &["interface"],
            &["complete"],
            &["dropped_kernel"],
            &["time_order"],
            &["file_format"],
            &["link_type"],
            &["bit_rate"],
            &["compression"],
            &["snaplen"],
            &["average_packet_size"],
        ],
        never: &["time_precision", "captured_bytes", "end_time", "packet_rate", "dropped_interface", "sha256", "duplicates"],
        ..NOTHING
    },
    Importance {
        table: TableId::Analysis(TableName::Ledger),
        always: &["place", "packets", "packets_pct", "wire_bytes"],
        with_room: &[&["selected_packets"], &["selected_wire_bytes"], &["wire_bytes_pct"]],
        ..NOTHING
    },
    Importance {
        table: TableId::Analysis(TableName::Services),
        always: &["service", "transport", "ports", "packets", "wire_bytes"],
        with_room: &[
            &["flows"],
            &["category"],
            &["packets_pct"],
            &["outcome"],
            &["servers"],
            &["clients"],
            &["wire_bytes_pct"],
            &["established"],
            &["refused"],
            &["midstream"],
            &["attempted"],
            &["reset"],
            &["named_by"],
        ],
        never: &[
            "ip_bytes",
            "payload_bytes",
            "packets_c2s",
            "packets_s2c",
            "wire_bytes_c2s",
            "wire_bytes_s2c",
            "first_seen",
            "last_seen",
        ],
        ..NOTHING
    },
    Importance {
        table: TableId::Analysis(TableName::Portless),
        always: &["protocol", "name", "packets", "wire_bytes"],
        with_room: &[&["hosts"], &["type", "code"], &["layer"], &["number"], &["packets_pct"]],
        never: &["wire_bytes_pct", "first_seen", "last_seen"],
        ..NOTHING
    },
    Importance {
        table: TableId::Analysis(TableName::Ports),
        always: &["transport", "port", "service", "packets", "wire_bytes", "flows_as_server", "flows_as_client"],
        with_room: &[
            &["range"],
            &["category"],
            &["refused"],
            &["attempted"],
            &["established"],
            &["reset"],
            &["midstream"],
            &["named_by"],
        ],
        ..NOTHING
    },
    Importance {
        table: TableId::Analysis(TableName::Ranges),
        always: &["transport", "range", "port_count", "flows", "packets", "wire_bytes"],
        with_room: &[
            &["packets_pct"],
            &["attempted"],
            &["refused"],
            &["established"],
            &["reset"],
            &["midstream"],
            &["wire_bytes_pct"],
        ],
        ..NOTHING
    },
    Importance {
        table: TableId::Analysis(TableName::Servers),
        always: &["server_ip", "transport", "server_port", "service", "packets"],
        with_room: &[
            &["clients"],
            &["wire_bytes"],
            &["flows"],
            &["server_name"],
            &["evidence"],
            &["category"],
            &["outcome"],
            &["role"],
            &["evidence_detail"],
            &["named_by"],
        ],
        never: &["first_seen", "last_seen"],
        ..NOTHING
    },
    Importance {
        table: TableId::Analysis(TableName::Scans),
        always: &["client_ip", "transport", "server_ip", "host_count", "port_count", "flows", "answered"],
        with_room: &[&["refused"], &["silent"], &["ports"], &["packets"], &["wire_bytes"]],
        never: &["first_seen", "last_seen"],
        ..NOTHING
    },
    Importance {
        table: TableId::Analysis(TableName::Hosts),
        always: &["address", "packets_sent", "packets_received"],
        before_addresses: &["name"],
        with_room: &[&["serves"], &["wire_bytes_sent", "wire_bytes_received"], &["peers"], &["uses"], &["role"]],
        never: &["first_seen", "last_seen"],
    },
    Importance {
        table: TableId::Analysis(TableName::Flows),
        always: &["transport", "client_ip", "server_ip", "server_port", "service"],
        before_addresses: &["wire_bytes_c2s", "wire_bytes_s2c"],
        with_room: &[
            &["client_port"],
            &["vlan"],
            &["evidence"],
            &["flow_id"],
            &["packets_c2s", "packets_s2c"],
            &["client_name", "server_name"],
            &["tunnel"],
            &["tcp_state"],
            &["flags"],
            &["confidence"],
            &["category"],
            &["duration_s"],
            &["initiator"],
            &["control_flow"],
            &["evidence_detail"],
        ],
        never: &[
            "ip_protocol",
            "name_source",
            "alternatives",
            "start_time",
            "end_time",
            "payload_bytes_c2s",
            "payload_bytes_s2c",
            "fragments",
            "icmp_errors",
            "community_id",
        ],
    },
    Importance {
        table: TableId::Analysis(TableName::Evidence),
        always: &["evidence", "confidence", "flows", "flows_pct", "packets", "wire_bytes"],
        ..NOTHING
    },
    Importance {
        table: TableId::Analysis(TableName::Timeline),
        always: &["start_time", "category", "packets", "wire_bytes"],
        ..NOTHING
    },
    Importance {
        table: TableId::Analysis(TableName::Sizes),
        always: &["class", "packets", "packets_pct", "wire_bytes"],
        ..NOTHING
    },
    Importance { table: TableId::Analysis(TableName::Tunnels), always: &["encapsulation", "packets", "wire_bytes"], ..NOTHING },
    Importance {
        table: TableId::Analysis(TableName::Categories),
        always: &["category", "services", "packets", "wire_bytes"],
        with_room: &[&["wire_bytes_pct"], &["flows"], &["hosts"], &["packets_pct"]],
        ..NOTHING
    },
    Importance {
        table: TableId::Analysis(TableName::Conversations),
        always: &["address_a", "address_b", "services"],
        before_addresses: &["wire_bytes_a2b", "wire_bytes_b2a"],
        with_room: &[&["flows"], &["name_a", "name_b"], &["packets_a2b", "packets_b2a"], &["serves_a", "serves_b"]],
        never: &["first_seen", "last_seen"],
    },
    Importance {
        table: TableId::Book,
        always: &["transport", "port", "service", "category", "description"],
        with_room: &[&["host"], &["name_source"], &["iana_name"], &["range"], &["rank"]],
        never: &["document"],
        ..NOTHING
    },
    Importance {
        table: TableId::Sides,
        always: &["side", "input", "packets", "wire_bytes"],
        with_room: &[&["duration_s"], &["wire_bytes_per_s"], &["start_time"], &["complete"], &["packets_per_s"]],
        never: &["end_time"],
        ..NOTHING
    },
    Importance {
        table: TableId::Interfaces,
        always: &["interface", "addresses", "may_capture", "reason"],
        with_room: &[&["up"], &["running"], &["link_type"], &["loopback"]],
        ..NOTHING
    },
    Importance {
        table: TableId::Candidates,
        always: &[
            "flow_id",
            "start_s",
            "transport",
            "client_ip",
            "client_port",
            "server_ip",
            "server_port",
            "service",
            "packets",
        ],
        with_room: &[&["vlan"], &["tunnel"]],
        ..NOTHING
    },
];

impl Importance {
    fn priority(&self, key: &str) -> Option<Priority> {
        if self.always.contains(&key) {
            Some(Priority::Always)
        } else if self.before_addresses.contains(&key) {
            Some(Priority::WithRoom(0))
        } else if self.never.contains(&key) {
            Some(Priority::Never)
        } else {
            let group = self.with_room.iter().position(|group| group.contains(&key))?;
            Some(Priority::WithRoom(group as u8 + 1))
        }
    }
}

/// The placements of a table's columns. Columns that the user has named are always shown. An unlisted column is shown if there is
/// room after the others; in an unlisted table, the keys are always shown.
pub fn placements(table: &Table<'_>) -> Vec<Placement> {
    // A compared table has the words of the table of one capture.
    let listed = match table.id {
        TableId::Compared(name) => TableId::Analysis(name),
        id => id,
    };
    let importance = TABLES.iter().find(|importance| importance.table == listed);
    let priority = |(index, field): (usize, &Field)| {
        let unlisted = Priority::WithRoom(UNLISTED.saturating_add(index.min(usize::from(UNLISTED)) as u8));
        match importance {
            Some(importance) => importance.priority(field.key).unwrap_or(unlisted),
            None if field.role == ColumnRole::Key => Priority::Always,
            None => unlisted,
        }
    };
    let priorities: Vec<Priority> = match (table.id, importance) {
        (TableId::Compared(_), Some(importance)) => compared_priorities(&table.fields, |key| importance.priority(key)),
        _ => table.fields.iter().enumerate().map(priority).collect(),
    };
    let placement = |(field, priority): (&Field, Priority)| {
        let is_chosen = table.has_chosen_columns() || table.is_named(field.key);
        let priority = if is_chosen { Priority::Always } else { priority };
        let wide = WIDE.into_iter().find(|(id, key, _)| *id == listed && *key == field.key);
        Placement { priority, enough: wide.map_or(ENOUGH, |(.., enough)| enough) }
    };
    table.fields.iter().zip(priorities).map(placement).collect()
}

/// The number of rows that a terminal shows of a table, unless the user wants another number.
pub fn default_rows(table: TableId) -> usize {
    match table {
        TableId::Analysis(TableName::Capture) => CAPTURE_ROWS,
        TableId::Candidates => MAX_CANDIDATES,
        TableId::Compared(_) => COMPARED_ROWS,
        _ => DEFAULT_ROWS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::SideRow;
    use crate::explain::CandidateRow;
    use crate::report::{BookRow, Column, Kind, Record, Rows};

    #[test]
    fn every_column_of_a_listed_table_is_listed_once() {
        let mut tables: Vec<(TableId, Vec<Field>)> =
            TableName::ALL.into_iter().map(|name| (TableId::Analysis(name), name.fields())).collect();
        tables.extend([(BookRow::ID, BookRow::fields()), (CandidateRow::ID, CandidateRow::fields())]);
        tables.push((SideRow::ID, SideRow::fields()));
        #[cfg(feature = "live")]
        tables.push((TableId::Interfaces, crate::report::InterfaceRow::fields()));
        for Importance { table, always, before_addresses, with_room, never } in TABLES {
            let Some((_, fields)) = tables.iter().find(|(name, _)| name == table) else {
                assert_eq!((*table, cfg!(feature = "live")), (TableId::Interfaces, false));
                continue;
            };
            let mut listed = [*always, *before_addresses, &with_room.concat(), *never].concat();
            listed.sort_unstable();
            let mut keys: Vec<&str> = fields.iter().map(|field| field.key).collect();
            keys.sort_unstable();
            assert_eq!(listed, keys, "{table:?}");
        }
    }

    struct New(u64);

    impl Record for New {
        type Row<'a> = New;
        const ID: TableId = TableId::Other("new");
        const COLUMNS: &'static [Column<Self>] = &[
            Column::measure("packets", Kind::Count, |row| row.0.into()),
            Column::key("id", Kind::Number, |row| row.0.into()),
            Column::attribute("other", Kind::Number, |row| row.0.into()),
        ];
    }

    #[test]
    fn an_unlisted_table_shows_its_keys_and_the_rest_if_there_is_room() {
        let priorities: Vec<Priority> =
            placements(&Rows::<New>::stored(Vec::new()).into()).into_iter().map(|placement| placement.priority).collect();
        assert_eq!(priorities, [Priority::WithRoom(100), Priority::Always, Priority::WithRoom(102)]);
    }
}
