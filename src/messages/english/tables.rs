//! Tables.

use super::English;
use super::numbers::{append_bytes, append_grouped, number_of};
use crate::messages::{TableMessages, TitledTable};
use crate::report::TableName;

impl TableMessages for English {
    fn table_title(&self, table: TitledTable) -> &'static str {
        match table {
            TitledTable::Analysis(TableName::Capture) => "Capture: what was read",
            TitledTable::Analysis(TableName::Ledger) => "Ledger: one place for every packet",
            TitledTable::Analysis(TableName::Services) => "Services: what the traffic was for, by the server's port",
            TitledTable::Analysis(TableName::Portless) => "Portless: traffic without ports",
            TitledTable::Analysis(TableName::Ports) => "Ports: traffic by port number",
            TitledTable::Analysis(TableName::Ranges) => "Ranges: server ports by range, and how connections went",
            TitledTable::Analysis(TableName::Servers) => "Servers: which machine serves what",
            TitledTable::Analysis(TableName::Scans) => "Scans: who tried many ports or many hosts",
            TitledTable::Analysis(TableName::Hosts) => "Hosts: what each address did",
            TitledTable::Analysis(TableName::Flows) => "Flows: who talked to whom",
            TitledTable::Analysis(TableName::Evidence) => "Evidence: how the server of each flow was found",
            TitledTable::Analysis(TableName::Timeline) => "Timeline: what the traffic was for, over time",
            TitledTable::Analysis(TableName::Sizes) => "Sizes: packets by length on the wire",
            TitledTable::Analysis(TableName::Tunnels) => "Tunnels: packets by encapsulation",
            TitledTable::Interfaces => "Interfaces: where packets can be captured",
            TitledTable::Book => "Book of ports: what each port is registered or customarily used for",
            TitledTable::Candidates => "Flows to choose from, with the second of the capture at which each began",
        }
    }

    fn empty_table(&self, table: TitledTable) -> &'static str {
        match table {
            TitledTable::Analysis(TableName::Capture) => "no capture was read",
            TitledTable::Analysis(
                TableName::Services | TableName::Ports | TableName::Ranges | TableName::Servers | TableName::Evidence,
            ) => "no packets with ports",
            TitledTable::Analysis(TableName::Portless) => "no packets without ports",
            TitledTable::Analysis(TableName::Tunnels) => "no encapsulated packets",
            TitledTable::Analysis(TableName::Scans) => "no scans found",
            TitledTable::Analysis(
                TableName::Ledger | TableName::Hosts | TableName::Flows | TableName::Timeline | TableName::Sizes,
            )
            | TitledTable::Candidates => "nothing to show",
            TitledTable::Interfaces => "the system reports no interfaces",
            TitledTable::Book => "no named ports",
        }
    }

    fn column_title(&self, table: TitledTable, key: &'static str) -> &'static str {
        match key {
            "file_format" => "format",
            "link_type" => "link type",
            "may_capture" => "may capture",
            "wire_bytes" => "bytes",
            "captured_bytes" => "captured",
            "packets_pct" | "flows_pct" => "%",
            "wire_bytes_pct" => "% bytes",
            "start_time" => "start",
            "duration_s" => "seconds",
            "bit_rate" => "bits/s",
            "average_packet_size" => "mean size",
            "dropped_kernel" => "dropped",
            "time_order" => "time order",
            "server_ip" => "server",
            "client_ip" => "client",
            "server_port" | "client_port" => "port",
            "host_count" => "host count",
            // No other column of that table is about ports.
            "port_count" if table == TitledTable::Analysis(TableName::Ranges) => "ports",
            "port_count" => "port count",
            "transport" => "proto",
            "evidence_detail" => "compared",
            "flow_id" => "flow",
            "tcp_state" => "state",
            "control_flow" => "control",
            "start_s" => "second",
            "iana_name" => "IANA's name",
            "name_source" => "named by",
            "packets_c2s" => "packets >",
            "packets_s2c" => "packets <",
            "wire_bytes_c2s" => "bytes >",
            "wire_bytes_s2c" => "bytes <",
            "packets_sent" => "sent",
            "packets_received" => "received",
            "wire_bytes_sent" => "bytes sent",
            "wire_bytes_received" => "bytes received",
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
