//! `capture`: what was read, one row per file and interface, and their total where there are several files.

use super::table::{Cell, Column, Row, Table};
use crate::analysis::{Decided, InputReport, Sequence};
use crate::capture::{Completeness, Interface, Resolution};
use crate::service::protocols;
use crate::tally::InterfaceTally;

/// Rows that a terminal shows, unless the user wants another number: a capture in hundreds of files is not what a reader came for,
/// and the tables behind this one should not be pushed off the screen.
const USUAL_ROWS: usize = 10;
/// What stands in the place of a file in the row of the total.
const TOTAL: &str = "total";

const COLUMNS: &[Column] = &[
    Column::always("file"),
    Column::with_room("interface", 3),
    Column::with_room("file_format", 7),
    Column::with_room("compression", 10),
    Column::with_room("link_type", 8),
    Column::in_data("time_precision"),
    Column::with_room("snaplen", 11),
    Column::always("packets").adding_up(),
    Column::in_data("captured_bytes").adding_up(),
    Column::always("wire_bytes").adding_up(),
    Column::with_room("start_time", 2),
    Column::in_data("end_time"),
    Column::with_room("duration_s", 1),
    Column::in_data("packet_rate"),
    Column::with_room("bit_rate", 9),
    Column::with_room("average_packet_size", 12),
    Column::with_room("dropped_kernel", 5).adding_up(),
    Column::in_data("dropped_interface").adding_up(),
    Column::with_room("time_order", 6),
    Column::with_room("complete", 4),
    Column::in_data("sha256"),
    Column::in_data("duplicates").adding_up(),
];

pub fn table<'a>(analysis: &'a Decided<'_>) -> Table<'a> {
    let rows = analysis.inputs.iter().flat_map(|input| {
        let interfaces = input.interfaces.iter().map(|(interface, tally)| row(input, Some(interface), tally));
        // A file that describes no interface holds no packet, and still has its row.
        let none = input.interfaces.is_empty().then(|| row(input, None, &InterfaceTally::default()));
        interfaces.chain(none).collect::<Vec<_>>()
    });
    let total = (analysis.inputs.len() + analysis.unread > 1).then(|| total(analysis));
    let mut table = Table::stored("capture", COLUMNS, rows.collect()).with_total(total);
    table.usual_rows = USUAL_ROWS;
    table
}

fn row<'a>(input: &'a InputReport, interface: Option<&'a Interface>, tally: &InterfaceTally) -> Row<'a> {
    let origin = [
        Cell::Outside(input.name.to_string().into()),
        interface.and_then(|interface| interface.name.as_deref()).map_or(Cell::Empty, |name| Cell::Outside(name.into())),
        Cell::text(input.format),
        Cell::text(input.compression.name()),
        interface.map_or(Cell::Empty, |interface| Cell::text(protocols::link_type(interface.link_type))),
        interface.map_or(Cell::Empty, |interface| Cell::text(precision(interface.resolution))),
        interface.map_or(Cell::Empty, |interface| Cell::Number(u64::from(interface.snaplen))),
    ];
    let dropped = interface.map(dropped).unwrap_or_default();
    let digest = input.sha256.as_deref().map_or(Cell::Empty, Cell::text);
    cells(origin, tally, dropped, input.completeness, digest)
}

/// The row for all inputs together. Its packets are out of order if those of an input are, or if an input begins before one ends that
/// was read before it.
fn total<'a>(analysis: &Decided<'_>) -> Row<'a> {
    let inputs = &analysis.inputs;
    let mut sum = InterfaceTally::default();
    let mut all_dropped = [None, None];
    for (interface, tally) in inputs.iter().flat_map(|input| &input.interfaces) {
        sum.merge(tally);
        for (all, one) in all_dropped.iter_mut().zip(dropped(interface)) {
            *all = one.map_or(*all, |one| Some(all.unwrap_or(0) + one));
        }
    }
    let sequence = Sequence::of(inputs);
    sum.backwards |= sequence.is_out_of_order || sequence.largest_overlap.is_some();
    // The worst of all.
    let is_worse = |completeness: &Completeness| match completeness {
        Completeness::Yes => 0,
        Completeness::CutOff => 1,
        Completeness::Damaged => 2,
        Completeness::Interrupted { .. } => 3,
    };
    let unread = (analysis.unread > 0).then_some(Completeness::Interrupted { offset: 0 });
    let all = inputs.iter().map(|input| input.completeness).chain(unread);
    let completeness = all.max_by_key(is_worse).unwrap_or(Completeness::Yes);
    let mut origin = [const { Cell::Empty }; 7];
    origin[0] = Cell::text(TOTAL);
    cells(origin, &sum, all_dropped, completeness, Cell::Empty)
}

/// The packets that the kernel and that the interface dropped, where the capture says so.
fn dropped(interface: &Interface) -> [Option<u64>; 2] {
    [interface.dropped_kernel, interface.dropped_interface]
}

fn cells<'a>(
    origin: [Cell<'a>; 7],
    tally: &InterfaceTally,
    dropped: [Option<u64>; 2],
    completeness: Completeness,
    digest: Cell<'a>,
) -> Row<'a> {
    let nanoseconds = tally.span.duration();
    let duration = nanoseconds.and_then(|nanoseconds| u64::try_from(nanoseconds).ok());
    let traffic = tally.traffic;
    let mut row = Row::from(origin);
    row.extend([
        Cell::Count(traffic.packets),
        Cell::Bytes(tally.captured_bytes),
        Cell::Bytes(traffic.wire_bytes),
        Cell::time(tally.span.first),
        Cell::time(tally.span.last),
        Cell::seconds(nanoseconds),
        Cell::ratio(traffic.packets, 1_000_000_000, duration, 3),
        Cell::ratio(traffic.wire_bytes, 8_000_000_000, duration, 3),
        Cell::ratio(traffic.wire_bytes, 1, Some(traffic.packets), 2),
        Cell::optional(dropped[0]),
        Cell::optional(dropped[1]),
        Cell::text(if tally.backwards { "backwards" } else { "strict" }),
        Cell::text(completeness.name()),
        digest,
        Cell::Count(tally.duplicates),
    ]);
    row
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
