//! The option that explains tables below them.

use clap::Args;

/// The legend of tables.
#[derive(Args, Clone, Copy, Debug)]
pub struct LegendArguments {
    /// Below each table, explain its columns and the words in them; portolan explain WORD says more about a single one
    #[arg(long)]
    pub legend: bool,
}
