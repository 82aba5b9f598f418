//! The link between a datagram's fragments: only the first has ports, and the others are assigned to its flow.
//!
//! Nothing is reassembled. Two things are remembered, both bounded: the flow of a first fragment, and later fragments that came
//! before their first. A fragment whose first never comes has no flow.

use std::collections::{HashMap, VecDeque};

use crate::decode::protocol::ip;
use crate::decode::{Address, EncapsulationId, FlowKey, Fragment, IcmpMessage, Observation, Side};
use crate::time::{NANOSECONDS, Time};

/// The longest gap between the fragments of a datagram: the reassembly time of RFC 8200 section 4.5.
const LIFETIME: i64 = 60 * NANOSECONDS;
/// The most datagrams that are remembered at a time; the oldest is forgotten first.
pub const MAX_DATAGRAMS: usize = 1 << 14;
/// The most later fragments that wait for a first at a time; those of the oldest datagram are given up first.
pub const MAX_WAITING: usize = 1 << 16;

/// The identity of a datagram, shared by its fragments (RFC 791 section 2.3, RFC 8200 section 4.5), and its encapsulation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Datagram {
    source: Address,
    destination: Address,
    protocol: u8,
    identification: u32,
    encapsulation: EncapsulationId,
}

/// The state of a datagram.
#[derive(Debug)]
enum State<T> {
    /// Its first fragment has been seen, and belongs to this flow.
    Flow { key: FlowKey, side: Side, message: Option<IcmpMessage> },
    /// Only later fragments have been seen, and they wait.
    Waiting(Vec<(Observation, T)>),
}

#[derive(Debug)]
struct Entry<T> {
    state: State<T>,
    /// The time of its latest fragment.
    latest: Time,
    /// Distinguishes its places in the queue from those of a forgotten datagram with the same name.
    serial: u64,
}

/// The datagrams whose fragments are still arriving. Each fragment has a tag, by which the caller recognizes it.
#[derive(Debug)]
pub struct Fragments<T> {
    datagrams: HashMap<Datagram, Entry<T>, foldhash::fast::RandomState>,
    /// In order of first appearance.
    queue: VecDeque<(Datagram, u64)>,
    waiting: usize,
    serial: u64,
}

/// The flow of a fragment, as far as it is known.
#[derive(Debug, PartialEq)]
pub enum FragmentOwner<T> {
    /// The fragment belongs to its flow, and so do those that waited for it.
    Flow {
        /// The fragment.
        fragment: Observation,
        /// Earlier fragments of the same datagram, in order of arrival.
        waited: Vec<(Observation, T)>,
    },
    /// The fragment has no flow, unless the first of its datagram comes later.
    Waits(Observation),
}

impl<T> Default for Fragments<T> {
    fn default() -> Self {
        Fragments { datagrams: HashMap::default(), queue: VecDeque::new(), waiting: 0, serial: 0 }
    }
}

impl<T> Fragments<T> {
    /// Takes a fragment, and finds its flow. Each fragment is returned once, or twice if it waits and does not wait in vain.
    pub fn push(&mut self, observation: Observation, tag: T) -> FragmentOwner<T> {
        let time = observation.time;
        let followed = match observation.fragment {
            Fragment::Whole => FragmentOwner::Flow { fragment: observation, waited: Vec::new() },
            Fragment::First(identification) => {
                FragmentOwner::Flow { fragment: observation, waited: self.first(&observation, identification) }
            }
            Fragment::Later(identification) => self.later(observation, tag, identification),
        };
        self.forget_old(time);
        followed
    }

    /// Records a first fragment. Returns the later fragments that waited for it, with its key.
    fn first(&mut self, observation: &Observation, identification: u32) -> Vec<(Observation, T)> {
        let Observation { key, side, message, time, .. } = *observation;
        let datagram = Datagram::new(observation, identification);
        let state = State::Flow { key, side, message };
        match self.datagrams.get_mut(&datagram) {
            Some(entry) => {
                entry.latest = entry.latest.max(time);
                match std::mem::replace(&mut entry.state, state) {
                    State::Flow { .. } => Vec::new(),
                    State::Waiting(mut waiting) => {
                        self.waiting -= waiting.len();
                        waiting.iter_mut().for_each(|(later, _)| join(later, key, side, message));
                        waiting
                    }
                }
            }
            None => {
                self.remember(datagram, state, time);
                Vec::new()
            }
        }
    }

    fn later(&mut self, mut observation: Observation, tag: T, identification: u32) -> FragmentOwner<T> {
        if !needs_first(observation.key.protocol) {
            return FragmentOwner::Flow { fragment: observation, waited: Vec::new() };
        }
        let datagram = Datagram::new(&observation, identification);
        let time = observation.time;
        match self.datagrams.get_mut(&datagram) {
            Some(Entry { state: State::Flow { key, side, message }, latest, .. }) => {
                *latest = time.max(*latest);
                join(&mut observation, *key, *side, *message);
                return FragmentOwner::Flow { fragment: observation, waited: Vec::new() };
            }
            Some(Entry { state: State::Waiting(waiting), latest, .. }) => {
                *latest = time.max(*latest);
                waiting.push((observation, tag));
            }
            None => self.remember(datagram, State::Waiting(vec![(observation, tag)]), time),
        }
        self.waiting += 1;
        FragmentOwner::Waits(observation)
    }

    fn remember(&mut self, datagram: Datagram, state: State<T>, latest: Time) {
        self.serial += 1;
        self.queue.push_back((datagram, self.serial));
        self.datagrams.insert(datagram, Entry { state, latest, serial: self.serial });
    }

    /// Forgets the oldest datagrams while they are expired or too many.
    fn forget_old(&mut self, now: Time) {
        while let Some(&(datagram, serial)) = self.queue.front() {
            let Some(entry) = self.datagrams.get(&datagram).filter(|entry| entry.serial == serial) else {
                self.queue.pop_front();
                continue;
            };
            let expired = now.since(entry.latest).is_some_and(|silence| silence > LIFETIME);
            if !expired && self.datagrams.len() <= MAX_DATAGRAMS && self.waiting <= MAX_WAITING {
                return;
            }
            self.queue.pop_front();
            if let Some(Entry { state: State::Waiting(waiting), .. }) = self.datagrams.remove(&datagram) {
                self.waiting -= waiting.len();
            }
        }
    }
}

impl Datagram {
    /// The datagram with the identification `identification` that a fragment belongs to.
    fn new(observation: &Observation, identification: u32) -> Datagram {
        let FlowKey { addresses, protocol, encapsulation, .. } = observation.key;
        Datagram {
            source: addresses[observation.side.index()],
            destination: addresses[observation.side.other().index()],
            protocol,
            identification,
            encapsulation,
        }
    }
}

/// True if a packet's flow or message type is only in its first fragment.
fn needs_first(protocol: u8) -> bool {
    ip::has_ports(protocol) || matches!(protocol, ip::ICMP | ip::ICMPV6)
}

fn join(later: &mut Observation, key: FlowKey, side: Side, message: Option<IcmpMessage>) {
    later.key = key;
    later.side = side;
    later.message = message;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::IpVersion;

    const C: Address = Address::v4([10, 0, 0, 5]);
    const R: Address = Address::v4([192, 0, 2, 53]);

    fn fragment(fragment: Fragment, second: i64) -> Observation {
        let ports = matches!(fragment, Fragment::First(_));
        let (key, side) = if ports {
            FlowKey::with_ports(IpVersion::V4, ip::UDP, EncapsulationId::NONE, (C, 50001), (R, 53))
        } else {
            FlowKey::without_ports(IpVersion::V4, ip::UDP, EncapsulationId::NONE, C, R, [0, 0])
        };
        Observation {
            key,
            side,
            time: Time::from_nanoseconds(second * NANOSECONDS),
            wire_len: 100,
            ip_len: 86,
            payload_len: 66,
            fragment,
            ..Observation::BLANK
        }
    }

    /// The number of fragments that got a flow with ports, and the number of those that got none.
    fn run(fragments: &[Observation]) -> (usize, usize) {
        let (mut table, mut flows, mut waiting) = (Fragments::default(), 0, 0);
        for &observation in fragments {
            match table.push(observation, ()) {
                FragmentOwner::Flow { fragment, waited } => {
                    assert!(
                        waited.iter().map(|(waited, ())| waited).chain([&fragment]).all(|joined| joined.key.ports == [50001, 53])
                    );
                    (flows, waiting) = (flows + 1 + waited.len(), waiting - waited.len());
                }
                FragmentOwner::Waits(_) => waiting += 1,
            }
        }
        (flows, waiting)
    }

    #[test]
    fn later_fragments_join_their_first_in_any_order() {
        let (first, later) = (fragment(Fragment::First(7), 0), fragment(Fragment::Later(7), 0));
        assert_eq!(run(&[first, later, later]), (3, 0));
        assert_eq!(run(&[later, first, later]), (3, 0));
        assert_eq!(run(&[later, later, first]), (3, 0));
    }

    #[test]
    fn fragments_without_a_first_one_are_orphans() {
        let (other, later) = (fragment(Fragment::First(8), 0), fragment(Fragment::Later(7), 0));
        assert_eq!(run(&[later, later]), (0, 2));
        assert_eq!(run(&[other, later]), (1, 1));
    }

    #[test]
    fn a_datagram_expires_after_a_minute() {
        let first = fragment(Fragment::First(7), 0);
        assert_eq!(run(&[first, fragment(Fragment::First(9), 61), fragment(Fragment::Later(7), 61)]), (2, 1));
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_datagrams_are_forgotten() {
        let mut table = Fragments::default();
        let last = MAX_DATAGRAMS as u32 + 100;
        (0..last).for_each(|id| assert!(matches!(table.push(fragment(Fragment::Later(id), 0), id), FragmentOwner::Waits(_))));
        assert_eq!((table.datagrams.len(), table.waiting), (MAX_DATAGRAMS, MAX_DATAGRAMS));
        for (id, count) in [(0, 0), (99, 0), (last - 1, 1)] {
            let FragmentOwner::Flow { waited, .. } = table.push(fragment(Fragment::First(id), 0), id) else {
                panic!("a first waits")
            };
            assert!(waited.len() == count && waited.iter().all(|(_, tag)| *tag == id), "{id}");
        }
        let mut table = Fragments::default();
        (0..MAX_WAITING + 5).for_each(|_| drop(table.push(fragment(Fragment::Later(7), 0), ())));
        assert!(table.waiting <= MAX_WAITING && table.datagrams.len() <= 1);
    }
}
