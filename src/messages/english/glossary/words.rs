//! The meanings of words in columns: confidence, states, categories, places, outcomes, roles, sources of names.

use crate::capture::Completeness;
use crate::explain::RungState;
use crate::flow::Initiator;
use crate::glossary::RowWord;
use crate::messages::Definition;
use crate::report::TimeOrder;
use crate::service::book::PortRange;
use crate::service::{Category, Confidence, ConnState, NameSource, NamedBy, Reply, Transport};
use crate::stats::Place;
use crate::stats::flows::Role;

/// The source of the states of connections.
const ZEEK: &str = "Zeek, conn_state";

pub fn rung_state(state: RungState) -> Definition {
    match state {
        RungState::Silent => Definition::new("The rung found nothing, so it says nothing about the server."),
        RungState::Decides => Definition::new("The rung is the first one that found a server, so it decides."),
        RungState::Agrees => Definition::new("The rung comes after the one that decided, and found the same server."),
        RungState::Disagrees => {
            Definition::new("The rung comes after the one that decided, and found the other side to be the server.")
                .more("The flow then has the flag conflict: with the name of the rung.")
        }
    }
}

pub fn confidence(confidence: Confidence) -> Definition {
    match confidence {
        Confidence::Proven => Definition::new("The server was observed and not inferred: a handshake, or your own rule."),
        Confidence::Strong => Definition::new("The evidence was right in at least 99 of 100 flows where this could be checked.")
            .more("It was checked on public captures against the handshake, which was hidden from it."),
        Confidence::Moderate => {
            Definition::new("The evidence was right in at least 92 of 100 flows where this could be checked.")
        }
        Confidence::Weak => Definition::new("The evidence is only a little better than a guess."),
        Confidence::None => Definition::new("It cannot be told which side is the server, or the two sides are peers."),
    }
}

pub fn tcp_state(state: ConnState) -> Definition {
    let definition = match state {
        ConnState::S0 => Definition::new("Somebody asked for the connection (SYN), and nobody answered.")
            .more("A firewall that drops packets looks like this, and so does a scan."),
        ConnState::S1 => Definition::new("The connection was opened and accepted, and not closed while the capture lasted."),
        ConnState::S2 => Definition::new("The connection was opened and accepted, and only the client closed it."),
        ConnState::S3 => Definition::new("The connection was opened and accepted, and only the server closed it."),
        ConnState::Sf => Definition::new("The normal case: the connection was opened, accepted, and closed by both sides."),
        ConnState::Rej => Definition::new("The connection was refused: a reset answered the SYN.")
            .more("Nothing was listening there, or a firewall rejected it."),
        ConnState::Rsto => {
            Definition::new("The connection was opened and accepted, and the client, its originator, ended it by a reset.")
        }
        ConnState::Rstr => {
            Definition::new("The connection was opened and accepted, and the server, its responder, ended it by a reset.")
        }
        ConnState::Rstos0 => {
            Definition::new("The client sent a SYN and then a reset, and the server sent neither an answer nor a reset.")
                .more("A scanner that hides half-open connections does this.")
        }
        ConnState::Rstrh => Definition::new("The server sent a SYN-ACK and then a reset; the SYN is not in the capture."),
        ConnState::Sh => {
            Definition::new("The client sent a SYN and then a FIN, and the server did not answer: a half-open connection.")
        }
        ConnState::Shr => Definition::new("The server sent a SYN-ACK and then a FIN; the SYN is not in the capture."),
        ConnState::Oth => {
            Definition::new("None of the other states: no opening is in the capture, or both sides opened the connection.")
                .more("Usually the connection began before the capture did.")
        }
    };
    definition.source(ZEEK)
}

pub fn category(category: Category) -> Definition {
    match category {
        Category::Web => Definition::new("Web pages, and other content fetched like pages."),
        Category::Mail => Definition::new("Sending, carrying and fetching mail."),
        Category::FileTransfer => Definition::new("Moving files from one machine to another: FTP, TFTP, rsync."),
        Category::FileSharing => Definition::new("Folders of another machine used like one's own: SMB, NFS."),
        Category::NameResolution => {
            Definition::new("Names to addresses and back, and finding devices by name: DNS, mDNS, NetBIOS, SSDP.")
        }
        Category::Printing => Definition::new("Printers and scanners."),
        Category::Streaming => Definition::new("Video and sound from a server."),
        Category::Voip => Definition::new("Telephony and video calls: signalling and the calls themselves."),
        Category::Messaging => Definition::new("Messengers and chat."),
        Category::Games => Definition::new("Games."),
        Category::RemoteAccess => Definition::new("Working on another machine: SSH, RDP, VNC, Telnet."),
        Category::Database => Definition::new("Databases, caches and search engines."),
        Category::Directory => Definition::new("Directories of people and machines: LDAP, whois, finger."),
        Category::Management => Definition::new("Watching and controlling machines: SNMP, syslog, monitoring."),
        Category::TimeAndAddress => Definition::new("The time of day, and addresses that are handed out: NTP, DHCP."),
        Category::Routing => Definition::new("Routers that talk to each other: BGP, RIP."),
        Category::VpnAndTunnels => Definition::new("Networks inside networks: VPNs and tunnels."),
        Category::PeerToPeer => {
            Definition::new("Machines that are client and server to each other, such as in file sharing between users.")
        }
        Category::Industrial => Definition::new("Plants, buildings and machines: Modbus, S7, BACnet."),
        Category::Security => Definition::new("Logins, keys, certificates and checks: Kerberos, RADIUS, TACACS+."),
        Category::Other => Definition::new("A service with a name, but in none of the other categories.")
            .more("Most registered ports that few people use are here."),
        Category::Scan => Definition::new("Ports that a machine tried one after the other, and that did not answer.")
            .more("Tried ports that did answer keep their own category, because they are servers."),
        Category::Unassigned => Definition::new("There is a server, but its port has no name.")
            .more("Whatever runs there was set up on purpose; a line of your own in --services names it."),
        Category::Undetermined => {
            Definition::new("It cannot be told which side is the server, so there is no port to name the service by.")
        }
    }
}

pub fn place(place: Place) -> Definition {
    match place {
        Place::Transport(transport) => match transport {
            Transport::Tcp => Definition::new("Packets of TCP that belong to a flow.").source("RFC 9293"),
            Transport::Udp => Definition::new("Packets of UDP that belong to a flow.").source("RFC 768"),
            Transport::Sctp => Definition::new("Packets of SCTP that belong to a flow.").source("RFC 9260"),
            Transport::Dccp => Definition::new("Packets of DCCP that belong to a flow.").source("RFC 4340"),
            Transport::UdpLite => Definition::new("Packets of UDP-Lite that belong to a flow.").source("RFC 3828"),
        },
        Place::PortlessIp => Definition::new("Packets of an IP protocol without ports, such as ICMP, IGMP, OSPF and ESP.")
            .more("The table portless shows them by protocol."),
        Place::NonIp => Definition::new("Packets that are not IP, such as ARP, spanning tree and LLDP.")
            .more("The table portless shows them by protocol."),
        Place::Fragment => {
            Definition::new("Later fragments of an IP packet whose first fragment, which has the ports, is not in the capture.")
                .source("RFC 791 section 3.2; RFC 8200 section 4.5")
        }
        Place::Truncated => {
            Definition::new("Packets of which the capture holds too little to know their IP protocol or their ports.")
                .more("A larger snapshot length (tcpdump -s) prevents this.")
        }
        Place::Malformed => {
            Definition::new("Packets whose headers contradict themselves, such as a length that is shorter than the header.")
        }
        Place::Outside => {
            Definition::new("Packets outside the time that --from and --to ask for: they are counted here and nowhere else.")
        }
        Place::UnsupportedLink => Definition::new("Packets of a link type that Portolan cannot decode.")
            .more("A message names the link type; docs/link-types.md lists those that are decoded."),
    }
}

pub fn reply(reply: Reply) -> Definition {
    match reply {
        Reply::Answered => Definition::new("The server side sent something other than a refusal."),
        Reply::OneWay => Definition::new("No answer is expected, or the capture holds only one direction.")
            .more("Syslog, streams and multicast are like this."),
        Reply::Refused => {
            Definition::new("The server side refused: by a reset, or by an ICMP error that says that the port is closed.")
                .more("Nothing was listening there, or a firewall rejected it.")
                .source("RFC 9293 section 3.5.2; RFC 792")
        }
        Reply::Silent => Definition::new("Nothing came back, so it is unknown whether anything was listening there.")
            .more("A firewall that drops packets looks like this."),
    }
}

pub fn role(role: Role) -> Definition {
    match role {
        Role::Machine => Definition::new("The address of one machine."),
        Role::Group => Definition::new("A group of machines: a multicast or broadcast address.")
            .source("RFC 1112; RFC 4291 section 2.7; RFC 919"),
        Role::Unspecified => {
            Definition::new("No machine: the sender has no address yet (0.0.0.0 or ::), as when it asks DHCP for one.")
                .source("RFC 6890")
        }
    }
}

pub fn initiator(initiator: Initiator) -> Definition {
    match initiator {
        Initiator::Client => Definition::new("The client opened the flow, as nearly always.")
            .more("If no side is the server, the side that opened the flow is called the client."),
        Initiator::Server => Definition::new("The server opened the flow, as an FTP server does in active mode."),
        Initiator::Unknown => {
            Definition::new("The beginning of the flow is not in the capture, so it is not known which side opened it.")
        }
    }
}

pub fn name_source(source: NameSource) -> Definition {
    match source {
        NameSource::User => Definition::new("The name is from your own port table (--services), which takes precedence."),
        NameSource::Expected => Definition::new("A control channel in the capture announced the flow, and with it the name.")
            .more("Its ports may be assigned to anything."),
        NameSource::Iana => Definition::new("IANA has assigned the port to this service.")
            .more("Portolan may call it by a better known name: dns for domain.")
            .source("IANA port registry; RFC 6335"),
        NameSource::Overlay => {
            Definition::new("The use of the port is customary: IANA has assigned it to another service, or to none.")
                .source("data/overlay.tsv, with its sources")
        }
    }
}

pub fn named_by(named_by: NamedBy) -> Definition {
    match named_by {
        NamedBy::Yours => Definition::new("The name is from your own port table (--services)."),
        NamedBy::Announced => Definition::new("A control channel in the capture announced the flow, and with it the name."),
        NamedBy::Curated => Definition::new("The service is widely run on this port, so the name is likely to be right.")
            .more("Portolan's own reviewed table says so, with a source for each port; the port may be registered or customary.")
            .source("data/overlay.tsv, with its sources"),
        NamedBy::Customary => Definition::new("The service is known to use this port, but IANA has not assigned it, and it is not widely run.")
            .source("data/overlay.tsv, with its sources"),
        NamedBy::Registered => Definition::new("The name is registered for this port, and nothing else speaks for it.")
            .more(
                "Half of all ports below 10,000 are registered to somebody, mostly to programs that few people run, and anyone may use them for \
                 something else. On the terminal, services, servers and ports show such a name with a question mark, as in ibm-db2?; data formats have the plain name.",
            )
            .source("IANA port registry; RFC 6335"),
    }
}

pub fn transport(transport: Transport) -> Definition {
    match transport {
        Transport::Tcp => Definition::new("Transmission Control Protocol: connections that are opened, acknowledged and closed.")
            .source("RFC 9293"),
        Transport::Udp => {
            Definition::new("User Datagram Protocol: single messages without a connection or a handshake.").source("RFC 768")
        }
        Transport::Sctp => {
            Definition::new("Stream Control Transmission Protocol: connections with several streams, used in telephone networks.")
                .source("RFC 9260")
        }
        Transport::Dccp => {
            Definition::new("Datagram Congestion Control Protocol: connections of messages that may be lost.").source("RFC 4340")
        }
        Transport::UdpLite => {
            Definition::new("UDP whose checksum may leave out a part of the message; its ports are those of UDP.")
                .source("RFC 3828")
        }
    }
}

pub fn port_range(range: PortRange) -> Definition {
    let definition = match range {
        PortRange::System => Definition::new("Ports 0 to 1023, the well-known ports.")
            .more("IANA assigns them after a review, and on many systems only an administrator may start a server there."),
        PortRange::User => Definition::new("Ports 1024 to 49151, which IANA registers for anyone who asks.")
            .more("Some systems also take client ports from here: Linux from 32768 up."),
        PortRange::Dynamic => Definition::new("Ports 49152 to 65535, which are never registered.")
            .more("Systems take client ports from here; a server found here was set up on purpose, or announced."),
    };
    definition.source("RFC 6335 section 6")
}

pub fn completeness(completeness: Completeness) -> Definition {
    match completeness {
        Completeness::Complete => Definition::new("All of the input was read."),
        Completeness::CutOff => Definition::new("The input ends inside a packet: the packets before it are counted.")
            .more("A capture that was still being written, or a full disk, looks like this."),
        Completeness::Damaged => Definition::new("A part of the input contradicts its format, or could not be read.")
            .more("A message on standard error says where."),
        Completeness::Interrupted { .. } => {
            Definition::new("A signal, such as Ctrl-C, stopped the reading: the packets before it are counted.")
        }
    }
}

pub fn time_order(order: TimeOrder) -> Definition {
    match order {
        TimeOrder::Strict => Definition::new("No packet has an earlier time than the one before it."),
        TimeOrder::Backwards => Definition::new("At least one packet has an earlier time than the one before it.")
            .more("Inputs that overlap have this order, too; mergecap sorts packets by time."),
    }
}

pub fn row_word(word: RowWord) -> Definition {
    match word {
        RowWord::Others => Definition::new("Everything that has no row of its own, added up.")
            .more(
                "On the terminal, (12 others) stands for the rows beyond --top. In data, others stands for what is beyond a limit of memory, so \
                 that the sums remain right; docs/formats.md lists the limits.",
            ),
        RowWord::Total => Definition::new("All inputs together, in the table capture.").more("Leave this row out when you add up rows."),
        RowWord::Portless => Definition::new("Traffic without ports, which belongs to no service and so to no category.")
            .more("It stands in the column category of the timeline, so that the timeline adds up to the capture."),
    }
}
