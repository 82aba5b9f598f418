//! Lines of text in TCP segments. Most lines end in the segment in which they begin. An incomplete line is carried over to the
//! next segment, within limits; apart from that, segments are not reassembled.

use std::collections::{HashMap, VecDeque};

use super::channel::Channel;
use super::packet::ChannelPacket;
use super::wire_text::{Lines, split_line};
use crate::decode::{FlowKey, Side};

/// The longest beginning of a line, in bytes, that is carried over to the next segment. A longer line is skipped.
const MAX_CARRIED: usize = 1024;
/// The most directions that are followed at a time; the oldest is discarded first.
const MAX_DIRECTIONS: usize = 4096;
/// A segment that begins less than this many bytes before the expected sequence number is a repetition; one that begins even
/// earlier belongs to another connection.
const MAX_REPETITION: u32 = 1 << 20;

/// One direction of a connection, read as one channel. The user's rules may give a port to several channels, each of which has to
/// read the whole direction.
type Direction = (FlowKey, Side, Channel);

/// The state of one direction between two segments.
#[derive(Debug, Default)]
struct LineBuffer {
    /// The sequence number after the last segment, if there was one.
    next: Option<u32>,
    /// The beginning of a line that has not ended.
    carried: Vec<u8>,
    /// True within a line that is too long.
    overlong: bool,
}

/// The connections whose lines are read.
#[derive(Debug, Default)]
pub struct TextStreams {
    buffers: HashMap<Direction, LineBuffer, foldhash::fast::RandomState>,
    /// The directions in the order of their first segments.
    order: VecDeque<Direction>,
}

/// A segment of text.
#[derive(Clone, Copy, Debug)]
struct Segment<'a> {
    /// The sequence number of the first byte.
    sequence: u32,
    /// The captured part of the payload.
    payload: &'a [u8],
    /// The length of the payload on the wire, in bytes.
    wire_len: u32,
}

impl TextStreams {
    /// Discards both directions of a connection, because another one begins between the same ports.
    pub fn remove(&mut self, connection: &FlowKey, channel: Channel) {
        for side in [Side::A, Side::B] {
            self.buffers.remove(&(*connection, side, channel));
        }
    }

    /// Returns the lines that end in a packet: those of its segment, or of its datagram. A repeated segment has none.
    pub fn lines<'a>(&mut self, packet: &ChannelPacket<'a>) -> Lines<'a> {
        let ChannelPacket { channel, observation, payload, .. } = *packet;
        if !packet.is_tcp() {
            return Lines::of_datagram(payload);
        }
        let segment = Segment { sequence: observation.sequence, payload, wire_len: observation.payload_len };
        self.buffer((observation.key, observation.side, channel)).push(segment)
    }

    fn buffer(&mut self, direction: Direction) -> &mut LineBuffer {
        if !self.buffers.contains_key(&direction) {
            self.order.push_back(direction);
            // The queue still contains directions that have been removed.
            while self.buffers.len() >= MAX_DIRECTIONS || self.order.len() > 2 * MAX_DIRECTIONS {
                let Some(oldest) = self.order.pop_front() else { break };
                self.buffers.remove(&oldest);
            }
        }
        self.buffers.entry(direction).or_default()
    }
}

impl LineBuffer {
    /// Returns the lines that end in a segment, unless it is a repetition.
    fn push<'a>(&mut self, segment: Segment<'a>) -> Lines<'a> {
        if let Some(next) = self.next
            && segment.sequence != next
        {
            if next.wrapping_sub(segment.sequence) < MAX_REPETITION {
                return Lines::default();
            }
            // The end of the incomplete line is missing.
            self.carried.clear();
            self.overlong = false;
        }
        self.next = Some(segment.sequence.wrapping_add(segment.wire_len));
        let lines = self.split(segment.payload);
        if segment.payload.len() < segment.wire_len as usize {
            self.carried.clear();
        }
        lines
    }

    /// Returns the lines that end in `payload`, and carries over the text after the last of them.
    fn split<'a>(&mut self, payload: &'a [u8]) -> Lines<'a> {
        let Some(last_end) = payload.iter().rposition(|byte| *byte == b'\n') else {
            self.carry(payload);
            return Lines::default();
        };
        let (ended, rest) = (&payload[..last_end], &payload[last_end + 1..]);
        let lines = if self.overlong {
            Lines::new(None, split_line(ended).1)
        } else if self.carried.is_empty() {
            Lines::new(None, Some(ended))
        } else {
            let (end, following) = split_line(ended);
            self.carried.extend_from_slice(end);
            Lines::new(Some(std::mem::take(&mut self.carried)), following)
        };
        self.overlong = false;
        self.carry(rest);
        lines
    }

    /// Appends to the beginning of a line.
    fn carry(&mut self, text: &[u8]) {
        if self.carried.len() + text.len() > MAX_CARRIED {
            self.carried.clear();
            self.overlong = true;
        } else if !self.overlong {
            self.carried.extend_from_slice(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::protocol::ip;
    use crate::decode::{Address, EncapsulationId, IpVersion};

    fn direction(client: u16) -> Direction {
        let (a, b) = ((Address::v4([10, 0, 0, 5]), client), (Address::v4([192, 0, 2, 80]), 21));
        let (key, side) = FlowKey::with_ports(IpVersion::V4, ip::TCP, EncapsulationId::NONE, a, b);
        (key, side, Channel::Ftp)
    }

    fn segment(sequence: u32, text: &str) -> Segment<'_> {
        Segment { sequence, payload: text.as_bytes(), wire_len: text.len() as u32 }
    }

    fn lines_of_segments(segments: &[Segment<'_>]) -> Vec<String> {
        let mut buffer = LineBuffer::default();
        let lines = segments.iter().flat_map(|segment| buffer.push(*segment));
        lines.map(|line| String::from_utf8(line.into_owned()).unwrap()).collect()
    }

    /// The lines of whole segments, given by sequence number and text.
    fn lines(segments: &[(u32, &str)]) -> Vec<String> {
        lines_of_segments(&segments.iter().map(|(sequence, text)| segment(*sequence, text)).collect::<Vec<_>>())
    }

    #[test]
    fn lines_end_at_line_ends_and_not_at_the_ends_of_segments() {
        assert_eq!(lines(&[(1, "USER a\r\nPASS"), (13, " b\r"), (16, "\nQUIT\n")]), ["USER a", "PASS b", "QUIT"]);
        assert_eq!(lines(&[(1, "\n\r\nA"), (5, "\n\nB\n")]), ["", "", "A", "", "B"]);
    }

    #[test]
    fn repeated_segments_are_read_once_and_gaps_end_a_line() {
        assert_eq!(lines(&[(1, "PASV\r\n"), (1, "PASV\r\n"), (7, "PO")]), ["PASV"]);
        assert_eq!(lines(&[(1, "PO"), (50, "RT 1\r\n")]), ["RT 1"]);
        assert_eq!(lines(&[(u32::MAX, "AB"), (1, "C\n")]), ["ABC"], "sequence numbers wrap");
        let later = 2 * MAX_REPETITION;
        assert_eq!(lines(&[(later, "OLD\n"), (1, "NEW\n")]), ["OLD", "NEW"], "another connection, whose SYN is lost");
    }

    #[test]
    fn a_line_without_end_is_skipped() {
        let long = "x".repeat(700);
        assert_eq!(lines(&[(1, &long), (701, &long), (1401, "\nOK\n")]), ["OK"]);
        assert_eq!(lines(&[(1, &long), (701, &long), (1401, "END\nOK\n")]), ["OK"]);
        assert_eq!(lines(&[(1, &long), (701, &long), (1401, "x"), (1402, "END\nOK\n")]), ["OK"], "however short its parts");
        assert_eq!(lines(&[(1, &long), (701, &long), (5000, "NEXT\nOK\n")]), ["NEXT", "OK"], "a gap ends it");
    }

    #[test]
    fn a_truncated_segment_carries_nothing_over() {
        let cut = Segment { sequence: 1, payload: b"PORT 1,2", wire_len: 30 };
        assert_eq!(lines_of_segments(&[cut, segment(31, ",3\n")]), [",3"]);
    }

    #[test]
    fn a_truncated_segment_counts_with_its_length_on_the_wire() {
        let begin = Segment { sequence: 1, payload: &[b'x'; 1100], wire_len: 1400 };
        let lines = lines_of_segments(&[begin, segment(1401, "PORT 1\nOK\n")]);
        assert_eq!(lines, ["OK"], "there is no gap between them, and the line is too long");
    }

    #[test]
    fn the_number_of_directions_is_bounded() {
        let mut streams = TextStreams::default();
        for port in 0..20_000 {
            let direction = direction(port);
            streams.buffer(direction).push(segment(1, "A"));
            if port % 3 == 0 {
                streams.remove(&direction.0, direction.2);
            }
        }
        assert!(streams.buffers.len() <= MAX_DIRECTIONS && streams.order.len() <= 2 * MAX_DIRECTIONS);
        // One connection after the other between the same ports.
        for _ in 0..20_000 {
            let direction = direction(1);
            streams.buffer(direction).push(segment(1, "A"));
            streams.remove(&direction.0, direction.2);
        }
        assert!(streams.order.len() <= 2 * MAX_DIRECTIONS);
    }
}
