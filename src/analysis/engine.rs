//! The engine: the packet's path from a source to the sums, and the way from there to an [`Analysis`], once at the end or as
//! often as somebody wants to see how things stand.

use std::collections::HashSet;
use std::sync::Arc;

use super::ended::{Ended, MOST_COUNTS};
use super::intake::Intake;
use super::silence::{Moment, Silences};
use super::snapshot::Snapshot;
use super::unsupported::Unsupported;
use super::{Analysis, InputReport, Options, capture_span};
use crate::capture::{Filtering, InputName, Interface, Packet, Position, Seen, Source};
use crate::content::{Listener, NameOrigin};
use crate::decode::{Decoded, Decoder, Fragment, Observation, Observer, TunnelPorts, Walked, plain};
use crate::flow::{FlowTable, Fragments, Joined, TableOptions, Timeline};
use crate::tally::{InterfaceTally, Tally};
use crate::unit::{Span, Time, Traffic};

/// Packets between two reports of progress.
const PROGRESS_EVERY: u64 = 1 << 16;

/// Reads packets, counts them, and decides whose they are: decode, join fragments, count, table; and listen, where something
/// is announced.
pub struct Engine {
    options: Options,
    /// Which packets are looked at. It lies elsewhere, so that one look tells if there is none.
    filtering: Option<Box<Filtering>>,
    decoder: Decoder,
    fragments: Fragments,
    intake: Intake,
    tally: Tally,
    listener: Listener,
    unsupported: Unsupported,
    /// When packets came that are not IP, if that is asked for. Those of flows are with the flows.
    timeline: Option<Timeline>,
    /// Packets so far, of all inputs, whether they pass the filter or not.
    packets: u64,
    /// The interfaces of the input that is being read.
    interfaces: InterfaceTallies,
    /// When the packets of that input came that were left out: they did not pass the filter, or are duplicates.
    left_out: Span,
    /// The inputs that have been read.
    inputs: Vec<InputReport>,
    /// What became of flows that were let go.
    ended: Option<Arc<Ended>>,
    /// The silence of the flows.
    silences: Silences,
}

impl Engine {
    /// An engine that has read nothing. The inputs that the options name are not opened here.
    pub fn new(options: &Options) -> Engine {
        let Options { batch_size, idle_timeout, max_flows, timeline, .. } = *options;
        let table = FlowTable::new(TableOptions { batch_size, idle_timeout, max_flows, timeline });
        Engine {
            filtering: options.filter.as_ref().map(|filter| Box::new(filter.begin())),
            decoder: Decoder::with_tunnel_ports(options.registry.tunnel_ports()),
            fragments: Fragments::default(),
            intake: Intake::new(table),
            tally: Tally::default(),
            listener: Listener::new(Arc::clone(&options.registry)),
            unsupported: Unsupported::default(),
            timeline: timeline.map(|timeline| Timeline::new(timeline.interval)),
            packets: 0,
            interfaces: InterfaceTallies::default(),
            left_out: Span::default(),
            inputs: Vec::new(),
            ended: None,
            silences: Silences::default(),
            options: options.clone(),
        }
    }

    /// Reads a source to its end, or until there is nothing [for now](Source::is_waiting). `progress` is told from time to time how far that is.
    pub fn read_all(&mut self, mut source: Source, progress: &mut impl FnMut(&InputName, &Position)) {
        let (name, position) = (source.name().clone(), source.position().clone());
        while self.read(&mut source, PROGRESS_EVERY) {
            progress(&name, &position);
        }
        self.close(&source);
    }

    /// Reads at most so many packets of a source. False if there are no more: none at all, or none
    /// [yet](Source::is_waiting).
    pub fn read(&mut self, source: &mut Source, most: u64) -> bool {
        // What reads ahead has a thread of its own already.
        self.intake.allow(self.options.threads.saturating_sub(usize::from(source.reads_ahead())));
        let mut left = most;
        while left > 0 {
            let looked_at = if self.options.dedup { u64::MAX } else { source.packets_to_look_at() };
            let part = if looked_at == 0 { left } else { left.min(looked_at) };
            // Each has a loop of its own: a twentieth of the time is at stake.
            let read = if looked_at == 0 { self.read_part::<false>(source, part) } else { self.read_part::<true>(source, part) };
            left -= read;
            if read < part {
                break;
            }
        }
        left == 0
    }

    /// Reads at most so many packets, and looks for duplicates among them if `LOOKS` is true. How many were read.
    fn read_part<const LOOKS: bool>(&mut self, source: &mut Source, most: u64) -> u64 {
        // Beside the engine, so that both can change.
        let mut interfaces = std::mem::take(&mut self.interfaces);
        let mut left = most;
        while left > 0
            && let Some(Seen { packet, interface, is_duplicate }) = source.next_seen::<LOOKS>()
        {
            left -= 1;
            self.packets += 1;
            if !self.passes(&packet, interface) {
                self.leave_out(packet.time);
                continue;
            }
            let tally = interfaces.at(packet.interface);
            if is_duplicate {
                tally.duplicates += 1;
                if self.options.dedup {
                    self.leave_out(packet.time);
                    continue;
                }
            }
            tally.add(&packet);
            self.take_in(&packet, interface);
        }
        self.interfaces = interfaces;
        most - left
    }

    /// Notes what a source that is read to its end told beside its packets.
    pub fn close(&mut self, source: &Source) {
        for (address, host) in source.names() {
            self.listener.names().add(address, NameOrigin::CaptureFile, &host);
        }
        let report = self.report(source);
        self.inputs.push(report);
        self.interfaces = InterfaceTallies::default();
        self.left_out = Span::default();
    }

    /// What there is to say about the source that is being read.
    fn report(&self, source: &Source) -> InputReport {
        let tallies = source.interfaces().iter().enumerate();
        let mut span = self.interfaces.span();
        span.merge(self.left_out);
        InputReport {
            span,
            name: source.name().clone(),
            interfaces: tallies.map(|(index, interface)| (interface.clone(), self.interfaces.of(index))).collect(),
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
        self.filtering.as_mut().is_none_or(|filtering| filtering.matches(packet, interface.link_type))
    }

    #[inline(always)]
    fn take_in(&mut self, packet: &Packet<'_>, interface: &Interface) {
        if plain(packet, interface, self).is_none() {
            self.walk(packet, interface);
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
            // The only owner there; it gets its place among the flows when they are put together.
            timeline.add(0, packet.time, packet.wire_len);
        }
        if let Decoded::UnsupportedLink(link_type) = walked.decoded {
            self.unsupported.add(link_type, packet.wire_len);
        }
    }

    /// The analysis of all that was read.
    pub fn finish(mut self) -> Analysis {
        let Engine { fragments, tally, .. } = &mut self;
        fragments.give_up(|orphan| tally.add_orphan(&orphan));
        let table = self.intake.rest();
        let timeline = table.take_timeline();
        table.close();
        self.lend(timeline).decide()
    }

    /// Copies what is known; `source` is the one that is being read. Later fragments that wait for their first one count as such that
    /// have none.
    ///
    /// It takes as long as copying the flows, and the engine can go on at once. Whoever decides does so with half of the threads:
    /// the engine has the others.
    pub fn snapshot(&mut self, source: &Source) -> Snapshot {
        let mut inputs = self.inputs.clone();
        inputs.push(self.report(source));
        let threads = self.options.threads;
        let table = self.intake.rest();
        let (flows, timeline) = (table.copied(threads), table.timeline().cloned());
        let mut tally = self.tally.clone();
        self.fragments.waiting().for_each(|fragment| tally.add_orphan(fragment));
        let (announcements, names) = self.listener.copied();
        Snapshot {
            inputs,
            start: self.start(),
            filtered: self.filtering.as_ref().map(|filtering| filtering.so_far()),
            tally,
            flows,
            scopes: self.decoder.scopes().clone(),
            registry: Arc::clone(&self.options.registry),
            unsupported: self.unsupported.clone(),
            names,
            announcements,
            timelines: self.timelines(timeline),
            ended: self.ended.clone(),
            closed_ports: self.options.closed_ports,
            threads: (threads / 2).max(1),
        }
    }

    /// Lets go of flows that at this moment have been silent for more than so many nanoseconds: their verdicts are final and
    /// their sums kept, and there is room for others. What such a flow said about others is no evidence any more.
    ///
    /// A clock that is set back or forward meanwhile does not change how long a flow has been silent. Such a flow may stay longer,
    /// by the time since the call before at most.
    pub fn let_go_of_idle(&mut self, now: Moment, idle: i64) {
        let timeline = self.intake.rest().take_timeline();
        let lent = self.lend(None);
        let mut is_over = self.silences.look(&lent.flows, now, idle);
        let (mut analysis, joined) = lent.decide_and_tell_joined();
        if let Some(joined) = &joined {
            is_over = joined.gathered(&is_over);
        }
        let mut ended = analysis.ended.take().map_or_else(Ended::default, Arc::unwrap_or_clone);
        ended.take_in((&analysis.flows, &analysis.verdicts), (&analysis.scans, &analysis.registry), &is_over);
        // The table and the timeline know nothing of joined flows.
        let now_of = |number: u32| joined.as_ref().map_or(number, |joined| joined.numbers[number as usize]) as usize;
        let staying = timeline.map(|timeline| {
            let category = |flow| analysis.category_of(now_of(flow) as u32);
            ended.take_in_timeline(timeline, |flow| is_over[now_of(flow)], category)
        });
        analysis.ended = Some(Arc::new(ended));
        // What was said about a flow holds as long as the flow goes on.
        let numbers = (0..is_over.len()).filter(|number| !is_over[*number]);
        let used: HashSet<usize> = numbers.filter_map(|number| analysis.relations.of(number).announcement).collect();
        if let Some(joined) = &joined {
            is_over = joined.spread(&is_over);
        }
        self.take_back(analysis, joined);
        self.silences.let_go(&is_over);
        let table = self.intake.rest();
        if let Some(timeline) = staying {
            table.give_timeline(timeline);
        }
        table.let_go(&is_over);
        if let Some(not_ip) = &mut self.timeline {
            not_ip.bound(MOST_COUNTS);
        }
        self.listener.forget((now.clock, idle), |place| used.contains(&place), |channel| table.number_of(channel).is_some());
    }

    /// Puts all that is known into a snapshot, without a copy, with the timeline of the flows. The engine goes on when it has
    /// [taken it back](Engine::take_back).
    fn lend(&mut self, of_flows: Option<Timeline>) -> Snapshot {
        let start = self.start();
        let (announcements, names) = self.listener.lend();
        Snapshot {
            inputs: std::mem::take(&mut self.inputs),
            start,
            filtered: self.filtering.as_ref().map(|filtering| filtering.so_far()),
            tally: std::mem::take(&mut self.tally),
            flows: self.intake.rest().lend(),
            scopes: self.decoder.lend_scopes(),
            registry: Arc::clone(&self.options.registry),
            unsupported: std::mem::take(&mut self.unsupported),
            names,
            announcements,
            timelines: self.timelines(of_flows),
            ended: self.ended.take(),
            closed_ports: self.options.closed_ports,
            threads: self.options.threads,
        }
    }

    /// When the first packet came.
    fn start(&self) -> Time {
        let mut span = capture_span(&self.inputs);
        span.merge(self.interfaces.span());
        span.first
    }

    /// The timeline of the flows with that of what is not IP.
    fn timelines(&self, of_flows: Option<Timeline>) -> Option<[Timeline; 2]> {
        of_flows.zip(self.timeline.as_ref()).map(|(of_flows, not_ip)| [of_flows, not_ip.clone()])
    }

    /// Goes on after an analysis was looked at, with the flows as they were counted.
    fn take_back(&mut self, analysis: Analysis, joined: Option<Joined>) {
        let Analysis { inputs, tally, flows, scopes, unsupported, names, announcements, ended, .. } = analysis;
        self.inputs = inputs;
        self.tally = tally;
        self.intake.rest().take_back(joined.map_or(flows, |joined| joined.apart));
        self.decoder.take_back_scopes(scopes);
        self.unsupported = unsupported;
        self.listener.take_back(announcements, names);
        self.ended = ended;
    }

    /// How many flows are told apart at present.
    pub fn flows(&mut self) -> usize {
        self.intake.rest().len()
    }

    /// How many flows were let go.
    pub fn ended_flows(&self) -> u64 {
        self.ended.as_ref().map_or(0, |ended| ended.flows)
    }

    /// The packets so far of the source that is being read, those that a filter keeps.
    pub fn traffic(&self) -> Traffic {
        let mut traffic = Traffic::default();
        self.interfaces.0.iter().for_each(|tally| traffic.merge(tally.traffic));
        traffic
    }
}

impl Observer for Engine {
    #[inline(always)]
    fn tunnel_ports(&self) -> &TunnelPorts {
        self.decoder.tunnel_ports()
    }

    /// Counts a packet and, if its ports are those of a channel, reads its payload.
    #[inline(always)]
    fn observe(&mut self, observation: Observation, payload: &[u8]) {
        // Asked beforehand, because what has just been written is slow to read in pieces of another size.
        let is_heard = self.listener.cares_for(&observation);
        let observation = self.intake.take_in(observation);
        self.tally.add_observed(observation);
        if is_heard {
            self.listener.hear(self.packets, observation, payload);
        }
    }
}

/// A tally for each interface, made when its first packet comes.
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

    /// The tally of an interface; an empty one if no packet of it has come.
    fn of(&self, index: usize) -> InterfaceTally {
        self.0.get(index).copied().unwrap_or_default()
    }

    /// From the earliest to the latest packet.
    fn span(&self) -> Span {
        let mut span = Span::default();
        self.0.iter().for_each(|tally| span.merge(tally.span));
        span
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use etherparse::PacketBuilder;

    use super::*;
    use crate::flow::TimelineOptions;
    use crate::summary::TableName;
    use crate::tally::Room;
    use crate::unit::NANOSECONDS;

    /// A capture of UDP packets: second, client's last byte, server's port, payload.
    fn capture(packets: &[(u32, u8, u16, &[u8])]) -> Source {
        let mut file: Vec<u8> = [0xa1b2_c3d4u32, 0x0004_0002, 0, 0, 1 << 18, 1].into_iter().flat_map(u32::to_le_bytes).collect();
        for &(second, client, port, payload) in packets {
            let mut frame = Vec::new();
            let builder = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4([10, 0, 0, client], [192, 0, 2, 53], 64);
            builder.udp(50_000, port).write(&mut frame, payload).unwrap();
            file.extend([second, 0, frame.len() as u32, frame.len() as u32].into_iter().flat_map(u32::to_le_bytes));
            file.extend(frame);
        }
        Source::from_reader(&InputName::Stdin, Box::new(std::io::Cursor::new(file))).unwrap()
    }

    fn at(second: i64) -> Moment {
        Moment { clock: Time::from_nanoseconds(second * NANOSECONDS), running: Duration::from_secs(second as u64) }
    }

    /// The lines of a table as data, without its header.
    fn lines(analysis: &Analysis, name: TableName) -> Vec<String> {
        let mut csv = Vec::new();
        crate::output::csv::write(&analysis.table(name), &mut csv).unwrap();
        String::from_utf8(csv).unwrap().lines().skip(1).map(str::to_owned).collect()
    }

    #[test]
    fn machines_and_servers_without_a_place_are_told_together_at_the_end() {
        let packets: Vec<(u32, u8, u16, &[u8])> =
            (0..6).map(|number| (0, 10 + number, 53 + u16::from(number) * 27, &b"?"[..])).collect();
        let mut source = capture(&packets);
        let mut engine = Engine::new(&Options { closed_ports: true, ..Options::new(Vec::new()) });
        engine.read(&mut source, u64::MAX);
        // Room for seven members in the sums of services, two servers, and three hosts.
        engine.ended = Some(Arc::new(Ended::with_room(Room::of(64))));
        engine.let_go_of_idle(at(9), NANOSECONDS);
        engine.close(&source);
        let analysis = engine.finish();
        assert_eq!((analysis.ended.as_ref().unwrap().flows, analysis.flows.len()), (6, 0));
        for (name, packets) in [(TableName::Hosts, 2), (TableName::Servers, 7)] {
            let lines = lines(&analysis, name);
            let others: Vec<usize> = (0..lines.len()).filter(|number| lines[*number].starts_with("others,")).collect();
            assert_eq!(others, [lines.len() - 1], "{name:?}: {lines:#?}");
            let packets_of = |line: &String| line.split(',').nth(packets).unwrap().parse::<u64>().unwrap();
            assert_eq!(lines.iter().map(packets_of).sum::<u64>(), 6, "{name:?}: {lines:#?}");
        }
    }

    #[test]
    fn a_scan_that_goes_on_for_longer_than_its_flows_are_kept_is_found() {
        // A port every ten seconds, none of which answers; what came before there were enough of them stays where it was.
        let packets: Vec<(u32, u8, u16, &[u8])> =
            (0..60).map(|number| (number * 10, 5, 1000 + number as u16, &b"?"[..])).collect();
        let mut source = capture(&packets);
        let mut engine = Engine::new(&Options { timeline: Some(TimelineOptions::default()), ..Options::new(Vec::new()) });
        for number in 0..60 {
            engine.read(&mut source, 1);
            engine.let_go_of_idle(at(number * 10), 50 * NANOSECONDS);
        }
        engine.close(&source);
        let analysis = engine.finish();
        assert!(analysis.flows.len() < 10);
        let scan = lines(&analysis, TableName::Scans);
        assert_eq!(scan.len(), 1, "{scan:#?}");
        let services = lines(&analysis, TableName::Services);
        let flows_of = |line: &String| line.split(',').nth(4).unwrap().parse::<u64>().unwrap();
        let of_scan = services.iter().find(|line| line.starts_with("scan,scan of ")).map_or(0, flows_of);
        assert!(of_scan >= 40, "{services:#?}");
        assert_eq!(services.iter().map(flows_of).sum::<u64>(), 60);
        let timeline = lines(&analysis, TableName::Timeline);
        let packets_of = |line: &&String| line.split(',').nth(2).unwrap().parse::<u64>().unwrap();
        let in_time = timeline.iter().filter(|line| line.contains(",scan,")).map(|line| packets_of(&line)).sum::<u64>();
        assert_eq!(in_time, of_scan);
    }

    #[test]
    fn a_capture_without_an_end_needs_no_more_the_longer_it_goes_on() {
        // New clients all the time, each of which asks for a file, and one that goes on for ever.
        let mut packets: Vec<(u32, u8, u16, &[u8])> = Vec::new();
        for second in 0..3000 {
            packets.extend([(second, (second % 250) as u8, 69, &b"\0\x01file\0octet\0"[..]), (second, 255, 53, b"?")]);
        }
        let mut source = capture(&packets);
        let timeline = Some(TimelineOptions { interval: Some(NANOSECONDS) });
        let mut engine = Engine::new(&Options { timeline, threads: 1, ..Options::new(Vec::new()) });
        for second in (20..3000).step_by(20) {
            engine.read(&mut source, 40);
            engine.let_go_of_idle(at(second), 10 * NANOSECONDS);
            assert!(engine.flows() <= 12);
            let (announcements, names) = engine.listener.lend();
            // Each is forgotten a minute and ten seconds after it was made.
            assert!(announcements.log().len() <= 90, "{}", announcements.log().len());
            engine.listener.take_back(announcements, names);
        }
        engine.close(&source);
        let analysis = engine.finish();
        assert_eq!(analysis.ended.as_ref().unwrap().flows as usize + analysis.flows.len(), 2981);
    }
}
