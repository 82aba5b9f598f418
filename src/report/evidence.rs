//! `evidence`: flows with ports by the rule that decided them. Undecided flows are worth knowing, too.

use std::cmp::Reverse;

use super::column::{Column, Comparability, Kind, Record};
use super::rows::Rows;
use super::value::Share;
use super::{FromDecided, TableId, TableName};
use crate::analysis::Decided;
use crate::service::{Confidence, Evidence};
use crate::stats::flows::{EvidenceSum, Evidences};
use crate::traffic::Traffic;

/// The flows that were decided by the same evidence with the same confidence.
#[derive(Clone, Copy, Debug)]
pub struct EvidenceRow {
    /// The rule that decided, without details.
    pub evidence: Evidence,
    /// The confidence in the decision which side is the server.
    pub confidence: Confidence,
    /// The number of flows, and of all flows with ports.
    pub flows: Share,
    /// Packets and bytes of both directions.
    pub traffic: Traffic,
}

impl Record for EvidenceRow {
    type Row<'a> = EvidenceRow;
    const ID: TableId = TableId::Analysis(TableName::Evidence);
    const COMPARABILITY: Comparability = Comparability::Parts;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::key("evidence", Kind::Text, |row| row.evidence.code().into()),
        Column::key("confidence", Kind::Text, |row| row.confidence.name().into()),
        Column::measure("flows", Kind::Count, |row| row.flows.part.into()),
        Column::measure("flows_pct", Kind::Share, |row| row.flows.into()),
        Column::measure("packets", Kind::Count, |row| row.traffic.packets.into()),
        Column::measure("wire_bytes", Kind::Bytes, |row| row.traffic.wire_bytes.into()),
    ];
}

impl FromDecided for EvidenceRow {
    fn rows<'a>(decided: &'a Decided<'_>) -> Rows<'a, Self> {
        let mut sums: Vec<_> = decided.sum::<Evidences>().0.into_iter().collect();
        sums.sort_unstable_by_key(|((kind, confidence), sum)| (Reverse(*confidence), Reverse(sum.flows), kind.code()));
        let whole: u64 = sums.iter().map(|(_, sum)| sum.flows).sum();
        let row = |((evidence, confidence), sum): ((Evidence, Confidence), EvidenceSum)| EvidenceRow {
            evidence,
            confidence,
            flows: Share { part: sum.flows, whole },
            traffic: sum.traffic,
        };
        Rows::stored(sums.into_iter().map(row).collect())
    }
}
