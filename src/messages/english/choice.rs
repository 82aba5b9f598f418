//! The choice of a flow to explain.

use super::English;
use super::numbers::{flows as flow_count, grouped, packets};
use crate::capture::ReadOnlyOnce;
use crate::explain::{ChoiceProblem, FlowCondition, FlowlessPacket};
use crate::messages::ChoiceMessages;

/// The numbers of flows under a filter.
const FLOW_NUMBERS: &str =
    "Flow numbers are those of the whole capture: portolan read FILE --table flows, without --filter, shows them";

impl ChoiceMessages for English {
    fn choice_problem(&self, problem: &ChoiceProblem) -> String {
        match problem {
            ChoiceProblem::NoFlows => "the capture has no flows".into(),
            ChoiceProblem::NoSuchNumber { number, flows } => {
                format!("there is no flow {number}; the capture has {}, numbered from 1", flow_count(*flows as u64))
            }
            ChoiceProblem::NoSuchEndpoints => {
                "no flow has these endpoints; portolan read FILE --table flows --top 0 lists all flows".into()
            }
            ChoiceProblem::NoSuchCommunityId => {
                "no flow has this Community ID (version 1, seed 0); programs that use another seed show other IDs".into()
            }
            ChoiceProblem::Several { flows } => {
                format!("{} flows match; name one of them by its number", grouped(*flows as u64))
            }
            ChoiceProblem::Overflow { number, protocol } => format!(
                "flow {number} stands for all {protocol} flows beyond the flow limit, counted together; --max-flows sets the limit"
            ),
            ChoiceProblem::NoneMeets { condition: FlowCondition::Filtered } => {
                "no packet that matches the filter belongs to a flow".into()
            }
            ChoiceProblem::NoneMeets { condition: FlowCondition::Selected } => "the options select no flow of the capture".into(),
            ChoiceProblem::NumberFails { condition: FlowCondition::Filtered, number } => {
                format!("no packet of flow {number} matches the filter. {FLOW_NUMBERS}")
            }
            ChoiceProblem::NumberFails { condition: FlowCondition::Selected, number } => {
                format!("flow {number} is not among the selected flows")
            }
            ChoiceProblem::FlowFails { condition, number } => {
                let fails = match condition {
                    FlowCondition::Filtered => "none of its packets matches the filter",
                    FlowCondition::Selected => "it is not among the selected flows",
                };
                format!("flow {number} is the one asked for, but {fails}")
            }
            ChoiceProblem::FlowsFail { condition, flows } => {
                let fail = match condition {
                    FlowCondition::Filtered => "none of their packets matches the filter",
                    FlowCondition::Selected => "none of them is among the selected flows",
                };
                format!("{} flows match the question, but {fail}", grouped(*flows as u64))
            }
            ChoiceProblem::NoSuchPacket { packet, packets: all } => {
                format!("there is no packet {packet}; the capture has {}, numbered from 1", packets(*all))
            }
            ChoiceProblem::PacketDropped { packet } => {
                format!("packet {packet} was dropped as a duplicate (--dedup) and belongs to no flow")
            }
            ChoiceProblem::CaptureChanged { packet } => {
                format!("packet {packet} was not found when the capture was read again; has the file been changed meanwhile?")
            }
            ChoiceProblem::PacketWithoutFlow { packet, kind, place } => {
                let kind = flowless_packet(kind);
                format!("packet {packet} belongs to no flow: {kind}. It is counted as {place} in the table ledger")
            }
        }
    }

    fn name_a_capture_and_a_flow(&self) -> &'static str {
        "name a capture and a flow: portolan explain FILE FLOW; or a word from a table: portolan explain rank. Name a flow by"
    }

    fn name_a_flow(&self, captures: &str) -> String {
        format!(
            "name the flow, too: portolan explain {captures} 94 (its number, endpoints, packet:N or Community ID; portolan read \
             {captures} --table flows lists all flows)"
        )
    }

    fn name_the_capture(&self, flow: &str) -> String {
        format!("name the capture, too: portolan explain FILE {flow}")
    }

    fn not_a_flow(&self, word: &str) -> String {
        format!("\"{word}\" is not a flow. Name a flow by")
    }

    fn flow_forms(&self) -> [(&'static str, &'static str); 5] {
        [
            ("its number in the table flows", "94"),
            ("both endpoints, in any order", "10.0.0.5:51544-192.0.2.80:443 or [2001:db8::5]:51544-[2001:db8::80]:443"),
            ("one endpoint or address", "192.0.2.80:443 or 192.0.2.80"),
            ("the number of one of its packets", "packet:597"),
            ("its Community ID", "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
        ]
    }

    fn filter_matched_flows(&self, matched: u64, asked: u64, flows: usize, all: usize) -> String {
        let (matched, flows, all) = (grouped(matched), grouped(flows as u64), flow_count(all as u64));
        format!(
            "the filter matches {matched} of {}, in {flows} of {all}; flow numbers are those of the whole capture",
            packets(asked)
        )
    }

    fn selected_flows(&self, flows: usize, all: usize) -> String {
        format!("selected {} of {}; flow numbers are those of the whole capture", grouped(flows as u64), flow_count(all as u64))
    }

    fn read_only_once(&self, capture: &str, reason: ReadOnlyOnce) -> String {
        let kind = match reason {
            ReadOnlyOnce::StandardInput => {
                return "standard input can be read only once; explain reads captures more than once, so save it to a file first \
                        (cat > capture.pcap)"
                    .into();
            }
            ReadOnlyOnce::Fifo => "a FIFO or a pipe",
            ReadOnlyOnce::Socket => "a socket",
            ReadOnlyOnce::Device => "a device",
            ReadOnlyOnce::NotAFile => "not a regular file",
            ReadOnlyOnce::Interfaces => "a live capture",
        };
        format!(
            "{capture} is {kind}, which can be read only once; explain reads captures more than once, so save it to a file first (cat \
             {capture} > capture.pcap)"
        )
    }
}

/// The reason why a packet has no flow.
fn flowless_packet(kind: &FlowlessPacket) -> String {
    match kind {
        FlowlessPacket::NotIp { protocol, name } if name.is_empty() => format!("it is {protocol}, which is not IP"),
        FlowlessPacket::NotIp { protocol, name } => format!("it is {protocol} ({name}), which is not IP"),
        FlowlessPacket::UnsupportedLink { number, name } => format!("its link type {number} ({name}) cannot be decoded"),
        FlowlessPacket::Orphan => "it is a later fragment, and the capture lacks the first one, which has the ports".into(),
        FlowlessPacket::Truncated => "too little of it was captured to know its protocol or ports".into(),
        FlowlessPacket::Malformed => "its headers contradict themselves".into(),
    }
}
