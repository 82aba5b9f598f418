//! The meanings of columns. A column that several tables share has one meaning, unless a table has its own.

use super::compared;
use crate::messages::Definition;
use crate::report::TableId;

/// Zeek's documentation of connections.
const ZEEK: &str = "Zeek, conn_state";
/// The registry of ports.
const IANA: &str = "IANA port registry; RFC 6335";

/// The meaning of a column; `None` if it is not known.
pub fn definition(table: TableId, key: &'static str) -> Option<Definition> {
    compared::definition(table, key).or_else(|| of_table(table, key)).or_else(|| of_flow(key)).or_else(|| common(key))
}

/// The meanings that belong to a single table.
fn of_table(table: TableId, key: &str) -> Option<Definition> {
    let definition = match (table.key(), key) {
        ("flows" | "candidates", "transport") => Definition::new("The transport protocol, or the IP protocol of a flow without ports.")
            .more("TCP 80 and UDP 80 are two different ports."),
        ("categories", "category") => Definition::new("The category of the services, or portless for traffic without ports."),
        ("categories", "services") => Definition::new("The services and scans of the category, or the protocols without ports, those with the most packets first."),
        ("categories", "hosts") => Definition::new("The number of different clients, servers that showed themselves, and machines that were scanned.")
            .more("It has no value for traffic without ports, whose addresses are those of different layers."),
        ("conversations", "services") => Definition::new("The services between the two hosts."),
        ("conversations", "address_a") => Definition::new("The lower of the two addresses.")
            .more("others stands for pairs beyond the memory of a long live capture."),
        ("conversations", "address_b") => Definition::new("The higher of the two addresses."),
        ("conversations", "packets_a2b") => Definition::new("The packets that A sent to B."),
        ("conversations", "packets_b2a") => Definition::new("The packets that B sent to A."),
        ("conversations", "wire_bytes_a2b") => Definition::new("The bytes on the wire that A sent to B."),
        ("conversations", "wire_bytes_b2a") => Definition::new("The bytes on the wire that B sent to A."),
        ("conversations", "serves_a") => Definition::new("The services that A serves B."),
        ("conversations", "serves_b") => Definition::new("The services that B serves A."),
        ("conversations", "name_a") => Definition::new("The name that the capture itself gives A."),
        ("conversations", "name_b") => Definition::new("The name that the capture itself gives B."),
        (_, "client_name") => Definition::new("The name that the capture itself gives the client, from DNS, DHCP or NetBIOS."),
        (_, "server_name") => Definition::new("The name that the capture itself gives the server, from DNS, DHCP or NetBIOS."),
        ("portless" | "timeline" | "sizes" | "tunnels", "packets") => Definition::new("The number of packets."),
        ("capture", "packets") => Definition::new("The packets that were read.")
            .more("Packets that a filter does not match are not among them, nor duplicates that --dedup dropped."),
        ("ledger", "packets") => Definition::new("The packets that ended up at this place."),
        ("ledger", "selected_packets") => Definition::new("The packets at this place that were selected; empty without a selection."),
        ("ledger", "selected_wire_bytes") => Definition::new("The bytes on the wire of the selected packets; empty without a selection."),
        ("ledger", "place") => Definition::new("The place at which the packets are counted."),
        ("ports", "packets") => Definition::new("The packets from or to the port; one between two equal ports counts once."),
        ("ports", "service") => Definition::new("The name that the book of ports has for the port, whichever side used it."),
        ("ports", "category") => Definition::new("The category of that name."),
        ("ports" | "book", "port") => Definition::new("The number of the port."),
        ("portless", "number") => Definition::new("The number of the protocol in its layer: IP protocol, EtherType, LLC service access point.")
            .source("IANA Protocol Numbers; IANA IEEE 802 Numbers"),
        ("portless", "name") => Definition::new("The name of the messages of that type and code.").source("IANA ICMP, ICMPv6 and ARP Parameters"),
        ("portless", "layer") => Definition::new("The layer of the protocol: ip, or link for what stands directly above the link layer."),
        ("portless", "protocol") => Definition::new("The protocol; others stands for kinds beyond the 65,536 that are counted separately."),
        ("portless", "type") => Definition::new("The type of the ICMP message, or the operation of ARP.").source("RFC 792; RFC 4443; RFC 826"),
        ("portless", "code") => Definition::new("The code of the ICMP message.").source("RFC 792; RFC 4443"),
        ("portless", "hosts") => Definition::new("The number of different machines that sent or received the packets.")
            .more("Groups do not count."),
        ("services", "service") => Definition::new("The name of the service, by the server's port or by an announcement.")
            .more(
                "unassigned is a server whose port has no name; undetermined means that it cannot be told which side is the server. A scan \
                 is described in words.",
            ),
        ("services", "ports") => Definition::new("The servers' ports, including those that never answered.")
            .more("At most 32 ranges are shown, with the number of further ports."),
        ("services", "named_by") => Definition::new("The worth of the name, the best first.")
            .more(
                "There are several if the row stands for several ports: irc is curated on 6667, customary on 7000 and registered on 194. \
                 Only a row that is nothing but registered has a question mark on the terminal.",
            ),
        ("services", "outcome") => Definition::new("The best reply that any of the flows had."),
        ("servers", "outcome") => Definition::new("The best reply that this server gave to any of its flows."),
        ("servers", "evidence") => Definition::new("The best evidence of all flows that the port is a server's."),
        ("servers", "server_ip") => Definition::new("The address of the machine that serves.")
            .more("others stands for servers beyond the memory of a long live capture."),
        ("servers", "server_port") => Definition::new("The port on which the machine serves."),
        ("servers", "service") => Definition::new("The name of the service on this port."),
        ("ranges", "range") => Definition::new("The range of the server's port; undetermined for flows whose server is not known.")
            .source("RFC 6335 section 6"),
        ("ranges", "port_count") => Definition::new("The number of different server ports in the range."),
        ("scans", "client_ip") => Definition::new("The machine that scanned."),
        ("scans", "server_ip") => Definition::new("The machine that was scanned; empty if there are several."),
        ("scans", "host_count") => Definition::new("The number of different machines that were tried."),
        ("scans", "port_count") => Definition::new("The number of different ports that were tried."),
        ("scans", "ports") => Definition::new("The ports that were tried.").more("At most 32 ranges are shown, with the number of further ports."),
        ("scans", "answered") => Definition::new("The flows of the scan that were answered: open ports."),
        ("scans", "refused") => Definition::new("The flows of the scan that were refused: closed ports."),
        ("scans", "silent") => Definition::new("The flows of the scan without any answer: perhaps a firewall."),
        ("hosts", "name") => Definition::new("The name of the machine, as far as the capture itself tells it; nothing is looked up.")
            .more("Sources, the best first: name resolution of the file, DNS answers, mDNS and LLMNR, DHCP, NetBIOS, reverse DNS."),
        ("hosts", "address") => Definition::new("The address; others stands for addresses beyond the memory of a long live capture."),
        ("evidence", "evidence") => Definition::new("The evidence that decided the flows."),
        ("evidence", "confidence") => Definition::new("The confidence of that evidence; the same evidence can be stronger or weaker."),
        ("timeline", "start_time") => Definition::new("The beginning of the time step."),
        ("timeline", "category") => Definition::new("The category of the flows, or portless for traffic without ports."),
        ("sizes", "class") => Definition::new("The shortest and the longest length on the wire of the packets, in bytes."),
        ("tunnels", "encapsulation") => Definition::new("The kind of encapsulation; docs/formats.md lists all of them with their specifications.")
            .more("others stands for packets beyond the 32,768 different stacks that are counted separately."),
        ("book", "rank") => Definition::new("How likely the port is to be a server's, from 6 down to -1; port 0 has -2.")
            .more("6 and 5 are widely used services, 4 and 3 are merely named ones, 2 and 1 are hard to say, 0 and -1 are client ports."),
        ("book", "service") => Definition::new("The name of the service; unassigned if the port has none."),
        ("book", "iana_name") => Definition::new("The name under which IANA has assigned the port.").source(IANA),
        ("book", "host") => Definition::new("The machine or network to which your own rule applies; empty if it applies to all."),
        ("book", "description") => Definition::new("The purpose of the port."),
        ("book", "document") => Definition::new("The document that the name rests on."),
        ("interfaces", "interface") => Definition::new("The name of the interface, as for portolan live -i."),
        ("interfaces", "addresses") => Definition::new("The addresses of this computer on the interface."),
        ("interfaces", "up") => Definition::new("Whether the interface is switched on."),
        ("interfaces", "running") => Definition::new("Whether the interface can carry traffic: a cable is plugged in, a network is joined."),
        ("interfaces", "loopback") => Definition::new("Whether the interface leads only back to this computer."),
        ("interfaces", "may_capture") => Definition::new("Whether Portolan may capture on the interface."),
        ("interfaces", "reason") => Definition::new("The reason why Portolan may not capture there.").more("portolan doctor says what to do about it."),
        ("candidates", "packets") => Definition::new("The packets of the flow, in both directions."),
        ("candidates", "start_s") => Definition::new("The time from the beginning of the capture to the first packet of the flow."),
        _ => return None,
    };
    Some(definition)
}

/// The meanings of numbers of flows by the outcome of their connections.
fn outcomes(key: &str) -> Option<Definition> {
    let definition = match key {
        "attempted" => Definition::new("The flows that were asked for and not answered."),
        "established" => Definition::new("The connections that were opened, and not ended by a reset.")
            .more("Only TCP, SCTP and DCCP have connections."),
        "refused" => {
            Definition::new("The flows that were refused: by a reset, or by an ICMP error that says that the port is closed.")
        }
        "reset" => Definition::new("The connections that were opened, and ended by a reset."),
        "midstream" => Definition::new("The connections whose opening is not in the capture."),
        _ => return None,
    };
    Some(definition)
}

/// The meanings of columns about flows and their sides.
fn of_flow(key: &str) -> Option<Definition> {
    let definition = match key {
        "flow_id" => {
            Definition::new("The number of the flow, from 1 in the order of first packets: the FLOW of portolan explain.")
        }
        "client_ip" => Definition::new("The address of the client.")
            .more("If no side is the server, the client is the side that sent the first packet."),
        "client_port" => Definition::new("The port of the client.").more("It never names the flow: a client can use any port."),
        "server_ip" => Definition::new("The address of the server; of the other side, if no side is the server."),
        "server_port" => Definition::new("The port of the server; of the other side, if no side is the server."),
        "vlan" => Definition::new("The VLANs in which the flow was seen, outermost first; both paths, if the directions differ.")
            .source("IEEE 802.1Q"),
        "tunnel" => {
            Definition::new("The tunnels in which the flow was seen, outermost first; both paths, if the directions differ.")
                .more("A number after a colon is that of the virtual network, as in vxlan:42.")
        }
        "evidence" => Definition::new("The evidence that decided which side is the server."),
        "evidence_detail" => {
            Definition::new("The two numbers that were compared, the server's first: ranks, or numbers of different peer ports.")
                .more("Only the evidence rank and port-diversity has them.")
        }
        "confidence" => Definition::new("The confidence that this side is the server."),
        "alternatives" => Definition::new("The names that the flow would have with the other side as the server.")
            .more("They are shown where the server is not nearly certain."),
        "flags" => Definition::new("Everything unusual about the flow."),
        "tcp_state" => Definition::new("The state of the TCP connection at the end of the capture.").source(ZEEK),
        "initiator" => Definition::new("The side that opened the flow."),
        "named_by" => Definition::new("The worth of the name; empty if there is none."),
        "name_source" => Definition::new("The source of the service's name; none if it has no name."),
        "ip_protocol" => Definition::new("The number of the IP protocol: 6 is TCP, 17 is UDP.").source("IANA Protocol Numbers"),
        "payload_bytes_c2s" => Definition::new("The bytes of payload that clients sent."),
        "payload_bytes_s2c" => Definition::new("The bytes of payload that servers sent."),
        "packets_c2s" => Definition::new("The packets that clients sent to servers."),
        "packets_s2c" => Definition::new("The packets that servers sent to clients."),
        "wire_bytes_c2s" => Definition::new("The bytes on the wire that clients sent to servers."),
        "wire_bytes_s2c" => Definition::new("The bytes on the wire that servers sent to clients."),
        "fragments" => Definition::new("The packets that were fragments; only the first fragment of a datagram has ports.")
            .source("RFC 791 section 3.2; RFC 8200 section 4.5"),
        "icmp_errors" => Definition::new("The ICMP errors that were sent about packets of the flow.").source("RFC 792; RFC 4443"),
        "community_id" => Definition::new("The identifier of the flow in other programs, such as Zeek, Suricata and Wireshark.")
            .source("Community ID flow hashing, version 1"),
        "control_flow" => Definition::new("The number of the flow whose control channel announced this one."),
        "attempted" | "established" | "refused" | "reset" | "midstream" => return outcomes(key),
        _ => return None,
    };
    Some(definition)
}

/// The meanings of columns that several tables share, and of the inputs.
fn common(key: &str) -> Option<Definition> {
    let definition = match key {
        "packets" => Definition::new("The packets of both directions."),
        "packets_pct" => Definition::new("The share of all packets in the capture."),
        "wire_bytes" => {
            Definition::new("The bytes on the wire, with all headers, even if the capture holds only a part of each packet.")
        }
        "wire_bytes_pct" => Definition::new("The share of all bytes on the wire."),
        "captured_bytes" => {
            Definition::new("The bytes of the packets that the capture holds: fewer than wire_bytes if packets were cut.")
        }
        "ip_bytes" => Definition::new("The bytes of the IP packets, without the headers of the link layer."),
        "payload_bytes" => Definition::new("The bytes behind the headers of the transport."),
        "flows" => Definition::new("The number of flows."),
        "flows_pct" => Definition::new("The share of all flows with ports."),
        "flows_as_server" => Definition::new("The flows whose server had the port."),
        "flows_as_client" => Definition::new("The flows whose client had the port."),
        "packets_sent" => Definition::new("The packets that the machine sent."),
        "packets_received" => Definition::new("The packets that were sent to the machine."),
        "wire_bytes_sent" => Definition::new("The bytes on the wire that the machine sent."),
        "wire_bytes_received" => Definition::new("The bytes on the wire that were sent to the machine."),
        "clients" => Definition::new("The number of different addresses that were clients."),
        "servers" => Definition::new("The number of different addresses that showed themselves to be servers.")
            .more("A machine that refused or never answered is none."),
        "peers" => Definition::new("The number of different addresses that the machine exchanged packets with."),
        "serves" => Definition::new("The services that the machine serves."),
        "uses" => Definition::new("The services that the machine uses."),
        "role" => Definition::new("The kind of thing that the address stands for."),
        "service" => Definition::new("The name of the service, by the server's port or by an announcement."),
        "category" => Definition::new("The category of the service."),
        "transport" => Definition::new("The transport protocol.").more("TCP 80 and UDP 80 are two different ports."),
        "range" => Definition::new("The range of the port's number.").source("RFC 6335 section 6"),
        "first_seen" => Definition::new("The time of the first packet."),
        "last_seen" => Definition::new("The time of the last packet."),
        "start_time" => Definition::new("The time of the first packet."),
        "end_time" => Definition::new("The time of the last packet."),
        "duration_s" => Definition::new("The time from the first to the last packet."),
        "file" => Definition::new("The input as it was named; total in the last row, for all inputs together."),
        "interface" => Definition::new("The name of the interface that the packets were captured on, if the file has it.")
            .source("pcapng, if_name"),
        "file_format" => Definition::new("The format of the file: pcap, pcapng or snoop."),
        "compression" => Definition::new("The compression of the file: none, gzip, zstd, lz4 or xz."),
        "link_type" => Definition::new("The type of the link layer: the header with which packets begin.")
            .source("tcpdump.org, link-layer header types"),
        "time_precision" => Definition::new("The unit of the file's timestamps: s, ms, us, ns, or a fraction of a second."),
        "snaplen" => Definition::new("The most bytes that were stored of each packet; 0 is no limit."),
        "packet_rate" => Definition::new("The average number of packets in a second."),
        "bit_rate" => Definition::new("The average number of bits on the wire in a second."),
        "average_packet_size" => Definition::new("The average length of a packet on the wire."),
        "dropped_kernel" => Definition::new("The packets that the kernel dropped while capturing, because its buffer was full.")
            .more("They are missing from all tables; a larger buffer prevents this."),
        "dropped_interface" => Definition::new("The packets that the interface or its driver dropped while capturing."),
        "time_order" => Definition::new("Whether the packets are in the order of their times."),
        "complete" => Definition::new("How much of the input could be read."),
        "sha256" => Definition::new("The SHA-256 of the file as stored, with --sha256.").source("FIPS 180-4"),
        "duplicates" => Definition::new(
            "The packets that are suspected to be captured twice: same bytes as one of the four before, at most 100 ms apart.",
        )
        .more("--dedup drops them."),
        _ => return None,
    };
    Some(definition)
}
