//! The flows that could be meant, as a table: enough of each to tell it from the others.

use crate::analysis::Decided;
use crate::report::{Column, FlowRow, Kind, Record, Rows, Table, TableId, Value};

/// The most candidates that are shown one by one.
pub const MAX_CANDIDATES: usize = 20;

/// A flow that could be meant.
#[derive(Clone, Debug)]
pub struct CandidateRow<'a> {
    /// The row of the flow in the table of all flows.
    pub flow: FlowRow<'a>,
    /// Nanoseconds from the beginning of the capture to the first packet.
    pub start: Option<i64>,
}

impl Record for CandidateRow<'static> {
    type Row<'a> = CandidateRow<'a>;
    const ID: TableId = TableId::Candidates;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::key("flow_id", Kind::Number, |row| row.flow.flow_id.into()),
        Column::attribute("start_s", Kind::Decimal(3), |row| row.start.map_or(Value::Null, milliseconds)),
        Column::attribute("transport", Kind::Text, |row| (&row.flow.transport).into()),
        Column::attribute("client_ip", Kind::Address, |row| row.flow.client_ip.into()),
        Column::attribute("client_port", Kind::Number, |row| row.flow.client_port.into()),
        Column::attribute("server_ip", Kind::Address, |row| row.flow.server_ip.into()),
        Column::attribute("server_port", Kind::Number, |row| row.flow.server_port.into()),
        Column::attribute("vlan", Kind::List(&Kind::List(&Kind::Number)), |row| Value::List(&row.flow.vlan)),
        Column::attribute("tunnel", Kind::List(&Kind::List(&Kind::Text)), |row| Value::List(&row.flow.tunnel)),
        Column::attribute("service", Kind::Text, |row| row.flow.service.into()),
        Column::measure("packets", Kind::Count, |row| (row.flow.from_client.packets + row.flow.from_server.packets).into()),
    ];
}

/// The table of the flows with these numbers, counted from 0.
pub fn candidates<'a>(decided: &'a Decided<'_>, numbers: &'a [usize]) -> Table<'a> {
    let start = decided.collected.span().first;
    let row = move |place: usize| {
        let flow = FlowRow::new(decided, numbers[place], start);
        CandidateRow { start: flow.span.first.since(start), flow }
    };
    Rows::<CandidateRow<'static>>::computed(numbers.len(), row).into()
}

/// A time in nanoseconds as seconds, rounded as in the sentences of an explanation.
fn milliseconds<'a>(nanoseconds: i64) -> Value<'a> {
    Value::Decimal { value: (i128::from(nanoseconds) + 500_000).div_euclid(1_000_000), digits: 3 }
}
