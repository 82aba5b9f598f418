//! Words of the overview.

use crate::report::{Certainty, InputFacts, Missing, Refusals, ScanSummary, SelectedPart, Share, StripColumn};
use crate::time::{Span, Zone};
use crate::traffic::Traffic;

/// A part of the overview. Its label stands on the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverviewPart {
    /// The categories, by bytes.
    Categories,
    /// The machines that serve.
    Servers,
    /// The machines that use services.
    Clients,
    /// The traffic over time.
    OverTime,
    /// The protocols without ports.
    Portless,
    /// Scans.
    Scans,
    /// Flows that were refused.
    Refused,
    /// The parts that are missing.
    Missing,
    /// The certainty of the verdicts.
    Certainty,
    /// The tables that show more.
    More,
}

impl OverviewPart {
    /// All parts, in order.
    pub const ALL: [OverviewPart; 10] = [
        OverviewPart::Missing,
        OverviewPart::Categories,
        OverviewPart::Servers,
        OverviewPart::Clients,
        OverviewPart::OverTime,
        OverviewPart::Portless,
        OverviewPart::Scans,
        OverviewPart::Refused,
        OverviewPart::Certainty,
        OverviewPart::More,
    ];
}

/// Sentences of the overview. Names of hosts and files are already clean.
pub trait OverviewMessages {
    /// The label of a part.
    fn overview_label(&self, part: OverviewPart) -> &'static str;

    /// The inputs, or the selected part of them, in one sentence. `file` is the name of the only one, `selection` the clean text of
    /// the options that select flows.
    fn overview_facts(&self, facts: &InputFacts, file: Option<&str>, selection: Option<&str>, zone: &Zone) -> String;

    /// The reason why nothing is selected, and what can be done about it.
    fn overview_of_nothing(&self, part: &SelectedPart, zone: &Zone) -> String;

    /// The parts of the inputs that are missing; `None` if there are none. `part` is what the overview is about, if it is not about
    /// all packets.
    fn overview_missing(&self, missing: &Missing, part: Option<&SelectedPart>) -> Option<String>;

    /// A share, rounded to a whole per cent.
    fn rounded_share(&self, share: Share) -> String;

    /// The meaning of a category without names of services; `None` if its services have names.
    fn unnamed_category(&self, category: &str) -> Option<&'static str>;

    /// The line in place of servers.
    fn no_servers(&self) -> &'static str;

    /// The line in place of categories.
    fn no_categories(&self) -> &'static str;

    /// The end of a list of which `number` items are not shown.
    fn items_left_out(&self, number: usize) -> String;

    /// The line for servers that are not shown.
    fn servers_left_out(&self, number: usize) -> String;

    /// The end of a list of clients of which `number` are not shown.
    fn clients_left_out(&self, number: usize) -> String;

    /// A thing and its bytes.
    fn with_bytes(&self, name: &str, bytes: u64) -> String;

    /// The share of the traffic without ports.
    fn portless_share(&self, share: Share, traffic: Traffic) -> String;

    /// The line below the strip of traffic: the span of the capture, and the peak of the strip.
    fn strip_caption(&self, span: Span, peak: StripColumn<'_>, zone: &Zone) -> String;

    /// A scan. `scanner` and `target` are names of hosts.
    fn scan_summary(&self, scan: &ScanSummary<'_>, scanner: &str, target: Option<&str>) -> String;

    /// The end of a list of scans of which `number` are not shown.
    fn scans_left_out(&self, number: usize) -> String;

    /// Flows that were refused. `ends` are the client and the server of the first one.
    fn refusals(&self, refusals: &Refusals<'_>, ends: Option<[&str; 2]>) -> String;

    /// The certainty of the verdicts.
    fn certainty(&self, certainty: Certainty) -> String;

    /// The tables that show more.
    fn more_tables(&self) -> &'static str;
}
