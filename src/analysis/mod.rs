//! Floor 7: the whole program in one screen. Packets in, sums and decided flows out.

mod intake;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::capture::{
    Completeness, Compression, Damage, Filter, Filtered, Filtering, InputName, Interface, LinkType, Packet, Position, Source,
    sha256,
};
use crate::content::{Announcements, HostNames, Listener, NameOrigin};
use crate::decode::{Decoded, Decoder, Fragment, Observation, Scopes, Walked, plain};
use crate::error::Error;
use crate::flow::{
    BATCH, FlowTable, Flows, Fragments, Relations, Roles, TableOptions, Timeline, TimelineOptions, USUAL_MAX_FLOWS,
};
use crate::service::{Registry, Verdict};
use crate::tally::{InterfaceTally, Tally};
use crate::unit::{Span, Traffic};
use intake::{Counter, Intake};

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
    /// Whether to tell each file's SHA-256, which costs a second reading.
    pub sha256: bool,
    /// Observations that the flow table takes in at a time; changes the speed and nothing else.
    pub batch_size: usize,
    /// Threads that share the work; changes the speed and nothing else.
    pub threads: usize,
    /// The most flows that are told apart.
    pub max_flows: usize,
    /// Whether packets are counted by time, which the table `timeline` needs.
    pub timeline: Option<TimelineOptions>,
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
        }
    }
}

/// One input after it was read.
#[derive(Debug)]
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
    pub damages: Vec<Damage>,
    /// How many places could not be read.
    pub damage_count: u64,
    /// The SHA-256 of the file as stored, if it was asked for and could be told.
    pub sha256: Option<String>,
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
    /// What the filter did, if there is one.
    pub filtered: Option<Filtered>,
    /// What was summed packet by packet.
    pub tally: Tally,
    /// The flows, in the order of their first packets.
    pub flows: Flows,
    /// The verdict on each flow, in the same order.
    pub verdicts: Vec<Verdict>,
    /// What the scope numbers in the flows' keys stand for.
    pub scopes: Scopes,
    /// The book of ports that was used.
    pub registry: Arc<Registry>,
    /// Packets of link types that cannot be decoded.
    pub unsupported: BTreeMap<LinkType, Traffic>,
    /// What the capture calls hosts. Text from outside.
    pub names: HostNames,
    /// What control channels announced.
    pub announcements: Announcements,
    /// Which flows that was about.
    pub relations: Relations,
    /// When packets came, by the number of their flow or [`NOT_IP`], if that was asked for.
    pub timeline: Option<Timeline>,
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

    /// True if every input was read to its end, and the filter could be asked about every packet.
    pub fn is_complete(&self) -> bool {
        let all_were_asked = self.filtered.as_ref().is_none_or(|filtered| filtered.unasked.is_empty());
        all_were_asked && self.failures.is_empty() && self.inputs.iter().all(|input| input.completeness == Completeness::Yes)
    }
}

/// Packets between two reports of progress.
const PROGRESS_EVERY: u64 = 1 << 16;

/// Reads all inputs and decides all flows. `progress` is told from time to time how far the current input has been read.
///
/// An input that cannot be read is no reason to stop: it is among the failures of the result.
pub fn analyse(options: &Options, progress: impl FnMut(&InputName, &Position)) -> Analysis {
    analyse_sources(options, options.inputs.iter().map(Source::open), progress)
}

/// The same for sources from anywhere, in place of the inputs that the options name.
pub fn analyse_sources(
    options: &Options,
    sources: impl Iterator<Item = Result<Source, Error>>,
    mut progress: impl FnMut(&InputName, &Position),
) -> Analysis {
    let mut engine = Engine::new(options);
    let (mut inputs, mut failures) = (Vec::new(), Vec::new());
    for source in sources {
        match source {
            Ok(source) => inputs.push(engine.read(source, &mut progress)),
            Err(error) => failures.push(error),
        }
    }
    for input in inputs.iter_mut().filter(|_| options.sha256) {
        match sha256(&input.name) {
            Ok(digest) => input.sha256 = digest,
            Err(error) => failures.push(error),
        }
    }
    engine.finish(inputs, failures, options)
}

/// The packet's path: decode, join fragments, count, table; and listen, where something is announced.
struct Engine {
    /// Which packets are looked at. It lies elsewhere, so that one look tells if there is none.
    filtering: Option<Box<Filtering>>,
    decoder: Decoder,
    fragments: Fragments,
    intake: Intake,
    tally: Tally,
    listener: Listener,
    threads: usize,
    unsupported: BTreeMap<LinkType, Traffic>,
    /// When packets came that are not IP, if that is asked for. Those of flows are with the flows.
    timeline: Option<Timeline>,
    /// Packets so far, of all inputs, whether they pass the filter or not.
    packets: u64,
}

/// In the place of a flow's number in a [`Timeline`]: packets that are not IP.
pub const NOT_IP: u32 = u32::MAX;

impl Engine {
    fn new(options: &Options) -> Engine {
        let Options { batch_size, idle_timeout, max_flows, timeline, .. } = *options;
        let table = FlowTable::new(TableOptions { batch_size, idle_timeout, max_flows, timeline });
        Engine {
            filtering: options.filter.as_ref().map(|filter| Box::new(filter.begin())),
            decoder: Decoder::new(),
            fragments: Fragments::default(),
            intake: Intake::new(Counter::new(table)),
            threads: options.threads,
            tally: Tally::default(),
            listener: Listener::new(Arc::clone(&options.registry)),
            unsupported: BTreeMap::new(),
            timeline: timeline.map(|timeline| Timeline::new(timeline.interval)),
            packets: 0,
        }
    }

    fn read(&mut self, mut source: Source, progress: &mut impl FnMut(&InputName, &Position)) -> InputReport {
        let (name, position) = (source.name().clone(), source.position().clone());
        let mut interfaces = InterfaceTallies::default();
        // A decompressor has a thread of its own already.
        let decompressing = usize::from(source.compression() != Compression::None);
        self.intake.allow(self.threads.saturating_sub(decompressing));
        while let Some((packet, interface)) = source.next_packet() {
            self.packets += 1;
            if self.passes(&packet, interface) {
                interfaces.at(packet.interface).add(&packet);
                self.take_in(&packet, interface);
            }
            if self.packets.is_multiple_of(PROGRESS_EVERY) {
                progress(&name, &position);
            }
        }
        for (address, host) in source.names() {
            self.listener.names().add(address, NameOrigin::CaptureFile, &host);
        }
        let tallies = source.interfaces().iter().enumerate().map(|(index, interface)| (interface.clone(), *interfaces.at(index)));
        InputReport {
            interfaces: tallies.collect(),
            format: source.format_name(),
            compression: source.compression(),
            completeness: source.completeness(),
            damages: source.damages().to_vec(),
            damage_count: source.damage_count(),
            sha256: None,
            name,
        }
    }

    #[inline]
    fn passes(&mut self, packet: &Packet<'_>, interface: &Interface) -> bool {
        self.filtering.as_mut().is_none_or(|filtering| filtering.matches(packet, interface.link_type))
    }

    #[inline]
    fn take_in(&mut self, packet: &Packet<'_>, interface: &Interface) {
        match plain(packet, interface) {
            Some((observation, payload)) => {
                self.observe(observation, payload);
            }
            None => self.walk(packet, interface),
        }
    }

    /// Takes in a packet that is not plain.
    #[inline(never)]
    fn walk(&mut self, packet: &Packet<'_>, interface: &Interface) {
        let walked = self.decoder.decode(packet, interface);
        self.tally.add_scope(packet.wire_len, walked.scope);
        match &walked.decoded {
            Decoded::Observed(observation) if observation.fragment == Fragment::Whole => {
                self.observe(*observation, walked.payload);
            }
            Decoded::Observed(observation) => self.take_in_fragment(*observation, walked.payload),
            _ => self.stopped(&walked, packet),
        }
        if let Some(quoted) = walked.quoted {
            self.intake.take_in(quoted);
        }
    }

    /// Counts a packet and, if its ports are those of a channel, reads its payload.
    #[inline]
    fn observe(&mut self, observation: Observation, payload: &[u8]) {
        // Asked beforehand, because what has just been written is slow to read in pieces of another size.
        let is_heard = self.listener.cares_for(&observation);
        let observation = self.intake.take_in(observation);
        self.tally.add_observed(observation);
        if is_heard {
            self.listener.hear(self.packets, observation, payload);
        }
    }

    #[cold]
    fn take_in_fragment(&mut self, observation: Observation, payload: &[u8]) {
        let Engine { fragments, intake, tally, listener, packets, .. } = self;
        if listener.cares_for(&observation) {
            listener.hear(*packets, &observation, payload);
        }
        let (mut orphans, mut joined) = (Vec::new(), Vec::new());
        fragments.take_in(observation, |fragment| joined.push(fragment), |orphan| orphans.push(orphan));
        for fragment in &joined {
            tally.add_observed(intake.take_in(*fragment));
        }
        orphans.iter().for_each(|orphan| tally.add_orphan(orphan));
    }

    #[cold]
    fn stopped(&mut self, walked: &Walked<'_>, packet: &Packet<'_>) {
        self.tally.add_stopped(walked, packet.time, packet.wire_len);
        if let (Some(timeline), Decoded::NonIp(_)) = (&mut self.timeline, &walked.decoded) {
            timeline.add(NOT_IP, packet.time, packet.wire_len);
        }
        if let Decoded::UnsupportedLink(link_type) = walked.decoded {
            self.unsupported.entry(link_type).or_default().add(packet.wire_len);
        }
    }

    fn finish(self, inputs: Vec<InputReport>, failures: Vec<Error>, options: &Options) -> Analysis {
        let Engine { filtering, decoder, fragments, intake, mut tally, listener, unsupported, timeline, .. } = self;
        fragments.finish(|orphan| tally.add_orphan(&orphan));
        let Counter { table, ledger, sizes } = intake.finish();
        tally.ledger.merge(&ledger);
        tally.sizes.merge(&sizes);
        let mut flows = table.finish();
        let timeline = timeline.zip(flows.take_timeline()).map(|(mut timeline, of_flows)| {
            timeline.merge(of_flows, |number| number);
            timeline
        });
        let (announcements, names) = listener.finish();
        let registry = Arc::clone(&options.registry);
        let relations = Relations::join(&flows, &announcements, &registry, options.threads);
        let start = capture_span(&inputs).first;
        let verdicts = Roles { flows: &flows, relations: &relations, registry: &registry, start }.decide(options.threads);
        let scopes = decoder.into_scopes();
        let threads = options.threads;
        Analysis {
            inputs,
            failures,
            filtered: filtering.map(|filtering| filtering.finish()),
            tally,
            flows,
            verdicts,
            scopes,
            registry,
            unsupported,
            names,
            announcements,
            relations,
            timeline,
            threads,
        }
    }
}

fn capture_span(inputs: &[InputReport]) -> Span {
    let mut span = Span::default();
    for (_, tally) in inputs.iter().flat_map(|input| &input.interfaces) {
        span.merge(tally.span);
    }
    span
}

/// A tally for each interface, made when its first packet comes.
#[derive(Default)]
struct InterfaceTallies(Vec<InterfaceTally>);

impl InterfaceTallies {
    #[inline]
    fn at(&mut self, index: usize) -> &mut InterfaceTally {
        if index >= self.0.len() {
            self.0.resize(index + 1, InterfaceTally::default());
        }
        &mut self.0[index]
    }
}
