//! The meanings of columns that only a comparison has.

use super::columns;
use crate::compare::side_and_key;
use crate::messages::Definition;
use crate::report::TableId;
use crate::support::intern::intern;

/// The meaning of a column that the tables of one capture do not have; `None` for other columns.
pub fn definition(table: TableId, key: &'static str) -> Option<Definition> {
    match (table, key) {
        (TableId::Sides, "side") => Some(Definition::new("The letter that stands for the capture in columns and messages.")),
        (TableId::Sides, "input") => Some(Definition::new("The files and folders of the capture, as they were named.")),
        (TableId::Sides, "packets") => Some(Definition::new("The packets of the capture.")),
        (TableId::Sides, key) => rate(key),
        (TableId::Compared(_), "change") => Some(Definition::new(
            "The difference: new (only the last capture has the row), gone (only the first), intermittent (missing somewhere, but not \
             at one end alone), grown or shrunk (by its share of the bytes), or same.",
        )),
        (TableId::Compared(_), "lasting") => Some(Definition::new(
            "Whether other captures of the same network should have the row, too; if not, a new or missing row is no difference.",
        )),
        (TableId::Compared(_), "wire_bytes_pct_change") => Some(Definition::new(
            "The change of the share of the bytes from the first to the last capture, in percentage points.",
        )),
        (TableId::Compared(name), key) => {
            let (side, key) = side_and_key(key)?;
            let of_side = match key {
                "packets_pct" => Some(Definition::new("The share of all packets.")),
                "wire_bytes_pct" => Some(Definition::new("The share of all bytes on the wire.")),
                key => rate(key).or_else(|| columns::definition(TableId::Analysis(name), key)),
            };
            // Meanings are sentences that begin with an article.
            let meaning = of_side?.meaning.replacen("The ", "the ", 1);
            Some(Definition::new(intern(&format!("In capture {side}: {meaning}"))))
        }
        _ => None,
    }
}

fn rate(key: &str) -> Option<Definition> {
    match key {
        "packets_per_s" => Some(Definition::new("The packets in a second, on average over the whole capture.")),
        "wire_bytes_per_s" => Some(Definition::new("The bytes on the wire in a second, on average over the whole capture.")),
        _ => None,
    }
}
