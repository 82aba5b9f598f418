//! `capture`: the inputs, one row per file and interface, and their total if there are several files.

use super::column::{Column, Comparability, Kind, Record};
use super::rows::Rows;
use super::value::Value;
use super::{FromDecided, TableId, TableName};
use crate::analysis::{Collected, Decided, InputReport, Sequence};
use crate::capture::{Completeness, Interface, Resolution};
use crate::service::keyed_enum::keyed_enum;
use crate::service::protocols;
use crate::stats::InterfaceTally;

/// The word in place of a file in the row of the total.
const TOTAL: &str = "total";

/// The packets of one interface in one input, or of all inputs together.
#[derive(Clone, Debug)]
pub struct CaptureRow<'a> {
    /// The input as the user named it. Untrusted text. `None` in the row of the total.
    pub file: Option<String>,
    /// The name of the interface. Untrusted text.
    pub interface: Option<&'a str>,
    /// The file format.
    pub file_format: Option<&'static str>,
    /// The compression of the input.
    pub compression: Option<&'static str>,
    /// The name of the link type.
    pub link_type: Option<String>,
    /// The unit of the timestamps.
    pub time_precision: Option<String>,
    /// The most bytes of a packet that were stored; 0 = all.
    pub snaplen: Option<u32>,
    /// The sums over the packets.
    pub tally: InterfaceTally,
    /// The packets that the kernel dropped, if the capture contains that number.
    pub dropped_kernel: Option<u64>,
    /// The packets that the interface dropped, if the capture contains that number.
    pub dropped_interface: Option<u64>,
    /// The completeness of the reading.
    pub completeness: Completeness,
    /// The SHA-256 of the input as stored, if requested and all of the input could be read.
    pub sha256: Option<&'a str>,
}

keyed_enum! {
    /// The order of packets in time, by its key in the column `time_order`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum TimeOrder by name {
        /// No packet has an earlier time than the one before it.
        Strict = "strict",
        /// A packet has an earlier time than the one before it.
        Backwards = "backwards",
    }
}

impl TimeOrder {
    const fn new(is_backwards: bool) -> TimeOrder {
        if is_backwards { TimeOrder::Backwards } else { TimeOrder::Strict }
    }
}

impl CaptureRow<'_> {
    /// The time from the first to the last packet, if it is not negative.
    fn duration(&self) -> Option<u64> {
        u64::try_from(self.tally.span.duration()?).ok()
    }
}

impl Record for CaptureRow<'static> {
    type Row<'a> = CaptureRow<'a>;
    const ID: TableId = TableId::Analysis(TableName::Capture);
    const COMPARABILITY: Comparability = Comparability::OneCapture;
    // No keys: a file can be given twice, and interfaces may share a name.
    const COLUMNS: &'static [Column<Self>] = &[
        Column::<Self>::attribute("file", Kind::Untrusted, |row| Value::untrusted(row.file.as_deref())).or_word(TOTAL),
        Column::attribute("interface", Kind::Untrusted, |row| Value::untrusted(row.interface)),
        Column::attribute("file_format", Kind::Text, |row| row.file_format.into()),
        Column::attribute("compression", Kind::Text, |row| row.compression.into()),
        Column::attribute("link_type", Kind::Text, |row| row.link_type.as_ref().into()),
        Column::attribute("time_precision", Kind::Text, |row| row.time_precision.as_ref().into()),
        Column::attribute("snaplen", Kind::Number, |row| row.snaplen.into()),
        Column::measure("packets", Kind::Count, |row| row.tally.traffic.packets.into()),
        Column::measure("captured_bytes", Kind::Bytes, |row| row.tally.captured_bytes.into()),
        Column::measure("wire_bytes", Kind::Bytes, |row| row.tally.traffic.wire_bytes.into()),
        Column::attribute("start_time", Kind::Time, |row| row.tally.span.first.into()),
        Column::attribute("end_time", Kind::Time, |row| row.tally.span.last.into()),
        Column::attribute("duration_s", Kind::Seconds(9), |row| Value::seconds(row.tally.span.duration())),
        Column::attribute("packet_rate", Kind::Decimal(3), |row| {
            Value::ratio(row.tally.traffic.packets, 1_000_000_000, row.duration(), 3)
        }),
        Column::attribute("bit_rate", Kind::Decimal(3), |row| {
            Value::ratio(row.tally.traffic.wire_bytes, 8_000_000_000, row.duration(), 3)
        }),
        Column::attribute("average_packet_size", Kind::Decimal(2), |row| {
            Value::ratio(row.tally.traffic.wire_bytes, 1, Some(row.tally.traffic.packets), 2)
        }),
        Column::measure("dropped_kernel", Kind::Count, |row| row.dropped_kernel.into()),
        Column::measure("dropped_interface", Kind::Count, |row| row.dropped_interface.into()),
        Column::attribute("time_order", Kind::Text, |row| TimeOrder::new(row.tally.backwards).name().into()),
        Column::attribute("complete", Kind::Text, |row| row.completeness.name().into()),
        Column::attribute("sha256", Kind::Text, |row| row.sha256.into()),
        Column::measure("duplicates", Kind::Count, |row| row.tally.duplicates.into()),
    ];
}

impl FromDecided for CaptureRow<'static> {
    fn rows<'a>(decided: &'a Decided<'_>) -> Rows<'a, Self> {
        let collected = &decided.collected;
        let rows = collected.inputs.iter().flat_map(|input| {
            let interfaces = input.interfaces.iter().map(|(interface, tally)| row(input, Some(interface), tally));
            // A file that describes no interface contains no packet, and still has a row.
            let none = input.interfaces.is_empty().then(|| row(input, None, &InterfaceTally::default()));
            interfaces.chain(none).collect::<Vec<_>>()
        });
        let has_total = collected.inputs.len() + collected.unread > 1;
        Rows::stored(rows.collect()).with_total(has_total.then(|| total(collected)))
    }
}

fn row<'a>(input: &'a InputReport, interface: Option<&'a Interface>, tally: &InterfaceTally) -> CaptureRow<'a> {
    CaptureRow {
        file: Some(input.name.to_string()),
        interface: interface.and_then(|interface| interface.name.as_deref()),
        file_format: Some(input.format),
        compression: Some(input.compression.name()),
        link_type: interface.map(|interface| protocols::link_type(interface.link_type)),
        time_precision: interface.map(|interface| precision(interface.resolution)),
        snaplen: interface.map(|interface| interface.snaplen),
        tally: *tally,
        dropped_kernel: interface.and_then(|interface| interface.dropped_kernel),
        dropped_interface: interface.and_then(|interface| interface.dropped_interface),
        completeness: input.completeness,
        sha256: input.sha256.as_deref(),
    }
}

/// Creates the row for all inputs together. Its packets are out of order if those of an input are, or if an input begins before
/// the end of one that was read earlier.
pub(super) fn total<'a>(collected: &Collected<'_>) -> CaptureRow<'a> {
    let inputs = &collected.inputs;
    let interfaces = || inputs.iter().flat_map(|input| &input.interfaces);
    let mut tally = InterfaceTally::default();
    interfaces().for_each(|(_, one)| tally.merge(one));
    let sequence = Sequence::new(inputs);
    tally.backwards |= sequence.is_out_of_order || sequence.largest_overlap.is_some();
    // `None` if no interface has the number.
    let dropped =
        |of: fn(&Interface) -> Option<u64>| interfaces().filter_map(|(interface, _)| of(interface)).reduce(u64::saturating_add);
    CaptureRow {
        file: None,
        interface: None,
        file_format: None,
        compression: None,
        link_type: None,
        time_precision: None,
        snaplen: None,
        tally,
        dropped_kernel: dropped(|interface| interface.dropped_kernel),
        dropped_interface: dropped(|interface| interface.dropped_interface),
        completeness: worst(collected),
        sha256: None,
    }
}

/// The worst completeness of all inputs.
fn worst(collected: &Collected<'_>) -> Completeness {
    let severity = |completeness: &Completeness| match completeness {
        Completeness::Complete => 0,
        Completeness::CutOff => 1,
        Completeness::Damaged => 2,
        Completeness::Interrupted { .. } => 3,
    };
    let unread = (collected.unread > 0).then_some(Completeness::Interrupted { offset: 0 });
    let all = collected.inputs.iter().map(|input| input.completeness).chain(unread);
    all.max_by_key(severity).unwrap_or(Completeness::Complete)
}

fn precision(resolution: Resolution) -> String {
    match resolution {
        Resolution::Decimal(0) => "s".into(),
        Resolution::Decimal(3) => "ms".into(),
        Resolution::MICROSECONDS => "us".into(),
        Resolution::NANOSECONDS => "ns".into(),
        Resolution::Decimal(n) => format!("10^-{n} s"),
        Resolution::Binary(n) => format!("2^-{n} s"),
    }
}
