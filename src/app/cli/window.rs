//! The options that select packets by time.

use clap::Args;
use portolan::analysis::{TimeBound, TimeWindow};

use crate::app::MESSAGES;

#[derive(Args, Debug)]
pub struct WindowArguments {
    /// Only packets from TIME on: 21:07 or 21:07:20 (UTC, on the day of the first packet), 2026-11-23T21:07:20 (UTC, or with an offset such as +01:00), +5m (after the first packet), -10m (before the last one; reads the files twice). Packets outside are counted as outside in the table ledger; host names and announced flows are still taken from them
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = parse_bound)]
    from: Option<TimeBound>,

    /// Only packets before TIME, in the same forms
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = parse_bound)]
    to: Option<TimeBound>,
}

impl WindowArguments {
    /// The window that the arguments describe, if there is one.
    pub fn into_window(self) -> Option<TimeWindow> {
        let WindowArguments { from, to } = self;
        (from.is_some() || to.is_some()).then(|| TimeWindow { from, to, ..TimeWindow::default() })
    }
}

fn parse_bound(text: &str) -> Result<TimeBound, String> {
    text.parse().map_err(|_| MESSAGES.not_a_time().to_owned())
}
