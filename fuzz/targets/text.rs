//! Text from outside: nothing in it can steer a terminal, and a CSV file gives back what a terminal shows, with formulas disarmed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan::format::csv;
use portolan::report::{Column, Kind, Record, Rows, TableId, Value};
use portolan::untrusted;

struct NameRow<'a>(&'a str, u64);

impl Record for NameRow<'static> {
    type Row<'a> = NameRow<'a>;
    const ID: TableId = TableId::Other("names");
    const COLUMNS: &'static [Column<Self>] = &[
        Column::key("name", Kind::Untrusted, |row| Value::Untrusted(row.0)),
        Column::measure("number", Kind::Count, |row| row.1.into()),
    ];
}

fuzz_target!(|outside: &str| {
    let shown = untrusted::clean(outside);
    assert!(!shown.chars().any(char::is_control));
    assert!(!shown.contains(['\u{202e}', '\u{2066}', '\u{feff}']));

    let mut file = Vec::new();
    csv::write(&Rows::<NameRow<'static>>::stored(vec![NameRow(outside, 7)]).into(), &mut file).unwrap();
    let mut reader = ::csv::Reader::from_reader(&file[..]);
    let record = reader.records().next().unwrap().unwrap();
    assert_eq!(&record[1], "7");
    assert!(record[0] == *shown || record[0].strip_prefix('\'') == Some(&*shown));
    assert!(!record[0].trim_start().starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']));
    assert!(!record[0].chars().any(char::is_control));
});
