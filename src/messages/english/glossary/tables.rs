//! The meanings of tables.

use crate::messages::Definition;
use crate::report::{TableId, TableName};

/// The meaning of a table; `None` for one of a user of the library.
pub fn definition(table: TableId) -> Option<Definition> {
    let definition = match table {
        TableId::Analysis(name) => of_analysis(name),
        TableId::Interfaces => {
            Definition::new("The network interfaces of this computer, and whether Portolan may capture on them.")
        }
        TableId::Book => Definition::new("The book of ports: the service of each port, its category and the source of its name.")
            .more("It has no traffic in it: it is what Portolan knows before it reads a capture."),
        TableId::Candidates => Definition::new("The flows to choose from, where explain was asked for one and several match."),
        TableId::Compared(_) => {
            Definition::new("A table of several captures, joined by its keys: what is new, gone, grown and shrunk.")
        }
        TableId::Sides => Definition::new("The captures that are compared, with one row for each."),
        TableId::Other(_) => return None,
    };
    Some(definition)
}

fn of_analysis(table: TableName) -> Definition {
    match table {
        TableName::Categories => Definition::new("The purpose of the traffic in a few words, with one row for each category.")
            .more("One row is for traffic without ports, so packets and bytes add up to the capture's total."),
        TableName::Conversations => Definition::new("The traffic between each pair of hosts, with the services between them.")
            .more("A conversation is all flows between two addresses, whatever their ports; packets and bytes have a column for each way."),
        TableName::Capture => Definition::new("The inputs, with one row for each file and interface.")
            .more("With several inputs, the last row is their total; leave it out when you add up rows."),
        TableName::Ledger => Definition::new("An account of every packet: each one is counted at exactly one place.")
            .more("The rows add up to the capture's total, whatever it contains."),
        TableName::Services => Definition::new("The purpose of the traffic, with one row for each service and transport.")
            .more(
                "A service is named by the server's port or by a control channel that announced it, never by payload. The unanswered part \
                 of a scan is one row instead of many.",
            ),
        TableName::Portless => Definition::new("Traffic without ports, with one row for each protocol.")
            .more("ICMP has a row for each type and code, ARP for each operation."),
        TableName::Ports => Definition::new("The traffic of each port number, whichever side had the port.")
            .more("A packet counts for both of its ports, so the rows do not add up to the total."),
        TableName::Ranges => Definition::new("Flows by the range of the server's port, and how their connections went."),
        TableName::Servers => Definition::new("The services of each machine, with one row for each port that it serves.")
            .more("Ports that refused everybody or never answered have a row only with --closed-ports."),
        TableName::Scans => Definition::new("Machines that tried many ports of one machine, or one port of many machines.")
            .more(
                "Over TCP, SCTP and DCCP a scan has at least 10 closed ports or machines; over UDP, where silence is common, at least 20 \
                 closed ports or 64 machines.",
            ),
        TableName::Hosts => Definition::new("The traffic of each address, the services that it serves, and those that it uses.")
            .more("A packet counts for its sender and for its receiver, so the rows do not add up to the total."),
        TableName::Flows => Definition::new("The flows, in the order of their first packets.")
            .more(
                "A flow is all packets between two endpoints, in both directions: protocol, addresses, ports, VLAN and tunnel are the same. \
                 A new connection between the same two ports is a new flow.",
            ),
        TableName::Evidence => Definition::new("The evidence that decided which side of each flow is the server.")
            .more("Only flows with ports are in it."),
        TableName::Timeline => Definition::new("Packets and bytes of each category over time.")
            .more("Only time steps with traffic have rows; --interval sets the step."),
        TableName::Sizes => Definition::new("Packets by their length on the wire.").source("RFC 2819 (RMON), its first class divided in two"),
        TableName::Tunnels => Definition::new("Packets that came inside a VLAN or a tunnel, by the kind of encapsulation.")
            .more("A packet with two encapsulations counts in both rows."),
    }
}
