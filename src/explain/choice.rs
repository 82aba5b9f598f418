//! The one flow that is meant, or why it is not clear and which ones it could be.

use super::Question;
use crate::analysis::Decided;
use crate::decode::Decoded;
use crate::flow::Flow;
use crate::service::protocols;
use crate::tally::Place;
use crate::text::choice as text;
use crate::witness::Whereabouts;

/// Why there is not the one flow that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unclear {
    /// What to say about it.
    pub why: String,
    /// The numbers of the flows that can be asked for instead, from 0, in order.
    pub candidates: Vec<usize>,
}

/// What was found out by reading the capture again.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// The numbers of the flows of which a packet matches the filter, in order, if there is a filter.
    pub matching: Option<&'a [usize]>,
    /// What became of the packet that is asked for, if one is.
    pub whereabouts: Option<&'a Whereabouts>,
}

/// The number of the flow that is meant, from 0: of those that fit the question the only one of which a packet matches the
/// filter. Without a question all flows fit.
pub fn choose(analysis: &Decided<'_>, question: Option<Question>, known: Known<'_>) -> Result<usize, Unclear> {
    let fitting = fitting(analysis, question, known)?;
    let Some(matching) = known.matching else { return only(analysis, fitting) };
    // The file may have been written to since it was read first.
    let matching = &matching[..matching.partition_point(|number| *number < analysis.flows.len())];
    // Both are in order.
    let narrowed: Vec<usize> = fitting.iter().copied().filter(|number| matching.binary_search(number).is_ok()).collect();
    match (narrowed.is_empty(), question, fitting.as_slice()) {
        (false, ..) => only(analysis, narrowed),
        (_, None, _) => Err(Unclear { why: text::NOTHING_MATCHES.into(), candidates: Vec::new() }),
        (_, Some(Question::Number(number)), _) => {
            Err(Unclear { why: text::number_does_not_match(number), candidates: matching.to_vec() })
        }
        (_, _, [number]) => Err(Unclear { why: text::flow_does_not_match(number + 1), candidates: matching.to_vec() }),
        _ => Err(Unclear { why: text::flows_do_not_match(fitting.len()), candidates: fitting }),
    }
}

/// The flows that fit the question: at least one.
fn fitting(analysis: &Decided<'_>, question: Option<Question>, known: Known<'_>) -> Result<Vec<usize>, Unclear> {
    let flows = &analysis.flows;
    let none = |why: String| Unclear { why, candidates: Vec::new() };
    let Some(question) = question else { return Ok((0..flows.len()).collect()) };
    match question {
        Question::Number(number) => match number.checked_sub(1).filter(|number| *number < flows.len()) {
            Some(number) => Ok(vec![number]),
            None => Err(none(text::no_such_number(number, flows.len()))),
        },
        Question::Packet(packet) => match known.whereabouts {
            Some(Whereabouts::Flow { flow, .. }) if *flow < flows.len() => Ok(vec![*flow]),
            Some(whereabouts) => Err(none(without_flow(packet, whereabouts))),
            None => Err(none(text::capture_has_changed(packet))),
        },
        Question::Ends(..) | Question::Community(_) => {
            let fits = |(_, flow): &(usize, &Flow)| question.fits(flow);
            let found: Vec<usize> = flows.iter().enumerate().filter(fits).map(|(number, _)| number).collect();
            match (found.is_empty(), question) {
                (false, _) => Ok(found),
                (true, Question::Community(_)) => Err(none(text::NO_SUCH_COMMUNITY_ID.into())),
                (true, _) => Err(none(text::NO_SUCH_ENDS.into())),
            }
        }
    }
}

/// The only one of several flows.
fn only(analysis: &Decided<'_>, flows: Vec<usize>) -> Result<usize, Unclear> {
    match flows.as_slice() {
        [number] => match analysis.flows.get(*number) {
            flow if flow.is_overflow() => {
                let protocol = protocols::ip_protocol(flow.key.protocol).to_uppercase();
                Err(Unclear { why: text::stands_for_many(number + 1, &protocol), candidates: Vec::new() })
            }
            _ => Ok(*number),
        },
        [] => Err(Unclear { why: text::NO_FLOWS.into(), candidates: Vec::new() }),
        several => Err(Unclear { why: text::several_flows(several.len()), candidates: flows }),
    }
}

/// Why a packet leads to no flow: what it is, and what it is counted as.
fn without_flow(packet: u64, whereabouts: &Whereabouts) -> String {
    let decoded = match whereabouts {
        Whereabouts::Beyond(packets) => return text::no_such_packet(packet, *packets),
        Whereabouts::Dropped => return text::packet_was_dropped(packet),
        Whereabouts::Orphan => return text::packet_has_no_flow(packet, text::IS_ORPHAN, Place::Fragment.name()),
        Whereabouts::Flow { .. } => return text::capture_has_changed(packet),
        Whereabouts::Stopped(decoded) => decoded,
    };
    let what = match decoded {
        Decoded::NonIp(protocol) => {
            let (key, _, name) = protocols::link_protocol(*protocol);
            text::is_not_ip(&key, name)
        }
        Decoded::UnsupportedLink(link_type) => text::is_unsupported(link_type.0, &protocols::link_type(*link_type)),
        Decoded::Truncated => text::IS_TRUNCATED.into(),
        Decoded::Malformed | Decoded::Observed(_) => text::IS_MALFORMED.into(),
    };
    text::packet_has_no_flow(packet, &what, Place::of(decoded).name())
}
