//! The merging of two parts of a flow that were counted apart.

use super::record::{Flow, FlowEvents};
use crate::decode::Side;

impl Flow {
    /// Adds a later part of the same flow, whose packets came after those of this part. The result is the flow that all these
    /// packets make when they are counted as one, in every field.
    ///
    /// An opening (a SYN without ACK) in the later part must be its first packet. The effect of an opening depends on whether the
    /// connection was opened and answered before, and a flow keeps the numbers of one opening only, so that the later part alone
    /// cannot show what an opening further in would have changed. A capture is therefore cut before every opening, and its parts
    /// are merged in their order, from the first on.
    ///
    /// The caller decides whether the later part belongs to this flow or is another one between the same ports, as
    /// [`Flow::is_ended_by`] does for a packet. ICMP errors about the flow must have been added to a part that had begun.
    /// Neither part may be joined from two directions.
    pub fn merge(&mut self, later: &Flow) {
        let (answered, opened) = (self.has_answer(), self.has_opening());
        if later.has_opening() && !(answered && opened) {
            self.open_again(later);
        }
        if later.has_answer() && !answered {
            self.answered_sequence = later.answered_sequence;
        }
        if answered && later.seen.intersects(FlowEvents::WENT_ON.by_any()) {
            self.seen.insert(FlowEvents::ANSWER_USED);
        }
        let resets = self.resets_in(later);
        // These events of the later part depend on the earlier one.
        let unknown = FlowEvents::FIRST_FROM_B | FlowEvents::PORT_REUSED | FlowEvents::RESET_STATES;
        self.seen.insert((later.seen - unknown) | resets);
        self.add_counts(later);
    }

    /// Takes over the opening that a later part begins with.
    fn open_again(&mut self, later: &Flow) {
        let again = self.has_opening() && self.opening_sequence == later.opening_sequence;
        self.opening_data = if again { self.opening_data.max(later.opening_data) } else { later.opening_data };
        self.opening_sequence = later.opening_sequence;
        // Packets before the opening belong to a connection before this one.
        self.seen.remove(FlowEvents::WENT_ON.by(later.first_side()));
    }

    /// The states in which the resets of a later part found the connection, given what this part has closed.
    fn resets_in(&self, later: &Flow) -> FlowEvents {
        let mut resets = FlowEvents::default();
        for side in [Side::A, Side::B] {
            let peer = side.other();
            let had = |event: FlowEvents| later.seen.intersects(event.by(side));
            if had(FlowEvents::RESET_UNFINISHED) && !self.has_finished(side) {
                resets.insert(FlowEvents::RESET_UNFINISHED.by(side));
            }
            if had(FlowEvents::RESET_PEER_UNFINISHED) && !self.has_finished(peer) {
                resets.insert(FlowEvents::RESET_PEER_UNFINISHED.by(side));
                if had(FlowEvents::RESET_PEER_ACTIVE) || self.packets[peer.index()] > 0 {
                    resets.insert(FlowEvents::RESET_PEER_ACTIVE.by(side));
                }
            }
        }
        resets
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::decode::{ConnectionFlags, Fragment, IcmpMessage, Observation};
    use crate::flow::Outcome;
    use crate::flow::tests::{Segment, observation};
    use crate::service::Handshake;
    use crate::time::Time;

    const CLIENT: Side = Side::A;
    const SERVER: Side = Side::B;
    const SYN: Segment = (CLIENT, "S", 7, 0, 0);
    const SYN_ACK: Segment = (SERVER, "SA", 100, 8, 0);
    const ACK: Segment = (CLIENT, "A", 8, 101, 0);

    /// The flow of `packets`; original datagrams may only come after the first packet.
    fn counted(packets: &[Observation]) -> Flow {
        let mut flow = Flow::begin(&packets[0]);
        for packet in packets {
            if packet.is_icmp_original { flow.add_icmp_error(packet) } else { flow.add(packet) }
        }
        flow
    }

    /// The flow that results from merging parts that were counted apart.
    fn merged<'p>(parts: impl IntoIterator<Item = &'p [Observation]>) -> Flow {
        parts
            .into_iter()
            .map(counted)
            .reduce(|mut flow, later| {
                flow.merge(&later);
                flow
            })
            .unwrap()
    }

    fn packets(segments: &[Segment]) -> Vec<Observation> {
        segments.iter().copied().map(observation).collect()
    }

    /// The flow of packets in words; asserts that merging its two parts, cut at `place`, gives the same flow.
    fn cut_at(place: usize, segments: &[Segment]) -> Flow {
        let packets = packets(segments);
        let flow = merged([&packets[..place], &packets[place..]]);
        assert_eq!(flow, counted(&packets), "{segments:?} cut at {place}");
        flow
    }

    fn is_opening(packet: &Observation) -> bool {
        let syn_and_ack = ConnectionFlags::SYN | ConnectionFlags::ACK;
        !packet.is_icmp_original && packet.flags & syn_and_ack == ConnectionFlags::SYN
    }

    /// A packet of one flow, now and then a fragment, to a group, without a time, or an original datagram in an ICMP error; and
    /// whether the capture is cut before it.
    fn any_packet() -> impl Strategy<Value = (Observation, bool)> {
        let flags =
            prop::sample::select(vec!["S", "S", "DS", "DS", "SA", "A", "DA", "F", "FA", "FSA", "R", "RA", "RF", "RS", "RSA"]);
        let segment = (any::<bool>(), flags, 0..3u32, 0..3u32, 0..5i64);
        let rare = || prop::bool::weighted(0.1);
        (segment, 0..3u32, [rare(), rare(), rare(), rare()], any::<bool>()).prop_map(|(segment, data, rare, cut)| {
            let (from_server, flags, sequence, acknowledgment, second) = segment;
            let side = if from_server { SERVER } else { CLIENT };
            let packet = observation((side, flags, sequence, acknowledgment, second));
            let [is_fragment, to_group, has_no_time, is_icmp_original] = rare;
            let packet = Observation {
                payload_len: packet.payload_len * data,
                fragment: if is_fragment { Fragment::First(1) } else { Fragment::Whole },
                time: if has_no_time { Time::UNKNOWN } else { packet.time },
                message: is_icmp_original.then_some(IcmpMessage { kind: 3, code: 3 }),
                is_icmp_original,
                to_group,
                ..packet
            };
            (packet, cut && !is_icmp_original)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn a_flow_that_is_cut_in_time_and_merged_is_the_flow(all in vec(any_packet(), 1..16)) {
            let begin = all.iter().position(|(packet, _)| !packet.is_icmp_original).unwrap_or(all.len());
            let (packets, cuts): (Vec<Observation>, Vec<bool>) = all[begin..].iter().copied().unzip();
            prop_assume!(!packets.is_empty());
            let begins_part = |place: &usize| *place == 0 || cuts[*place] || is_opening(&packets[*place]);
            let begins: Vec<usize> = (0..packets.len()).filter(begins_part).chain([packets.len()]).collect();
            let flow = merged(begins.windows(2).map(|part| &packets[part[0]..part[1]]));
            prop_assert_eq!(flow, counted(&packets));
        }
    }

    #[test]
    fn an_answer_belongs_to_the_opening_in_an_earlier_part() {
        let open = (Handshake::SynAndSynAck(SERVER), Outcome::Established);
        for place in 1..3 {
            let flow = cut_at(place, &[SYN, SYN_ACK, ACK]);
            assert_eq!((flow.handshake(), flow.outcome(), flow.first_side()), (open.0, open.1, CLIENT));
        }
        let flow = cut_at(1, &[SYN_ACK, ACK]);
        assert_eq!(flow.handshake(), Handshake::SynAckUsed(SERVER), "the packet that uses the answer is in the later part");
    }

    #[test]
    fn data_in_an_opening_of_an_earlier_part_may_be_acknowledged() {
        let with_data = Observation { payload_len: 10, ..observation(SYN) };
        let packets = [with_data, observation(SYN), observation((SERVER, "SA", 100, 18, 0))];
        let flow = merged([&packets[..1], &packets[1..2], &packets[2..]]);
        assert_eq!((flow.handshake(), &flow), (Handshake::SynAndSynAck(SERVER), &counted(&packets)));
    }

    #[test]
    fn a_reset_is_judged_by_the_closes_in_an_earlier_part() {
        let (client_closes, server_closes, reset) =
            ((CLIENT, "FA", 8, 101, 1), (SERVER, "FA", 101, 9, 1), (CLIENT, "R", 9, 0, 1));
        let outcome = |end: &[Segment]| cut_at(3, &[&[SYN, SYN_ACK, ACK], end].concat()).outcome();
        assert_eq!(outcome(&[client_closes, server_closes, reset]), Outcome::Established);
        assert_eq!(outcome(&[client_closes, reset]), Outcome::Reset, "in the later part the server has said nothing yet");
        assert_eq!(cut_at(4, &[SYN, SYN_ACK, client_closes, server_closes, reset]).outcome(), Outcome::Established);
        // Where the server's packets are not in the capture, its close is not, either.
        assert_eq!(cut_at(2, &[SYN, client_closes, reset]).outcome(), Outcome::Established);
    }

    #[test]
    fn a_capture_is_cut_before_every_opening() {
        let all = packets(&[SYN, SYN_ACK, ACK, SYN]);
        let flow = counted(&all);
        assert!(flow.went_on(CLIENT));
        assert_eq!(merged([&all[..2], &all[2..3], &all[3..]]), flow);
        // Without that cut, the later part takes its opening for the first, and the packets before it for another connection's.
        assert!(!merged([&all[..2], &all[2..]]).went_on(CLIENT));
    }

    #[test]
    fn the_first_part_shows_whether_the_ports_had_a_flow_before() {
        let part = |is_reuse: bool| {
            let mut flow = counted(&packets(&[ACK]));
            if is_reuse {
                flow.mark_port_reuse();
            }
            flow
        };
        for (first, later) in [(true, false), (false, true)] {
            let mut flow = part(first);
            flow.merge(&part(later));
            assert_eq!(flow.is_port_reuse(), first);
        }
    }

    #[test]
    fn flows_without_room_of_their_own_are_added_up() {
        let packets = packets(&[SYN, SYN_ACK, ACK]);
        let overflow = |packets: &[Observation]| {
            let mut flow = Flow::overflow(6);
            packets.iter().for_each(|packet| flow.add_volume(packet));
            flow
        };
        let mut flow = overflow(&packets[..2]);
        flow.merge(&overflow(&packets[2..]));
        assert_eq!(flow, overflow(&packets));
    }
}
