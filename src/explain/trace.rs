//! Further readings, for one flow: which packets opened it, answered, and ended it, and which flow a packet belongs to. The tables
//! need only that it happened; an explanation says when, and in which packet.

mod packet_fate;

use crate::analysis::{Options, PacketSink, pass_packets};
use crate::capture::{Interface, Packet, Source};
use crate::decode::{ConnectionFlags, Decoded, Decoder, EncapsulationId, FlowKey, Fragment, Observation, Side};
use crate::flow::{FlowTable, Flows, TableOptions};
use crate::time::Time;
pub use packet_fate::{Matching, PacketFate, matching, packet_fate};

/// A packet of the flow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TracedPacket {
    /// Its number in the capture, counted from 1 over all inputs.
    pub packet: u64,
    /// Its time.
    pub time: Time,
    /// The side that sent it.
    pub side: Side,
}

/// The packets that opened, answered and ended a flow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FlowTrace {
    /// Its first packet.
    pub first: Option<TracedPacket>,
    /// The opening (SYN or its counterpart) of each side: of several the last before an answer.
    pub opened: [Option<TracedPacket>; 2],
    /// The first answer (SYN-ACK or its counterpart) of each side.
    pub answered: [Option<TracedPacket>; 2],
    /// The first packet that made use of an answer.
    pub used: Option<TracedPacket>,
    /// The first packet of each side, other than an opening or a reset, that came after its opening.
    pub went_on: [Option<TracedPacket>; 2],
    /// The first close of each side.
    pub finished: [Option<TracedPacket>; 2],
    /// The first reset of each side.
    pub reset: [Option<TracedPacket>; 2],
    /// The first ICMP error about the flow; the side is the one whose packet had trouble.
    pub trouble: Option<TracedPacket>,
}

impl FlowTrace {
    fn add(&mut self, packet: u64, observation: &Observation) {
        let Observation { side, time, flags, .. } = *observation;
        let traced = TracedPacket { packet, time, side };
        let note = |place: &mut Option<TracedPacket>| {
            place.get_or_insert(traced);
        };
        if observation.is_icmp_original {
            return note(&mut self.trouble);
        }
        note(&mut self.first);
        let answered = self.answered.iter().any(Option::is_some);
        let index = side.index();
        match (flags.contains(ConnectionFlags::SYN), flags.contains(ConnectionFlags::ACK)) {
            (true, true) => note(&mut self.answered[index]),
            (true, false) if !answered => self.opened[index] = Some(traced),
            (true, false) => note(&mut self.opened[index]),
            (false, _) if answered && !flags.contains(ConnectionFlags::RST) => note(&mut self.used),
            _ => {}
        }
        if !flags.contains(ConnectionFlags::SYN) && !flags.contains(ConnectionFlags::RST) && self.opened[index].is_some() {
            note(&mut self.went_on[index]);
        }
        if flags.contains(ConnectionFlags::FIN) {
            note(&mut self.finished[index]);
        }
        if flags.contains(ConnectionFlags::RST) {
            note(&mut self.reset[index]);
        }
    }
}

/// Reads the inputs again and traces the packets of the flow with that number. An input that can only be read once, such as a pipe,
/// leaves the trace empty. Flows are those of the whole capture: a filter among the options is not asked.
pub fn trace(options: &Options, flows: &Flows, number: usize) -> FlowTrace {
    let flow = flows.get(number);
    let key = flow.key;
    let wanted = flows.iter().take(number).filter(|flow| flow.key == key).count();
    let mut watch = Watch {
        key,
        other_encapsulation: flow.other_encapsulation(),
        wanted,
        table: FlowTable::new(TableOptions { batch_size: 1, idle_timeout: options.idle_timeout, ..TableOptions::default() }),
        trace: FlowTrace::default(),
    };
    let mut decoder = Decoder::with_tunnel_ports(options.registry.tunnel_ports());
    each_packet(options, |number, packet, interface| {
        let walked = decoder.decode(packet, interface);
        if let Decoded::Observed(observation) = &walked.decoded {
            watch.see(number, observation);
        }
        if let Some(original) = &walked.icmp_original {
            watch.see(number, original);
        }
    });
    watch.trace
}

/// Reads the inputs again and gives their packets to `take` one by one, each with its number in the capture, but for the duplicates
/// that are dropped. Returns the number of packets, those included.
fn each_packet(options: &Options, take: impl FnMut(u64, &Packet<'_>, &Interface)) -> u64 {
    let mut numbered = Numbered { packets: 0, drops_duplicates: options.dedup, take };
    for mut source in options.inputs.iter().flat_map(Source::open) {
        pass_packets(&mut source, &mut numbered, u64::MAX, true);
    }
    numbered.packets
}

/// Numbers packets from 1 on.
struct Numbered<F> {
    packets: u64,
    drops_duplicates: bool,
    take: F,
}

impl<F: FnMut(u64, &Packet<'_>, &Interface)> PacketSink for Numbered<F> {
    fn push(&mut self, packet: &Packet<'_>, interface: &Interface, is_duplicate: bool) {
        self.packets += 1;
        if !(is_duplicate && self.drops_duplicates) {
            (self.take)(self.packets, packet, interface);
        }
    }
}

/// Watches for one flow among those between the same ports.
struct Watch {
    key: FlowKey,
    /// The encapsulation of its other direction, where that differs.
    other_encapsulation: Option<EncapsulationId>,
    /// The number of flows between the same ports that came before this flow.
    wanted: usize,
    table: FlowTable,
    trace: FlowTrace,
}

impl Watch {
    fn see(&mut self, packet: u64, observation: &Observation) {
        let mut observation = *observation;
        if Some(observation.key.encapsulation) == self.other_encapsulation {
            observation.key.encapsulation = self.key.encapsulation;
        }
        // Later fragments open and end nothing.
        if observation.key != self.key || matches!(observation.fragment, Fragment::Later(_)) {
            return;
        }
        self.table.push(std::slice::from_ref(&observation));
        if self.table.len() == self.wanted + 1 {
            self.trace.add(packet, &observation);
        }
    }
}
