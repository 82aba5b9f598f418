//! `capture`: what was read, one row per file and interface.

use super::table::{Cell, Column, Row, Table};
use crate::analysis::{Analysis, InputReport};
use crate::capture::{Interface, Resolution};
use crate::service::protocols;
use crate::tally::InterfaceTally;

const COLUMNS: &[Column] = &[
    Column::always("file"),
    Column::with_room("interface", 9),
    Column::with_room("file_format", 6),
    Column::with_room("compression", 10),
    Column::with_room("link_type", 5),
    Column::in_data("time_precision"),
    Column::with_room("snaplen", 11),
    Column::always("packets").adding_up(),
    Column::in_data("captured_bytes").adding_up(),
    Column::always("wire_bytes").adding_up(),
    Column::with_room("start_time", 2),
    Column::in_data("end_time"),
    Column::with_room("duration_s", 1),
    Column::in_data("packet_rate"),
    Column::with_room("bit_rate", 8),
    Column::with_room("average_packet_size", 12),
    Column::with_room("dropped_kernel", 7).adding_up(),
    Column::in_data("dropped_interface").adding_up(),
    Column::with_room("time_order", 4),
    Column::with_room("complete", 3),
    Column::in_data("sha256"),
];

pub fn table(analysis: &Analysis) -> Table<'_> {
    let rows = analysis.inputs.iter().flat_map(|input| {
        let interfaces = input.interfaces.iter().map(|(interface, tally)| row(input, Some(interface), tally));
        // A file that describes no interface holds no packet, and still has its row.
        let none = input.interfaces.is_empty().then(|| row(input, None, &InterfaceTally::default()));
        interfaces.chain(none).collect::<Vec<_>>()
    });
    Table::stored("capture", COLUMNS, rows.collect())
}

fn row<'a>(input: &'a InputReport, interface: Option<&'a Interface>, tally: &InterfaceTally) -> Row<'a> {
    let nanoseconds = tally.span.duration();
    let duration = nanoseconds.and_then(|nanoseconds| u64::try_from(nanoseconds).ok());
    let traffic = tally.traffic;
    vec![
        Cell::Outside(input.name.to_string().into()),
        interface.and_then(|interface| interface.name.as_deref()).map_or(Cell::Empty, |name| Cell::Outside(name.into())),
        Cell::text(input.format),
        Cell::text(input.compression.name()),
        interface.map_or(Cell::Empty, |interface| Cell::text(protocols::link_type(interface.link_type))),
        interface.map_or(Cell::Empty, |interface| Cell::text(precision(interface.resolution))),
        interface.map_or(Cell::Empty, |interface| Cell::Number(u64::from(interface.snaplen))),
        Cell::Count(traffic.packets),
        Cell::Bytes(tally.captured_bytes),
        Cell::Bytes(traffic.wire_bytes),
        Cell::time(tally.span.first),
        Cell::time(tally.span.last),
        Cell::seconds(nanoseconds),
        Cell::ratio(traffic.packets, 1_000_000_000, duration, 3),
        Cell::ratio(traffic.wire_bytes, 8_000_000_000, duration, 3),
        Cell::ratio(traffic.wire_bytes, 1, Some(traffic.packets), 2),
        Cell::optional(interface.and_then(|interface| interface.dropped_kernel)),
        Cell::optional(interface.and_then(|interface| interface.dropped_interface)),
        Cell::text(if tally.backwards { "backwards" } else { "strict" }),
        Cell::text(input.completeness.name()),
        input.sha256.as_deref().map_or(Cell::Empty, Cell::text),
    ]
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
