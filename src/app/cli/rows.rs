//! The options for a single table: in which form, and where to.

use clap::Args;

use super::arrangement::{ArrangementArguments, ArrangementJob};
use super::destinations::{Destination, RowsDestinations, leave_stdout};
use super::presentation::PagerArguments;
use crate::app::pager::Paging;

/// Arguments of every command with a single table.
#[derive(Args, Debug)]
pub struct RowsArguments {
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
    /// The order of the rows, the columns, and the legend.
    pub arrangement: ArrangementJob,
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
        RowsJob { arrangement: self.arrangement.into_job(), paging: self.pager.into_paging(), destinations: self.destinations.0 }
    }
}
