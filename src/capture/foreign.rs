//! Recognises files in formats that are not read here, so that messages can name them.
//!
//! Formats are recognised by their first bytes; the magic numbers are those of each format's documentation, of the readers in
//! Wireshark's `wiretap`, and of the files database (`file(1)`). Two formats, and text, have no magic number: they are recognised
//! by their structure.

use crate::error::ForeignFormat;

/// Capture files of other programs that editcap reads.
const CONVERTIBLE: &[(&[u8], ForeignFormat)] = &[
    (b"RTSS", ForeignFormat::NetworkMonitor1),
    (b"GMBU", ForeignFormat::NetworkMonitor2),
    (b"TRSNIFF data    \x1a", ForeignFormat::SnifferDos),
    (b"XCP\0", ForeignFormat::SnifferWindows),
    (b"VL\0\0", ForeignFormat::EarlyNetXRay),
    (b"iptrace 1.0", ForeignFormat::Iptrace),
    (b"iptrace 2.0", ForeignFormat::Iptrace),
    (b"TR\0d\0", ForeignFormat::Nettl),
    (b"\0\0\0\x01\0\0\0\0\0\x07\xd0\0", ForeignFormat::Nettl9),
    (b"ObserverPktBuffe", ForeignFormat::Observer),
    (b"\x7fver", ForeignFormat::OmniPeek),
    (b"\x01\x10\x4c\0\x01\x05", ForeignFormat::LanAlyzer),
    (b"\x07\x10\x4c\0\x01\x05", ForeignFormat::LanAlyzer),
    (b"\x05VNF", ForeignFormat::VisualNetworks),
    (b"\xaa\xaa\xaa\xaa", ForeignFormat::InfoVista5View),
    (b"\0\0\x02\0\x12\x05\0\x10", ForeignFormat::TektronixK12),
    (b"\x42\xd2\0\x34\x12\x66\x22\x88", ForeignFormat::Radcom),
    (b"cpse", ForeignFormat::Capsa),
    (b"EyeSDN", ForeignFormat::EyeSdn),
    (b"+---------+-----", ForeignFormat::TektronixK12Text),
    (b"LOGG", ForeignFormat::VectorBlf),
];

/// Other formats that have a magic number.
const OTHERS: &[(&[u8], ForeignFormat)] = &[
    (b"btsnoop\0", ForeignFormat::Btsnoop),
    (b"#!rtpplay1.0", ForeignFormat::RtpDump),
    (b"MDF     ", ForeignFormat::Mdf),
    (b"LPKSHHRH", ForeignFormat::SystemdJournal),
    (b"PML_", ForeignFormat::ProcessMonitor),
    (b"version https://git-lfs", ForeignFormat::GitLfsPointer),
    (b"PK\x03\x04", ForeignFormat::Zip),
    (b"PK\x05\x06", ForeignFormat::EmptyZip),
    (b"7z\xbc\xaf\x27\x1c", ForeignFormat::SevenZip),
    (b"Rar!\x1a\x07", ForeignFormat::Rar),
    (b"MSCF", ForeignFormat::Cabinet),
    (b"!<arch>\n", ForeignFormat::Ar),
    (b"BZh", ForeignFormat::Bzip2),
    (b"\x1f\x9d", ForeignFormat::Compress),
    (b"LZIP", ForeignFormat::Lzip),
    (b"\x5d\0\0", ForeignFormat::Lzma),
    (b"\x1f\x8b", ForeignFormat::GzipTwice),
    (b"\x28\xb5\x2f\xfd", ForeignFormat::ZstdTwice),
    (b"\x04\x22\x4d\x18", ForeignFormat::Lz4Twice),
    (b"\x02\x21\x4c\x18", ForeignFormat::Lz4Twice),
    (b"\xfd7zXZ\0", ForeignFormat::XzTwice),
    // The section header's number was chosen to reveal this (draft-ietf-opsawg-pcapng section 4.1).
    (b"\r\n\r\r\r\n", ForeignFormat::PcapngTransferredAsText),
    (b"\n\r\n", ForeignFormat::PcapngTransferredAsText),
    (b"\x7fELF", ForeignFormat::Program),
    (b"MZ", ForeignFormat::Program),
    (b"\xcf\xfa\xed\xfe", ForeignFormat::Program),
    (b"%PDF", ForeignFormat::Pdf),
    (b"{\\rtf", ForeignFormat::Rtf),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ForeignFormat::Office),
    (b"\x89PNG", ForeignFormat::Picture),
    (b"\xff\xd8\xff", ForeignFormat::Picture),
    (b"GIF8", ForeignFormat::Picture),
    (b"SQLite format 3\0", ForeignFormat::Sqlite),
    (b"#!", ForeignFormat::Script),
];

/// The format of a file whose beginning is `start`, as many bytes as are at hand; `None` if the format is not known.
pub fn recognise(start: &[u8]) -> Option<ForeignFormat> {
    let by_magic = CONVERTIBLE.iter().chain(OTHERS).find(|(magic, _)| start.starts_with(magic));
    if let Some((_, format)) = by_magic {
        return Some(*format);
    }
    if start.get(257..).is_some_and(|rest| rest.starts_with(b"ustar")) {
        return Some(ForeignFormat::Tar);
    }
    if start.get(..128).is_some_and(|head| head.windows(9).any(|bytes| bytes == b"NetScaler")) {
        return Some(ForeignFormat::NetScaler);
    }
    if is_etl(start) {
        return Some(ForeignFormat::WindowsEtl);
    }
    if is_erf(start) {
        return Some(ForeignFormat::Erf);
    }
    text(start)
}

/// True for an event trace log of Windows: a buffer header of 72 bytes (`WMI_BUFFER_HEADER`) that begins with the buffer's size,
/// then the header of a system event (`SYSTEM_TRACE_HEADER`): version 2, header type 1 (32 bits) or 2 (64 bits), flags 0xc0.
fn is_etl(start: &[u8]) -> bool {
    const BUFFER_HEADER: usize = 72;
    const GRANULE: u32 = 1024;
    let Some(size) = start.first_chunk::<4>().map(|size| u32::from_le_bytes(*size)) else { return false };
    let event = start.get(BUFFER_HEADER..BUFFER_HEADER + 4);
    size > 0 && size % GRANULE == 0 && matches!(event, Some([2, 0, 1 | 2, 0xc0]))
}

/// True for Endace ERF, which has no file header and no magic number: two consecutive records whose types, lengths and times fit
/// each other ("ERF Types Reference Guide": time in units of 2^-32 s, little-endian; type, flags, length of the record, drops,
/// length on the wire).
fn is_erf(start: &[u8]) -> bool {
    const HOUR: u32 = 3600;
    let Some((first, size)) = erf_record(start) else { return false };
    // Metadata before the first packet may have no time.
    let is_next = |second: u32| first == 0 || second.wrapping_sub(first) <= HOUR;
    start.get(size..).and_then(erf_record).is_some_and(|(second, _)| is_next(second))
}

/// Second and length of the ERF record at the beginning of `bytes`, if there is one.
fn erf_record(bytes: &[u8]) -> Option<(u32, usize)> {
    const HEADER: usize = 16;
    const TYPES: std::ops::RangeInclusive<u8> = 1..=48;
    const METADATA: u8 = 27;
    /// 1990-01-01: older than any such card.
    const EARLIEST: u32 = 631_152_000;
    let header = bytes.first_chunk::<HEADER>()?;
    let second = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
    let size = usize::from(u16::from_be_bytes([header[10], header[11]]));
    let kind = header[8] & 0x7f;
    let has_time = second > EARLIEST || kind == METADATA && second == 0;
    let fits = TYPES.contains(&kind) && size >= HEADER && has_time;
    fits.then_some((second, size))
}

/// The kind of text in a file; `None` if it is not text.
fn text(start: &[u8]) -> Option<ForeignFormat> {
    const LOOKED_AT: usize = 512;
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return Some(ForeignFormat::Utf16Text);
    }
    let start = start[..start.len().min(LOOKED_AT)].trim_ascii_start();
    let is_text = |byte: &u8| !byte.is_ascii_control() || byte.is_ascii_whitespace() || *byte == 0x1b;
    if start.len() < 4 || !start.iter().all(is_text) {
        return None;
    }
    let begins = |tag: &[u8]| start.get(..tag.len()).is_some_and(|head| head.eq_ignore_ascii_case(tag));
    Some(if begins(b"<!doctype html") || begins(b"<html") {
        ForeignFormat::WebPage
    } else if begins(b"<?xml") || begins(b"<pdml") || begins(b"<psml") {
        ForeignFormat::Xml
    } else if matches!(start, [b'{' | b'[', ..]) {
        ForeignFormat::Json
    } else if first_line(start, is_printed_packet) {
        ForeignFormat::TcpdumpOutput
    } else if first_line(start, is_hex_dump) {
        ForeignFormat::HexDump
    } else if start.is_ascii() || std::str::from_utf8(start).is_ok() {
        ForeignFormat::Text
    } else {
        return None;
    })
}

/// True if one of the first lines matches: there may be a heading.
fn first_line(text: &[u8], is_like_that: fn(&[u8]) -> bool) -> bool {
    text.split(|&byte| byte == b'\n').take(5).any(is_like_that)
}

/// True for a line of tcpdump's output: a time, perhaps after a date; on some lines, interface and direction; and the protocol.
/// Or, without times, the protocol and then two addresses.
fn is_printed_packet(line: &[u8]) -> bool {
    const NAMES: [&[u8]; 8] = [b"IP", b"IP6", b"ARP,", b"ethertype", b"MPLS", b"STP", b"LLDP,", b"PPPoE"];
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let is_name = |word: &[u8]| NAMES.contains(&word);
    let Some(first) = words.next() else { return false };
    let is_time =
        first.iter().all(|byte| byte.is_ascii_digit() || b":.-".contains(byte)) && first.iter().any(|byte| b":.-".contains(byte));
    if is_time { words.take(4).any(is_name) } else { is_name(first) && line.windows(3).any(|bytes| bytes == b" > ") }
}

/// True for a line of a hex dump: an offset, then bytes of two hexadecimal digits (text2pcap's input, `od -Ax -tx1`,
/// `hexdump -C`).
fn is_hex_dump(line: &[u8]) -> bool {
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let is_hex = |word: &[u8]| word.iter().all(u8::is_ascii_hexdigit);
    let offset = words.next().map(|word| word.strip_suffix(b":").unwrap_or(word));
    let bytes = words.take_while(|word| word.len() == 2 && is_hex(word)).count();
    offset.is_some_and(|offset| (3..=8).contains(&offset.len()) && is_hex(offset)) && bytes >= 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, NotACapture};

    /// Asserts that the message about a file that begins with `start` contains `what`.
    fn is_called(start: &[u8], what: &str) {
        let message = recognise(start).map_or_else(String::new, |format| {
            let reason = NotACapture::Foreign(format);
            Error::NotACapture { input: "x".into(), reason }.to_string()
        });
        assert!(message.contains(what), "{:?}: {message}", String::from_utf8_lossy(start));
    }

    fn padded(start: &[u8]) -> Vec<u8> {
        let mut bytes = start.to_vec();
        bytes.resize(300, 0);
        bytes
    }

    #[test]
    fn captures_of_other_programs_are_named_with_what_converts_them() {
        // The beginnings of files that editcap wrote.
        let cases: [(&[u8], &str); 9] = [
            (b"RTSS\x01\x01\x01\x00\xe7\x07", "Network Monitor 1"),
            (b"GMBU\x00\x02\x01\x00\xe7\x07", "Network Monitor 2"),
            (b"TRSNIFF data    \x1a\x01\0\x12", "Sniffer for DOS"),
            (b"XCP\x00002.000\0", "Sniffer for Windows"),
            (b"TR\0d\0\0\0\0\0\0\x80\x2f", "nettl"),
            (b"\x01\x10\x4c\0\x01\x05Trace Display", "LANalyzer"),
            (b"ObserverPktBufferVersion=15.00", "Observer"),
            (b"\x05VNF\x09\0\0\0", "Visual Networks"),
            (b"iptrace 2.0", "iptrace"),
        ];
        for (start, what) in cases {
            is_called(&padded(start), what);
            is_called(&padded(start), "editcap FILE FILE.pcapng");
        }
    }

    #[test]
    fn archives_and_documents_are_named() {
        let cases: [(&[u8], &str); 7] = [
            (b"7z\xbc\xaf\x27\x1c\0\x04", "7z archive"),
            (b"Rar!\x1a\x07\x01\0", "rar archive"),
            (b"MSCF\0\0\0\0", "cabinet"),
            (b"btsnoop\0\0\0\0\x01", "Bluetooth"),
            (b"\x1f\x8b\x08\0", "twice"),
            (b"\r\n\r\r\r\n\x6c\0", "binary mode"),
            (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        ];
        cases.iter().for_each(|(start, what)| is_called(&padded(start), what));
        let mut tar = vec![0; 512];
        tar[..8].copy_from_slice(b"day.pcap");
        tar[257..262].copy_from_slice(b"ustar");
        is_called(&tar, "tar archive");
        assert_eq!(recognise(&tar[..259]), None);
    }

    #[test]
    fn an_event_trace_of_windows_is_known_by_its_first_event() {
        let mut trace = vec![0; 120];
        trace[..4].copy_from_slice(&0x1_0000u32.to_le_bytes());
        trace[72..76].copy_from_slice(&[2, 0, 2, 0xc0]);
        is_called(&trace, "etl2pcapng FILE FILE.pcapng");
        trace[75] = 0;
        assert_eq!(recognise(&trace), None);
    }

    #[test]
    fn two_erf_records_in_a_row_are_an_erf_file_and_one_is_none() {
        let record = |second: u32, size: u16| {
            let header = [&[0; 4][..], &second.to_le_bytes(), &[2, 4], &size.to_be_bytes(), &[0, 0, 0, 60]].concat();
            [header, vec![0; usize::from(size.max(16)) - 16]].concat()
        };
        let now = 1_700_000_000;
        let file = |second, size| [record(now, 80), record(second, size)].concat();
        is_called(&file(now + 1, 80), "ERF");
        let mut metadata = record(0, 80);
        metadata[8] = 0x80 | 27;
        is_called(&[metadata, record(now, 80)].concat(), "ERF");
        for (bytes, what) in [
            (file(now + 90_000, 80), "a day later"),
            (file(now - 1, 80), "earlier"),
            (file(now, 12), "shorter than its header"),
            (record(now, 80), "one record"),
            (record(now, 0), "a record of no length"),
        ] {
            assert_eq!(recognise(&bytes), None, "{what}");
        }
    }

    #[test]
    fn kinds_of_text_are_distinguished() {
        let cases: [(&[u8], &str); 12] = [
            (b"\xef\xbb\xbf<!DOCTYPE html><html>", "web page"),
            (b"\n<HTML><body>404</body>", "web page"),
            (b"<?xml version=\"1.0\"?><pdml>", "PDML"),
            (b"[\n  {\"_index\": \"packets\"", "JSON"),
            (b"12:00:01.000001 IP 192.0.2.1.50000 > 192.0.2.2.443: Flags [S]", "printed tcpdump output"),
            (b"2026-11-23 12:00:01.000001 IP6 2001:db8::1.5 > 2001:db8::2.53: 7+ A?", "printed tcpdump output"),
            (b"reading from file x\n1700000000.1 eth0  In  ARP, Request who-has 192.0.2.1", "printed tcpdump output"),
            (b"0000  02 00 00 00 00 01 02 00 00 00 00 02 08 00\n0010  45", "text2pcap FILE"),
            (b"00000000  d4 c3 b2 a1 02 00 04 00  |....|", "text2pcap FILE"),
            (b"Dear Sir or Madam, caf\xc3\xa9", "it is text"),
            (b"No.,Time,Source\n1,0.0,192.0.2.1 > x", "it is text"),
            (b"\xff\xfeT\0e\0", "UTF-16"),
        ];
        cases.iter().for_each(|(start, what)| is_called(start, what));
        for noise in [&b"\x01\x02\x03\x04"[..], b"", b"abc", b"text\0with zeros", b"caf\xe9 in an old encoding"] {
            assert_eq!(recognise(noise), None);
        }
    }
}
