//! The form of the tables in `data/`: columns separated by tabs, `#` lines at the top.

/// The first columns of each row of a tab-separated table, without comments.
///
/// # Panics
///
/// If a row has fewer columns.
pub(super) fn rows<const COLUMNS: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; COLUMNS]> {
    table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(columns)
}

/// By hand, because twelve thousand rows are read at each start: columns are too short for a search by vectors to pay.
fn columns<const COLUMNS: usize>(line: &'static str) -> [&'static str; COLUMNS] {
    let mut rest = Some(line);
    [(); COLUMNS].map(|()| {
        let Some(here) = rest else { panic!("a row with fewer than {COLUMNS} columns: {line:?}") };
        let end = here.bytes().position(|byte| byte == b'\t');
        rest = end.map(|end| &here[end + 1..]);
        end.map_or(here, |end| &here[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_may_be_empty_and_comments_are_skipped() {
        let table = "# key\tname\n1\tone\tuno\n\n2\t\tdos\n3\tthree\n";
        assert!(rows::<2>(table).eq([["1", "one"], ["2", ""], ["3", "three"]]));
    }

    #[test]
    #[should_panic(expected = "a row with fewer than 3 columns: \"3\\tthree\"")]
    fn a_row_with_too_few_columns_is_a_fault_of_the_table() {
        rows::<3>("3\tthree").for_each(drop);
    }
}
