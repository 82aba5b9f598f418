//! Capture files in bytes: pcap and the blocks of pcapng.

/// A pcap file, little-endian, of frames with their nanoseconds since 1970, each stored up to `length` bytes. `magic` says whether the
/// file has microseconds (`0xa1b2_c3d4`) or nanoseconds (`0xa1b2_3c4d`).
pub fn pcap(frames: &[(i64, Vec<u8>)], length: usize, magic: u32, link_type: u32) -> Vec<u8> {
    let snaplen = u32::try_from(length).unwrap_or(262_144);
    let mut file: Vec<u8> = [magic, 0x0004_0002, 0, 0, snaplen, link_type].iter().flat_map(|word| word.to_le_bytes()).collect();
    let unit = if magic == 0xa1b2_3c4d { 1 } else { 1000 };
    for (nanoseconds, frame) in frames {
        let stored = &frame[..frame.len().min(length)];
        let words = [nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000 / unit, stored.len() as i64, frame.len() as i64];
        file.extend(words.iter().flat_map(|word| (*word as u32).to_le_bytes()));
        file.extend_from_slice(stored);
    }
    file
}

/// A pcapng block, little-endian.
pub fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let padding = body.len().next_multiple_of(4) - body.len();
    let length = (body.len() + padding + 12) as u32;
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), body, &vec![0; padding], &length.to_le_bytes()].concat()
}

/// A pcapng section header block, without the section's length.
pub fn section_header() -> Vec<u8> {
    block(0x0a0d_0d0a, &[&0x1a2b_3c4du32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat())
}

/// A pcapng interface description block without options.
pub fn interface_description(link_type: u16, snaplen: u32) -> Vec<u8> {
    block(1, &[&link_type.to_le_bytes()[..], &[0, 0], &snaplen.to_le_bytes()].concat())
}

/// A pcapng enhanced packet block of a whole frame.
pub fn enhanced_packet(interface: u32, microseconds: i64, frame: &[u8]) -> Vec<u8> {
    let words = [interface, (microseconds >> 32) as u32, microseconds as u32, frame.len() as u32, frame.len() as u32];
    block(6, &[&words.map(u32::to_le_bytes).concat()[..], frame].concat())
}
