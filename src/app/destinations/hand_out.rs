//! The sentences of a hand-out, and the layout of its tables.

use portolan::analysis::Decided;
use portolan::compare::Comparison;
use portolan::format::comparison::unchanged_rows;
use portolan::format::markdown::{HandOut, PAGE_WIDTH, Paragraph};
use portolan::format::terminal::View;
use portolan::messages::OverviewPart;
use portolan::report::Report;

use crate::app::MESSAGES;
use crate::app::cli::{ArrangementJob, CompareJob, TablesJob, ValueJob};
use crate::app::view::view;

/// The sentences about a capture: those of the overview.
pub fn of_capture(decided: &Decided<'_>, job: &TablesJob) -> HandOut {
    let overview = Report::new(decided).overview();
    let facts = &overview.facts;
    // A reader of the page has no use for the folder.
    let file = facts.file.as_deref().map(|file| file.rsplit(['/', '\\']).next().unwrap_or(file));
    let label = |part: OverviewPart, text: String| Paragraph::Labelled(MESSAGES.overview_label(part), text);
    let (part, zone) = (facts.part.as_ref(), job.values.zone);
    let selection = part.and_then(|part| part.selection.as_deref());
    let mut above = vec![Paragraph::Strong(MESSAGES.overview_facts(facts, file, selection, zone))];
    above.extend(MESSAGES.overview_missing(&facts.missing, part).map(|text| label(OverviewPart::Missing, text)));
    match part.filter(|_| facts.traffic.packets == 0) {
        Some(part) => above.push(Paragraph::Plain(MESSAGES.overview_of_nothing(part, zone))),
        None => above.push(label(OverviewPart::Certainty, MESSAGES.certainty(overview.certainty))),
    }
    let title = file.map_or_else(|| MESSAGES.captures_title(facts.inputs), str::to_owned);
    HandOut { title: Some(title), above, below: Vec::new() }
}

/// The sentences about a comparison: what is different, and which rows are not shown.
pub fn of_comparison(comparison: &Comparison, job: &CompareJob) -> HandOut {
    let unchanged = unchanged_rows(comparison, job.all, &job.arrangement.order, MESSAGES);
    HandOut {
        title: Some(MESSAGES.comparison_title().to_owned()),
        above: vec![Paragraph::Plain(MESSAGES.comparison(&comparison.summary()))],
        below: unchanged.map(Paragraph::Plain).into_iter().collect(),
    }
}

/// The layout of the tables of a hand-out.
pub fn view_of(top: Option<usize>, arrangement: &ArrangementJob, values: ValueJob) -> View {
    arrangement.view(values.view(View { width: PAGE_WIDTH, styled: false, ..view(top) }))
}
