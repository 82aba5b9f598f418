//! The events on control channels, and their log.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};

use crate::decode::{FlowKey, Side};
use crate::service::{AnnouncementKind, ExpectedService, Transport};
use crate::time::Time;

/// The most announcements that are kept of one capture.
pub const MAX_ANNOUNCEMENTS: usize = 100_000;
/// The most announcements that are kept of one channel, so that no channel can crowd out the others.
pub const MAX_PER_CHANNEL: u32 = 4096;

/// One announcement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Announcement {
    /// The packet that made it, counted from 1 over all inputs.
    pub packet: u64,
    /// The time of that packet.
    pub time: Time,
    /// The flow of that packet.
    pub channel: FlowKey,
    /// The side of the flow that sent it.
    pub sender: Side,
    /// The event.
    pub event: ChannelEvent,
}

/// An event on a control channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ChannelEvent {
    /// An announcement of a future flow, or of the service of an endpoint.
    Flow(Expectation),
    /// Encryption begins.
    Encrypted,
    /// The capture kept only a part of a packet, so that an announcement may be lost.
    Truncated,
}

impl From<Expectation> for ChannelEvent {
    fn from(expectation: Expectation) -> Self {
        ChannelEvent::Flow(expectation)
    }
}

/// An expected flow.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Expectation {
    /// The kind of announcement.
    pub by: AnnouncementKind,
    /// The transport of the flow.
    pub transport: Transport,
    /// The announced endpoint.
    pub target: SocketAddr,
    /// The address that may appear in place of the announced one, if a device on the way translates addresses.
    pub or_address: Option<IpAddr>,
    /// The machine at the other end, if known.
    pub peer: Option<IpAddr>,
    /// The end of the flow that is the server.
    pub server: ServerEnd,
    /// Nanoseconds within which the flow begins; `None` if the announcement is valid for the whole capture.
    pub lifetime: Option<i64>,
    /// The service of the flow.
    pub service: ExpectedService,
}

/// The server among the ends of an announced flow.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ServerEnd {
    /// The announced endpoint.
    Target,
    /// The other end.
    Peer,
    /// Neither end: the two are equals.
    Neither,
}

/// The announcements of a capture, in the order of their packets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announcements {
    log: Vec<Announcement>,
    of_channel: HashMap<FlowKey, u32, foldhash::fast::RandomState>,
    dropped: u64,
}

impl Announcements {
    /// Adds an announcement, or counts it as dropped if there are too many.
    pub fn add(&mut self, announcement: Announcement) {
        if self.log.len() == MAX_ANNOUNCEMENTS {
            self.dropped += 1;
            return;
        }
        let of_channel = self.of_channel.entry(announcement.channel).or_default();
        if *of_channel == MAX_PER_CHANNEL {
            self.dropped += 1;
            return;
        }
        *of_channel += 1;
        self.log.push(announcement);
    }

    /// Adds the announcements of a later part of the capture, with the same result as adding each of them. Encapsulations and packets
    /// must have the same numbers in both parts.
    pub fn merge(&mut self, later: &Announcements) {
        later.log.iter().for_each(|announcement| self.add(*announcement));
        // The parts together have no room for announcements that a single part has no room for.
        self.dropped += later.dropped;
    }

    /// Removes announcements that cannot concern a future flow: flows that were to begin more than `idle` nanoseconds before
    /// `now`; those announced more than `idle` nanoseconds after `now`, because the clock has been set back since; expectations
    /// without a lifetime that were repeated later; and events of channels that are gone (`is_there`). Announcements whose place
    /// in the log is in use (`is_used`) stay.
    pub fn forget(&mut self, (now, idle): (Time, i64), is_used: impl Fn(usize) -> bool, is_there: impl Fn(&FlowKey) -> bool) {
        let mut repeated = HashSet::new();
        let mut place = self.log.len();
        let mut stays = |announcement: &Announcement| {
            place -= 1;
            is_used(place)
                || match announcement.event {
                    ChannelEvent::Flow(Expectation { lifetime: Some(lifetime), .. }) => announcement
                        .time
                        .since(now)
                        .is_none_or(|since| since <= idle && since.saturating_add(lifetime).saturating_add(idle) >= 0),
                    ChannelEvent::Flow(expectation) => repeated.insert((announcement.channel.encapsulation, expectation)),
                    ChannelEvent::Encrypted | ChannelEvent::Truncated => is_there(&announcement.channel),
                }
        };
        // In reverse order, so that the last of several equal ones stays.
        let mut kept: Vec<Announcement> = self.log.iter().rev().filter(|announcement| stays(announcement)).copied().collect();
        kept.reverse();
        self.log = kept;
        self.of_channel.clear();
        for announcement in &self.log {
            *self.of_channel.entry(announcement.channel).or_default() += 1;
        }
    }

    /// The announcements that are kept.
    pub fn log(&self) -> &[Announcement] {
        &self.log
    }

    /// The number of announcements beyond the limits.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::decode::protocol::ip;
    use crate::decode::{Address, EncapsulationId, IpVersion};
    use crate::time::NANOSECONDS;

    fn truncated(client: u16) -> Announcement {
        let (a, b) = ((Address::v4([10, 0, 0, 5]), client), (Address::v4([192, 0, 2, 80]), 21));
        let (channel, sender) = FlowKey::with_ports(IpVersion::V4, ip::TCP, EncapsulationId::NONE, a, b);
        Announcement { packet: 1, time: Time::UNKNOWN, channel, sender, event: ChannelEvent::Truncated }
    }

    #[test]
    fn one_channel_cannot_crowd_out_the_others_and_all_together_are_bounded() {
        let mut announcements = Announcements::default();
        (0..MAX_PER_CHANNEL + 5).for_each(|_| announcements.add(truncated(50_000)));
        announcements.add(truncated(50_001));
        assert_eq!((announcements.log().len(), announcements.dropped()), (MAX_PER_CHANNEL as usize + 1, 5));
        for client in 1000..1100 {
            (0..MAX_PER_CHANNEL).for_each(|_| announcements.add(truncated(client)));
        }
        let added = u64::from(MAX_PER_CHANNEL) * 101 + 6;
        assert_eq!(announcements.log().len(), MAX_ANNOUNCEMENTS);
        assert_eq!(announcements.dropped(), added - MAX_ANNOUNCEMENTS as u64);
    }

    /// Announcements on some channels, as many in a row as each channel's count. Packet numbers distinguish them.
    fn runs(first: u64, channels: &[(u16, u32)]) -> Vec<Announcement> {
        let each = channels.iter().flat_map(|(client, count)| (0..*count).map(|_| truncated(*client)));
        each.zip(first..).map(|(announcement, packet)| Announcement { packet, ..announcement }).collect()
    }

    fn added(announcements: &[Announcement]) -> Announcements {
        let mut all = Announcements::default();
        announcements.iter().for_each(|announcement| all.add(*announcement));
        all
    }

    proptest! {
        // More announcements than there is room for, in most cases.
        #![proptest_config(ProptestConfig::with_cases(8))]

        #[test]
        fn announcements_of_parts_merge_to_those_of_all(
            earlier in vec((0..40u16, 1..5000u32), 0..30),
            later in vec((0..40u16, 1..5000u32), 0..50),
        ) {
            let (earlier, later) = (runs(1, &earlier), runs(1_000_000, &later));
            let mut merged = added(&earlier);
            merged.merge(&added(&later));
            prop_assert!(merged == added(&[earlier, later].concat()));
        }
    }

    #[test]
    fn a_channel_full_in_an_earlier_part_has_no_room_in_a_later_one() {
        // The later part is full of announcements of the same channel; the two parts together are full without these.
        let channels: Vec<(u16, u32)> = (0..25).map(|client| (client, MAX_PER_CHANNEL)).collect();
        let (earlier, later) = (runs(1, &channels[..1]), runs(1_000_000, &channels));
        let mut merged = added(&earlier);
        merged.merge(&added(&later));
        assert_eq!(merged.log().len(), MAX_ANNOUNCEMENTS);
        assert!(merged == added(&[earlier, later].concat()));
    }

    const PORTMAPPER: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 80)), 2049);

    /// The announcement of an endpoint at `second`; `lifetime` is in seconds.
    fn endpoint(second: i64, lifetime: Option<i64>, service: ExpectedService) -> Announcement {
        let (by, transport, server) = (AnnouncementKind::RpcBinding, Transport::Tcp, ServerEnd::Target);
        let lifetime = lifetime.map(|seconds| seconds * NANOSECONDS);
        let expectation =
            Expectation { by, transport, target: PORTMAPPER, or_address: None, peer: None, server, lifetime, service };
        let time = Time::from_nanoseconds(second * NANOSECONDS);
        Announcement { time, event: expectation.into(), ..truncated(second as u16) }
    }

    /// The seconds of the announcements that are kept at second 110.
    fn kept(log: &[Announcement], is_used: impl Fn(usize) -> bool, is_there: impl Fn(&FlowKey) -> bool) -> Vec<u16> {
        let mut announcements = Announcements::default();
        log.iter().for_each(|announcement| announcements.add(*announcement));
        announcements.forget((Time::from_nanoseconds(110 * NANOSECONDS), 10 * NANOSECONDS), is_used, is_there);
        assert_eq!(announcements.of_channel.values().sum::<u32>() as usize, announcements.log().len());
        announcements.log().iter().map(|announcement| announcement.channel.ports[0]).collect()
    }

    #[test]
    fn late_announcements_are_removed_unless_they_are_used() {
        let log = [
            endpoint(39, Some(60), ExpectedService::RPC),
            endpoint(40, Some(60), ExpectedService::RPC),
            endpoint(95, Some(60), ExpectedService::RPC),
        ];
        assert_eq!(kept(&log, |_| false, |_| false), [40, 95]);
        assert_eq!(kept(&log, |place| place == 0, |_| false), [39, 40, 95]);
    }

    #[test]
    fn announcements_from_before_the_clock_was_set_back_are_removed() {
        let log = [
            endpoint(120, Some(60), ExpectedService::RPC),
            endpoint(121, Some(60), ExpectedService::RPC),
            endpoint(122, None, ExpectedService::RPC),
        ];
        assert_eq!(kept(&log, |_| false, |_| false), [120, 122]);
    }

    #[test]
    fn announcements_without_a_lifetime_are_kept_once() {
        let log = [
            endpoint(1, None, ExpectedService::RPC),
            endpoint(2, None, ExpectedService::DCERPC),
            endpoint(3, None, ExpectedService::RPC),
            endpoint(4, None, ExpectedService::RPC),
        ];
        assert_eq!(kept(&log, |_| false, |_| false), [2, 4]);
        assert_eq!(kept(&log, |place| place == 0, |_| false), [1, 2, 4]);
    }

    #[test]
    fn events_stay_as_long_as_their_channels() {
        let log = [truncated(50_000), truncated(50_001)];
        assert_eq!(kept(&log, |_| false, |channel| channel.ports[0] == 50_001), [50_001]);
    }

    #[test]
    fn removed_announcements_make_room_in_their_channel() {
        let mut announcements = Announcements::default();
        for _ in 0..3 {
            (0..MAX_PER_CHANNEL).for_each(|_| announcements.add(truncated(50_000)));
            assert_eq!((announcements.log().len(), announcements.dropped()), (MAX_PER_CHANNEL as usize, 0));
            announcements.forget((Time::UNKNOWN, 0), |_| false, |_| false);
        }
        assert_eq!((announcements.log().len(), announcements.of_channel.len()), (0, 0));
    }
}
