//! The options that arrange a table: the order of its rows, its columns, and the legend below it.

use clap::Args;
use portolan::format::terminal::View;
use portolan::report::{Arrangement, Direction, SortColumn};

/// The arrangement of tables, of every command that shows any.
#[derive(Args, Debug)]
pub struct ArrangementArguments {
    /// Show all columns, even if the terminal is too narrow for them; columns without any value are still left out
    #[arg(long)]
    wide: bool,

    /// Below each table, explain its columns and the words in them; portolan explain WORD says more about a single one
    #[arg(long)]
    legend: bool,

    /// Sort tables by a column, named by its key: --sort wire_bytes, --sort server_port:desc. Amounts (counts, bytes, shares,
    /// durations) come largest first, everything else smallest first, unless :asc or :desc is added; unknown values come last. Further
    /// columns decide between equal values. A table without the column keeps its order. Holds for the terminal and for all other
    /// outputs; needs up to 40 bytes of memory per row
    #[arg(long, value_name = "COLUMN[:asc|desc][,...]", value_delimiter = ',', value_parser = parse_sort_column)]
    sort: Vec<SortColumn>,

    /// Show and write only these columns, named by their keys, in this order; a table without any of them is left out. Holds for the
    /// terminal, where they are shown however narrow it is, and for all other outputs
    #[arg(long, value_name = "COLUMN[,...]", value_delimiter = ',')]
    columns: Vec<String>,
}

/// The arrangement of tables.
#[derive(Clone, Debug)]
pub struct ArrangementJob {
    /// True if the terminal shows all columns, however wide it is.
    pub wide: bool,
    /// True if the terminal explains columns and words below each table.
    pub legend: bool,
    /// The order of the rows, and the columns, for all outputs.
    pub order: Arrangement,
}

impl ArrangementArguments {
    /// The arrangement that the arguments describe.
    pub fn into_job(self) -> ArrangementJob {
        let order = Arrangement { sort: self.sort, columns: self.columns };
        ArrangementJob { wide: self.wide, legend: self.legend, order }
    }
}

impl ArrangementJob {
    /// The layout on a terminal, which otherwise is `view`.
    pub fn view(&self, view: View) -> View {
        View { wide: self.wide, legend: self.legend, ..view }
    }
}

fn parse_sort_column(text: &str) -> Result<SortColumn, String> {
    let (key, direction) = match text.split_once(':') {
        None => (text, None),
        Some((key, "asc")) => (key, Some(Direction::Ascending)),
        Some((key, "desc")) => (key, Some(Direction::Descending)),
        Some(_) => return Err("expected asc or desc after the colon".to_owned()),
    };
    Ok(SortColumn { key: key.to_owned(), direction })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_direction_follows_the_column() {
        let column = |text| parse_sort_column(text).map(|column| (column.key, column.direction));
        assert_eq!(column("packets"), Ok(("packets".into(), None)));
        assert_eq!(column("packets:asc"), Ok(("packets".into(), Some(Direction::Ascending))));
        assert_eq!(column("packets:desc"), Ok(("packets".into(), Some(Direction::Descending))));
        assert!(column("packets:down").is_err());
    }
}
