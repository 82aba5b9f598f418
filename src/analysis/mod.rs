//! Floor 7: the whole program in one screen. Packets in, sums and decided flows out.
//!
//! A saved capture is [`analyse`]d as a whole. A live one has no end of its own: an [`Engine`] reads what has come, lends what it has
//! [`Collected`] so far, and removes what has expired.

mod closed_flows;
mod collected;
mod decided;
mod driver;
mod engine;
mod expired;
mod packets;
mod pipeline;
mod sequence;
mod silence;
mod throttle;

use std::path::PathBuf;
use std::sync::Arc;

use crate::capture::{Completeness, Compression, Filter, InputName, Interface, Interrupt, Position, ReadProblem, Source};
use crate::error::Error;
use crate::flow::{BATCH, TimelineOptions, USUAL_MAX_FLOWS};
use crate::service::Registry;
use crate::tally::InterfaceTally;
use crate::unit::Span;
pub use closed_flows::ClosedFlows;
pub use collected::Collected;
pub use decided::Decided;
pub use driver::Driver;
pub use engine::Engine;
pub use packets::{PacketSink, pass_packets};
pub use sequence::{Between, LEAST_GAP, Sequence};
pub use silence::Moment;
pub use throttle::Throttle;

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
    /// The usual way to analyse saved captures.
    pub fn for_files(paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Options {
        Options::new(paths.into_iter().map(|path| InputName::File(path.into())).collect())
    }

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

/// Reads all inputs and decides all flows.
///
/// An input that cannot be read is no reason to stop: it is among the [failures](Collected::failures) of the result.
pub fn analyse(options: &Options) -> Decided<'static> {
    analyse_with_progress(options, |_, _| {})
}

/// Reads all inputs and decides all flows, and calls `progress` from time to time with the current input and the place in it.
pub fn analyse_with_progress(options: &Options, progress: impl FnMut(&InputName, &Position)) -> Decided<'static> {
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
) -> Decided<'static> {
    let mut driver = Driver::new(options, sources);
    while driver.step() {
        if let Some((name, position)) = driver.position() {
            progress(name, position);
        }
    }
    driver.finish().decide()
}
