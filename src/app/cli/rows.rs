//! The options for a single table: in which form, and where to.

use clap::Args;
use portolan::report::Arrangement;

use super::destinations::{Destination, RowsDestinations, leave_stdout};
use super::legend::LegendArguments;
use super::presentation::{ArrangementArguments, PagerArguments};
use crate::app::pager::Paging;

/// Arguments of every command with a single table.
#[derive(Args, Debug)]
pub struct RowsArguments {
    /// Show all columns, even if the terminal is too narrow for them; columns without any value are still left out
    #[arg(long)]
    wide: bool,

    #[command(flatten)]
    legend: LegendArguments,

    #[command(flatten)]
    arrangement: ArrangementArguments,

    #[command(flatten)]
    pager: PagerArguments,

    #[command(flatten)]
    destinations: RowsDestinations,
}

/// The outputs of a single table, besides the terminal.
#[derive(Debug)]
pub struct RowsJob {
    /// True if the terminal shows all columns, however wide it is.
    pub wide: bool,
    /// True if the terminal explains columns and words below the table.
    pub legend: bool,
    /// The order of the rows, and the columns.
    pub arrangement: Arrangement,
    /// The use of a pager on the terminal.
    pub paging: Paging,
    /// In other formats.
    pub destinations: Vec<Destination>,
}

impl RowsJob {
    /// True if standard output is for people.
    pub fn is_shown(&self) -> bool {
        leave_stdout(&self.destinations)
    }
}

impl RowsArguments {
    /// The job that the arguments describe.
    pub fn into_job(self) -> RowsJob {
        RowsJob {
            wide: self.wide,
            arrangement: self.arrangement.into_arrangement(),
            legend: self.legend.legend,
            paging: self.pager.into_paging(),
            destinations: self.destinations.0,
        }
    }
}
