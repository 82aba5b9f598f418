//! The one flow that is meant, or the reason why it is not clear, and the flows that it could be.

use super::PacketFate;
use super::Question;
use crate::decode::Decoded;
use crate::flow::{Flow, FlowId, Flows};
use crate::service::protocols;
use crate::stats::Place;

/// Why there is not the one flow that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceError {
    /// The reason.
    pub problem: ChoiceProblem,
    /// The numbers of the flows that can be asked for instead, from 0, in order.
    pub candidates: Vec<usize>,
}

/// The reason why there is not the one flow that is asked for. Flows and packets are numbered from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChoiceProblem {
    /// There are no flows at all.
    NoFlows,
    /// There is no flow with that number.
    NoSuchNumber {
        /// The number.
        number: usize,
        /// The number of flows.
        flows: usize,
    },
    /// No flow has the endpoints.
    NoSuchEndpoints,
    /// No flow has the Community ID.
    NoSuchCommunityId,
    /// Several flows match.
    Several {
        /// The number of those.
        flows: usize,
    },
    /// The flow stands for all of its protocol beyond the limit of flows.
    Overflow {
        /// Its number.
        number: FlowId,
        /// Its protocol.
        protocol: String,
    },
    /// A condition leaves no flow.
    NoneMeets {
        /// The condition.
        condition: FlowCondition,
    },
    /// The flow with that number does not meet a condition.
    NumberFails {
        /// The condition.
        condition: FlowCondition,
        /// The number.
        number: usize,
    },
    /// The only flow that matches the question does not meet a condition.
    FlowFails {
        /// The condition.
        condition: FlowCondition,
        /// Its number.
        number: FlowId,
    },
    /// Several flows match the question, and none meets a condition.
    FlowsFail {
        /// The condition.
        condition: FlowCondition,
        /// The number of those.
        flows: usize,
    },
    /// There is no packet with that number.
    NoSuchPacket {
        /// The number.
        packet: u64,
        /// The number of packets.
        packets: u64,
    },
    /// The packet was dropped as a duplicate.
    PacketDropped {
        /// Its number.
        packet: u64,
    },
    /// The packet was not found where it was before.
    CaptureChanged {
        /// Its number.
        packet: u64,
    },
    /// The packet has no flow.
    PacketWithoutFlow {
        /// Its number.
        packet: u64,
        /// Its kind.
        kind: FlowlessPacket,
        /// The key of its place in the table `ledger`.
        place: &'static str,
    },
}

/// A condition on the flow, besides the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowCondition {
    /// It is [selected](crate::analysis::Selection).
    Selected,
    /// One of its packets matches the filter.
    Filtered,
}

/// The flows that meet a condition.
#[derive(Clone, Copy, Debug)]
pub struct Narrowing<'a> {
    /// The condition.
    pub condition: FlowCondition,
    /// The numbers of the flows, from 0, in order.
    pub flows: &'a [usize],
}

/// The kind of a packet without flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowlessPacket {
    /// It is not IP.
    NotIp {
        /// The key of its protocol.
        protocol: String,
        /// The protocol's name, if it has one.
        name: String,
    },
    /// Its link type has no decoder.
    UnsupportedLink {
        /// The link type's number.
        number: u32,
        /// The link type's name.
        name: String,
    },
    /// It is a later fragment, and the first one is not in the capture.
    Orphan,
    /// The capture kept too little of it.
    Truncated,
    /// It contradicts itself.
    Malformed,
}

/// The number of the flow that is meant, from 0: of those that fit the question, the only one that meets all conditions. Without a
/// question all flows fit. `fate` is that of the packet that is asked for, if one is.
pub fn choose(
    flows: &Flows,
    question: Option<Question>,
    fate: Option<&PacketFate>,
    narrowings: &[Narrowing<'_>],
) -> Result<usize, ChoiceError> {
    let mut left = fitting(flows, question, fate)?;
    for narrowing in narrowings {
        left = narrowed(flows, question, left, *narrowing)?;
    }
    only(flows, left)
}

/// Those of the `fitting` flows that meet a condition: at least one.
fn narrowed(
    flows: &Flows,
    question: Option<Question>,
    fitting: Vec<usize>,
    Narrowing { condition, flows: meeting }: Narrowing<'_>,
) -> Result<Vec<usize>, ChoiceError> {
    // The file may have been written to since it was read first.
    let meeting = &meeting[..meeting.partition_point(|number| *number < flows.len())];
    // Both are in order.
    let narrowed: Vec<usize> = fitting.iter().copied().filter(|number| meeting.binary_search(number).is_ok()).collect();
    let (problem, candidates) = match (narrowed.is_empty(), question, fitting.as_slice()) {
        (false, ..) => return Ok(narrowed),
        (_, Some(Question::Number(number)), _) => (ChoiceProblem::NumberFails { condition, number }, meeting.to_vec()),
        (_, None, all) if all.len() == flows.len() => (ChoiceProblem::NoneMeets { condition }, Vec::new()),
        (_, _, [number]) => (ChoiceProblem::FlowFails { condition, number: flows.id(*number) }, meeting.to_vec()),
        (_, _, several) => (ChoiceProblem::FlowsFail { condition, flows: several.len() }, fitting),
    };
    Err(ChoiceError { problem, candidates })
}

/// The flows that fit the question: at least one.
fn fitting(flows: &Flows, question: Option<Question>, fate: Option<&PacketFate>) -> Result<Vec<usize>, ChoiceError> {
    let none = |problem| ChoiceError { problem, candidates: Vec::new() };
    let Some(question) = question else { return Ok((0..flows.len()).collect()) };
    match question {
        Question::Number(number) => match number.checked_sub(1).filter(|number| *number < flows.len()) {
            Some(number) => Ok(vec![number]),
            None => Err(none(ChoiceProblem::NoSuchNumber { number, flows: flows.len() })),
        },
        Question::Packet(packet) => match fate {
            Some(PacketFate::Flow { flow, .. }) if *flow < flows.len() => Ok(vec![*flow]),
            Some(fate) => Err(none(without_flow(packet, fate))),
            None => Err(none(ChoiceProblem::CaptureChanged { packet })),
        },
        Question::Ends(..) | Question::Community(_) => {
            let fits = |(_, flow): &(usize, &Flow)| question.fits(flow);
            let found: Vec<usize> = flows.iter().enumerate().filter(fits).map(|(number, _)| number).collect();
            match (found.is_empty(), question) {
                (false, _) => Ok(found),
                (true, Question::Community(_)) => Err(none(ChoiceProblem::NoSuchCommunityId)),
                (true, _) => Err(none(ChoiceProblem::NoSuchEndpoints)),
            }
        }
    }
}

/// The number of the flow, if there is only one.
fn only(flows: &Flows, numbers: Vec<usize>) -> Result<usize, ChoiceError> {
    match numbers.as_slice() {
        [number] => match flows.get(*number) {
            flow if flow.is_overflow() => {
                let protocol = protocols::ip_protocol(flow.key.protocol).to_uppercase();
                Err(ChoiceError {
                    problem: ChoiceProblem::Overflow { number: flows.id(*number), protocol },
                    candidates: Vec::new(),
                })
            }
            _ => Ok(*number),
        },
        [] => Err(ChoiceError { problem: ChoiceProblem::NoFlows, candidates: Vec::new() }),
        several => Err(ChoiceError { problem: ChoiceProblem::Several { flows: several.len() }, candidates: numbers }),
    }
}

/// Why a packet leads to no flow: its kind, and its place in the ledger.
fn without_flow(packet: u64, fate: &PacketFate) -> ChoiceProblem {
    let (kind, place) = match fate {
        PacketFate::Beyond(packets) => return ChoiceProblem::NoSuchPacket { packet, packets: *packets },
        PacketFate::Dropped => return ChoiceProblem::PacketDropped { packet },
        PacketFate::Flow { .. } => return ChoiceProblem::CaptureChanged { packet },
        PacketFate::Orphan => (FlowlessPacket::Orphan, Place::Fragment),
        PacketFate::Stopped(decoded) => (flowless(decoded), Place::from_decoded(decoded)),
    };
    ChoiceProblem::PacketWithoutFlow { packet, kind, place: place.name() }
}

fn flowless(decoded: &Decoded) -> FlowlessPacket {
    match decoded {
        Decoded::NonIp(protocol) => {
            let (key, _, name) = protocols::link_protocol(*protocol);
            FlowlessPacket::NotIp { protocol: key.to_string(), name: name.to_string() }
        }
        Decoded::UnsupportedLink(link_type) => {
            FlowlessPacket::UnsupportedLink { number: link_type.0, name: protocols::link_type(*link_type).to_string() }
        }
        Decoded::Truncated => FlowlessPacket::Truncated,
        Decoded::Malformed | Decoded::Observed(_) => FlowlessPacket::Malformed,
    }
}
