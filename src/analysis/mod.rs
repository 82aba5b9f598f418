//! The whole program on one screen. Packets in, sums and decided flows out.
//!
//! A saved capture is [`analyse`]d as a whole. A live one has no end: an [`Engine`] reads the packets that have arrived, lends
//! out what it has [`Collected`] so far, and removes expired flows.

mod closed_flows;
mod collected;
mod decided;
mod driver;
mod engine;
mod expired;
mod idle_times;
mod packets;
mod pipeline;
mod selection;
mod sequence;
#[cfg(test)]
pub(crate) mod testing;
mod throttle;
mod window;

use std::path::PathBuf;
use std::sync::Arc;

use crate::capture::{Completeness, Compression, Filter, InputName, Interface, Interrupt, Position, ReadProblem, Source};
use crate::error::Error;
use crate::flow::{BATCH, DEFAULT_MAX_FLOWS, TimelineOptions};
use crate::service::Registry;
use crate::stats::InterfaceTally;
use crate::time::Span;
pub use closed_flows::ClosedFlows;
pub use collected::Collected;
pub use decided::{Decided, TrafficByTime};
pub use driver::{Driver, LiveDriver};
pub use engine::Engine;
pub use idle_times::Moment;
pub use packets::{PacketSink, pass_packets};
pub use selection::{
    Condition, Criterion, FilterTranslation, NoSuchCategory, NoSuchName, NoSuchService, NoSuchWord, OutcomeWord, PORTLESS,
    PortSpan, Selected, SelectedFlows, Selection, WantedHost, WantedServer, parse_confidence, parse_transport,
    translate_display_filter,
};
pub use sequence::{InputDistance, MIN_GAP, Sequence};
pub use throttle::Throttle;
pub use window::{NotATime, TimeBound, TimeWindow, Window};

/// The inputs and settings of an analysis.
#[derive(Clone, Debug)]
pub struct Options {
    /// The inputs, read one after the other as one capture.
    pub inputs: Vec<InputName>,
    /// The filter that packets must pass; all pass, if `None`.
    pub filter: Option<Filter>,
    /// The time that packets are asked for; any, if `None`.
    pub window: Option<TimeWindow>,
    /// The port table.
    pub registry: Arc<Registry>,
    /// Nanoseconds of silence after which a flow ends; never, if `None`.
    pub idle_timeout: Option<i64>,
    /// True if the SHA-256 of each input is computed.
    pub sha256: bool,
    /// Observations that the flow table takes in at a time; affects only the speed.
    pub batch_size: usize,
    /// Threads that share the work; affects only the speed.
    pub threads: usize,
    /// The most flows that are counted separately.
    pub max_flows: usize,
    /// The settings for counting packets by time, which the table `timeline` needs; `None` if packets are not counted by time.
    pub timeline: Option<TimelineOptions>,
    /// True if the table `servers` also has rows for ports that refused or never answered.
    pub closed_ports: bool,
    /// True if suspected duplicates are dropped: only `capture` reports them, as a number.
    pub dedup: bool,
    /// Ends the reading early. Everything read until then is analysed.
    pub interrupt: Interrupt,
}

impl Options {
    /// The default options for saved captures.
    pub fn for_files(paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Options {
        Options::new(paths.into_iter().map(|path| InputName::File(path.into())).collect())
    }

    /// The default options for `inputs`.
    pub fn new(inputs: Vec<InputName>) -> Options {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let (registry, max_flows) = (Registry::shared(), DEFAULT_MAX_FLOWS);
        Options {
            inputs,
            filter: None,
            window: None,
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

/// One input after the reading.
#[derive(Clone, Debug)]
pub struct InputReport {
    /// The input as the user named it.
    pub name: InputName,
    /// Its file format.
    pub format: &'static str,
    /// The compression of the input.
    pub compression: Compression,
    /// The completeness of the reading.
    pub completeness: Completeness,
    /// The first places that could not be read.
    pub problems: Vec<ReadProblem>,
    /// The number of places that could not be read.
    pub problem_count: u64,
    /// The SHA-256 of the input as stored, if requested and all of the input could be read.
    pub sha256: Option<String>,
    /// From its earliest to its latest packet, including those that were left out.
    pub span: Span,
    /// Its interfaces with their sums.
    pub interfaces: Vec<(Interface, InterfaceTally)>,
}

/// Reads all inputs and decides all flows.
///
/// An input that cannot be read does not end the analysis: it is among the [failures](Collected::failures) of the result.
pub fn analyse(options: &Options) -> Decided<'static> {
    analyse_with_progress(options, |_, _| {})
}

/// Reads all inputs and decides all flows. `progress` is called from time to time with the position in the current input.
pub fn analyse_with_progress(options: &Options, progress: impl FnMut(&InputName, &Position)) -> Decided<'static> {
    let interrupt = &options.interrupt;
    let open =
        |name| if options.sha256 { Source::open_hashing(name, interrupt) } else { Source::open_interruptible(name, interrupt) };
    analyse_sources(options, options.inputs.iter().map(open), progress)
}

/// Reads `sources` instead of the inputs that the options name, and decides all flows.
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
