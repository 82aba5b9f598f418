//! The engine: the packet's path from a source to the sums. Its collection can be decided once at the end, or as often as the
//! current state is wanted.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use super::closed_flows::{ClosedFlows, MAX_COUNTS};
use super::expired::Expired;
use super::idle_times::{IdleTimes, Moment};
use super::packets::{PacketSink, pass_packets};
use super::pipeline::FlowPipeline;
use super::window::{Gate, Passage};
use super::{Collected, Decided, InputReport, Options};
use crate::capture::{Filter, Interface, Packet, Source};
use crate::decode::{Decoded, DecodedPacket, Decoder, Fragment, Observation, decode_fast};
use crate::flow::{FlowTable, FragmentOwner, Fragments, TableOptions, Timeline};
use crate::inspect::{Inspector, NameOrigin};
use crate::stats::{BucketRun, InterfaceTally, Place, Tally};
use crate::time::{Span, Time};
use crate::traffic::Traffic;

/// Reads packets, counts them, and decides whose they are: decode, join fragments, count, table; reads the payload of control
/// channels, too.
pub struct Engine {
    options: Options,
    /// The filter and the time that packets are asked for. They are boxed, so that one comparison shows that there are none.
    gate: Option<Box<Gate>>,
    decoder: Decoder,
    fragments: Fragments<()>,
    pipeline: FlowPipeline,
    tally: Tally,
    /// Bytes of the latest packets that the tally does not have by time yet.
    run: BucketRun,
    inspector: Inspector,
    /// The times of non-IP packets, if packets are counted by time. The times of IP packets are with the flows.
    non_ip: Option<Timeline>,
    /// Packets so far, of all inputs, whether they pass the filter or not.
    packets: u64,
    /// The interfaces of the input that is being read.
    interfaces: InterfaceTallies,
    /// The span of the packets of that input that were left out because they did not pass the filter or are duplicates.
    left_out: Span,
    /// The reports on the inputs that have been read; the last one may still be in progress.
    inputs: Vec<InputReport>,
    /// True if the last input is still being read.
    is_reading: bool,
    /// Sums over flows that have expired.
    pub(super) closed: Option<Arc<ClosedFlows>>,
    /// The silence of the flows.
    idle_times: IdleTimes,
}

impl Engine {
    /// Creates an engine that has read nothing. It does not open the inputs that the options name.
    pub fn new(options: &Options) -> Engine {
        let Options { batch_size, idle_timeout, max_flows, timeline, .. } = *options;
        let table = FlowTable::new(TableOptions { batch_size, idle_timeout, max_flows, timeline });
        Engine {
            gate: Gate::new(options.window.clone(), options.filter.as_ref().map(Filter::begin)).map(Box::new),
            decoder: Decoder::with_tunnel_ports(options.registry.tunnel_ports()),
            fragments: Fragments::default(),
            pipeline: FlowPipeline::new(table),
            tally: Tally::default(),
            run: BucketRun::default(),
            inspector: Inspector::new(Arc::clone(&options.registry)),
            non_ip: timeline.map(|timeline| Timeline::new(timeline.interval)),
            packets: 0,
            interfaces: InterfaceTallies::default(),
            left_out: Span::default(),
            inputs: Vec::new(),
            is_reading: false,
            closed: None,
            idle_times: IdleTimes::default(),
            options: options.clone(),
        }
    }

    /// Reads at most `max_packets` of a source. False if there are no more: none at all, or none [yet](Source::is_waiting).
    pub fn read(&mut self, source: &mut Source, max_packets: u64) -> bool {
        // A thread that reads ahead counts among the threads that share the work.
        self.pipeline.allow_threads(self.options.threads.saturating_sub(usize::from(source.reads_ahead())));
        let checks_all = self.options.dedup;
        let is_more = pass_packets(source, self, max_packets, checks_all);
        self.update_input(source);
        is_more
    }

    /// Ends the reading of a source: the next packets come from another one.
    pub fn close(&mut self, source: &Source) {
        for (address, host) in source.names() {
            self.inspector.names_mut().add(address, NameOrigin::CaptureFile, &host);
        }
        self.update_input(source);
        self.is_reading = false;
        self.interfaces = InterfaceTallies::default();
        self.left_out = Span::default();
    }

    /// Updates the report on the source that is being read.
    fn update_input(&mut self, source: &Source) {
        let report = self.report(source);
        match self.inputs.last_mut() {
            Some(last) if self.is_reading => *last = report,
            _ => self.inputs.push(report),
        }
        self.is_reading = true;
    }

    /// Returns the report on the source that is being read.
    fn report(&self, source: &Source) -> InputReport {
        let tallies = source.interfaces().iter().enumerate();
        let mut span = self.interfaces.span();
        span.merge(self.left_out);
        InputReport {
            span,
            name: source.name().clone(),
            interfaces: tallies.map(|(index, interface)| (interface.clone(), self.interfaces.get(index))).collect(),
            format: source.format_name(),
            compression: source.compression(),
            completeness: source.completeness(),
            problems: source.problems().to_vec(),
            problem_count: source.problem_count(),
            sha256: None,
        }
    }

    #[inline(never)]
    fn leave_out(&mut self, time: Time) {
        self.left_out.add(time);
    }

    #[inline]
    fn passes(&mut self, packet: &Packet<'_>, interface: &Interface) -> bool {
        match &mut self.gate {
            None => true,
            Some(gate) => match gate.test(packet, interface) {
                Passage::Passes => true,
                Passage::Filtered => false,
                Passage::Outside => {
                    self.tally.ledger.add(Place::Outside, packet.wire_len);
                    self.inspect_outside(packet, interface);
                    false
                }
            },
        }
    }

    /// Reads the payload of a packet outside of the time that was asked for, if its ports are those of a channel: names of hosts
    /// and announcements also hold later.
    #[inline(never)]
    fn inspect_outside(&mut self, packet: &Packet<'_>, interface: &Interface) {
        let Engine { decoder, inspector, packets, .. } = self;
        let (observation, payload) = match decode_fast(packet, interface, decoder.tunnel_ports()) {
            Some(decoded) => decoded,
            None => match decoder.decode(packet, interface) {
                DecodedPacket { decoded: Decoded::Observed(observation), payload, .. } => (observation, payload),
                _ => return,
            },
        };
        if observation.fragment == Fragment::Whole && inspector.wants(&observation) {
            inspector.inspect(*packets, &observation, payload);
        }
    }

    /// Counts a whole packet of a flow and, if its ports are those of a channel, reads its payload.
    #[inline(always)]
    fn count(&mut self, observation: Observation, payload: &[u8]) {
        // The test comes before the push: reading fields just written, in pieces of another size, is slow.
        let is_wanted = self.inspector.wants(&observation);
        let observation = self.pipeline.push(observation);
        self.tally.add_observed(observation);
        if is_wanted {
            self.inspector.inspect(self.packets, observation, payload);
        }
    }

    /// Counts a packet that the fast path does not decode.
    #[inline(never)]
    fn walk(&mut self, packet: &Packet<'_>, interface: &Interface) {
        let walked = self.decoder.decode(packet, interface);
        self.tally.add_encapsulation(packet.wire_len, walked.encapsulation);
        match &walked.decoded {
            Decoded::Observed(observation) if observation.fragment == Fragment::Whole => {
                self.count(*observation, walked.payload);
            }
            Decoded::Observed(observation) => self.count_fragment(*observation, walked.payload),
            _ => self.count_stopped(&walked, packet),
        }
        if let Some(original) = walked.icmp_original {
            self.pipeline.push(original);
        }
    }

    #[cold]
    fn count_fragment(&mut self, observation: Observation, payload: &[u8]) {
        let Engine { fragments, pipeline, tally, inspector, packets, .. } = self;
        if inspector.wants(&observation) {
            inspector.inspect(*packets, &observation, payload);
        }
        match fragments.push(observation, ()) {
            FragmentOwner::Flow { fragment, waited } => {
                tally.add_observed(pipeline.push(fragment));
                waited.into_iter().for_each(|(waited, ())| tally.adopt_orphan(pipeline.push(waited)));
            }
            FragmentOwner::Waits(fragment) => tally.add_orphan(&fragment),
        }
    }

    #[cold]
    fn count_stopped(&mut self, walked: &DecodedPacket<'_>, packet: &Packet<'_>) {
        self.tally.add_stopped(walked, packet.time, packet.wire_len);
        if let (Some(timeline), Decoded::NonIp(_)) = (&mut self.non_ip, &walked.decoded) {
            // The timeline has a single owner, number 0.
            timeline.add(0, packet.time, packet.wire_len);
        }
    }

    /// Everything collected so far.
    pub fn collected(&mut self) -> Collected<'_> {
        self.run.flush(&mut self.tally.by_time);
        let table = self.pipeline.table();
        Collected {
            inputs: Cow::Borrowed(&self.inputs),
            failures: Vec::new(),
            unread: 0,
            filtered: self.gate.as_ref().and_then(|gate| gate.filtered()),
            window: self.gate.as_ref().and_then(|gate| gate.window()),
            tally: Cow::Borrowed(&self.tally),
            flows: Cow::Borrowed(table.flows()),
            timeline: table.timeline().map(Cow::Borrowed),
            non_ip: self.non_ip.as_ref().map(Cow::Borrowed),
            encapsulations: Cow::Borrowed(self.decoder.encapsulations()),
            announcements: Cow::Borrowed(self.inspector.announcements()),
            names: Cow::Borrowed(self.inspector.names()),
            closed: self.closed.clone(),
            registry: Arc::clone(&self.options.registry),
            closed_ports: self.options.closed_ports,
            threads: self.options.threads,
        }
    }

    /// Decides about everything read so far. The result borrows the engine, so that no packet can be read meanwhile.
    pub fn decide(&mut self) -> Decided<'_> {
        self.collected().decide()
    }

    /// Copies everything collected so far, so that another thread can decide while this one goes on reading.
    pub fn snapshot(&mut self) -> Collected<'static> {
        // The reading thread needs the other half of the processors.
        let threads = (self.options.threads / 2).max(1);
        Collected { threads, ..self.collected().into_owned() }
    }

    /// Returns everything collected.
    pub fn finish(mut self) -> Collected<'static> {
        self.run.flush(&mut self.tally.by_time);
        let (flows, timeline) = self.pipeline.finish();
        let (announcements, names) = self.inspector.finish();
        Collected {
            inputs: Cow::Owned(self.inputs),
            failures: Vec::new(),
            unread: 0,
            filtered: self.gate.as_ref().and_then(|gate| gate.filtered()),
            window: self.gate.as_ref().and_then(|gate| gate.window()),
            tally: Cow::Owned(self.tally),
            flows: Cow::Owned(flows),
            timeline: timeline.map(Cow::Owned),
            non_ip: self.non_ip.map(Cow::Owned),
            encapsulations: Cow::Owned(self.decoder.finish()),
            announcements: Cow::Owned(announcements),
            names: Cow::Owned(names),
            closed: self.closed,
            registry: self.options.registry,
            closed_ports: self.options.closed_ports,
            threads: self.options.threads,
        }
    }

    /// Removes the flows that at `now` have been silent for more than `idle` nanoseconds. Their verdicts are final, their sums
    /// are kept, and there is room for others. An expired flow is no longer evidence about others.
    ///
    /// A clock that is set back or forward does not change the silence of a flow. It may keep the flow longer, at most by the
    /// time since the previous call.
    pub fn expire_idle(&mut self, now: Moment, idle: i64) {
        let is_silent = self.idle_times.check(self.pipeline.table().flows(), now, idle);
        // The decisions are owned, so that the engine can be changed again.
        let Decided { collected: Collected { flows, .. }, verdicts, relations, scans, joined, .. } = self.decide();
        let flows_joined = match flows {
            Cow::Owned(flows) => Some(flows),
            Cow::Borrowed(_) => None,
        };
        let table = self.pipeline.table();
        // A flow of two directions has expired when both have. The flow table keeps the directions apart.
        let (has_expired, leaves_table) = match &joined {
            Some(joined) => {
                let has_expired = joined.gathered(&is_silent);
                let leaves_table = joined.spread(&has_expired);
                (has_expired, Some(leaves_table))
            }
            None => (is_silent, None),
        };
        let expired = Expired {
            flows: flows_joined.as_ref().unwrap_or_else(|| table.flows()),
            verdicts: &verdicts,
            scans: &scans,
            registry: &self.options.registry,
            has_expired: &has_expired,
            timeline: table.timeline(),
            joined: joined.as_ref(),
        };
        let mut closed = self.closed.take().map_or_else(ClosedFlows::default, Arc::unwrap_or_clone);
        closed.add(&expired);
        self.closed = Some(Arc::new(closed));
        // An announcement about a flow is kept as long as the flow.
        let numbers = (0..has_expired.len()).filter(|number| !has_expired[*number]);
        let used: HashSet<usize> = numbers.filter_map(|number| relations.get(number).announcement).collect();
        let leaves_table = leaves_table.as_deref().unwrap_or(&has_expired);
        self.idle_times.remove(leaves_table);
        table.remove(leaves_table);
        table.bound_timeline(MAX_COUNTS);
        if let Some(non_ip) = &mut self.non_ip {
            non_ip.bound(MAX_COUNTS);
        }
        self.inspector.forget((now.clock, idle), |place| used.contains(&place), |channel| table.number_of(channel).is_some());
    }

    /// The number of flows in the table.
    pub fn flows(&mut self) -> usize {
        self.pipeline.table().len()
    }

    /// The number of closed flows.
    pub fn closed_flows(&self) -> u64 {
        self.closed.as_ref().map_or(0, |closed| closed.flows)
    }

    /// The packets so far of the source that is being read, without those that the filter left out.
    pub fn traffic(&self) -> Traffic {
        let mut traffic = Traffic::default();
        self.interfaces.0.iter().for_each(|tally| traffic.merge(tally.traffic));
        traffic
    }
}

impl PacketSink for Engine {
    #[inline(always)]
    fn push(&mut self, packet: &Packet<'_>, interface: &Interface, is_duplicate: bool) {
        self.packets += 1;
        if !self.passes(packet, interface) {
            return self.leave_out(packet.time);
        }
        let tally = self.interfaces.at(packet.interface);
        if is_duplicate {
            tally.duplicates += 1;
            if self.options.dedup {
                return self.leave_out(packet.time);
            }
        }
        tally.add(packet);
        self.run.add(packet.time, packet.wire_len, &mut self.tally.by_time);
        match decode_fast(packet, interface, self.decoder.tunnel_ports()) {
            Some((observation, payload)) => self.count(observation, payload),
            None => self.walk(packet, interface),
        }
    }
}

/// A tally for each interface, created by its first packet.
#[derive(Default)]
struct InterfaceTallies(Vec<InterfaceTally>);

impl InterfaceTallies {
    #[inline]
    fn at(&mut self, index: usize) -> &mut InterfaceTally {
        if index < self.0.len() { &mut self.0[index] } else { self.make(index) }
    }

    #[cold]
    fn make(&mut self, index: usize) -> &mut InterfaceTally {
        self.0.resize(index + 1, InterfaceTally::default());
        &mut self.0[index]
    }

    /// The tally of an interface; an empty one if it has had no packet.
    fn get(&self, index: usize) -> InterfaceTally {
        self.0.get(index).copied().unwrap_or_default()
    }

    /// The span from the earliest to the latest packet.
    fn span(&self) -> Span {
        let mut span = Span::default();
        self.0.iter().for_each(|tally| span.merge(tally.span));
        span
    }
}

#[cfg(test)]
mod tests {
    use etherparse::{PacketBuilder, VlanId};

    use super::super::testing::{at, capture, capture_of};
    use super::*;
    use crate::flow::TimelineOptions;
    use crate::time::NANOSECONDS;

    #[test]
    fn two_expired_directions_count_as_one_flow_in_the_timeline() {
        // A question and its answer in two VLANs, and after them a flow of another category.
        let frame = |vlan: u16, from: ([u8; 4], u16), to: ([u8; 4], u16)| {
            let vlan = VlanId::try_new(vlan).unwrap();
            let builder = PacketBuilder::ethernet2([2; 6], [4; 6]).single_vlan(vlan).ipv4(from.0, to.0, 64);
            let mut frame = Vec::new();
            builder.udp(from.1, to.1).write(&mut frame, b"?").unwrap();
            frame
        };
        let (client, server) = (([10, 0, 0, 5], 50_000), ([192, 0, 2, 53], 53));
        let frames = [(0, frame(1, client, server)), (1, frame(2, server, client)), (2, frame(1, client, (server.0, 514)))];
        let timeline_of = |expires: bool| {
            let mut source = capture_of(frames.clone());
            let mut engine = Engine::new(&Options { timeline: Some(TimelineOptions::default()), ..Options::new(Vec::new()) });
            engine.read(&mut source, u64::MAX);
            if expires {
                engine.expire_idle(at(99), NANOSECONDS);
            }
            engine.close(&source);
            let decided = engine.finish().decide();
            let closed = decided.collected.closed.as_ref().map_or(0, |closed| closed.flows);
            (closed, decided.collected.flows.len(), decided.by_time(|category| category).unwrap().1)
        };
        let (kept, expired) = (timeline_of(false), timeline_of(true));
        assert_eq!(((kept.0, kept.1), (expired.0, expired.1)), ((0, 2), (2, 0)));
        assert_eq!(expired.2, kept.2);
        assert_eq!(kept.2.len(), 3);
    }

    #[test]
    fn an_endless_capture_needs_bounded_memory() {
        // A new client each second that asks for a file, and one client that never stops.
        let mut packets: Vec<(u32, u8, u16, &[u8])> = Vec::new();
        for second in 0..3000 {
            packets.extend([(second, (second % 250) as u8, 69, &b"\0\x01file\0octet\0"[..]), (second, 255, 53, b"?")]);
        }
        let mut source = capture(&packets);
        let timeline = Some(TimelineOptions { interval: Some(NANOSECONDS) });
        let mut engine = Engine::new(&Options { timeline, threads: 1, ..Options::new(Vec::new()) });
        for second in (20..3000).step_by(20) {
            engine.read(&mut source, 40);
            engine.expire_idle(at(second), 10 * NANOSECONDS);
            assert!(engine.flows() <= 12);
            // Each announcement is removed a minute and ten seconds after its packet.
            let kept = engine.inspector.announcements().log().len();
            assert!(kept <= 90, "{kept}");
        }
        engine.close(&source);
        let decided = engine.finish().decide();
        assert_eq!(decided.collected.closed.as_ref().unwrap().flows as usize + decided.collected.flows.len(), 2981);
    }
}
