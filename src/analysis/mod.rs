//! Floor 7: the whole program in one screen. Packets in, sums and decided flows out.
//!
//! A saved capture is [`analyse`]d as a whole. A live one has no end of its own: an [`Engine`] reads what has come, gives a
//! [`Snapshot`] of how things stand, and lets go of what has ended.

mod ended;
mod engine;
mod intake;
mod sequence;
mod silence;
mod snapshot;
mod unsupported;

use std::sync::Arc;

use crate::arena::Arena;
use crate::capture::{
    Completeness, Compression, Filter, Filtered, HashingReader, InputName, Interface, Interrupt, Position, ReadProblem, Source,
};
use crate::content::{Announcements, HostNames};
use crate::decode::{Path, Scopes};
use crate::error::{Action, Error};
use crate::flow::{BATCH, Flow, Flows, Relations, Timeline, TimelineOptions, USUAL_MAX_FLOWS};
use crate::service::{Category, Registry, Verdict};
use crate::tally::{InterfaceTally, Scanner, Scans, Tally};
use crate::unit::{Span, Traffic};
pub use ended::Ended;
pub use engine::Engine;
pub use sequence::{Between, LEAST_GAP, Sequence};
pub use silence::Moment;
pub use snapshot::Snapshot;
pub use unsupported::Unsupported;

/// What to analyse, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The inputs, read one after the other as one capture.
    pub inputs: Vec<InputName>,
    /// Which packets are looked at; all, if `None`.
    pub filter: Option<Filter>,
    /// The book of ports.
    pub registry: Arc<Registry>,
    /// End a flow after so many nanoseconds of silence; never, if `None`.
    pub idle_timeout: Option<i64>,
    /// Whether to tell each input's SHA-256.
    pub sha256: bool,
    /// Observations that the flow table takes in at a time; changes the speed and nothing else.
    pub batch_size: usize,
    /// Threads that share the work; changes the speed and nothing else.
    pub threads: usize,
    /// The most flows that are told apart.
    pub max_flows: usize,
    /// Whether packets are counted by time, which the table `timeline` needs.
    pub timeline: Option<TimelineOptions>,
    /// Whether the table `servers` has rows for ports that refused or never answered, too.
    pub closed_ports: bool,
    /// Whether suspected duplicates are dropped: they are in no table but for their number in `capture`.
    pub dedup: bool,
    /// Ends the reading early. What was read until then is analysed.
    pub interrupt: Interrupt,
}

impl Options {
    /// The usual way to analyse `inputs`.
    pub fn new(inputs: Vec<InputName>) -> Options {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let (registry, max_flows) = (Registry::shared(), USUAL_MAX_FLOWS);
        Options {
            inputs,
            filter: None,
            registry,
            idle_timeout: None,
            sha256: false,
            batch_size: BATCH,
            threads,
            max_flows,
            timeline: None,
            closed_ports: false,
            dedup: false,
            interrupt: Interrupt::default(),
        }
    }
}

/// One input after it was read.
#[derive(Clone, Debug)]
pub struct InputReport {
    /// The input as the user named it.
    pub name: InputName,
    /// Its file format.
    pub format: &'static str,
    /// How it was compressed.
    pub compression: Compression,
    /// Whether all of it could be read.
    pub completeness: Completeness,
    /// The first places that could not be read.
    pub problems: Vec<ReadProblem>,
    /// How many places could not be read.
    pub problem_count: u64,
    /// The SHA-256 of the input as stored, if it was asked for and all of it could be read.
    pub sha256: Option<String>,
    /// From its earliest to its latest packet, those that were left out among them.
    pub span: Span,
    /// Its interfaces and what each contributed.
    pub interfaces: Vec<(Interface, InterfaceTally)>,
}

/// A capture, analysed: everything that the tables are made of.
#[derive(Debug)]
pub struct Analysis {
    /// The inputs that were read, in order.
    pub inputs: Vec<InputReport>,
    /// The inputs that could not be opened or are no captures.
    pub failures: Vec<Error>,
    /// Number of inputs of which nothing was read, because the reading was interrupted before.
    pub unread: usize,
    /// What the filter did, if there is one.
    pub filtered: Option<Filtered>,
    /// What was summed packet by packet.
    pub tally: Tally,
    /// The flows, in the order of their first packets.
    pub flows: Flows,
    /// The verdict on each flow, in the same order.
    pub verdicts: Arena<Verdict>,
    /// What the scope numbers in the flows' keys stand for.
    pub scopes: Scopes,
    /// The book of ports that was used.
    pub registry: Arc<Registry>,
    /// Packets of link types that cannot be decoded.
    pub unsupported: Unsupported,
    /// What the capture calls hosts. Text from outside.
    pub names: HostNames,
    /// What control channels announced.
    pub announcements: Announcements,
    /// Which flows that was about.
    pub relations: Relations,
    /// Who scans what.
    pub scans: Scans,
    /// When packets came, if that was asked for; whose they were, [`Analysis::category_of`] tells.
    pub timeline: Option<Timeline>,
    /// What became of flows that ended and were let go, if any were.
    pub ended: Option<Arc<Ended>>,
    /// Whether the table `servers` has rows for ports that refused or never answered, too.
    pub closed_ports: bool,
    /// Threads that share the work of summing flows.
    pub threads: usize,
}

impl Analysis {
    /// From the earliest to the latest packet.
    pub fn span(&self) -> Span {
        capture_span(&self.inputs)
    }

    /// All packets.
    pub fn total(&self) -> Traffic {
        self.tally.ledger.total()
    }

    /// The encapsulations that a flow's packets came in, of both directions. Nearly always they are the same.
    pub fn paths(&self, flow: &Flow) -> [Path; 2] {
        let scope = flow.key.scope;
        [scope, flow.other_scope().unwrap_or(scope)].map(|scope| self.scopes.path(scope))
    }

    /// The category of an owner in the [`timeline`](Analysis::timeline); `None` for what has no ports.
    pub fn category_of(&self, owner: u32) -> Option<Category> {
        match owner as usize {
            number if number < self.verdicts.len() => {
                let (flow, verdict) = (self.flows.get(number), &self.verdicts[number]);
                if self.is_closed_to_scan(flow, verdict) { Some(Category::Scan) } else { self.registry.category(verdict.service) }
            }
            _ => self.ended.as_ref().and_then(|ended| ended.category_of(owner)),
        }
    }

    /// True for the unanswered part of a scan, which counts as the scan's and not as its service's.
    pub fn is_closed_to_scan(&self, flow: &Flow, verdict: &Verdict) -> bool {
        verdict.is_closed() && self.scanner_of(flow, verdict).is_some()
    }

    /// The scanner whose scan a flow is a part of.
    pub fn scanner_of(&self, flow: &Flow, verdict: &Verdict) -> Option<Scanner> {
        self.scans.of(flow, verdict, &self.registry)
    }

    /// True if every input was read to its end, and the filter could be asked about every packet.
    pub fn is_complete(&self) -> bool {
        let all_were_asked = self.filtered.as_ref().is_none_or(|filtered| filtered.unasked.is_empty());
        all_were_asked
            && self.failures.is_empty()
            && self.unread == 0
            && self.inputs.iter().all(|input| input.completeness == Completeness::Yes)
    }
}

/// Reads all inputs and decides all flows. `progress` is told from time to time how far the current input has been read.
///
/// An input that cannot be read is no reason to stop: it is among the failures of the result.
pub fn analyse(options: &Options, progress: impl FnMut(&InputName, &Position)) -> Analysis {
    let interrupt = &options.interrupt;
    let open =
        |name| if options.sha256 { Source::open_hashing(name, interrupt) } else { Source::open_interruptible(name, interrupt) };
    analyse_sources(options, options.inputs.iter().map(open), progress)
}

/// The same for sources from anywhere, in place of the inputs that the options name.
pub fn analyse_sources(
    options: &Options,
    sources: impl Iterator<Item = Result<Source, Error>>,
    mut progress: impl FnMut(&InputName, &Position),
) -> Analysis {
    let mut engine = Engine::new(options);
    let (mut failures, mut digests, mut unread) = (Vec::new(), Vec::new(), 0);
    for source in sources {
        match source {
            Ok(source) => {
                let hashing = source.hashing();
                engine.read_all(source, &mut progress);
                digests.push(hashing.map(HashingReader::finish).transpose());
            }
            Err(Error::Interrupted { .. }) => unread += 1,
            Err(error) => failures.push(error),
        }
    }
    let mut analysis = engine.finish();
    for (input, digest) in analysis.inputs.iter_mut().zip(digests) {
        match digest {
            // What was not read to its end has none.
            Err(_) if options.interrupt.is_raised() => {}
            Ok(digest) => input.sha256 = digest,
            Err(source) => failures.push(Error::Io { action: Action::Read, name: input.name.to_string(), source }),
        }
    }
    analysis.failures = failures;
    analysis.unread = unread;
    analysis
}

fn capture_span(inputs: &[InputReport]) -> Span {
    let mut span = Span::default();
    for (_, tally) in inputs.iter().flat_map(|input| &input.interfaces) {
        span.merge(tally.span);
    }
    span
}
