//! A capture with names in every place that can hold one: of hosts, by each protocol that tells them, and of an interface.

use crate::conversation::connection;
use crate::file::{block, enhanced_packet, section_header};
use crate::frame::udp;
use crate::scene::{C, R, S, START};

/// Names that try to become markup, a script, a template, another direction of writing, or too long.
pub fn hostile() -> Vec<Vec<u8>> {
    let texts = [
        "</script><script>document.title='ran'</script>",
        "<img src=x onerror=document.title='ran'>",
        "<svg onload=document.title='ran'>",
        "\"><b onclick='document.title=1'>",
        "' onmouseover='document.title=1",
        "</title></style></textarea><h1>x",
        "--><!-- ]]> <![CDATA[ <?php ?>",
        "{{7*7}}${7*7}<%=7*7%>`x`",
        "javascript:document.title='ran'",
        "&lt;b&gt;&amp;&#x3c;&notit;",
        "\u{202e}gpj.exe\u{2066}\u{200b}",
        "a\u{2028}b\u{2029}c\u{85}d",
        "\\\\u003c/script\\\\",
        "=HYPERLINK(\"x\")",
        "nul\u{0}<b>after",
        "\u{1b}[31mred\u{7}\r\n",
        "  spaces  ",
        "日本語 العربية עברית",
    ];
    let long = [b"<".repeat(255), b"\"'".repeat(127), vec![0xff; 60], "\u{1f480}".repeat(63).into_bytes()];
    texts.iter().map(|text| text.as_bytes().to_vec()).chain(long).collect()
}

/// Names as long as these, but of letters.
pub fn harmless_like(names: &[Vec<u8>]) -> Vec<Vec<u8>> {
    names.iter().map(|name| vec![b'a'; name.len()]).collect()
}

/// The ways in which a capture tells the names of hosts: the second byte of the addresses of those that are named so.
const RECORD: u8 = 1;
const DNS: u8 = 2;
const MULTICAST_DNS: u8 = 3;
const DHCP: u8 = 4;
const NETBIOS: u8 = 5;

/// A pcapng file in which each name is that of a host in each way that a host can be named in, and the first one is that of the interface.
/// Every host is the client and the server of a connection.
pub fn capture(names: &[Vec<u8>]) -> Vec<u8> {
    let hosts = (1..).zip(names).map(|(number, name)| (octets(RECORD, number), name.clone()));
    let frames = (1..).zip(names).flat_map(|(number, name)| frames(number, name));
    capture_with_names(names.first().map_or(&b"eth0"[..], |name| name), hosts, frames)
}

/// A pcapng file with an interface of this name, names of hosts, and frames, a millisecond after each other.
pub fn capture_with_names(
    interface: &[u8],
    hosts: impl IntoIterator<Item = ([u8; 4], Vec<u8>)>,
    frames: impl IntoIterator<Item = Vec<u8>>,
) -> Vec<u8> {
    let mut file = [section_header(), interface_with_name(interface), name_resolution(hosts)].concat();
    for (millisecond, frame) in (START * 1000..).zip(frames) {
        file.extend(enhanced_packet(0, millisecond * 1000, &frame));
    }
    file
}

/// Addresses of endpoints live as long as the program.
fn address(way: u8, number: u8) -> &'static str {
    format!("10.{way}.0.{number}").leak()
}

fn octets(way: u8, number: u8) -> [u8; 4] {
    [10, way, 0, number]
}

fn frames(number: u8, name: &[u8]) -> Vec<Vec<u8>> {
    let (mut frames, group) = (Vec::new(), ("224.0.0.251", 5353));
    frames.push(udp((R, 53), (C, 50_000), &answer(name, octets(DNS, number))));
    frames.push(udp((address(MULTICAST_DNS, number), 5353), group, &answer(name, octets(MULTICAST_DNS, number))));
    frames.push(udp((address(DHCP, number), 68), (S, 67), &dhcp_request(name, number)));
    frames.push(udp((address(NETBIOS, number), 138), ("10.5.255.255", 138), &netbios_datagram(name, number)));
    for way in RECORD..=NETBIOS {
        let host = address(way, number);
        let port = 8000 + u16::from(way) * 100 + u16::from(number);
        frames.extend(connection((C, 50_000), (host, port), 1));
        frames.extend(connection((host, 50_001), (S, 443), 1));
    }
    frames
}

/// An interface description with a name (draft-ietf-opsawg-pcapng, section 4.2).
fn interface_with_name(name: &[u8]) -> Vec<u8> {
    let fixed = [1, 0, 0, 0, 0, 0, 0, 0];
    block(1, &[&fixed[..], &2u16.to_le_bytes(), &(name.len() as u16).to_le_bytes(), &padded(name), &[0; 4]].concat())
}

fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut padded = bytes.to_vec();
    padded.resize(bytes.len().next_multiple_of(4), 0);
    padded
}

/// Names of addresses in the file itself (section 4.5).
fn name_resolution(hosts: impl IntoIterator<Item = ([u8; 4], Vec<u8>)>) -> Vec<u8> {
    let mut body = Vec::new();
    for (address, name) in hosts {
        let value = [&address[..], &name, &[0]].concat();
        body.extend([&1u16.to_le_bytes()[..], &(value.len() as u16).to_le_bytes(), &padded(&value)].concat());
    }
    body.extend([0; 4]);
    block(4, &body)
}

/// A response of DNS with the address of a name (RFC 1035 section 4). Names are cut to what fits.
fn answer(name: &[u8], address: [u8; 4]) -> Vec<u8> {
    let header = [0, 1, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    let labels = name[..name.len().min(240)].chunks(60).flat_map(|label| [&[label.len() as u8][..], label].concat());
    let owner: Vec<u8> = labels.chain([0]).collect();
    [&header[..], &owner, &[0, 1, 0, 1, 0, 0, 0, 60, 0, 4], &address].concat()
}

/// A request of a DHCP client with an address and a name (RFC 2131 section 2; RFC 2132 section 3.14).
fn dhcp_request(name: &[u8], number: u8) -> Vec<u8> {
    let mut message = vec![0; 236];
    message[..3].copy_from_slice(&[1, 1, 6]);
    message[12..16].copy_from_slice(&octets(DHCP, number));
    message[28..34].copy_from_slice(&[2, 0, 0, 0, 0, number]);
    [&message[..], &[99, 130, 83, 99, 53, 1, 3, 12, name.len() as u8], name, &[255]].concat()
}

/// A datagram from a NetBIOS name (RFC 1002 section 4.4), of which 15 bytes fit. It must have no control characters (0x85 is one of C1).
fn netbios_datagram(name: &[u8], number: u8) -> Vec<u8> {
    let mut own: Vec<u8> = name.iter().copied().filter(|byte| !byte.is_ascii_control() && *byte != 0x85).take(15).collect();
    own.resize(15, b' ');
    own.push(0);
    let letters = own.iter().flat_map(|byte| [b'A' + (byte >> 4), b'A' + (byte & 0xf)]);
    let encoded: Vec<u8> = [32].into_iter().chain(letters).chain([0]).collect();
    [&[0x11, 0, 0, 1][..], &octets(NETBIOS, number), &[0, 138, 0, 68, 0, 0], &encoded, &encoded].concat()
}
