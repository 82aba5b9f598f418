//! `portless`: traffic without ports, one row per protocol; ICMP by type and code, ARP by operation.

use std::cmp::Reverse;

use super::column::{Column, Kind, Record};
use super::names::{OTHERS, non_empty};
use super::rows::Rows;
use super::value::TrafficShare;
use super::{FromDecided, TableId, TableName};
use crate::analysis::Decided;
use crate::decode::LinkProtocol;
use crate::service::protocols;
use crate::stats::{PortlessKind, PortlessSum};
use crate::time::Span;
use crate::traffic::Traffic;

/// The packets of one protocol without ports. All names are `None` in the row for protocols beyond the number that are counted
/// separately.
#[derive(Clone, Debug, Default)]
pub struct PortlessRow {
    /// The layer of the protocol: `ip` or `link`.
    pub layer: Option<&'static str>,
    /// The key of the protocol.
    pub protocol: Option<String>,
    /// The number of the protocol in its layer.
    pub number: Option<u32>,
    /// The type of ICMP messages, or the operation of ARP.
    pub message_type: Option<u16>,
    /// The code of ICMP messages.
    pub code: Option<u8>,
    /// The name of the messages.
    pub name: Option<&'static str>,
    /// Packets and bytes of the protocol, and of the whole capture.
    pub traffic: TrafficShare,
    /// The number of different machines that sent or received the packets. Groups do not count.
    pub hosts: u64,
    /// First and last packet.
    pub span: Span,
}

impl Record for PortlessRow {
    type Row<'a> = PortlessRow;
    const ID: TableId = TableId::Analysis(TableName::Portless);
    const COLUMNS: &'static [Column<Self>] = &[
        Column::key("layer", Kind::Text, |row| row.layer.into()),
        Column::<Self>::key("protocol", Kind::Text, |row| row.protocol.as_ref().into()).or_word(OTHERS),
        Column::key("number", Kind::Number, |row| row.number.into()),
        Column::key("type", Kind::Number, |row| row.message_type.into()),
        Column::key("code", Kind::Number, |row| row.code.into()),
        Column::attribute("name", Kind::Text, |row| row.name.into()),
        Column::measure("packets", Kind::Count, |row| row.traffic.part.packets.into()),
        Column::measure("packets_pct", Kind::Share, |row| row.traffic.packets().into()),
        Column::measure("wire_bytes", Kind::Bytes, |row| row.traffic.part.wire_bytes.into()),
        Column::measure("wire_bytes_pct", Kind::Share, |row| row.traffic.wire_bytes().into()),
        Column::attribute("hosts", Kind::Count, |row| row.hosts.into()),
        Column::attribute("first_seen", Kind::Time, |row| row.span.first.into()),
        Column::attribute("last_seen", Kind::Time, |row| row.span.last.into()),
    ];

    /// True for protocols. Messages of ICMP and ARP come and go with the traffic.
    fn is_lasting(row: &PortlessRow) -> bool {
        row.protocol.is_some() && row.message_type.is_none()
    }
}

impl FromDecided for PortlessRow {
    fn rows<'a>(decided: &'a Decided<'_>) -> Rows<'a, Self> {
        let mut sums: Vec<(PortlessKind, PortlessSum)> = decided.collected.tally.portless.rows().collect();
        sums.sort_unstable_by_key(|(kind, sum)| (Reverse(sum.traffic.packets), *kind));
        let whole = decided.collected.total();
        Rows::stored(sums.into_iter().map(|(kind, sum)| row(kind, sum, whole)).collect())
    }
}

fn row(kind: PortlessKind, sum: PortlessSum, whole: Traffic) -> PortlessRow {
    let traffic = TrafficShare { part: sum.traffic, whole };
    PortlessRow { traffic, hosts: sum.hosts, span: sum.span, ..named(kind) }
}

/// Creates a row with the names of a protocol.
fn named(kind: PortlessKind) -> PortlessRow {
    match kind {
        PortlessKind::Ip(number, message) => PortlessRow {
            layer: Some("ip"),
            protocol: Some(protocols::ip_protocol(number)),
            number: Some(number.into()),
            message_type: message.map(|message| message.kind.into()),
            code: message.map(|message| message.code),
            name: message.and_then(|message| non_empty(protocols::icmp_message(number, message))),
            ..PortlessRow::default()
        },
        PortlessKind::Link(protocol) => {
            let (key, number, name) = protocols::link_protocol(protocol);
            let message_type = match protocol {
                LinkProtocol::Arp { opcode, .. } => opcode,
                _ => None,
            };
            PortlessRow {
                layer: Some("link"),
                protocol: Some(key),
                number: Some(number),
                message_type,
                name: non_empty(name),
                ..PortlessRow::default()
            }
        }
        PortlessKind::Others => PortlessRow::default(),
    }
}
