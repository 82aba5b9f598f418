//! `conversations`: who talks to whom, one row per pair of addresses. The first of the two is the lower address, so that a pair has the
//! same key in every capture.

use std::net::IpAddr;

use super::column::{Column, Comparability, Kind, Record};
use super::rows::Rows;
use super::value::Value;
use super::{FromDecided, TableId, TableName, names};
use crate::analysis::Decided;
use crate::stats::ConversationFlows;
use crate::stats::conversations::{ConversationSum, Pair};
use crate::stats::flows::{Host, Role};
use crate::time::Span;
use crate::traffic::Traffic;

/// The flows between two addresses, A and B, of which A is the lower one. In the row for all pairs without a row of their own, fields
/// that differ between them are `None`.
#[derive(Clone, Debug, Default)]
pub struct ConversationRow<'a> {
    /// The lower address.
    pub address_a: Option<IpAddr>,
    /// The other address.
    pub address_b: Option<IpAddr>,
    /// The services between them, in order.
    pub services: Vec<&'a str>,
    /// The number of flows, those without ports included.
    pub flows: u64,
    /// The traffic that A sent.
    pub from_a: Traffic,
    /// The traffic that B sent.
    pub from_b: Traffic,
    /// First and last packet.
    pub span: Span,
    /// The services that A serves B, in order.
    pub serves_a: Vec<&'a str>,
    /// The services that B serves A, in order.
    pub serves_b: Vec<&'a str>,
    /// The name that the capture gives A. Untrusted text.
    pub name_a: Option<&'a str>,
    /// The name that the capture gives B. Untrusted text.
    pub name_b: Option<&'a str>,
}

impl Record for ConversationRow<'static> {
    type Row<'a> = ConversationRow<'a>;
    const ID: TableId = TableId::Analysis(TableName::Conversations);
    const COMPARABILITY: Comparability = Comparability::Parts;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::<Self>::key("address_a", Kind::Address, |row| row.address_a.into()).or_word(names::OTHERS),
        Column::key("address_b", Kind::Address, |row| row.address_b.into()),
        Column::attribute("services", Kind::List(&Kind::Text), |row| Value::List(&row.services)),
        Column::measure("flows", Kind::Count, |row| row.flows.into()),
        Column::measure("packets_a2b", Kind::Count, |row| row.from_a.packets.into()),
        Column::measure("packets_b2a", Kind::Count, |row| row.from_b.packets.into()),
        Column::measure("wire_bytes_a2b", Kind::Bytes, |row| row.from_a.wire_bytes.into()),
        Column::measure("wire_bytes_b2a", Kind::Bytes, |row| row.from_b.wire_bytes.into()),
        Column::attribute("first_seen", Kind::Time, |row| row.span.first.into()),
        Column::attribute("last_seen", Kind::Time, |row| row.span.last.into()),
        Column::attribute("serves_a", Kind::List(&Kind::Text), |row| Value::List(&row.serves_a)),
        Column::attribute("serves_b", Kind::List(&Kind::Text), |row| Value::List(&row.serves_b)),
        Column::attribute("name_a", Kind::Untrusted, |row| Value::untrusted(row.name_a)),
        Column::attribute("name_b", Kind::Untrusted, |row| Value::untrusted(row.name_b)),
    ];
}

impl FromDecided for ConversationRow<'static> {
    fn rows<'a>(decided: &'a Decided<'_>) -> Rows<'a, Self> {
        let flows = decided.decided_flows();
        let conversations = ConversationFlows::new(flows);
        let others = flows.closed.and_then(|closed| closed.conversations.others.as_ref());
        let (len, cost) = (conversations.len() + usize::from(others.is_some()), conversations.members());
        let row = move |number| match conversations.sum(number, flows) {
            Some((pair, sum)) => row(decided, pair, &sum),
            None => others.map(|sum| sums(decided, sum)).unwrap_or_default(),
        };
        Rows::computed(len, row).with_cost(cost).with_sum(move || {
            let (flows, [from_a, from_b]) = ConversationFlows::whole(flows);
            ConversationRow { flows, from_a, from_b, ..ConversationRow::default() }
        })
    }
}

fn row<'a>(decided: &'a Decided<'_>, pair: Pair, sum: &ConversationSum) -> ConversationRow<'a> {
    let [a, b] = pair.hosts();
    let [role_a, role_b] = sum.roles(pair);
    let address = |host: Host| host.version.ip_addr(host.address);
    let name = |host, role| if role == Role::Group { None } else { decided.collected.names.get(&address(host)) };
    ConversationRow {
        address_a: Some(address(a)),
        address_b: Some(address(b)),
        name_a: name(a, role_a),
        name_b: name(b, role_b),
        ..sums(decided, sum)
    }
}

/// Creates a row with the sums of one pair, or of several.
fn sums<'a>(decided: &'a Decided<'_>, sum: &ConversationSum) -> ConversationRow<'a> {
    let registry = &decided.collected.registry;
    let [serves_a, serves_b] = &sum.serves;
    let [from_a, from_b] = sum.sent;
    ConversationRow {
        services: names::services(registry, sum.services.iter().copied()),
        serves_a: names::services(registry, serves_a.iter().copied()),
        serves_b: names::services(registry, serves_b.iter().copied()),
        flows: sum.flows,
        from_a,
        from_b,
        span: sum.span,
        ..ConversationRow::default()
    }
}
