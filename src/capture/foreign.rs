//! Files that are no capture of a kind that is read here: what they are, and which program makes one of them.
//!
//! Formats are recognised by the bytes they begin with; the magic numbers are those of each format's documentation, of the
//! readers in Wireshark's `wiretap`, and of the files database (`file(1)`). Two formats have no magic number, and text has
//! none: their structure has to fit.

/// Makes a capture of another program's file.
const EDITCAP: &str = "editcap, which comes with Wireshark, converts it: editcap FILE FILE.pcapng";
/// For files that hold the capture inside.
const UNPACK: &str = "unpack it first";

/// Capture files of other programs that editcap reads.
const CONVERTIBLE: &[(&[u8], &str)] = &[
    (b"RTSS", "a capture of Microsoft Network Monitor 1"),
    (b"GMBU", "a capture of Microsoft Network Monitor 2 or 3"),
    (b"TRSNIFF data    \x1a", "a capture of the Sniffer for DOS"),
    (b"XCP\0", "a capture of NetXRay or the Sniffer for Windows"),
    (b"VL\0\0", "a capture of an early NetXRay"),
    (b"iptrace 1.0", "a capture of AIX's iptrace"),
    (b"iptrace 2.0", "a capture of AIX's iptrace"),
    (b"TR\0d\0", "a trace of HP-UX's nettl"),
    (b"\0\0\0\x01\0\0\0\0\0\x07\xd0\0", "a trace of HP-UX 9's nettl"),
    (b"ObserverPktBuffe", "a capture of Network Instruments' Observer"),
    (b"\x7fver", "a capture of OmniPeek (EtherPeek, AiroPeek)"),
    (b"\x01\x10\x4c\0\x01\x05", "a capture of Novell's LANalyzer"),
    (b"\x07\x10\x4c\0\x01\x05", "a capture of Novell's LANalyzer"),
    (b"\x05VNF", "a capture of Visual Networks"),
    (b"\xaa\xaa\xaa\xaa", "a capture of InfoVista 5View"),
    (b"\0\0\x02\0\x12\x05\0\x10", "a capture of a Tektronix K12"),
    (b"\x42\xd2\0\x34\x12\x66\x22\x88", "a capture of a RADCOM analyser"),
    (b"cpse", "a capture of Colasoft Capsa"),
    (b"EyeSDN", "a trace of EyeSDN"),
    (b"+---------+-----", "a capture of a Tektronix K12, as text"),
    (b"LOGG", "a log of Vector's tools (BLF)"),
];

/// Everything else that has a magic number, with the whole of what there is to say.
const OTHERS: &[(&[u8], &str)] = &[
    (b"btsnoop\0", "it is a btsnoop file: Bluetooth traffic, which has no ports of TCP or UDP; Wireshark shows it"),
    (b"#!rtpplay1.0", "it is a file of rtpdump: the content of RTP packets without their addresses; Wireshark shows it"),
    (b"MDF     ", "it is a measurement file (MDF): messages of vehicle buses, which have no ports"),
    (b"LPKSHHRH", "it is a journal of systemd, which holds messages and no packets; journalctl shows it"),
    (b"PML_", "it is a log of Process Monitor, which holds no packets"),
    (
        b"version https://git-lfs",
        "it is a pointer of Git LFS, which stands in for the file itself; fetch the file first (git lfs pull)",
    ),
    (b"PK\x03\x04", "it is a zip archive; unpack it first"),
    (b"PK\x05\x06", "it is a zip archive with nothing in it"),
    (b"7z\xbc\xaf\x27\x1c", "it is a 7z archive; unpack it first (7z x)"),
    (b"Rar!\x1a\x07", "it is a rar archive; unpack it first (unrar x)"),
    (
        b"MSCF",
        "it is a Windows cabinet archive; unpack it first (expand, cabextract); etl2pcapng converts the .etl file of a netsh trace",
    ),
    (b"!<arch>\n", "it is an ar archive; unpack it first (ar x)"),
    (b"BZh", "it is compressed with bzip2, which is not supported; unpack it first (bunzip2 -k)"),
    (b"\x1f\x9d", "it is compressed with compress, which is not supported; unpack it first (gunzip -k)"),
    (b"LZIP", "it is compressed with lzip, which is not supported; unpack it first (lzip -dk)"),
    (b"\x5d\0\0", "it is compressed with lzma, which is not supported; unpack it first (xz -dk --format=lzma)"),
    (b"\x1f\x8b", "it is compressed twice; unpack it once first (gunzip -k)"),
    (b"\x28\xb5\x2f\xfd", "it is compressed twice; unpack it once first (zstd -d)"),
    (b"\x04\x22\x4d\x18", "it is compressed twice; unpack it once first (lz4 -d)"),
    (b"\x02\x21\x4c\x18", "it is compressed twice; unpack it once first (lz4 -d)"),
    (b"\xfd7zXZ\0", "it is compressed twice; unpack it once first (xz -dk)"),
    // The section header's number was chosen to show this (draft-ietf-opsawg-pcapng section 4.1).
    (b"\r\n\r\r\r\n", "it is a pcapng file whose line ends a transfer as text has changed; transfer it again, as binary"),
    (b"\n\r\n", "it is a pcapng file whose line ends a transfer as text has changed; transfer it again, as binary"),
    (b"\x7fELF", "it is a program"),
    (b"MZ", "it is a program"),
    (b"\xcf\xfa\xed\xfe", "it is a program"),
    (b"%PDF", "it is a PDF document"),
    (b"{\\rtf", "it is a text document (RTF)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "it is an Office document"),
    (b"\x89PNG", "it is a picture"),
    (b"\xff\xd8\xff", "it is a picture"),
    (b"GIF8", "it is a picture"),
    (b"SQLite format 3\0", "it is a database of SQLite"),
    (b"#!", "it is a script"),
];

/// Says what a file with such a beginning is, and what to do about it; `None` if that is not known. `start` is the file's
/// beginning, as much of it as there is at hand.
pub fn describe(start: &[u8]) -> Option<String> {
    if let Some((_, what)) = CONVERTIBLE.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Some(format!("it is {what}; {EDITCAP}"));
    }
    if let Some((_, what)) = OTHERS.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Some((*what).to_owned());
    }
    if start.get(257..).is_some_and(|rest| rest.starts_with(b"ustar")) {
        return Some(format!("it is a tar archive; {UNPACK} (tar -xf)"));
    }
    if start.get(..128).is_some_and(|head| head.windows(9).any(|bytes| bytes == b"NetScaler")) {
        return Some(format!("it is a trace of a Citrix NetScaler; {EDITCAP}"));
    }
    if is_etl(start) {
        return Some(
            "it is a trace of Windows (ETL), as netsh and pktmon write it; etl2pcapng (by Microsoft) converts it: \
             etl2pcapng FILE FILE.pcapng, or: pktmon etl2pcap FILE"
                .to_owned(),
        );
    }
    if is_erf(start) {
        return Some(format!("it is a file of ERF records, of an Endace card; {EDITCAP}"));
    }
    text(start).map(str::to_owned)
}

/// Windows' event trace log: a buffer header of 72 bytes (`WMI_BUFFER_HEADER`) that begins with the buffer's size, then the
/// header of a system event (`SYSTEM_TRACE_HEADER`): version 2, header type 1 (32 bits) or 2 (64 bits), flags 0xc0.
fn is_etl(start: &[u8]) -> bool {
    const BUFFER_HEADER: usize = 72;
    const GRANULE: u32 = 1024;
    let Some(size) = start.first_chunk::<4>().map(|size| u32::from_le_bytes(*size)) else { return false };
    let event = start.get(BUFFER_HEADER..BUFFER_HEADER + 4);
    size > 0 && size % GRANULE == 0 && matches!(event, Some([2, 0, 1 | 2, 0xc0]))
}

/// Endace ERF, which has no file header and no magic number: two records in a row whose types, lengths and times fit each
/// other ("ERF Types Reference Guide": time in units of 2^-32 s, little-endian; type, flags, length of the record, drops,
/// length on the wire).
fn is_erf(start: &[u8]) -> bool {
    const HOUR: u32 = 3600;
    let Some((first, size)) = erf_record(start) else { return false };
    // Metadata in front of the first packet may have no time.
    let is_next = |second: u32| first == 0 || second.wrapping_sub(first) <= HOUR;
    start.get(size..).and_then(erf_record).is_some_and(|(second, _)| is_next(second))
}

/// Second and length of the ERF record with which the bytes begin, if they do.
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

/// Says what kind of text a file is; `None` if it is no text.
fn text(start: &[u8]) -> Option<&'static str> {
    const LOOKED_AT: usize = 512;
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return Some("it is text (UTF-16), and no capture");
    }
    let start = start[..start.len().min(LOOKED_AT)].trim_ascii_start();
    let is_text = |byte: &u8| !byte.is_ascii_control() || byte.is_ascii_whitespace() || *byte == 0x1b;
    if start.len() < 4 || !start.iter().all(is_text) {
        return None;
    }
    let begins = |tag: &[u8]| start.get(..tag.len()).is_some_and(|head| head.eq_ignore_ascii_case(tag));
    Some(if begins(b"<!doctype html") || begins(b"<html") {
        "it is a web page, perhaps one that says why there was nothing to download"
    } else if begins(b"<?xml") || begins(b"<pdml") || begins(b"<psml") {
        "it is XML text; what Wireshark has exported as such (PDML, PSML) is no capture any more: save it as pcapng instead"
    } else if matches!(start, [b'{' | b'[', ..]) {
        "it is JSON text; what Wireshark has exported as such is no capture any more: save it as pcapng instead"
    } else if first_line(start, is_printed_packet) {
        "it is what tcpdump prints, from which packets cannot be made again; save them with: tcpdump -w FILE"
    } else if first_line(start, is_hex_dump) {
        "it is a hex dump; text2pcap, which comes with Wireshark, converts it: text2pcap FILE FILE.pcapng"
    } else if start.is_ascii() || std::str::from_utf8(start).is_ok() {
        "it is text, and no capture; what a program prints of packets cannot be turned back, save them with: tcpdump -w FILE"
    } else {
        return None;
    })
}

/// True if one of the first lines is like that: there may be a heading.
fn first_line(text: &[u8], is_like_that: fn(&[u8]) -> bool) -> bool {
    text.split(|&byte| byte == b'\n').take(5).any(is_like_that)
}

/// A line of tcpdump's: a time, perhaps behind a date, interface and direction on some, and the protocol; or, without times,
/// the protocol and then two addresses.
fn is_printed_packet(line: &[u8]) -> bool {
    const NAMES: [&[u8]; 8] = [b"IP", b"IP6", b"ARP,", b"ethertype", b"MPLS", b"STP", b"LLDP,", b"PPPoE"];
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let is_name = |word: &[u8]| NAMES.contains(&word);
    let Some(first) = words.next() else { return false };
    let is_time =
        first.iter().all(|byte| byte.is_ascii_digit() || b":.-".contains(byte)) && first.iter().any(|byte| b":.-".contains(byte));
    if is_time { words.take(4).any(is_name) } else { is_name(first) && line.windows(3).any(|bytes| bytes == b" > ") }
}

/// A line of a hex dump: an offset, then bytes of two hexadecimal digits (text2pcap's input, `od -Ax -tx1`, `hexdump -C`).
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

    /// Asserts that a file which begins so is called that.
    fn is_called(start: &[u8], what: &str) {
        let told = describe(start).unwrap_or_default();
        assert!(told.contains(what), "{:?}: {told}", String::from_utf8_lossy(start));
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
            (b"\r\n\r\r\r\n\x6c\0", "as binary"),
            (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        ];
        cases.iter().for_each(|(start, what)| is_called(&padded(start), what));
        let mut tar = vec![0; 512];
        tar[..8].copy_from_slice(b"day.pcap");
        tar[257..262].copy_from_slice(b"ustar");
        is_called(&tar, "tar archive");
        assert_eq!(describe(&tar[..259]), None);
    }

    #[test]
    fn an_event_trace_of_windows_is_known_by_its_first_event() {
        let mut trace = vec![0; 120];
        trace[..4].copy_from_slice(&0x1_0000u32.to_le_bytes());
        trace[72..76].copy_from_slice(&[2, 0, 2, 0xc0]);
        is_called(&trace, "etl2pcapng FILE FILE.pcapng");
        trace[75] = 0;
        assert_eq!(describe(&trace), None);
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
            assert_eq!(describe(&bytes), None, "{what}");
        }
    }

    #[test]
    fn text_is_told_apart() {
        let cases: [(&[u8], &str); 12] = [
            (b"\xef\xbb\xbf<!DOCTYPE html><html>", "web page"),
            (b"\n<HTML><body>404</body>", "web page"),
            (b"<?xml version=\"1.0\"?><pdml>", "PDML"),
            (b"[\n  {\"_index\": \"packets\"", "JSON"),
            (b"12:00:01.000001 IP 192.0.2.1.50000 > 192.0.2.2.443: Flags [S]", "what tcpdump prints"),
            (b"2026-11-23 12:00:01.000001 IP6 2001:db8::1.5 > 2001:db8::2.53: 7+ A?", "what tcpdump prints"),
            (b"reading from file x\n1700000000.1 eth0  In  ARP, Request who-has 192.0.2.1", "what tcpdump prints"),
            (b"0000  02 00 00 00 00 01 02 00 00 00 00 02 08 00\n0010  45", "text2pcap FILE"),
            (b"00000000  d4 c3 b2 a1 02 00 04 00  |....|", "text2pcap FILE"),
            (b"Dear Sir or Madam, caf\xc3\xa9", "it is text"),
            (b"No.,Time,Source\n1,0.0,192.0.2.1 > x", "it is text"),
            (b"\xff\xfeT\0e\0", "UTF-16"),
        ];
        cases.iter().for_each(|(start, what)| is_called(start, what));
        for noise in [&b"\x01\x02\x03\x04"[..], b"", b"abc", b"text\0with zeros", b"caf\xe9 in an old encoding"] {
            assert_eq!(describe(noise), None);
        }
    }
}
