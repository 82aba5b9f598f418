//! The sentences of a hand-out, and the layout of its tables.

use portolan::analysis::Decided;
use portolan::compare::Comparison;
use portolan::format::markdown::{HandOut, PAGE_WIDTH, Paragraph};
use portolan::format::terminal::View;
use portolan::messages::OverviewPart;
use portolan::report::Report;

use crate::app::MESSAGES;
use crate::app::cli::{TablesJob, ValueJob};
use crate::app::selection::selected_sentence;

/// The sentences about a capture: those of the overview, and how much is selected.
pub fn of_capture(decided: &Decided<'_>, job: &TablesJob) -> HandOut {
    let overview = Report::new(decided).overview();
    let facts = &overview.facts;
    // A reader of the page has no use for the folder.
    let file = facts.file.as_deref().map(|file| file.rsplit(['/', '\\']).next().unwrap_or(file));
    let label = |part: OverviewPart, text: String| Paragraph::Labelled(MESSAGES.overview_label(part), text);
    let mut above = vec![Paragraph::Strong(MESSAGES.overview_facts(facts, file))];
    above.extend(selected_sentence(decided, job).map(Paragraph::Plain));
    above.extend(MESSAGES.overview_missing(&facts.missing).map(|text| label(OverviewPart::Missing, text)));
    above.push(label(OverviewPart::Certainty, MESSAGES.certainty(overview.certainty)));
    let title = file.map_or_else(|| MESSAGES.captures_title(facts.inputs), str::to_owned);
    HandOut { title: Some(title), above, below: Vec::new() }
}

/// The sentences about a comparison: what is different, and which rows are not shown.
pub fn of_comparison(comparison: &Comparison, shows_all: bool) -> HandOut {
    HandOut {
        title: Some(MESSAGES.comparison_title().to_owned()),
        above: vec![Paragraph::Plain(MESSAGES.comparison(&comparison.summary()))],
        below: portolan::format::comparison::unchanged_rows(comparison, shows_all, MESSAGES)
            .map(Paragraph::Plain)
            .into_iter()
            .collect(),
    }
}

/// The layout of the tables of a hand-out.
pub fn view_of(top: Option<usize>, wide: bool, legend: bool, values: ValueJob) -> View {
    View {
        width: PAGE_WIDTH,
        wide,
        tells_left_out: true,
        top,
        legend,
        exact: values.exact,
        zone: values.zone,
        styled: false,
        messages: MESSAGES,
    }
}
