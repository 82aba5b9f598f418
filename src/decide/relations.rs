//! Relations between flows and control channels: the channel on which a flow was announced, and flows beside a channel that could
//! not be read.
//!
//! Announcements are joined to flows when the capture is over, in the order of the flows, so that the relations do not depend on
//! how the work was divided.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::decide::facts::ExpectedFlow;
use crate::decode::protocol::ip;
use crate::decode::{Address, EncapsulationId, FlowKey, Side};
use crate::flow::{Flow, FlowIndex, Flows, Networks};
use crate::inspect::{Announcement, Announcements, ChannelEvent, Expectation, ServerEnd};
use crate::service::{FlowFlags, PortSet, Registry, Transport};
use crate::support::parallel;
use crate::time::{Span, Time};

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;
/// Two machines, within one encapsulation.
type Machines = ([Address; 2], EncapsulationId);

/// The number of announcements of one endpoint that are compared with a flow, on either side of its beginning, and of control
/// channels between its machines: enough for all that are active at one time, and a bound on the work that traffic can cause.
const MAX_COMPARED: usize = 64;
/// The lowest port that is agreed on for a data connection of FTP.
const FIRST_USER_PORT: u16 = 1024;

/// The relation of a flow to others.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Relation {
    /// The announcement of the flow on a control channel.
    pub announced: Option<ExpectedFlow>,
    /// The index of that announcement in the log.
    pub announcement: Option<usize>,
    /// The number of the flow that is its control channel.
    pub control: Option<usize>,
    /// Flags that follow from the relation.
    pub flags: FlowFlags,
}

/// The relations of those flows that have any.
#[derive(Debug, Default)]
pub struct Relations(Map<usize, Relation>);

impl Relations {
    /// The relation of the flow with the number `number`.
    #[inline]
    pub fn get(&self, number: usize) -> Relation {
        if self.0.is_empty() { Relation::default() } else { self.0.get(&number).copied().unwrap_or_default() }
    }

    /// The relations of these flows, which ascend, by their places among them. Control channels that are not among them are
    /// left out.
    pub fn of_kept(&self, kept: &[FlowIndex]) -> Relations {
        let place = |number: usize| kept.binary_search(&FlowIndex::new(number)).ok();
        let kept = self.0.iter().filter_map(|(number, relation)| {
            Some((place(*number)?, Relation { control: relation.control.and_then(place), ..*relation }))
        });
        Relations(kept.collect())
    }

    /// Joins announcements to flows.
    pub fn join(flows: &Flows, announcements: &Announcements, registry: &Registry, threads: usize) -> Relations {
        let mut relations = Relations::default();
        if announcements.log().is_empty() {
            return relations;
        }
        let channels = Channels::new(flows, announcements.log(), threads);
        relations.add_announced(flows, announcements.log(), registry, &channels, threads);
        relations.add_flags(flows, announcements.log(), registry, &channels);
        relations
    }

    fn add_announced(&mut self, flows: &Flows, log: &[Announcement], registry: &Registry, channels: &Channels, threads: usize) {
        let mut expected = Expectations::new(log);
        if expected.at.is_empty() {
            return;
        }
        for number in numbers_where(flows, threads, |key| expected.ports.has_any(key.ports)) {
            let Some(found) = expected.find(log, flows.get(number), flows.networks()) else { continue };
            let control = channels.flow(flows, &log[found.announcement]);
            let Expectation { by, service, .. } = *found.expectation;
            let announced = ExpectedFlow { by, server: found.server, service: registry.announced(service) };
            let flags = if found.translated { FlowFlags::NAT } else { FlowFlags::default() };
            let announcement = Some(found.announcement);
            self.0.insert(number, Relation { announced: Some(announced), announcement, control, flags });
        }
    }

    /// Flags control channels that could not be read, and the flows beside those of FTP.
    fn add_flags(&mut self, flows: &Flows, log: &[Announcement], registry: &Registry, channels: &Channels) {
        let mut unread = Unread::default();
        for announcement in log {
            let flag = match announcement.event {
                ChannelEvent::Flow(_) => continue,
                ChannelEvent::Encrypted => FlowFlags::CONTROL_ENCRYPTED,
                ChannelEvent::Truncated => FlowFlags::CONTROL_TRUNCATED,
            };
            let Some(number) = channels.flow(flows, announcement) else { continue };
            self.0.entry(number).or_default().flags |= flag;
            let FlowKey { addresses, encapsulation, .. } = flows.networks().key(announcement.channel);
            if is_ftp(registry, &announcement.channel) {
                unread.0.entry((addresses, encapsulation)).or_default().push((flows.get(number).span, number));
            }
        }
        if unread.0.is_empty() {
            return;
        }
        unread.0.values_mut().for_each(|spans| spans.sort_unstable_by_key(|(span, number)| (span.first, *number)));
        for (number, flow) in flows.iter().enumerate().filter(|(_, flow)| may_be_ftp_data(flow)) {
            let Some(control) = unread.beside(flow, flows.networks()) else { continue };
            let relation = self.0.entry(number).or_default();
            if relation.announced.is_none() {
                relation.control = Some(control);
                relation.flags |= FlowFlags::SIBLING_OF_FTP;
            }
        }
    }
}

/// The FTP control connections that could not be read, by their two machines, in the order of their beginnings.
#[derive(Default)]
struct Unread(Map<Machines, Vec<(Span, usize)>>);

impl Unread {
    /// The last one that was active when the flow began.
    fn beside(&self, flow: &Flow, networks: &Networks) -> Option<usize> {
        let spans = self.0.get(&(flow.key.addresses, networks.of(flow.key.encapsulation)))?;
        let begun = spans.partition_point(|(span, _)| span.first <= flow.span.first);
        let latest = spans[..begun].iter().rev().take(MAX_COMPARED);
        latest.filter(|(span, _)| flow.span.first <= span.last).map(|(_, number)| *number).next()
    }
}

fn is_ftp(registry: &Registry, key: &FlowKey) -> bool {
    key.protocol == ip::TCP
        && key
            .ports
            .into_iter()
            .any(|port| registry.look_up(Transport::Tcp, port).is_some_and(|id| &*registry.entry(id).name == "ftp"))
}

fn may_be_ftp_data(flow: &Flow) -> bool {
    flow.key.protocol == ip::TCP && flow.key.ports.into_iter().all(|port| port >= FIRST_USER_PORT)
}

/// The numbers of the flows whose keys pass a test.
fn numbers_where(flows: &Flows, threads: usize, may_be: impl Fn(&FlowKey) -> bool + Sync) -> Vec<usize> {
    let may_be = |number: &usize| may_be(&flows.get(*number).key);
    parallel::joined(parallel::parts(flows.len(), threads, |part| part.filter(may_be).collect()))
}

/// The flows in which announcements were made.
struct Channels(Map<FlowKey, Vec<usize>>);

impl Channels {
    fn new(flows: &Flows, log: &[Announcement], threads: usize) -> Channels {
        let ports = PortSet::from_ports(log.iter().flat_map(|announcement| announcement.channel.ports));
        let networks = flows.networks();
        let of = |announcement: &Announcement| (networks.key(announcement.channel), Vec::new());
        let mut channels: Map<FlowKey, Vec<usize>> = log.iter().map(of).collect();
        // A flow with a port that no channel has is not a channel.
        let may_be = |key: &FlowKey| ports.has_all(key.ports) && channels.contains_key(&networks.key(*key));
        for number in numbers_where(flows, threads, may_be) {
            if let Some(numbers) = channels.get_mut(&networks.key(flows.get(number).key)) {
                numbers.push(number);
            }
        }
        Channels(channels)
    }

    /// The flow in which the announcement was made: of several between the same ports, the last that had begun by then.
    fn flow(&self, flows: &Flows, announcement: &Announcement) -> Option<usize> {
        let numbers = self.0.get(&flows.networks().key(announcement.channel))?;
        let begun = numbers.partition_point(|number| flows.get(*number).span.first <= announcement.time);
        numbers.get(begun.saturating_sub(1)).copied()
    }
}

/// The expected flows, by their announced endpoints.
struct Expectations {
    ports: PortSet,
    /// Indices in the log, in the order of their times, and whether the address is the one after a translation.
    at: Map<(Transport, IpAddr, u16), Vec<(usize, bool)>>,
    /// By index in the log: true if a flow has used up the announcement.
    used: Vec<bool>,
}

/// The announcement that a flow fits best.
struct Match<'a> {
    announcement: usize,
    expectation: &'a Expectation,
    server: Option<Side>,
    translated: bool,
}

impl Expectations {
    fn new(log: &[Announcement]) -> Expectations {
        let expectations = || {
            log.iter().enumerate().filter_map(|(place, announcement)| match &announcement.event {
                ChannelEvent::Flow(expectation) => Some((place, expectation)),
                _ => None,
            })
        };
        let mut at: Map<(Transport, IpAddr, u16), Vec<(usize, bool)>> = Map::default();
        for (place, expectation) in expectations() {
            let (transport, port) = (expectation.transport, expectation.target.port());
            at.entry((transport, expectation.target.ip(), port)).or_default().push((place, false));
            if let Some(other) = expectation.or_address {
                at.entry((transport, other, port)).or_default().push((place, true));
            }
        }
        at.values_mut().for_each(|places| places.sort_by_key(|(place, _)| log[*place].time));
        let ports = PortSet::from_ports(expectations().map(|(_, expectation)| expectation.target.port()));
        Expectations { ports, at, used: vec![false; log.len()] }
    }

    /// The announcement that the flow fits best. One for the exact address is better than one for its translation, one made
    /// before the flow better than one made after, and a late one better than an early one.
    fn find<'a>(&mut self, log: &'a [Announcement], flow: &Flow, networks: &Networks) -> Option<Match<'a>> {
        let transport = Transport::from_protocol(flow.key.protocol)?;
        let mut best: Option<((bool, bool, usize), Match<'a>)> = None;
        for target in [Side::A, Side::B] {
            let places = self.at.get(&(transport, flow.key.ip_addr(target), flow.key.port(target)));
            let places = places.map_or(&[][..], Vec::as_slice);
            let begun = places.partition_point(|(place, _)| log[*place].time <= flow.span.first);
            let near = begun.saturating_sub(MAX_COMPARED)..places.len().min(begun + MAX_COMPARED);
            for &(place, translated) in &places[near] {
                let ChannelEvent::Flow(expectation) = &log[place].event else { continue };
                if self.used[place] || !fits(&log[place], expectation, flow, target, networks) {
                    continue;
                }
                let order = (!translated, log[place].time <= flow.span.first, place);
                if best.as_ref().is_none_or(|(other, _)| order > *other) {
                    let server = match expectation.server {
                        ServerEnd::Target => Some(target),
                        ServerEnd::Peer => Some(target.other()),
                        ServerEnd::Neither => None,
                    };
                    best = Some((order, Match { announcement: place, expectation, server, translated }));
                }
            }
        }
        let (_, found) = best?;
        self.used[found.announcement] = found.expectation.by.is_for_one_flow();
        Some(found)
    }
}

/// True if the flow, whose side `target` is the announced endpoint, is the expected one.
fn fits(announcement: &Announcement, expectation: &Expectation, flow: &Flow, target: Side, networks: &Networks) -> bool {
    let (key, channel) = (networks.key(flow.key), networks.key(announcement.channel));
    key != channel
        && key.encapsulation == channel.encapsulation
        && expectation.peer.is_none_or(|peer| peer == flow.key.ip_addr(target.other()))
        && !is_opened_by(flow, target)
        && is_in_time(announcement.time, expectation, flow)
}

/// True if the side opened the connection: then it is not the side that was announced as waiting for others.
fn is_opened_by(flow: &Flow, side: Side) -> bool {
    flow.handshake().initiator() == Some(side)
}

/// True if the flow's time fits the announcement. A flow that is expected alone begins after it was announced; of several that
/// share an announcement, some may already be active.
fn is_in_time(announced: Time, expectation: &Expectation, flow: &Flow) -> bool {
    let Some(lifetime) = expectation.lifetime else { return true };
    let since = |time: Time| time.since(announced).unwrap_or(0);
    let not_before = if expectation.by.is_for_one_flow() { flow.span.first } else { flow.span.last };
    since(not_before) >= 0 && since(flow.span.first) <= lifetime
}
