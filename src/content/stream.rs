//! Lines of text out of TCP segments. Commands and answers nearly always fill whole segments; what does not is carried
//! over to the next one, within bounds. Nothing else is put together again.

use std::collections::{HashMap, VecDeque};

use super::channel::Channel;
use super::sdp;
use crate::decode::{FlowKey, Side};

/// The longest line that is carried over from one segment to the next, in bytes. A longer one is not read.
const LONGEST_CARRIED: usize = 1024;
/// The most streams that are followed at a time; the oldest is forgotten first.
const MAX_STREAMS: usize = 4096;
/// How far behind its stream a segment is taken to be a repetition, and not another connection's, in bytes.
const REPETITION: u32 = 1 << 20;

/// One direction of a connection, read as one channel: the user may have given its port to several, and each has to hear
/// all of it.
type Direction = (FlowKey, Side, Channel);

/// What is remembered of one direction.
#[derive(Debug, Default)]
struct Stream {
    /// The sequence number that the next segment begins with, if any has been seen.
    next: Option<u32>,
    /// The beginning of a line whose end is still to come.
    carried: Vec<u8>,
    /// True while a line goes on that is too long.
    overlong: bool,
    /// The session description that is being said.
    description: sdp::Description,
}

/// The streams of text that are followed.
#[derive(Debug, Default)]
pub struct Streams {
    streams: HashMap<Direction, Stream, foldhash::fast::RandomState>,
    /// In the order they were first seen.
    order: VecDeque<Direction>,
}

/// A segment of text.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// The sequence number of its first byte.
    pub sequence: u32,
    /// What was captured of it.
    pub payload: &'a [u8],
    /// Its length on the wire, in bytes.
    pub wire_len: u32,
}

impl Streams {
    /// Forgets both directions of a connection, because another one begins between the same ports.
    pub fn forget(&mut self, connection: &FlowKey, channel: Channel) {
        for side in [Side::A, Side::B] {
            self.streams.remove(&(*connection, side, channel));
        }
    }

    /// Takes in a segment and tells the lines that end in it, without their line ends, and the stream's session description.
    /// A repeated segment tells nothing.
    pub fn take_in(&mut self, direction: Direction, segment: Segment<'_>, mut tell: impl FnMut(&[u8], &mut sdp::Description)) {
        let stream = self.stream(direction);
        if let Some(next) = stream.next
            && segment.sequence != next
        {
            if next.wrapping_sub(segment.sequence) < REPETITION {
                return;
            }
            // Something is missing: what was begun cannot be ended.
            stream.carried.clear();
            stream.overlong = false;
        }
        stream.next = Some(segment.sequence.wrapping_add(segment.wire_len));
        stream.read(segment.payload, &mut tell);
        if segment.payload.len() < segment.wire_len as usize {
            stream.carried.clear();
        }
    }

    /// The session description of a stream, at the end of a segment.
    pub fn description(&mut self, direction: Direction) -> &mut sdp::Description {
        &mut self.stream(direction).description
    }

    fn stream(&mut self, direction: Direction) -> &mut Stream {
        if !self.streams.contains_key(&direction) {
            self.order.push_back(direction);
            // The queue still holds those that were forgotten meanwhile.
            while self.streams.len() >= MAX_STREAMS || self.order.len() > 2 * MAX_STREAMS {
                let Some(oldest) = self.order.pop_front() else { break };
                self.streams.remove(&oldest);
            }
        }
        self.streams.entry(direction).or_default()
    }
}

impl Stream {
    fn read(&mut self, payload: &[u8], tell: &mut impl FnMut(&[u8], &mut sdp::Description)) {
        let mut rest = payload;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, behind) = (&rest[..end], &rest[end + 1..]);
            if self.carried.is_empty() && !self.overlong {
                tell(without_return(line), &mut self.description);
            } else if !self.overlong {
                self.carried.extend_from_slice(line);
                tell(without_return(&self.carried), &mut self.description);
            }
            self.carried.clear();
            self.overlong = false;
            rest = behind;
        }
        if self.carried.len() + rest.len() > LONGEST_CARRIED {
            self.carried.clear();
            self.overlong = true;
        } else if !self.overlong {
            self.carried.extend_from_slice(rest);
        }
    }
}

/// The lines of a whole datagram, without their line ends.
pub fn lines(datagram: &[u8]) -> impl Iterator<Item = &[u8]> {
    datagram.split(|byte| *byte == b'\n').map(without_return)
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::protocol::ip;
    use crate::decode::{Address, IpVersion, ScopeId};

    fn direction(client: u16) -> Direction {
        let (a, b) = ((Address::v4([10, 0, 0, 5]), client), (Address::v4([192, 0, 2, 80]), 21));
        let (key, side) = FlowKey::with_ports(IpVersion::V4, ip::TCP, ScopeId::PLAIN, a, b);
        (key, side, Channel::Ftp)
    }

    /// The lines told by segments of (sequence number, text).
    fn told(segments: &[(u32, &str)]) -> Vec<String> {
        let (mut streams, mut lines) = (Streams::default(), Vec::new());
        for (sequence, text) in segments {
            let segment = Segment { sequence: *sequence, payload: text.as_bytes(), wire_len: text.len() as u32 };
            streams.take_in(direction(50_000), segment, |line, _| lines.push(String::from_utf8(line.to_vec()).unwrap()));
        }
        lines
    }

    #[test]
    fn lines_end_where_they_end_and_not_where_segments_do() {
        assert_eq!(told(&[(1, "USER a\r\nPASS"), (13, " b\r"), (16, "\nQUIT\n")]), ["USER a", "PASS b", "QUIT"]);
    }

    #[test]
    fn repeated_segments_are_told_once_and_gaps_end_a_line() {
        assert_eq!(told(&[(1, "PASV\r\n"), (1, "PASV\r\n"), (7, "PO")]), ["PASV"]);
        assert_eq!(told(&[(1, "PO"), (50, "RT 1\r\n")]), ["RT 1"]);
        assert_eq!(told(&[(u32::MAX, "AB"), (1, "C\n")]), ["ABC"], "sequence numbers wrap");
        let far_behind = 2 * REPETITION;
        assert_eq!(told(&[(far_behind, "OLD\n"), (1, "NEW\n")]), ["OLD", "NEW"], "another connection, whose SYN is lost");
    }

    #[test]
    fn a_line_without_end_is_given_up() {
        let long = "x".repeat(700);
        assert_eq!(told(&[(1, &long), (701, &long), (1401, "\nOK\n")]), ["OK"]);
        assert_eq!(told(&[(1, &long), (701, &long), (1401, "END\nOK\n")]), ["OK"]);
        assert_eq!(told(&[(1, &long), (701, &long), (5000, "NEXT\nOK\n")]), ["NEXT", "OK"], "a gap ends it");
    }

    #[test]
    fn a_cut_segment_carries_nothing_over() {
        let (mut streams, mut lines) = (Streams::default(), 0);
        let cut = Segment { sequence: 1, payload: b"PORT 1,2", wire_len: 30 };
        streams.take_in(direction(50_000), cut, |_, _| lines += 1);
        streams.take_in(direction(50_000), Segment { sequence: 31, payload: b",3\n", wire_len: 3 }, |line, _| {
            assert_eq!(line, b",3");
            lines += 1;
        });
        assert_eq!(lines, 1);
    }

    #[test]
    fn a_cut_segment_is_as_long_as_it_was_on_the_wire() {
        let (mut streams, mut lines) = (Streams::default(), Vec::new());
        let begin = Segment { sequence: 1, payload: &[b'x'; 1100], wire_len: 1400 };
        streams.take_in(direction(50_000), begin, |line, _| lines.push(line.to_vec()));
        let end = Segment { sequence: 1401, payload: b"PORT 1\nOK\n", wire_len: 10 };
        streams.take_in(direction(50_000), end, |line, _| lines.push(line.to_vec()));
        assert_eq!(lines, [b"OK"], "no gap is between them, and the line is too long");
    }

    #[test]
    fn the_number_of_streams_is_bounded() {
        let mut streams = Streams::default();
        for port in 0..20_000 {
            let direction = direction(port);
            streams.take_in(direction, Segment { sequence: 1, payload: b"A", wire_len: 1 }, |_, _| {});
            if port % 3 == 0 {
                streams.forget(&direction.0, direction.2);
            }
        }
        assert!(streams.streams.len() <= MAX_STREAMS && streams.order.len() <= 2 * MAX_STREAMS);
        // One connection after the other between the same ports.
        for _ in 0..20_000 {
            let direction = direction(1);
            streams.take_in(direction, Segment { sequence: 1, payload: b"A", wire_len: 1 }, |_, _| {});
            streams.forget(&direction.0, direction.2);
        }
        assert!(streams.order.len() <= 2 * MAX_STREAMS);
    }
}
