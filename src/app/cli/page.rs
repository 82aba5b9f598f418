//! The option that writes a page.

use clap::Args;

use super::destinations::Target;

/// The option for a page about a capture.
#[derive(Args, Debug)]
pub struct PageArguments {
    /// Write one page to look at, hand out and print: pictures and tables in HTML that loads nothing from elsewhere ('-' = standard output, tables not shown)
    #[arg(long, value_name = "FILE")]
    html: Option<Target>,
}

impl PageArguments {
    /// The place that the page is written to; `None` if nobody wants one.
    pub fn into_target(self) -> Option<Target> {
        self.html
    }
}
