//! The endpoint mapper of DCE RPC (Microsoft's RPC, too): which interface answers at which port.
//!
//! Sources: C706 (DCE 1.1: Remote Procedure Call), chapter 12 for PDUs, chapter 14 for NDR, appendices I, L and O for
//! towers and the endpoint mapper; MS-RPCE.

use std::net::Ipv4Addr;

/// The most towers that are read from one response.
const MAX_TOWERS: usize = 64;
/// The length of the header of a connection's response (C706, section 12.6.4.10), in front of the stub data.
const CONNECTION_HEADER: usize = 24;
/// The length of the header of a PDU without connection (C706, section 12.5.1).
const DATAGRAM_HEADER: usize = 80;
/// The type of a response (C706, section 12.1).
const RESPONSE: u8 = 2;
/// The endpoint mapper's interface (C706, appendix O).
const ENDPOINT_MAPPER: u128 = 0xe1af8308_5d1f_11c9_91a4_08002b14a0fa;
/// The operation that maps an interface to its towers, ept_map.
const MAP: u16 = 3;

/// The first byte of a floor says its protocol (C706, appendix I).
mod floor {
    pub const TCP: u8 = 0x07;
    pub const UDP: u8 = 0x08;
    pub const IP: u8 = 0x09;
    pub const UUID: u8 = 0x0d;
}

/// A way to an interface, whose floors are its protocols (C706, appendix L).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tower {
    /// The interface's UUID in the order of its text form.
    pub interface: [u8; 16],
    /// The IP protocol: 6 (TCP) or 17 (UDP).
    pub protocol: u8,
    /// The port, never 0.
    pub port: u16,
    /// The address; the endpoint mapper's own, if `None`.
    pub address: Option<Ipv4Addr>,
}

/// The towers with a port in an endpoint mapper's response to ept_map, which is one PDU in the 32-bit form of NDR. Empty for
/// all else; a response that is cut short is read as far as it goes.
pub fn mapped_endpoints(pdu: &[u8]) -> Vec<Tower> {
    let mut towers = Vec::new();
    if let Some(mut stub) = stub(pdu) {
        // Ends early where the response does; what was found until then is good.
        let _ = read_towers(&mut stub, &mut towers);
    }
    towers
}

/// The stub data of a response.
fn stub(pdu: &[u8]) -> Option<Reader<'_>> {
    match *pdu.first_chunk()? {
        [5, 0, RESPONSE, flags] => connection_stub(pdu, flags),
        [4, RESPONSE, flags, _] => datagram_stub(pdu, flags),
        _ => None,
    }
}

fn connection_stub(pdu: &[u8], flags: u8) -> Option<Reader<'_>> {
    // The first and the last fragment: all others need their fellows.
    if flags & 0b11 != 0b11 {
        return None;
    }
    let little = is_little(*pdu.get(4)?);
    let len = usize::from(Reader { bytes: pdu, at: 8, little }.u16()?);
    let bytes = pdu.get(..len.min(pdu.len()))?.get(CONNECTION_HEADER..)?;
    Some(Reader { bytes, at: 0, little })
}

fn datagram_stub(pdu: &[u8], flags: u8) -> Option<Reader<'_>> {
    // Bit 2 tells a fragment.
    if flags & 0b100 != 0 {
        return None;
    }
    let little = is_little(*pdu.get(4)?);
    let interface = uuid(pdu.get(24..)?.first_chunk()?, little);
    let operation = Reader { bytes: pdu, at: 68, little }.u16()?;
    if u128::from_be_bytes(interface) != ENDPOINT_MAPPER || operation != MAP {
        return None;
    }
    let len = usize::from(Reader { bytes: pdu, at: 74, little }.u16()?);
    let bytes = pdu.get(DATAGRAM_HEADER..)?;
    Some(Reader { bytes: &bytes[..len.min(bytes.len())], at: 0, little })
}

/// The high half of the first byte of the data representation (C706, section 14.1).
fn is_little(representation: u8) -> bool {
    representation >> 4 == 1
}

/// The results of ept_map: entry handle, number of towers, then the towers as a conformant varying array of pointers, whose
/// targets follow it (C706, sections 14.3.3 and 14.3.12).
fn read_towers(stub: &mut Reader, towers: &mut Vec<Tower>) -> Option<()> {
    stub.bytes(20)?;
    let number = stub.u32()?;
    let [most, offset, count] = [stub.u32()?, stub.u32()?, stub.u32()?];
    if count != number || count > most || offset != 0 {
        return None;
    }
    let pointers = stub.bytes(usize::try_from(count).ok()?.checked_mul(4)?)?;
    let targets = pointers.chunks_exact(4).filter(|pointer| **pointer != [0; 4]).count();
    for _ in 0..targets.min(MAX_TOWERS) {
        stub.align();
        let most = stub.u32()?;
        let len = stub.u32()?;
        if len != most {
            return None;
        }
        let octets = stub.bytes(usize::try_from(len).ok()?)?;
        towers.extend(tower(octets));
    }
    Some(())
}

/// Reads the floors of a tower; they are little-endian whatever the data representation (C706, appendix L), but for ports.
fn tower(octets: &[u8]) -> Option<Tower> {
    let mut reader = Reader { bytes: octets, at: 0, little: true };
    let floors = reader.u16()?;
    let (mut interface, mut door, mut address) = (None, None, None);
    for _ in 0..floors {
        let (left, right) = (reader.counted()?, reader.counted()?);
        match (*left.first()?, right) {
            // The interface comes first; the second UUID is the transfer syntax.
            (floor::UUID, _) => interface = interface.or(left.get(1..).and_then(|rest| rest.first_chunk::<16>())),
            (floor::TCP, &[high, low]) => door = Some((6, u16::from_be_bytes([high, low]))),
            (floor::UDP, &[high, low]) => door = Some((17, u16::from_be_bytes([high, low]))),
            (floor::IP, &[a, b, c, d]) => address = Some(Ipv4Addr::new(a, b, c, d)),
            _ => {}
        }
    }
    let (protocol, port) = door.filter(|(_, port)| *port > 0)?;
    let address = address.filter(|address| !address.is_unspecified());
    Some(Tower { interface: uuid(interface?, true), protocol, port, address })
}

/// A UUID as it is written: its first three fields are numbers (C706, appendix A).
fn uuid(bytes: &[u8; 16], little: bool) -> [u8; 16] {
    let mut written = *bytes;
    if little {
        written[..4].reverse();
        written[4..6].reverse();
        written[6..8].reverse();
    }
    written
}

/// Reads numbers and bytes, and knows how far it is, because NDR aligns them.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    little: bool,
}

impl<'a> Reader<'a> {
    fn bytes(&mut self, len: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(len)?;
        let bytes = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(bytes)
    }

    fn u16(&mut self) -> Option<u16> {
        let bytes = *self.bytes(2)?.first_chunk()?;
        Some(if self.little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn u32(&mut self) -> Option<u32> {
        let bytes = *self.bytes(4)?.first_chunk()?;
        Some(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    /// Bytes after their length.
    fn counted(&mut self) -> Option<&'a [u8]> {
        let len = self.u16()?;
        self.bytes(usize::from(len))
    }

    fn align(&mut self) {
        self.at = self.at.next_multiple_of(4);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAMR: [u8; 16] = 0x12345778_1234_abcd_ef00_0123456789ac_u128.to_be_bytes();

    fn number(number: u32, little: bool) -> [u8; 4] {
        if little { number.to_le_bytes() } else { number.to_be_bytes() }
    }

    fn floor_bytes(left: &[u8], right: &[u8]) -> Vec<u8> {
        let counted = |bytes: &[u8]| [&(bytes.len() as u16).to_le_bytes()[..], bytes].concat();
        [counted(left), counted(right)].concat()
    }

    /// A tower of five floors.
    fn tower_bytes(door: u8, port: u16, address: [u8; 4]) -> Vec<u8> {
        let uuid_floor = |bytes| floor_bytes(&[&[floor::UUID][..], &uuid(bytes, true), &[1, 0]].concat(), &[0, 0]);
        let floors = [
            uuid_floor(&SAMR),
            uuid_floor(&[9; 16]),
            floor_bytes(&[0x0b], &[0, 0]),
            floor_bytes(&[door], &port.to_be_bytes()),
            floor_bytes(&[floor::IP], &address),
        ];
        [&[5, 0][..], &floors.concat()].concat()
    }

    fn stub_bytes(towers: &[Vec<u8>], little: bool) -> Vec<u8> {
        let count = towers.len() as u32;
        let mut stub = vec![0; 20];
        for head in [count, 500, 0, count].into_iter().chain(1..=count) {
            stub.extend(number(head, little));
        }
        for tower in towers {
            stub.resize(stub.len().next_multiple_of(4), 0xee);
            stub.extend([number(tower.len() as u32, little), number(tower.len() as u32, little)].concat());
            stub.extend(tower);
        }
        stub
    }

    fn connection(flags: u8, stub: &[u8], little: bool) -> Vec<u8> {
        let len = (CONNECTION_HEADER + stub.len()) as u16;
        let len = if little { len.to_le_bytes() } else { len.to_be_bytes() };
        let head = [5, 0, RESPONSE, flags, u8::from(little) << 4, 0, 0, 0, len[0], len[1]];
        [&head[..], &[0; 14], stub].concat()
    }

    fn datagram(flags: u8, stub: &[u8], operation: u16, little: bool) -> Vec<u8> {
        let short = |number: u16| if little { number.to_le_bytes() } else { number.to_be_bytes() };
        let mut pdu = [&[4, RESPONSE, flags, 0, u8::from(little) << 4][..], &[0; 75], stub].concat();
        pdu[24..40].copy_from_slice(&uuid(&ENDPOINT_MAPPER.to_be_bytes(), little));
        pdu[68..70].copy_from_slice(&short(operation));
        pdu[74..76].copy_from_slice(&short(stub.len() as u16));
        pdu
    }

    fn two_towers() -> [Vec<u8>; 2] {
        [tower_bytes(floor::TCP, 49155, [192, 0, 2, 1]), tower_bytes(floor::UDP, 1027, [0; 4])]
    }

    fn two_doors() -> [Tower; 2] {
        let tcp = Tower { interface: SAMR, protocol: 6, port: 49155, address: Some(Ipv4Addr::new(192, 0, 2, 1)) };
        [tcp, Tower { protocol: 17, port: 1027, address: None, ..tcp }]
    }

    #[test]
    fn towers_are_read_in_either_order_of_bytes() {
        for little in [true, false] {
            let stub = stub_bytes(&two_towers(), little);
            assert_eq!(mapped_endpoints(&connection(3, &stub, little)), two_doors());
            assert_eq!(mapped_endpoints(&datagram(8, &stub, MAP, little)), two_doors());
        }
    }

    #[test]
    fn what_is_no_whole_response_is_not_read() {
        let stub = stub_bytes(&two_towers(), true);
        for flags in [0, 1, 2] {
            assert_eq!(mapped_endpoints(&connection(flags, &stub, true)), []);
        }
        assert_eq!(mapped_endpoints(&datagram(4, &stub, MAP, true)), []);
        assert_eq!(mapped_endpoints(&datagram(0, &stub, 2, true)), []);
        let mut request = connection(3, &stub, true);
        request[2] = 0;
        assert_eq!(mapped_endpoints(&request), []);
        let mut elsewhere = datagram(0, &stub, MAP, true);
        elsewhere[24] ^= 1;
        assert_eq!(mapped_endpoints(&elsewhere), []);
    }

    #[test]
    fn a_response_is_read_as_far_as_it_goes() {
        let pdu = connection(3, &stub_bytes(&two_towers(), true), true);
        assert_eq!(mapped_endpoints(&pdu[..pdu.len() - 1]), two_doors()[..1]);
        let mut shorter = pdu.clone();
        shorter[8] -= 1;
        assert_eq!(mapped_endpoints(&shorter), two_doors()[..1]);
    }

    #[test]
    fn towers_without_a_door_and_null_pointers_are_passed_over() {
        let [tcp, udp] = two_towers();
        let towers = [tower_bytes(floor::TCP, 0, [0; 4]), tower_bytes(0x0f, 1, [0; 4]), tcp.clone(), udp];
        assert_eq!(mapped_endpoints(&connection(3, &stub_bytes(&towers, true), true)), two_doors());
        let mut stub = stub_bytes(&[tcp], true);
        stub[20] = 2;
        stub[32] = 2;
        stub.splice(36..36, [0; 4]);
        assert_eq!(mapped_endpoints(&connection(3, &stub, true)), two_doors()[..1]);
    }

    #[test]
    fn sizes_that_disagree_end_the_reading() {
        let stub = stub_bytes(&two_towers(), true);
        for at in [20, 28, 32, 44, 48] {
            let mut wrong = stub.clone();
            wrong[at] ^= 1;
            assert_eq!(mapped_endpoints(&connection(3, &wrong, true)), [], "{at}");
        }
    }

    #[test]
    fn towers_are_limited() {
        let towers = vec![tower_bytes(floor::TCP, 1, [0; 4]); 100];
        assert_eq!(mapped_endpoints(&connection(3, &stub_bytes(&towers, true), true)).len(), MAX_TOWERS);
    }

    #[test]
    fn a_uuid_begins_with_three_numbers() {
        let wire = [0x78, 0x57, 0x34, 0x12, 0x34, 0x12, 0xcd, 0xab, 0xef, 0, 1, 0x23, 0x45, 0x67, 0x89, 0xac];
        assert_eq!((uuid(&wire, true), uuid(&SAMR, false)), (SAMR, SAMR));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn hostile_pdus_are_harmless(bytes in any::<Vec<u8>>(), cut in 0..400usize, at in 0..400usize, value: u8) {
            let stub = stub_bytes(&two_towers(), true);
            for mut pdu in [connection(3, &stub, true), datagram(0, &stub, MAP, true), connection(3, &bytes, false)] {
                mapped_endpoints(&pdu[..cut.min(pdu.len())]);
                let len = pdu.len();
                pdu[at % len] = value;
                prop_assert!(mapped_endpoints(&pdu).len() <= MAX_TOWERS);
            }
            mapped_endpoints(&bytes);
        }
    }
}
