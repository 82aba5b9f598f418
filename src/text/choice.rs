//! What is said where it is not clear which flow `portolan explain` is asked for.

use super::grouped;

/// How a flow can be named: by what, and an example.
pub const FLOW_FORMS: [(&str, &str); 5] = [
    ("its number in the table flows", "94"),
    ("both endpoints, in any order", "10.0.0.5:51544-192.0.2.80:443 or [2001:db8::5]:51544-[2001:db8::80]:443"),
    ("one endpoint or address", "192.0.2.80:443 or 192.0.2.80"),
    ("the number of one of its packets", "packet:597"),
    ("its Community ID", "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
];

/// The forms in lines.
pub fn flow_forms() -> impl Iterator<Item = String> {
    FLOW_FORMS.into_iter().map(|(by, example)| format!("{by:<34}{example}"))
}

/// That a word names no flow, to be followed by the forms.
pub fn no_flow(word: &str) -> String {
    format!("\"{word}\" is not a flow. Name a flow by")
}

/// That neither a capture nor a flow is named.
pub const NAME_BOTH: &str = "name a capture and a flow: portolan explain FILE FLOW. Name a flow by";

/// That captures are named and no flow.
pub fn name_a_flow(file: &str) -> String {
    format!(
        "name the flow, too: portolan explain {file} 94 (its number, endpoints, packet:N or Community ID; portolan read {file} --table flows lists all flows)"
    )
}

/// That a flow is named and no capture.
pub fn name_a_capture(flow: &str) -> String {
    format!("name the capture, too: portolan explain FILE {flow}")
}

/// That several flows fit.
pub fn several_flows(number: usize) -> String {
    format!("{} flows match; name one of them by its number", grouped(number as u64))
}

/// That there is no flow with that number.
pub fn no_such_number(number: usize, flows: usize) -> String {
    format!("no flow {number}; the capture has {flows} flows, numbered from 1")
}

/// That no flow has the endpoints.
pub const NO_SUCH_ENDS: &str = "no flow has these endpoints; portolan read FILE --table flows --top 0 lists all flows";
/// That no flow has the Community ID.
pub const NO_SUCH_COMMUNITY_ID: &str =
    "no flow has this Community ID (version 1, seed 0); with another seed, a program shows other IDs";
/// That there are no flows at all.
pub const NO_FLOWS: &str = "the capture has no flows";
/// That no flow has a packet that matches the filter.
pub const NOTHING_MATCHES: &str = "no flow has a packet that matches the filter";

/// That the flow with that number has no packet that matches the filter.
pub fn number_does_not_match(number: usize) -> String {
    format!("no packet of flow {number} matches the filter. {NUMBERS_OF_ALL}")
}

/// That the flow that fits, which has that number, has no packet that matches the filter.
pub fn flow_does_not_match(number: usize) -> String {
    format!("flow {number} is the one asked for, but none of its packets matches the filter")
}

/// That of several flows that fit none has a packet that matches the filter.
pub fn flows_do_not_match(number: usize) -> String {
    format!("{} flows match the question, but none of their packets matches the filter", grouped(number as u64))
}

/// Which numbers of flows are meant under a filter.
pub const NUMBERS_OF_ALL: &str =
    "Flow numbers are those of the whole capture: portolan read FILE --table flows, without --filter, shows them";

/// How many packets match the filter of an explanation, and how many flows they belong to.
pub fn filter_matched_flows(matched: u64, packets: u64, flows: usize, all: usize) -> String {
    let (matched, flows, all) = (grouped(matched), grouped(flows as u64), grouped(all as u64));
    format!(
        "the filter matches {matched} of {}, in {flows} of {all} flows; flow numbers are those of the whole capture",
        super::count::packets(packets)
    )
}

/// That a flow stands for all of its protocol that were not told apart.
pub fn stands_for_many(number: usize, protocol: &str) -> String {
    format!("flow {number} is all {protocol} flows beyond the flow limit, counted together; --max-flows sets the limit")
}

/// That there is no packet with that number.
pub fn no_such_packet(packet: u64, packets: u64) -> String {
    format!("no packet {packet}; the capture has {}, numbered from 1", super::count::packets(packets))
}

/// That a packet was dropped as a duplicate.
pub fn packet_was_dropped(packet: u64) -> String {
    format!("packet {packet} was dropped as a duplicate (--dedup) and belongs to no flow")
}

/// That a packet was not found where it was before.
pub fn capture_has_changed(packet: u64) -> String {
    format!("packet {packet} was not found when the capture was read again; has the file changed in the meantime?")
}

/// That a packet has no flow: what it is, and its place in the table `ledger`.
pub fn packet_has_no_flow(packet: u64, what: &str, place: &str) -> String {
    format!("packet {packet} belongs to no flow: {what}. It is counted as {place} in the table ledger")
}

/// What a packet is that is not IP.
pub fn is_not_ip(protocol: &str, name: &str) -> String {
    let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
    format!("it is {protocol}{name}, which is not IP")
}

/// What a packet is whose link type has no decoder.
pub fn is_unsupported(number: u32, name: &str) -> String {
    format!("its link type {number} ({name}) cannot be decoded")
}

/// What a later fragment without its first one is.
pub const IS_ORPHAN: &str = "it is a later fragment, and the capture lacks the first one, which has the ports";
/// What a packet is that was cut.
pub const IS_TRUNCATED: &str = "too little of it was captured to know its protocol or ports";
/// What a packet is that contradicts itself.
pub const IS_MALFORMED: &str = "its headers contradict themselves";

/// That a capture can be read only once: what it is called and what it is, where that is known.
pub fn read_only_once(name: &str, kind: Option<&str>) -> String {
    match kind {
        Some(kind) => format!(
            "{name} is {kind}, which can be read only once; explain reads captures more than once, so save it to a file first (cat {name} > capture.pcap)"
        ),
        None => "standard input can be read only once; explain reads captures more than once, so save it to a file first (cat > \
                 capture.pcap)"
            .into(),
    }
}
