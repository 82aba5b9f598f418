//! The flow that is asked for, as it is typed: by its number, its endpoints, one of its packets, or its Community ID.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::endpoint::Endpoint;
use crate::decode::Side;
use crate::flow::Flow;
use crate::report::CommunityId;

/// Separators of two endpoints: the longer ones first, because the shorter ones are parts of them.
const BETWEEN_ENDS: [&str; 6] = ["<->", "->", "<-", ">", "<", "-"];
/// Words before the number of a packet.
const PACKET: &str = "packet:";
/// The beginning of a Community ID: the version of its specification.
const COMMUNITY_ID: &str = "1:";
/// Bytes of a SHA-1 digest, which a Community ID is.
const DIGEST: usize = 20;

/// A flow that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Question {
    /// By its number, from 1.
    Number(usize),
    /// By one endpoint or both, in any order.
    Ends(Endpoint, Option<Endpoint>),
    /// By the number of one of its packets, from 1 over all inputs.
    Packet(u64),
    /// By its Community ID (version 1, seed 0).
    Community([u8; 30]),
}

impl Question {
    /// Understands `12`, `10.0.0.5:51544-192.0.2.80:443`, `[2001:db8::5]:51544-[2001:db8::80]:443`, `10.0.0.5-192.0.2.80`, a
    /// single endpoint, `packet:597` and `1:LQU9qZlK+B5F3KDmev6m5PMibrg=`. Between two endpoints an arrow (`>`, `->`, `<->`) or a
    /// blank means the same as the hyphen. `None` for everything else.
    pub fn parse(text: &str) -> Option<Question> {
        let text = text.trim();
        if let Ok(number) = text.parse() {
            return Some(Question::Number(number));
        }
        if let Some(number) = text.strip_prefix(PACKET) {
            return number.trim().parse().map(Question::Packet).ok();
        }
        community_id(text).map(Question::Community).or_else(|| ends(text))
    }

    /// True if a flow fits what it is asked for by: its endpoints or its Community ID.
    pub(super) fn fits(&self, flow: &Flow) -> bool {
        let ends = |is: &dyn Fn(Side) -> bool| [Side::A, Side::B].into_iter().any(is);
        !flow.is_overflow()
            && match self {
                Question::Ends(one, None) => ends(&|side| one.is(flow, side)),
                Question::Ends(one, Some(other)) => ends(&|side| one.is(flow, side) && other.is(flow, side.other())),
                Question::Community(id) => CommunityId::new(flow).to_ascii() == *id,
                Question::Number(_) | Question::Packet(_) => false,
            }
    }
}

fn community_id(text: &str) -> Option<[u8; 30]> {
    let digest = STANDARD.decode(text.strip_prefix(COMMUNITY_ID)?).ok()?;
    text.as_bytes().try_into().ok().filter(|_| digest.len() == DIGEST)
}

fn ends(text: &str) -> Option<Question> {
    let both = |(one, other): (&str, &str)| Some(Question::Ends(Endpoint::parse(one)?, Some(Endpoint::parse(other)?)));
    match BETWEEN_ENDS.iter().find_map(|between| text.split_once(between)) {
        Some(ends) => both(ends),
        None => match text.split_once(char::is_whitespace) {
            Some(ends) => both(ends),
            None => Endpoint::parse(text).map(|one| Question::Ends(one, None)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_is_a_number_its_ends_a_packet_or_a_community_id() {
        assert_eq!(Question::parse("12"), Some(Question::Number(12)));
        let end = |address: &str, port| Endpoint { address: address.parse().unwrap(), port };
        let both = Question::Ends(end("10.0.0.5", Some(51544)), Some(end("192.0.2.80", Some(443))));
        for between in ["-", " - ", ">", "->", " <-> ", " ", "  ", "<"] {
            assert_eq!(Question::parse(&format!("10.0.0.5:51544{between}192.0.2.80:443")), Some(both), "{between:?}");
        }
        assert_eq!(Question::parse("[2001:db8::5]:80"), Some(Question::Ends(end("2001:db8::5", Some(80)), None)));
        assert_eq!(Question::parse("10.0.0.5-::1"), Some(Question::Ends(end("10.0.0.5", None), Some(end("::1", None)))));
        assert_eq!(Question::parse("1::2"), Some(Question::Ends(end("1::2", None), None)));
        assert_eq!(Question::parse("packet:597"), Some(Question::Packet(597)));
        let id = "1:LQU9qZlK+B5F3KDmev6m5PMibrg=";
        assert_eq!(Question::parse(id), Some(Question::Community(id.as_bytes().try_into().unwrap())));
    }

    #[test]
    fn everything_else_is_no_flow() {
        let wrong = ["", "x", "10.0.0.5:70000-1.2.3.4:5", "-", "1.2.3.4:5-", "99999999999999999999999", "packet:", "packet:-1"];
        for wrong in wrong.into_iter().chain(["1:", "1:LQU9qZlK", "2:LQU9qZlK+B5F3KDmev6m5PMibrg=", "1.2.3.4 5.6.7.8 9.9.9.9"]) {
            assert_eq!(Question::parse(wrong), None, "{wrong}");
        }
    }
}
