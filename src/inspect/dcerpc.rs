//! The endpoint mapper of DCE RPC (and of Microsoft's RPC): the ports of interfaces.
//!
//! Sources: C706 (DCE 1.1: Remote Procedure Call), chapter 12 for PDUs, chapter 14 for NDR, appendices I, L and O for
//! towers and the endpoint mapper; MS-RPCE.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::announcement::Expectation;
use super::cursor::ByteCursor;
use super::packet::ChannelPacket;
use crate::capture::format::ByteOrder;
use crate::service::{AnnouncementKind, ExpectedService, Transport};

/// The most towers that are read from one response.
const MAX_TOWERS: usize = 64;
/// The length of the header of a connection's response (C706, section 12.6.4.10), before the stub data.
const CONNECTION_HEADER: usize = 24;
/// The length of the header of a connectionless PDU (C706, section 12.5.1).
const DATAGRAM_HEADER: usize = 80;
/// The type of a response (C706, section 12.1).
const RESPONSE: u8 = 2;
/// The endpoint mapper's interface (C706, appendix O).
const ENDPOINT_MAPPER: u128 = 0xe1af8308_5d1f_11c9_91a4_08002b14a0fa;
/// The operation that maps an interface to its towers: ept_map.
const MAP: u16 = 3;

/// Protocol identifiers, the first byte of a floor (C706, appendix I).
mod floor {
    pub const TCP: u8 = 0x07;
    pub const UDP: u8 = 0x08;
    pub const IP: u8 = 0x09;
    pub const UUID: u8 = 0x0d;
}

/// A path to an interface, whose floors are its protocols (C706, appendix L).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tower {
    /// The interface's UUID in the order of its text form.
    pub interface: [u8; 16],
    /// TCP or UDP.
    pub transport: Transport,
    /// The port, never 0.
    pub port: u16,
    /// The address; the endpoint mapper's own, if `None`.
    pub address: Option<Ipv4Addr>,
}

/// The endpoints that an endpoint mapper gives in a packet.
pub(super) fn expectations(packet: &ChannelPacket<'_>) -> Vec<Expectation> {
    if !packet.is_from_server() {
        return Vec::new();
    }
    let expectation = |tower: Tower| {
        let target = SocketAddr::new(tower.address.map_or(packet.sender(), IpAddr::V4), tower.port);
        let service = ExpectedService::of_dcerpc_interface(&tower.interface);
        packet.expectation(AnnouncementKind::EpmBinding, tower.transport, target, service)
    };
    mapped_endpoints(packet.payload).into_iter().map(expectation).collect()
}

/// The towers with a port in an endpoint mapper's response to ept_map, which is one PDU in the 32-bit form of NDR. Empty for
/// other PDUs; a truncated response is read as far as possible.
pub fn mapped_endpoints(pdu: &[u8]) -> Vec<Tower> {
    let mut towers = Vec::new();
    if let Some(mut stub) = stub(pdu) {
        // The towers before a truncation are valid.
        let _ = read_towers(&mut stub, &mut towers);
    }
    towers
}

/// The stub data of a response.
fn stub(pdu: &[u8]) -> Option<ByteCursor<'_>> {
    match *pdu.first_chunk()? {
        [5, 0, RESPONSE, flags] => connection_stub(pdu, flags),
        [4, RESPONSE, flags, _] => datagram_stub(pdu, flags),
        _ => None,
    }
}

fn connection_stub(pdu: &[u8], flags: u8) -> Option<ByteCursor<'_>> {
    // A PDU that is not both the first and the last fragment is only a part of the response.
    if flags & 0b11 != 0b11 {
        return None;
    }
    let order = byte_order(*pdu.get(4)?);
    let len = usize::from(u16_at(pdu, 8, order)?);
    let bytes = pdu.get(..len.min(pdu.len()))?.get(CONNECTION_HEADER..)?;
    Some(ByteCursor::new(bytes, order))
}

fn datagram_stub(pdu: &[u8], flags: u8) -> Option<ByteCursor<'_>> {
    // Bit 2 marks a fragment.
    if flags & 0b100 != 0 {
        return None;
    }
    let order = byte_order(*pdu.get(4)?);
    let interface = uuid(pdu.get(24..)?.first_chunk()?, order);
    let operation = u16_at(pdu, 68, order)?;
    if u128::from_be_bytes(interface) != ENDPOINT_MAPPER || operation != MAP {
        return None;
    }
    let len = usize::from(u16_at(pdu, 74, order)?);
    let bytes = pdu.get(DATAGRAM_HEADER..)?;
    Some(ByteCursor::new(&bytes[..len.min(bytes.len())], order))
}

/// The byte order, in the high half of the first byte of the data representation (C706, section 14.1).
fn byte_order(representation: u8) -> ByteOrder {
    if representation >> 4 == 1 { ByteOrder::Little } else { ByteOrder::Big }
}

fn u16_at(pdu: &[u8], at: usize, order: ByteOrder) -> Option<u16> {
    ByteCursor::new(pdu.get(at..)?, order).u16()
}

/// The results of ept_map: entry handle, number of towers, then the towers as a conformant varying array of pointers, whose
/// targets follow it (C706, sections 14.3.3 and 14.3.12).
fn read_towers(stub: &mut ByteCursor<'_>, towers: &mut Vec<Tower>) -> Option<()> {
    stub.bytes(20)?;
    let [number, max_count, offset, count] = stub.u32s()?;
    if count != number || count > max_count || offset != 0 {
        return None;
    }
    let pointers = stub.bytes(usize::try_from(count).ok()?.checked_mul(4)?)?;
    let targets = pointers.chunks_exact(4).filter(|pointer| **pointer != [0; 4]).count();
    for _ in 0..targets.min(MAX_TOWERS) {
        stub.align(4);
        let [max_len, len] = stub.u32s()?;
        if len != max_len {
            return None;
        }
        let octets = stub.bytes(usize::try_from(len).ok()?)?;
        towers.extend(tower(octets));
    }
    Some(())
}

/// Reads the floors of a tower. They are little-endian in any data representation (C706, appendix L), except for ports.
fn tower(octets: &[u8]) -> Option<Tower> {
    let mut octets = ByteCursor::new(octets, ByteOrder::Little);
    let floors = octets.u16()?;
    let (mut interface, mut port, mut address) = (None, None, None);
    for _ in 0..floors {
        let (left, right) = (counted(&mut octets)?, counted(&mut octets)?);
        match (*left.first()?, right) {
            // The interface comes first; the second UUID is the transfer syntax.
            (floor::UUID, _) => interface = interface.or(left.get(1..).and_then(|rest| rest.first_chunk::<16>())),
            (floor::TCP, &[high, low]) => port = Some((Transport::Tcp, u16::from_be_bytes([high, low]))),
            (floor::UDP, &[high, low]) => port = Some((Transport::Udp, u16::from_be_bytes([high, low]))),
            (floor::IP, &[a, b, c, d]) => address = Some(Ipv4Addr::new(a, b, c, d)),
            _ => {}
        }
    }
    let (transport, port) = port.filter(|(_, port)| *port > 0)?;
    let address = address.filter(|address| !address.is_unspecified());
    Some(Tower { interface: uuid(interface?, ByteOrder::Little), transport, port, address })
}

/// Reads a byte string after its length.
fn counted<'a>(octets: &mut ByteCursor<'a>) -> Option<&'a [u8]> {
    let len = octets.u16()?;
    octets.bytes(usize::from(len))
}

/// Converts a UUID to the order of its text form: its first three fields are numbers (C706, appendix A).
fn uuid(bytes: &[u8; 16], order: ByteOrder) -> [u8; 16] {
    let mut written = *bytes;
    if order == ByteOrder::Little {
        written[..4].reverse();
        written[4..6].reverse();
        written[6..8].reverse();
    }
    written
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAMR: [u8; 16] = 0x12345778_1234_abcd_ef00_0123456789ac_u128.to_be_bytes();

    fn short(number: u16, order: ByteOrder) -> [u8; 2] {
        if order == ByteOrder::Little { number.to_le_bytes() } else { number.to_be_bytes() }
    }

    fn long(number: u32, order: ByteOrder) -> [u8; 4] {
        if order == ByteOrder::Little { number.to_le_bytes() } else { number.to_be_bytes() }
    }

    fn representation(order: ByteOrder) -> u8 {
        if order == ByteOrder::Little { 0x10 } else { 0 }
    }

    fn floor_bytes(left: &[u8], right: &[u8]) -> Vec<u8> {
        let counted = |bytes: &[u8]| [&(bytes.len() as u16).to_le_bytes()[..], bytes].concat();
        [counted(left), counted(right)].concat()
    }

    /// A tower of five floors.
    fn tower_bytes(protocol: u8, port: u16, address: [u8; 4]) -> Vec<u8> {
        let uuid_floor = |bytes| floor_bytes(&[&[floor::UUID][..], &uuid(bytes, ByteOrder::Little), &[1, 0]].concat(), &[0, 0]);
        let floors = [
            uuid_floor(&SAMR),
            uuid_floor(&[9; 16]),
            floor_bytes(&[0x0b], &[0, 0]),
            floor_bytes(&[protocol], &port.to_be_bytes()),
            floor_bytes(&[floor::IP], &address),
        ];
        [&[5, 0][..], &floors.concat()].concat()
    }

    fn stub_bytes(towers: &[Vec<u8>], order: ByteOrder) -> Vec<u8> {
        let count = towers.len() as u32;
        let mut stub = vec![0; 20];
        for head in [count, 500, 0, count].into_iter().chain(1..=count) {
            stub.extend(long(head, order));
        }
        for tower in towers {
            stub.resize(stub.len().next_multiple_of(4), 0xee);
            stub.extend([long(tower.len() as u32, order); 2].concat());
            stub.extend(tower);
        }
        stub
    }

    fn connection(flags: u8, stub: &[u8], order: ByteOrder) -> Vec<u8> {
        let len = short((CONNECTION_HEADER + stub.len()) as u16, order);
        [&[5, 0, RESPONSE, flags, representation(order), 0, 0, 0][..], &len, &[0; 14], stub].concat()
    }

    fn datagram(flags: u8, stub: &[u8], operation: u16, order: ByteOrder) -> Vec<u8> {
        let mut pdu = [&[4, RESPONSE, flags, 0, representation(order)][..], &[0; 75], stub].concat();
        pdu[24..40].copy_from_slice(&uuid(&ENDPOINT_MAPPER.to_be_bytes(), order));
        pdu[68..70].copy_from_slice(&short(operation, order));
        pdu[74..76].copy_from_slice(&short(stub.len() as u16, order));
        pdu
    }

    fn two_towers() -> [Vec<u8>; 2] {
        [tower_bytes(floor::TCP, 49155, [192, 0, 2, 1]), tower_bytes(floor::UDP, 1027, [0; 4])]
    }

    fn two_endpoints() -> [Tower; 2] {
        let tcp = Tower { interface: SAMR, transport: Transport::Tcp, port: 49155, address: Some(Ipv4Addr::new(192, 0, 2, 1)) };
        [tcp, Tower { transport: Transport::Udp, port: 1027, address: None, ..tcp }]
    }

    #[test]
    fn towers_are_read_in_either_order_of_bytes() {
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let stub = stub_bytes(&two_towers(), order);
            assert_eq!(mapped_endpoints(&connection(3, &stub, order)), two_endpoints());
            assert_eq!(mapped_endpoints(&datagram(8, &stub, MAP, order)), two_endpoints());
        }
    }

    #[test]
    fn only_whole_responses_are_read() {
        let stub = stub_bytes(&two_towers(), ByteOrder::Little);
        for flags in [0, 1, 2] {
            assert_eq!(mapped_endpoints(&connection(flags, &stub, ByteOrder::Little)), []);
        }
        assert_eq!(mapped_endpoints(&datagram(4, &stub, MAP, ByteOrder::Little)), []);
        assert_eq!(mapped_endpoints(&datagram(0, &stub, 2, ByteOrder::Little)), []);
        let mut request = connection(3, &stub, ByteOrder::Little);
        request[2] = 0;
        assert_eq!(mapped_endpoints(&request), []);
        let mut elsewhere = datagram(0, &stub, MAP, ByteOrder::Little);
        elsewhere[24] ^= 1;
        assert_eq!(mapped_endpoints(&elsewhere), []);
    }

    #[test]
    fn a_truncated_response_is_read_as_far_as_possible() {
        let pdu = connection(3, &stub_bytes(&two_towers(), ByteOrder::Little), ByteOrder::Little);
        assert_eq!(mapped_endpoints(&pdu[..pdu.len() - 1]), two_endpoints()[..1]);
        let mut shorter = pdu.clone();
        shorter[8] -= 1;
        assert_eq!(mapped_endpoints(&shorter), two_endpoints()[..1]);
    }

    #[test]
    fn towers_without_a_port_and_null_pointers_are_skipped() {
        let [tcp, udp] = two_towers();
        let towers = [tower_bytes(floor::TCP, 0, [0; 4]), tower_bytes(0x0f, 1, [0; 4]), tcp.clone(), udp];
        assert_eq!(mapped_endpoints(&connection(3, &stub_bytes(&towers, ByteOrder::Little), ByteOrder::Little)), two_endpoints());
        let mut stub = stub_bytes(&[tcp], ByteOrder::Little);
        stub[20] = 2;
        stub[32] = 2;
        stub.splice(36..36, [0; 4]);
        assert_eq!(mapped_endpoints(&connection(3, &stub, ByteOrder::Little)), two_endpoints()[..1]);
    }

    #[test]
    fn contradictory_sizes_end_the_reading() {
        let stub = stub_bytes(&two_towers(), ByteOrder::Little);
        for at in [20, 28, 32, 44, 48] {
            let mut wrong = stub.clone();
            wrong[at] ^= 1;
            assert_eq!(mapped_endpoints(&connection(3, &wrong, ByteOrder::Little)), [], "{at}");
        }
    }

    #[test]
    fn towers_are_limited() {
        let towers = vec![tower_bytes(floor::TCP, 1, [0; 4]); 100];
        assert_eq!(
            mapped_endpoints(&connection(3, &stub_bytes(&towers, ByteOrder::Little), ByteOrder::Little)).len(),
            MAX_TOWERS
        );
    }

    #[test]
    fn a_uuid_begins_with_three_numbers() {
        let wire = [0x78, 0x57, 0x34, 0x12, 0x34, 0x12, 0xcd, 0xab, 0xef, 0, 1, 0x23, 0x45, 0x67, 0x89, 0xac];
        assert_eq!((uuid(&wire, ByteOrder::Little), uuid(&SAMR, ByteOrder::Big)), (SAMR, SAMR));
    }

    proptest! {
        #[test]
        fn hostile_pdus_are_harmless(bytes in any::<Vec<u8>>(), cut in 0..400usize, at in 0..400usize, value: u8) {
            let stub = stub_bytes(&two_towers(), ByteOrder::Little);
            for mut pdu in [connection(3, &stub, ByteOrder::Little), datagram(0, &stub, MAP, ByteOrder::Little), connection(3, &bytes, ByteOrder::Big)] {
                mapped_endpoints(&pdu[..cut.min(pdu.len())]);
                let len = pdu.len();
                pdu[at % len] = value;
                prop_assert!(mapped_endpoints(&pdu).len() <= MAX_TOWERS);
            }
            mapped_endpoints(&bytes);
        }
    }
}
