//! The selection of flows and of a time: what is left, and what has to be said about it.

use std::io::{self, Write};

use portolan::analysis::{Decided, NoSuchName, PacketSink, Selection, TimeWindow, pass_packets};
use portolan::capture::{InputName, Interface, Interrupt, Packet, Source};
use portolan::format::terminal::View;
use portolan::format::wrap;
use portolan::report::TableName;
use portolan::service::Registry;
use portolan::time::{Span, Time};

use super::MESSAGES;
use super::cli::TablesJob;
use super::diagnostics::{is_quiet, print_problem, print_remark};
use super::progress::ProgressBar;

/// Packets between two updates of the progress bar.
const SLICE: u64 = 1 << 16;

/// True if the selection can be made with this port table; otherwise reports what it lacks.
pub fn is_possible(selection: &Selection, registry: &Registry) -> bool {
    let checked = selection.check(registry);
    if let Err(missing) = &checked {
        print_problem(&match missing {
            NoSuchName::Service(service) => MESSAGES.no_such_service(service),
            NoSuchName::Category(category) => MESSAGES.no_such_category(category),
        });
    }
    checked.is_ok()
}

/// Reduces the capture to the flows that the job selects.
pub fn select<'c>(decided: Decided<'c>, job: &TablesJob) -> Decided<'c> {
    if job.selection.is_empty() { decided } else { decided.select(&job.selection) }
}

/// The job without the table that a selection of flows cannot have. Reports that, if anybody asked for the table.
pub fn without_sizes(mut job: TablesJob) -> TablesJob {
    if job.selection.is_empty() {
        return job;
    }
    if job.has(TableName::Sizes) {
        print_remark(MESSAGES.no_sizes_of_selection());
    }
    job.tables.retain(|table| *table != TableName::Sizes);
    job.written.retain(|table| *table != TableName::Sizes);
    job
}

/// Reports names that nobody in the capture has, flows that could not be selected, and an empty selection.
pub fn report_selection(decided: &Decided<'_>, job: &TablesJob) {
    let Some(selected) = &decided.selected else { return };
    if selected.expired_flows > 0 {
        print_remark(&MESSAGES.expired_flows_not_selected(selected.expired_flows));
    }
    if !selected.unknown_names.is_empty() {
        print_remark(&MESSAGES.unknown_host_names(&selected.unknown_names));
    } else if decided.collected.total().packets == 0 {
        print_remark(&MESSAGES.nothing_selected(&job.selection.to_string()));
    }
}

/// Writes how much is selected, above the tables for people.
pub fn write_selected(decided: &Decided<'_>, job: &TablesJob, view: View, output: &mut dyn Write) -> io::Result<()> {
    let Some(selected) = &decided.selected else { return Ok(()) };
    let (part, flows) = (decided.collected.total(), decided.collected.flows.len() as u64);
    let sentence = MESSAGES.selected(part, selected.total(), (flows, selected.all_flows), &job.selection.to_string());
    wrap::write_hanging("", 0, &portolan::untrusted::clean(&sentence), view.width, output)?;
    writeln!(output)
}

/// Reports how many packets are inside of the time that was asked for.
pub fn report_window(decided: &Decided<'_>) {
    let collected = &decided.collected;
    let Some(window) = collected.window else { return };
    let mut span = Span::default();
    collected.inputs.iter().for_each(|input| span.merge(input.span));
    let ledger = &collected.tally.ledger;
    print_remark(&MESSAGES.packets_in_window(ledger.inside().packets, ledger.total().packets, window, span));
}

/// Completes a window with the time of the last packet, if it needs that: all inputs are read for it. False, and a message, if an
/// input can be read only once.
pub fn find_end(window: &mut Option<TimeWindow>, inputs: &[InputName]) -> bool {
    let Some(window) = window.as_mut().filter(|window| window.needs_end()) else { return true };
    if let Some((input, why)) = inputs.iter().find_map(|input| Some((input, input.read_only_once()?))) {
        print_problem(&MESSAGES.end_not_known(&input.to_string(), why));
        return false;
    }
    let mut last = LastTime(Time::UNKNOWN);
    let mut bar = ProgressBar::new(inputs, !is_quiet(), |input| MESSAGES.finding_the_end(input));
    for input in inputs {
        // What cannot be read is reported when the packets are analysed.
        if let Ok(mut source) = Source::open_interruptible(input, &Interrupt::default()) {
            while pass_packets(&mut source, &mut last, SLICE, false) {
                bar.show(input, source.position());
            }
        }
    }
    bar.finish();
    window.end = Some(last.0).filter(|end| end.is_known());
    true
}

/// The latest time of all packets.
struct LastTime(Time);

impl PacketSink for LastTime {
    fn push(&mut self, packet: &Packet<'_>, _: &Interface, _: bool) {
        self.0 = self.0.max(packet.time);
    }
}
