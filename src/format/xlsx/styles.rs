//! The styles of cells: what a number means decides how it is shown.

use std::io;

use super::package::{MAIN, Package};
use crate::report::{Kind, Value};

/// Text, and numbers that identify something.
pub const PLAIN: usize = 0;
/// Titles of columns.
pub const TITLE: usize = 1;
/// Points in time.
pub const TIME: usize = 2;
/// Numbers of things, with groups of digits.
const COUNT: usize = 3;
/// Numbers with digits after the decimal point: one style for each number of digits, from 1.
const DECIMALS: usize = 4;
/// The most digits after the decimal point that a style shows.
const MAX_DIGITS: usize = 9;
/// The number of the first format that is not built in.
const FIRST_FORMAT: usize = 164;

/// The style of a value in a column.
pub fn of(value: Value<'_>, kind: Kind) -> usize {
    match (value, kind) {
        (Value::Time(_), _) => TIME,
        (Value::Integer(_), Kind::Count | Kind::Bytes) => COUNT,
        (Value::Share(_), _) => DECIMALS + 1,
        (Value::Decimal { digits: 0, .. }, _) => COUNT,
        (Value::Decimal { digits, .. }, _) => DECIMALS + usize::from(digits).min(MAX_DIGITS) - 1,
        _ => PLAIN,
    }
}

/// Writes the part with the styles.
pub fn write(package: &mut Package<'_>) -> io::Result<()> {
    let format = |number: usize, code: &str| format!(r#"<numFmt numFmtId="{number}" formatCode="{code}"/>"#);
    let mut formats = format(FIRST_FORMAT, r"yyyy\-mm\-dd\ hh:mm:ss.000");
    let mut cells = [
        r#"<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>"#.to_owned(),
        r#"<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>"#.to_owned(),
        number(FIRST_FORMAT),
        // Built in: groups of digits.
        number(3),
    ]
    .concat();
    for digits in 1..=MAX_DIGITS {
        formats.push_str(&format(FIRST_FORMAT + digits, &format!("0.{}", "0".repeat(digits))));
        cells.push_str(&number(FIRST_FORMAT + digits));
    }
    let font = |attributes: &str| format!(r#"<font>{attributes}<sz val="11"/><name val="Calibri"/><family val="2"/></font>"#);
    let parts = [
        format!(r#"<numFmts count="{}">{formats}</numFmts>"#, MAX_DIGITS + 1),
        format!(r#"<fonts count="2">{}{}</fonts>"#, font(""), font("<b/>")),
        r#"<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>"#.to_owned(),
        r#"<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"#.to_owned(),
        r#"<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>"#.to_owned(),
        format!(r#"<cellXfs count="{}">{cells}</cellXfs>"#, DECIMALS + MAX_DIGITS),
        r#"<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>"#.to_owned(),
    ];
    package.part("xl/styles.xml", &format!(r#"<styleSheet xmlns="{MAIN}">{}</styleSheet>"#, parts.concat()))
}

/// A cell with a format of numbers.
fn number(format: usize) -> String {
    format!(r#"<xf numFmtId="{format}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>"#)
}
