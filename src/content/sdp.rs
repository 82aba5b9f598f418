//! Session descriptions (SDP) in SIP, MGCP and RTSP messages: where media streams are received.

use std::net::{IpAddr, SocketAddr};

/// The most pairs of ports that are said of one media line.
const MAX_PAIRS: u16 = 8;
/// The most candidates that are said of one message.
const MAX_CANDIDATES: usize = 32;
/// TCP media whose host will open the connection itself write the discard port (RFC 4145, section 4.1), and so do media
/// whose candidates are still to come (RFC 8840, section 4.1.1). Nobody listens there.
const DISCARD: u16 = 9;

/// What is received at an announced place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stream {
    /// Media by RTP over UDP (RFC 8866, section 5.14), plain or encrypted.
    Rtp,
    /// Reports on such media, over UDP (RFC 3550, section 6).
    Rtcp,
    /// Fax by UDPTL over UDP (ITU-T T.38, annex D).
    T38,
    /// Messages by MSRP over TCP (RFC 4975, section 8).
    Msrp,
}

/// A description that is being read. What comes before its `v=0` belongs to another protocol and is passed over.
#[derive(Clone, Debug, Default)]
pub struct Description {
    begun: bool,
    /// The address of media that have none of their own.
    address: Option<IpAddr>,
    /// The media whose lines are being read; they are said when all are known.
    media: Option<Media>,
    /// Candidates said of this message.
    candidates: usize,
}

#[derive(Clone, Debug)]
struct Media {
    /// `None` for what is not followed.
    stream: Option<Stream>,
    address: Option<IpAddr>,
    port: u16,
    /// How many pairs of ports are used, each two higher than the one before.
    pairs: u16,
    reports: Reports,
}

/// Where RTCP goes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reports {
    /// To the next port (RFC 3550, section 11).
    Next,
    /// Where `a=rtcp` says (RFC 3605); to the media's own address, if it says none.
    At(Option<IpAddr>, u16),
    /// To a host whose address is not said.
    Unknown,
    /// To the media's own port (RFC 5761).
    Shared,
}

impl Description {
    /// Takes in a line of a message, without its line end, and says the media that are complete by now.
    pub fn line(&mut self, line: &[u8], say: &mut dyn FnMut(Stream, SocketAddr)) {
        let [kind, b'=', value @ ..] = line else { return };
        // What is no text may be a title or a name; addresses and ports are ASCII.
        let Ok(value) = std::str::from_utf8(value) else { return };
        match kind {
            b'v' if value.trim() == "0" => {
                self.end_media(say);
                *self = Self { begun: true, candidates: self.candidates, ..Self::default() };
            }
            _ if !self.begun => {}
            b'c' => *self.media.as_mut().map_or(&mut self.address, |media| &mut media.address) = connection(value),
            b'm' => {
                self.end_media(say);
                self.media = Some(Media::new(value, self.address));
            }
            b'a' => self.attribute(value, say),
            _ => {}
        }
    }

    /// Ends the message: says its last media and forgets it.
    pub fn finish(&mut self, say: &mut dyn FnMut(Stream, SocketAddr)) {
        self.end_media(say);
        *self = Self::default();
    }

    fn end_media(&mut self, say: &mut dyn FnMut(Stream, SocketAddr)) {
        if let Some(media) = self.media.take() {
            media.say(say);
        }
    }

    fn attribute(&mut self, value: &str, say: &mut dyn FnMut(Stream, SocketAddr)) {
        let Some(media) = self.media.as_mut().filter(|media| media.stream == Some(Stream::Rtp)) else { return };
        let (name, value) = value.split_once(':').unwrap_or((value, ""));
        match name.trim() {
            "rtcp-mux" => media.reports = Reports::Shared,
            // An older receiver may be told another port as well: sharing wins.
            "rtcp" if media.reports != Reports::Shared => media.reports = reports(value).unwrap_or(media.reports),
            "candidate" if self.candidates < MAX_CANDIDATES => {
                if let Some((stream, place)) = candidate(value) {
                    self.candidates += 1;
                    say(stream, place);
                }
            }
            _ => {}
        }
    }
}

impl Media {
    /// Reads `audio 49170/2 RTP/AVP 0`. A line that is not understood begins media all the same: what follows is theirs.
    fn new(value: &str, address: Option<IpAddr>) -> Self {
        let mut words = value.split_ascii_whitespace().skip(1);
        let (ports, protocol) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (port, pairs) = ports.split_once('/').unwrap_or((ports, "1"));
        let pairs = pairs.parse().unwrap_or(1).clamp(1, MAX_PAIRS);
        Self { stream: stream(protocol), address, port: port.parse().unwrap_or(0), pairs, reports: Reports::Next }
    }

    fn say(&self, say: &mut dyn FnMut(Stream, SocketAddr)) {
        // Port 0 refuses the media (RFC 3264, section 6): there are no reports either.
        let (Some(stream), Some(first)) = (self.stream, place(self.address, self.port)) else { return };
        if stream != Stream::Rtp {
            return say(stream, first);
        }
        for pair in 0..self.pairs {
            let Some(port) = first.port().checked_add(2 * pair) else { return };
            let own = SocketAddr::new(first.ip(), port);
            say(Stream::Rtp, own);
            if let Some(place) = self.reports_on(own, pair == 0) {
                say(Stream::Rtcp, place);
            }
        }
    }

    /// Where reports on the media at `own` go, if that is another place. `a=rtcp` says one port, and so the first pair's.
    fn reports_on(&self, own: SocketAddr, is_first: bool) -> Option<SocketAddr> {
        match self.reports {
            Reports::Next => place(Some(own.ip()), own.port().checked_add(1)?),
            Reports::At(address, port) if is_first => place(address.or(Some(own.ip())), port).filter(|there| *there != own),
            _ => None,
        }
    }
}

/// The stream of a media line's protocol. RTP over TCP or DCCP (RFC 4571, RFC 5762) is not followed.
fn stream(protocol: &str) -> Option<Stream> {
    let protocol = protocol.to_ascii_uppercase();
    let has = |name| protocol.split('/').any(|part| part == name);
    match protocol.as_str() {
        "TCP/MSRP" | "TCP/TLS/MSRP" => Some(Stream::Msrp),
        "UDPTL" | "UDP/TLS/UDPTL" => Some(Stream::T38),
        _ if protocol.contains("RTP/") && !has("TCP") && !has("DCCP") => Some(Stream::Rtp),
        _ => None,
    }
}

/// The address in `IN IP4 224.2.1.1/127/3`: the first one, without its TTL. `None` for a host's name.
fn connection(value: &str) -> Option<IpAddr> {
    let mut words = value.split_ascii_whitespace();
    let address = words.by_ref().next().filter(|net| *net == "IN").and(words.nth(1))?;
    address.split('/').next()?.parse().ok()
}

/// Reads `53020` or `53020 IN IP4 192.0.2.1`.
fn reports(value: &str) -> Option<Reports> {
    let (port, rest) = value.trim().split_once(' ').unwrap_or((value.trim(), ""));
    let port = port.parse().ok()?;
    Some(match connection(rest) {
        None if !rest.is_empty() => Reports::Unknown,
        address => Reports::At(address, port),
    })
}

/// Reads `1 1 UDP 2130706431 192.0.2.1 8998 typ host` (RFC 8839, section 5.1): foundation, component, transport, priority,
/// address, port.
fn candidate(value: &str) -> Option<(Stream, SocketAddr)> {
    let mut words = value.split_ascii_whitespace().skip(1);
    let stream = match words.next()? {
        "1" => Stream::Rtp,
        "2" => Stream::Rtcp,
        _ => return None,
    };
    let transport = words.next()?;
    let (address, port) = (words.nth(1)?.parse().ok()?, words.next()?.parse().ok()?);
    place(Some(address), port).filter(|_| transport.eq_ignore_ascii_case("UDP")).map(|place| (stream, place))
}

/// A place where something can be received.
fn place(address: Option<IpAddr>, port: u16) -> Option<SocketAddr> {
    let address = address.filter(|address| !address.is_unspecified() && port != 0 && port != DISCARD)?;
    Some(SocketAddr::new(address, port))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(message: &str) -> Vec<String> {
        let mut said = Vec::new();
        let mut say = |stream, place: SocketAddr| said.push(format!("{stream:?} {place}"));
        let mut description = Description::default();
        message.lines().for_each(|line| description.line(line.as_bytes(), &mut say));
        description.finish(&mut say);
        assert!(!description.begun && description.media.is_none());
        said
    }

    #[test]
    fn media_are_received_at_the_sessions_address_or_their_own() {
        let message = "INVITE sip:a SIP/2.0\nm=audio 1 RTP/AVP 0\n\nv=0\nc=IN IP4 192.0.2.1\nm=audio 5000 RTP/AVP 0\nm=video 6000 UDP/TLS/RTP/SAVPF 96\nc=IN IP6 2001:db8::1";
        let there = ["Rtp 192.0.2.1:5000", "Rtcp 192.0.2.1:5001", "Rtp [2001:db8::1]:6000", "Rtcp [2001:db8::1]:6001"];
        assert_eq!(said(message), there);
    }

    #[test]
    fn every_kind_of_media_has_its_stream() {
        let session = "v=0\nc=IN IP4 192.0.2.1\n";
        assert_eq!(said(&format!("{session}m=image 5000 udptl t38")), ["T38 192.0.2.1:5000"]);
        assert_eq!(said(&format!("{session}m=message 5000 TCP/MSRP *")), ["Msrp 192.0.2.1:5000"]);
        assert_eq!(said(&format!("{session}m=message 5000 TCP/TLS/MSRP *")), ["Msrp 192.0.2.1:5000"]);
        for other in ["UDP/DTLS/SCTP", "TCP/RTP/AVP", "DCCP/RTP/AVP", "udp", ""] {
            assert_eq!(said(&format!("{session}m=application 5000 {other} x")), [""; 0], "{other}");
        }
    }

    #[test]
    fn media_that_are_not_followed_keep_their_lines() {
        assert_eq!(said("v=0\nc=IN IP4 192.0.2.1\nm=x\nc=IN IP4 192.0.2.9\nm=image 5000 udptl t38"), ["T38 192.0.2.1:5000"]);
    }

    #[test]
    fn reports_may_go_elsewhere() {
        let media = "v=0\nc=IN IP4 192.0.2.1\nm=audio 5000 RTP/AVP 0\na=";
        let rtp = "Rtp 192.0.2.1:5000";
        assert_eq!(said(&format!("{media}rtcp:53020")), [rtp, "Rtcp 192.0.2.1:53020"]);
        assert_eq!(said(&format!("{media}rtcp:53020 IN IP4 192.0.2.2")), [rtp, "Rtcp 192.0.2.2:53020"]);
        assert_eq!(said(&format!("{media}rtcp:53020 IN IP4 host.example")), [rtp]);
        assert_eq!(said(&format!("{media}rtcp:9 IN IP4 0.0.0.0")), [rtp]);
        assert_eq!(said(&format!("{media}rtcp:5000")), [rtp]);
        assert_eq!(said(&format!("{media}rtcp-mux\na=rtcp:53020")), [rtp]);
        assert_eq!(said(&format!("{media}rtcp:?")), [rtp, "Rtcp 192.0.2.1:5001"]);
    }

    #[test]
    fn candidates_say_more_places() {
        let media = "v=0\nc=IN IP4 0.0.0.0\nm=audio 9 UDP/TLS/RTP/SAVPF 0\na=rtcp-mux\n";
        let one = "a=candidate:1 1 UDP 2130706431 192.0.2.1 8998 typ host\n";
        let two = "a=candidate:1 2 udp 2130706431 2001:db8::1 8999 typ srflx raddr 10.0.0.1 rport 5\n";
        let none = "a=candidate:1 1 TCP 1 192.0.2.1 9 typ host\na=candidate:1 1 UDP 1 x.local 8998 typ host\na=candidate:1 3 UDP 1 192.0.2.1 8998 typ host";
        assert_eq!(said(&format!("{media}{one}{two}{none}")), ["Rtp 192.0.2.1:8998", "Rtcp [2001:db8::1]:8999"]);
        assert_eq!(said(&format!("v=0\n{one}m=application 9 UDP/DTLS/SCTP x\n{one}")), [""; 0]);
        assert_eq!(said(&format!("{media}{}{media}{}", one.repeat(20), one.repeat(20))).len(), MAX_CANDIDATES);
    }

    #[test]
    fn several_ports_are_pairs() {
        let pairs = |ports| said(&format!("v=0\nc=IN IP4 224.2.1.1/127\nm=video {ports} RTP/AVP 31"));
        let there = ["Rtp 224.2.1.1:49170", "Rtcp 224.2.1.1:49171", "Rtp 224.2.1.1:49172", "Rtcp 224.2.1.1:49173"];
        assert_eq!(pairs("49170/2"), there);
        assert_eq!(pairs("49170/60000").len(), 16);
        assert_eq!(pairs("65534/3"), ["Rtp 224.2.1.1:65534", "Rtcp 224.2.1.1:65535"]);
    }

    #[test]
    fn what_cannot_be_reached_announces_nothing() {
        for (address, port) in [("192.0.2.1", "0"), ("0.0.0.0", "5000"), ("192.0.2.1", "65536"), ("host.example", "5000")] {
            assert_eq!(said(&format!("v=0\nc=IN IP4 {address}\nm=audio {port} RTP/AVP 0")), [""; 0]);
        }
        let named = "v=0\nc=IN IP4 192.0.2.1\nm=audio 5000 RTP/AVP 0\nc=IN IP4 host.example";
        assert_eq!(said(named), [""; 0]);
    }

    #[test]
    fn a_second_description_begins_afresh() {
        let message = "v=0\nc=IN IP4 192.0.2.1\nm=image 5000 udptl t38\nv=0\nm=image 6000 udptl t38";
        assert_eq!(said(message), ["T38 192.0.2.1:5000"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn hostile_lines_are_harmless(bytes in any::<Vec<u8>>(), text in "[mca]=[ -~]{0,60}", cut in 0..200usize) {
            let valid = b"v=0\nc=IN IP4 1.2.3.4/127\nm=audio 65535/9 RTP/AVP 0\na=rtcp:53020 IN IP4 1.2.3.4\na=candidate:1 1 UDP 1 1.2.3.4 8998 typ host";
            let mut description = Description::default();
            let mut count = 0;
            let mut say = |_, _| count += 1;
            let start = &valid[..cut.min(valid.len())];
            for line in start.split(|byte| *byte == b'\n').chain([text.as_bytes()]).chain(bytes.split(|byte| *byte == b'\n')) {
                description.line(line, &mut say);
            }
            description.finish(&mut say);
            prop_assert!(count < 1000);
        }
    }
}
