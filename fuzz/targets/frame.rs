//! A single packet of any link type, perhaps cut: the walk ends, it ends alike for the same bytes,
//! and the fast path for ordinary packets gives what the walk gives.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan::capture::{Interface, LinkType, Packet};
use portolan::decode::{Decoded, Decoder, EncapsulationId, TunnelPorts, decode_fast};
use portolan::time::Time;

fuzz_target!(|bytes: &[u8]| {
    // Two bytes of link type, one of FCS length, one that says how much of the packet was not stored.
    let [low, high, fcs_len, missing, data @ ..] = bytes else { return };
    let interface = Interface { fcs_len: fcs_len % 8, ..Interface::new(LinkType(u32::from(u16::from_le_bytes([*low, *high])))) };
    let wire_len = data.len() as u32 + u32::from(*missing);
    let packet = Packet { time: Time::from_nanoseconds(1), wire_len, interface: 0, data };
    let walked = Decoder::new().decode(&packet, &interface);
    assert_eq!(walked.decoded, Decoder::new().decode(&packet, &interface).decoded);
    if let Some((observation, payload)) = decode_fast(&packet, &interface, TunnelPorts::NONE) {
        assert_eq!(walked.decoded, Decoded::Observed(observation));
        assert_eq!((walked.encapsulation, walked.icmp_original, walked.payload), (EncapsulationId::NONE, None, payload));
    }
    if let Decoded::Observed(observation) = walked.decoded {
        assert_eq!(observation.wire_len, wire_len);
        // The length of the IP packet that an exported PDU came in is not known.
        assert!(observation.payload_len <= observation.ip_len || observation.ip_len == 0);
    }
});
