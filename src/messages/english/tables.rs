//! Tables.

use super::English;
use super::compare::{compared_title, side_title};
use super::numbers::{append_bytes, append_grouped, number_of};
use crate::messages::TableMessages;
use crate::report::{TableId, TableName};

impl TableMessages for English {
    fn table_title(&self, table: TableId) -> &'static str {
        match table {
            TableId::Analysis(TableName::Capture) => "Capture: what was read",
            TableId::Analysis(TableName::Ledger) => "Ledger: one place for every packet",
            TableId::Analysis(TableName::Services) => "Services: what the traffic was for, by the server's port",
            TableId::Analysis(TableName::Portless) => "Portless: traffic without ports",
            TableId::Analysis(TableName::Ports) => "Ports: traffic by port number",
            TableId::Analysis(TableName::Ranges) => "Ranges: server ports by range, and how connections went",
            TableId::Analysis(TableName::Servers) => "Servers: which machine serves what",
            TableId::Analysis(TableName::Scans) => "Scans: who tried many ports or many hosts",
            TableId::Analysis(TableName::Hosts) => "Hosts: what each address did",
            TableId::Analysis(TableName::Flows) => "Flows: who talked to whom",
            TableId::Analysis(TableName::Evidence) => "Evidence: how the server of each flow was found",
            TableId::Analysis(TableName::Timeline) => "Timeline: what the traffic was for, over time",
            TableId::Analysis(TableName::Sizes) => "Sizes: packets by length on the wire",
            TableId::Analysis(TableName::Tunnels) => "Tunnels: packets by encapsulation",
            TableId::Compared(name) => compared_title(name),
            TableId::Sides => "Sides: the captures that are compared",
            TableId::Analysis(TableName::Categories) => "Categories: what the traffic was for, in a few words",
            TableId::Analysis(TableName::Conversations) => "Conversations: which hosts talked to each other",
            TableId::Interfaces => "Interfaces: where packets can be captured",
            TableId::Book => "Book of ports: what each port is registered or customarily used for",
            TableId::Candidates => "Flows to choose from, with the second of the capture at which each began",
            TableId::Other(key) => key,
        }
    }

    fn empty_table(&self, table: TableId) -> &'static str {
        match table {
            TableId::Analysis(TableName::Capture) => "no capture was read",
            TableId::Analysis(
                TableName::Services | TableName::Ports | TableName::Ranges | TableName::Servers | TableName::Evidence,
            ) => "no packets with ports",
            TableId::Analysis(TableName::Portless) => "no packets without ports",
            TableId::Analysis(TableName::Tunnels) => "no encapsulated packets",
            TableId::Analysis(TableName::Scans) => "no scans found",
            TableId::Analysis(
                TableName::Ledger
                | TableName::Hosts
                | TableName::Flows
                | TableName::Timeline
                | TableName::Sizes
                | TableName::Categories
                | TableName::Conversations,
            )
            | TableId::Candidates
            | TableId::Sides
            | TableId::Other(_) => "nothing to show",
            TableId::Compared(_) => "no rows on any side",
            TableId::Interfaces => "the system reports no interfaces",
            TableId::Book => "no named ports",
        }
    }

    fn column_title(&self, table: TableId, key: &'static str) -> &'static str {
        if let TableId::Compared(name) = table
            && let Some(title) = side_title(name, key)
        {
            return title;
        }
        match key {
            "file_format" => "format",
            "link_type" => "link type",
            "may_capture" => "may capture",
            "wire_bytes" => "bytes",
            "captured_bytes" => "captured",
            "selected_packets" => "selected",
            "selected_wire_bytes" => "selected bytes",
            "packets_pct" | "flows_pct" => "%",
            "wire_bytes_pct" => "% bytes",
            "wire_bytes_pct_change" => "points",
            "packets_per_s" => "packets/s",
            "wire_bytes_per_s" => "bytes/s",
            "start_time" => "start",
            "duration_s" => "duration",
            "bit_rate" => "bits/s",
            "average_packet_size" => "mean size",
            "dropped_kernel" => "dropped",
            "time_order" => "time order",
            "server_ip" => "server",
            "client_ip" => "client",
            "server_port" | "client_port" => "port",
            "host_count" => "host count",
            // No other column of that table is about ports.
            "port_count" if table == TableId::Analysis(TableName::Ranges) => "ports",
            "port_count" => "port count",
            "transport" => "proto",
            "evidence_detail" => "compared",
            "flow_id" => "flow",
            "tcp_state" => "state",
            "control_flow" => "control",
            "start_s" => "second",
            "iana_name" => "IANA's name",
            "name_source" | "named_by" => "named by",
            "packets_c2s" => "packets >",
            "packets_s2c" => "packets <",
            "wire_bytes_c2s" => "bytes >",
            "wire_bytes_s2c" => "bytes <",
            "packets_sent" => "sent",
            "packets_received" => "received",
            "wire_bytes_sent" => "bytes sent",
            "wire_bytes_received" => "bytes received",
            "address_a" => "host A",
            "address_b" => "host B",
            "packets_a2b" => "packets A>B",
            "packets_b2a" => "packets B>A",
            "wire_bytes_a2b" => "bytes A>B",
            "wire_bytes_b2a" => "bytes B>A",
            "serves_a" => "A serves",
            "serves_b" => "B serves",
            "client_name" => "client name",
            "server_name" => "server name",
            "name_a" => "name of A",
            "name_b" => "name of B",
            "flows_as_server" => "as server",
            "flows_as_client" => "as client",
            key => key,
        }
    }

    fn append_count(&self, number: u64, text: &mut String) {
        append_grouped(number, text);
    }

    fn append_bytes(&self, number: u64, text: &mut String) {
        append_bytes(number, text);
    }

    fn others(&self, number: usize) -> String {
        format!("({})", number_of(number as u64, "other", "others"))
    }

    fn left_out_columns(&self, number: usize) -> String {
        format!("+{}: --wide", number_of(number as u64, "column", "columns"))
    }
}
