//! `hosts`: the traffic of each address, the services that it serves, and those that it uses.

use std::net::IpAddr;

use super::column::{Column, Kind, Record};
use super::rows::Rows;
use super::value::Value;
use super::{FromDecided, TableId, TableName, names};
use crate::analysis::Decided;
use crate::stats::HostFlows;
use crate::stats::flows::{Host, HostSum, Role};
use crate::time::Span;
use crate::traffic::Traffic;

/// The flows of one address. In the row for all addresses without a row of their own, fields that differ between them are `None`.
#[derive(Clone, Debug, Default)]
pub struct HostRow<'a> {
    /// The address.
    pub address: Option<IpAddr>,
    /// The name that the capture gives the address. Untrusted text.
    pub name: Option<&'a str>,
    /// The traffic that the machine sent.
    pub sent: Traffic,
    /// The traffic that was sent to the machine.
    pub received: Traffic,
    /// The number of different addresses that it exchanged traffic with.
    pub peers: u64,
    /// The services that it serves, in order.
    pub serves: Vec<&'a str>,
    /// The services that it uses, in order.
    pub uses: Vec<&'a str>,
    /// First and last packet.
    pub span: Span,
    /// The role of the address.
    pub role: Option<Role>,
}

impl Record for HostRow<'static> {
    type Row<'a> = HostRow<'a>;
    const ID: TableId = TableId::Analysis(TableName::Hosts);
    const COLUMNS: &'static [Column<Self>] = &[
        Column::<Self>::key("address", Kind::Address, |row| row.address.into()).or_word(names::OTHERS),
        Column::attribute("name", Kind::Untrusted, |row| Value::untrusted(row.name)),
        Column::measure("packets_sent", Kind::Count, |row| row.sent.packets.into()),
        Column::measure("packets_received", Kind::Count, |row| row.received.packets.into()),
        Column::measure("wire_bytes_sent", Kind::Bytes, |row| row.sent.wire_bytes.into()),
        Column::measure("wire_bytes_received", Kind::Bytes, |row| row.received.wire_bytes.into()),
        Column::attribute("peers", Kind::Count, |row| row.peers.into()),
        Column::attribute("serves", Kind::List(&Kind::Text), |row| Value::List(&row.serves)),
        Column::attribute("uses", Kind::List(&Kind::Text), |row| Value::List(&row.uses)),
        Column::attribute("first_seen", Kind::Time, |row| row.span.first.into()),
        Column::attribute("last_seen", Kind::Time, |row| row.span.last.into()),
        Column::attribute("role", Kind::Text, |row| row.role.map(Role::name).into()),
    ];

    /// True for machines. The groups of IPv6 follow from the addresses of machines (RFC 4291 section 2.7.1).
    fn is_lasting(row: &HostRow<'_>) -> bool {
        row.role == Some(Role::Machine)
    }
}

impl FromDecided for HostRow<'static> {
    fn rows<'a>(decided: &'a Decided<'_>) -> Rows<'a, Self> {
        let decided_flows = decided.decided_flows();
        let hosts = HostFlows::new(decided_flows);
        let others = decided_flows.closed.and_then(|closed| closed.hosts.others.as_ref());
        let (len, cost) = (hosts.len() + usize::from(others.is_some()), hosts.members());
        let row = move |number| match hosts.sum(number, decided_flows) {
            Some((host, sum)) => row(decided, host, &sum),
            None => others.map(|sum| sums(decided, sum)).unwrap_or_default(),
        };
        Rows::computed(len, row).with_cost(cost).with_sum(move || {
            let [sent, received] = HostFlows::whole(decided_flows);
            HostRow { sent, received, ..HostRow::default() }
        })
    }
}

fn row<'a>(decided: &'a Decided<'_>, host: Host, sum: &HostSum) -> HostRow<'a> {
    let address = host.version.ip_addr(host.address);
    let role = Role::new(host, sum.addressed_as_group, sum.sent.packets > 0);
    // Groups and unspecified addresses have no name, whatever a name server says.
    let name = if role == Role::Group { None } else { decided.collected.names.get(&address) };
    HostRow { address: Some(address), name, role: Some(role), ..sums(decided, sum) }
}

/// Creates a row with the sums of one address, or of several.
fn sums<'a>(decided: &'a Decided<'_>, sum: &HostSum) -> HostRow<'a> {
    HostRow {
        sent: sum.sent,
        received: sum.received,
        peers: sum.peers.len() as u64,
        serves: names::services(&decided.collected.registry, sum.serves.iter().copied()),
        uses: names::services(&decided.collected.registry, sum.uses.iter().copied()),
        span: sum.span,
        ..HostRow::default()
    }
}
