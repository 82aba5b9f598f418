//! The fate of a packet, and the flow that it belongs to. The flow table keeps sums and forgets packets, so the capture is read again and counted anew,
//! packet by packet.

use super::each_packet;
use crate::analysis::Options;
use crate::capture::{Filter, Filtered, Interface, Packet};
use crate::decode::{Decoded, Decoder, Fragment, Observation, Side};
use crate::flow::{FlowIndex, FlowTable, FragmentOwner, Fragments, JoinedNumbers, TableOptions};
use crate::time::Time;

/// The flows that a filter's packets belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matching {
    /// The numbers of the flows of which at least one packet matches, from 0, in order.
    pub flows: Vec<usize>,
    /// The packets that the filter kept and left out.
    pub filtered: Filtered,
}

/// The fate of a packet.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum PacketFate {
    /// It belongs to a flow.
    Flow {
        /// The flow's number, from 0.
        flow: usize,
        /// The time of the packet.
        time: Time,
        /// The side that sent it; `None` for a later fragment, which may have been seen before its flow was known.
        side: Option<Side>,
        /// If it is an ICMP error: the number of the flow that it is about, where that is known.
        about: Option<usize>,
    },
    /// It has no flow, because of what the walk over its layers came to.
    Stopped(Decoded),
    /// It is a later fragment, and the first one, which has the ports, is not in the capture.
    Orphan,
    /// It was dropped as a duplicate.
    Dropped,
    /// There is no such packet: the capture holds so many.
    Beyond(u64),
}

/// Finds the flows of which at least one packet matches the filter. The flows are those of the whole capture.
pub fn matching(options: &Options, filter: &Filter) -> Matching {
    let (mut replay, mut filtering) = (Replay::new(options), filter.begin());
    each_packet(options, |_, packet, interface| {
        let is_wanted = filtering.matches(packet, interface.link_type);
        replay.push(packet, interface, is_wanted);
    });
    let mut flows = replay.finish(options.threads).flows;
    flows.sort_unstable();
    flows.dedup();
    Matching { flows, filtered: filtering.so_far() }
}

/// Finds out what became of the packet with that number, counted from 1 over all inputs.
pub fn packet_fate(options: &Options, number: u64) -> PacketFate {
    let mut replay = Replay::new(options);
    let (mut met, mut about) = (None, None);
    let packets = each_packet(options, |at, packet, interface| {
        let is_wanted = at == number;
        let (decoded, number) = replay.push(packet, interface, is_wanted);
        if is_wanted {
            (met, about) = (Some((decoded, packet.time)), number);
        }
    });
    let Some((decoded, time)) = met else {
        return if (1..=packets).contains(&number) { PacketFate::Dropped } else { PacketFate::Beyond(packets) };
    };
    let Decoded::Observed(observation) = decoded else { return PacketFate::Stopped(decoded) };
    let found = replay.finish(options.threads);
    let side = (!matches!(observation.fragment, Fragment::Later(_))).then_some(observation.side);
    match found.flows.first() {
        Some(flow) => PacketFate::Flow { flow: *flow, time, side, about: about.map(|number| found.joined(number)) },
        None => PacketFate::Orphan,
    }
}

/// Counts packets into flows as the analysis did, and notes the flows of those that are wanted.
struct Replay {
    decoder: Decoder,
    /// Each fragment is tagged with whether it is wanted.
    fragments: Fragments<bool>,
    table: FlowTable,
    /// True for the flows that wanted packets belong to, by their numbers in the table.
    is_wanted: Vec<bool>,
}

/// The result of a replay.
struct Found {
    /// The flows that wanted packets belong to, by their numbers in the decided capture. Two directions of one flow may be there twice.
    flows: Vec<usize>,
    /// The numbers in the decided capture by those in the table, if any of them differ.
    numbers: Option<JoinedNumbers>,
}

impl Found {
    fn joined(&self, number: usize) -> usize {
        self.numbers.as_ref().map_or(number, |numbers| numbers.now(FlowIndex::new(number)).place())
    }
}

impl Replay {
    fn new(options: &Options) -> Replay {
        let Options { idle_timeout, max_flows, .. } = *options;
        let table = FlowTable::new(TableOptions { idle_timeout, max_flows, ..TableOptions::default() });
        Replay {
            decoder: Decoder::with_tunnel_ports(options.registry.tunnel_ports()),
            fragments: Fragments::default(),
            table,
            is_wanted: Vec::new(),
        }
    }

    /// Counts a packet. Returns how far the walk over it came and, for an ICMP error, the number in the table of the flow that
    /// it is about.
    fn push(&mut self, packet: &Packet<'_>, interface: &Interface, is_wanted: bool) -> (Decoded, Option<usize>) {
        let walked = self.decoder.decode(packet, interface);
        match &walked.decoded {
            Decoded::Observed(observation) if observation.fragment == Fragment::Whole => self.count(observation, is_wanted),
            Decoded::Observed(observation) => self.count_fragment(*observation, is_wanted),
            _ => {}
        }
        let about = walked.icmp_original.and_then(|original| {
            self.table.push(&[original]);
            self.table.number_of(&original.key)
        });
        (walked.decoded, about)
    }

    fn count_fragment(&mut self, observation: Observation, is_wanted: bool) {
        if let FragmentOwner::Flow { fragment, waited } = self.fragments.push(observation, is_wanted) {
            self.count(&fragment, is_wanted);
            waited.iter().for_each(|(fragment, is_wanted)| self.count(fragment, *is_wanted));
        }
    }

    fn count(&mut self, observation: &Observation, is_wanted: bool) {
        self.table.push(std::slice::from_ref(observation));
        let key = &observation.key;
        if !is_wanted {
            return;
        }
        if let Some(number) = self.table.number_of(key).or_else(|| self.table.overflow_of(key.protocol)) {
            if self.is_wanted.len() <= number {
                self.is_wanted.resize(number + 1, false);
            }
            self.is_wanted[number] = true;
        }
    }

    fn finish(self, threads: usize) -> Found {
        let Replay { decoder, table, is_wanted, .. } = self;
        let joined = if decoder.encapsulations().is_empty() { None } else { table.flows().join_halves(threads) };
        let found = Found { flows: Vec::new(), numbers: joined.map(|joined| joined.numbers) };
        let wanted = is_wanted.iter().enumerate().filter(|(_, is_wanted)| **is_wanted);
        let flows = wanted.map(|(number, _)| found.joined(number)).collect();
        Found { flows, ..found }
    }
}
