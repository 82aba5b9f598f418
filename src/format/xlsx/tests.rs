use std::io::Cursor;
use std::net::IpAddr;

use calamine::{Data, Reader, Xlsx};

use super::*;
use crate::format::json::{Producer, Settings};
use crate::report::{Column, Kind, Record, Rows, Share, TableId, Value};
use crate::time::Time;

/// A row with a value of most kinds.
struct Thing {
    text: String,
    number: u64,
    time: Time,
    is_so: Option<bool>,
}

impl Record for Thing {
    type Row<'a> = Thing;
    const ID: TableId = TableId::Other("things");
    const COLUMNS: &'static [Column<Self>] = &[
        Column::<Self>::key("text", Kind::Untrusted, |row| Value::Untrusted(&row.text)),
        Column::measure("count", Kind::Count, |row| row.number.into()),
        Column::attribute("share", Kind::Share, |_| Share { part: 1, whole: 3 }.into()),
        Column::attribute("seconds", Kind::Seconds(9), |_| Value::seconds(Some(-1_500_000_000))),
        Column::attribute("time", Kind::Time, |row| row.time.into()),
        Column::attribute("yes", Kind::Boolean, |row| row.is_so.into()),
        Column::attribute("address", Kind::Address, |_| Value::Address(IpAddr::from([10, 0, 0, 1]))),
        Column::attribute("port", Kind::PortRange, |_| Value::PortRange(80, 80)),
        Column::attribute("ports", Kind::PortRange, |_| Value::PortRange(80, 90)),
        Column::attribute("compared", Kind::Compared, |_| Value::Compared([-6, -9])),
    ];
}

fn thing(text: &str) -> Thing {
    Thing { text: text.into(), number: 1 << 53, time: Time::from_nanoseconds(1_500_000_000), is_so: Some(false) }
}

fn heading() -> Heading<'static> {
    let portolan = Producer { version: "1.2.3", services_table: "a & b".into() };
    let options = Settings { idle_timeout: Some(1.5), max_flows: Some(7), dedup: Some(true), ..Settings::default() };
    Heading { portolan, input: vec!["=1+1".into(), "b\u{202e}.pcap".into()], options }
}

/// The bytes of a workbook with one table, and what has no room in it.
fn written(table: impl Into<Table<'static>>) -> (Vec<u8>, Vec<Omission>) {
    let mut bytes = Vec::new();
    let omissions = write(&heading(), std::iter::once(table.into()), &mut bytes).unwrap();
    (bytes, omissions)
}

/// The cells of a sheet, row by row.
fn cells(bytes: &[u8], sheet: &str) -> Vec<Vec<Data>> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    workbook.worksheet_range(sheet).unwrap().rows().map(<[Data]>::to_vec).collect()
}

/// A part of the workbook.
fn part(bytes: &[u8], path: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    io::read_to_string(archive.by_name(path).unwrap()).unwrap()
}

#[test]
fn values_keep_their_types() {
    let rows =
        vec![thing("=1+1"), Thing { number: (1 << 53) + 1, time: Time::from_nanoseconds(i64::MIN), is_so: None, ..thing("") }];
    let (bytes, omissions) = written(Rows::<Thing>::stored(rows));
    assert_eq!(omissions, []);
    let rows = cells(&bytes, "things");
    let text = |text: &str| Data::String(text.into());
    let [address, compared] = ["10.0.0.1", "-6>-9"].map(text);
    assert_eq!(rows[0][..3], ["text", "count", "share"].map(text));
    let Data::DateTime(time) = rows[1][4] else { panic!("{:?}", rows[1]) };
    assert_eq!(time.as_f64(), 25_569.0 + 1.5 / 86_400.0);
    let expected = [text("=1+1"), Data::Float((1_u64 << 53) as f64), Data::Float(33.33), Data::Float(-1.5)];
    assert_eq!(rows[1][..4], expected);
    assert_eq!(rows[1][5..], [Data::Bool(false), address, Data::Float(80.0), text("80-90"), compared]);
    // A spreadsheet would round the one, and takes the other for an error.
    assert_eq!((&rows[2][0], &rows[2][1]), (&Data::Empty, &text("9007199254740993")));
    assert_eq!((&rows[2][4], &rows[2][5]), (&text("1677-09-21T00:12:43.145224193Z"), &Data::Empty));
}

#[test]
fn dates_begin_where_spreadsheets_agree_on_them() {
    let day = |days: i64| Time::from_nanoseconds(days * 86_400_000_000_000);
    let rows = [-25_509, -25_508, 0, 106_750].map(|days| Thing { time: day(days), ..thing("x") });
    let rows = cells(&written(Rows::<Thing>::stored(rows.into())).0, "things");
    assert_eq!(rows[1][4], Data::String("1900-02-28T00:00:00.000000000Z".into()));
    let serial = |row: usize| if let Data::DateTime(time) = rows[row][4] { time.as_f64() } else { panic!("{:?}", rows[row]) };
    assert_eq!([2, 3, 4].map(serial), [61.0, 25_569.0, 132_319.0]);
}

#[test]
fn hostile_text_is_text() {
    let hostile = [
        "=cmd|' /C calc'!A0",
        "</t></is></c><c r=\"A1\"><f>1+1</f></c>",
        "&amp;&#x41;\"'",
        " blanks  ",
        "日本語",
        "a\u{fffe}\u{ffff}b",
        "\u{202e}gpj.exe\u{1b}[31m\r\n",
        "_x0041_ _x0a_ __x000D__",
    ];
    let (bytes, _) = written(Rows::<Thing>::stored(hostile.map(thing).into()));
    let rows = cells(&bytes, "things");
    assert_eq!(rows.len(), hostile.len() + 1);
    let found: Vec<&Data> = rows[1..].iter().map(|row| &row[0]).collect();
    for (number, text) in hostile.iter().enumerate().take(5) {
        assert_eq!(*found[number], Data::String((*text).into()));
    }
    assert_eq!(*found[5], Data::String(r"a\u{fffe}\u{ffff}b".into()));
    assert_eq!(*found[6], Data::String(r"\u{202e}gpj.exe\u{1b}[31m\u{d}\u{a}".into()));
    let sheet = part(&bytes, "xl/worksheets/sheet2.xml");
    assert!(sheet.contains("<t>_x005F_x0041_ _x0a_ __x005F_x000D__</t>"), "spreadsheets decode such escapes: {sheet}");
    assert!(!sheet.contains("<f>") && sheet.contains("xml:space=\"preserve\"> blanks  <"));
}

#[test]
fn long_texts_are_cut_and_counted() {
    let rows = vec![thing(&"x".repeat(MAX_TEXT)), thing(&"x".repeat(MAX_TEXT + 1)), thing(&"💾".repeat(MAX_TEXT))];
    let (bytes, omissions) = written(Rows::<Thing>::stored(rows));
    assert_eq!(omissions, [Omission { table: TableId::Other("things"), rows: 0, texts: 2 }]);
    let units = |row: &[Data]| row[0].to_string().encode_utf16().count();
    let rows = cells(&bytes, "things");
    assert_eq!(rows[1..].iter().map(|row| units(row)).collect::<Vec<_>>(), [MAX_TEXT, MAX_TEXT, MAX_TEXT]);
    assert!(!rows[1][0].to_string().ends_with('…') && rows[2][0].to_string().ends_with("xx…"));
    let about = cells(&bytes, "about");
    assert_eq!(about.last().unwrap()[2..], [Data::Float(3.0), Data::Float(0.0), Data::Float(2.0)]);
}

/// A table of one column.
struct Number(u64);

impl Record for Number {
    type Row<'a> = Number;
    const ID: TableId = TableId::Other("numbers");
    const COLUMNS: &'static [Column<Self>] = &[Column::<Self>::measure("n", Kind::Count, |row| row.0.into())];
}

#[test]
fn rows_without_room_are_left_out_and_counted() {
    let written = |room: Room, len: usize| {
        let numbers = Rows::<Number>::computed(len, |number| Number(number as u64)).with_total(Some(Number(7)));
        let mut bytes = Vec::new();
        let omissions = write_into(room, &heading(), std::iter::once(numbers.into()), &mut bytes).unwrap();
        let rows: Vec<String> = cells(&bytes, "numbers").iter().map(|row| row[0].to_string()).collect();
        (rows, omissions.iter().map(|omission| omission.rows).sum::<u64>(), part(&bytes, "xl/workbook.xml"))
    };
    assert_eq!((ROOM.rows, MAX_ROWS), (1 << 20, 1 << 20));
    let few = Room { rows: 100, ..ROOM };
    let (rows, left_out, _) = written(few, 98);
    assert_eq!((rows.len(), left_out), (100, 0));
    let (rows, left_out, workbook) = written(few, 105);
    assert_eq!((rows.len(), left_out), (100, 8));
    // The last rows are the last one with room, the total, and the notice.
    assert_eq!(rows[97..], ["96", "7", "8 rows are left out: the sheet has no more room"]);
    assert!(workbook.contains("'numbers'!$A$1:$A$98"), "the filter is that of the rows: {workbook}");
    // Blocks of rows are left out as a whole.
    let (rows, left_out, _) = written(Room { bytes: 200_000, ..ROOM }, 20_000);
    assert!(rows.len() > 2000 && rows.len() as u64 + left_out == 20_003, "{} {left_out}", rows.len());
    assert!(rows[rows.len() - 1].ends_with("no more room") && rows[rows.len() - 2] == (rows.len() - 3).to_string());
}

#[test]
fn the_first_sheet_has_the_facts_of_the_heading() {
    let (bytes, _) = written(Rows::<Thing>::stored(vec![thing("a")]));
    let facts: Vec<(String, Data)> = cells(&bytes, "about").iter().map(|row| (row[0].to_string(), row[1].clone())).collect();
    let of = |key: &str| facts.iter().filter(|(name, _)| name == key).map(|(_, value)| value.clone()).collect::<Vec<_>>();
    assert_eq!(of("portolan.version"), [Data::String("1.2.3".into())]);
    assert_eq!(of("portolan.services_table"), [Data::String("a & b".into())]);
    assert_eq!(of("input"), [Data::String("=1+1".into()), Data::String("b\\u{202e}.pcap".into())]);
    assert_eq!(of("options.idle_timeout"), [Data::Float(1.5)]);
    assert_eq!((of("options.dedup"), of("options.filter")), (vec![Data::Bool(true)], vec![Data::Empty]));
    assert_eq!(of("things").len(), 1);
}

#[test]
fn names_of_sheets_are_allowed_and_different() {
    let facts = |name: &str| SheetFacts {
        table: TableId::Other("x"),
        name: name.into(),
        rows: 0,
        left_out: 0,
        cut: 0,
        filter: String::new(),
    };
    assert_eq!(sheet::name("a[b]:c*?/\\'d", &[]), "abcd");
    assert_eq!(sheet::name("About", &[]), "sheet 2");
    assert_eq!(sheet::name("Pets", &[facts("pets")]), "sheet 3");
    assert_eq!(sheet::name(&"x".repeat(40), &[]), "x".repeat(31));
    assert_eq!([0, 25, 26, 701, 702].map(cell::letters), ["A", "Z", "AA", "ZZ", "AAA"]);
}

/// An output with room for so many bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0 -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_error_of_the_output_is_that_of_the_workbook() {
    let table = || Rows::<Number>::computed(5000, |number| Number(number as u64)).into();
    let whole = written(Rows::<Number>::computed(5000, |number| Number(number as u64))).0.len();
    for room in (0..whole).step_by(97).chain([whole - 1]) {
        let failed = write(&heading(), std::iter::once(table()), Full(room)).unwrap_err();
        assert_eq!(failed.kind(), io::ErrorKind::StorageFull, "{room} of {whole}");
    }
    assert!(write(&heading(), std::iter::once(table()), Full(whole)).is_ok());
}
