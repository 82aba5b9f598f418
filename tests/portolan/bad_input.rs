//! Wrong input: a clear message, the right exit code, and whatever could be read is counted.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use testkit::*;

use crate::support::{Folder, packets_at, run, run_with_input, sum};

fn capture() -> Vec<u8> {
    let mut scene = Scene::new();
    scene.frames(connection((C, 51544), (S, 443), 1));
    scene.pcap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Nothing can be read: exit code 2, nothing on standard output, `why` on standard error.
fn refused(bytes: &[u8], why: &str) {
    let run = run_with_input(&["read", "-"], bytes);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(run.stderr.contains(why) && run.stderr.starts_with("portolan: standard input"), "{}", run.stderr);
}

#[test]
fn what_is_no_capture_is_said_to_be_none() {
    refused(b"", "is empty");
    refused(b"\x01\x02\x03\x04 or so", "its first bytes (01 02 03 04) match no known format");
    refused(b"Dear Sir or Madam,", "it is text");
    refused(b"PK\x03\x04 and so on, and so on", "zip archive");
    refused(&capture()[..20], "ends inside its file header");
    refused(&gzip(b"\0not a capture at all, but long enough"), "no known format");
    refused(&gzip(&gzip(&capture())), "compressed twice");
    refused(&gzip(b""), "is empty");
}

#[test]
fn files_of_other_programs_are_named_with_what_converts_them() {
    let padded = |start: &[u8]| [start, &[0; 100]].concat();
    refused(
        &padded(b"GMBU\x00\x02"),
        "Network Monitor 2 or 3; editcap, which comes with Wireshark, converts it: editcap FILE FILE.pcapng",
    );
    refused(&padded(b"TRSNIFF data    \x1a"), "Sniffer for DOS; editcap");
    refused(b"12:00:01.000001 IP 192.0.2.1.50000 > 192.0.2.2.443: Flags [S], seq 1, length 0\n", "tcpdump -w FILE");
    refused(b"0000  02 00 00 00 00 80 02 00  00 00 00 05 08 00 45 00\n", "text2pcap FILE FILE.pcapng");
    refused(b"<!DOCTYPE html>\n<html><head><title>Not found</title>", "web page");
    refused(&gzip(&padded(b"GMBU\x00\x02")), "editcap");
}

#[test]
fn a_file_of_aix_is_read_with_its_interface_type_and_its_nanoseconds() {
    let mut file: Vec<u8> = [0xa1b2_c3d4u32, 0x0002_0002, 0, 0, 65_535, 6].iter().flat_map(|word| word.to_be_bytes()).collect();
    for (index, frame) in (0..).zip(connection((C, 51544), (S, 443), 1)) {
        let length = frame.len() as u32;
        file.extend([START as u32, index * 1_000_000, length, length].iter().flat_map(|word| word.to_be_bytes()));
        file.extend(frame);
    }
    let tables = run_with_input(&["read", "-", "--json", "-"], &file).tables();
    let capture = &tables["capture"][0];
    assert_eq!((&capture["file_format"], &capture["link_type"]), (&"pcap (AIX)".into(), &"ethernet".into()));
    assert_eq!((packets_at(&tables, "tcp"), capture["duration_s"].as_f64()), (9, Some(0.008)));
}

#[test]
fn a_header_with_nonsense_is_refused() {
    let mut version = capture();
    version[4] = 9;
    refused(&version, "version 9.4");
    let mut link = capture();
    link[22] = 0x30;
    refused(&link, "link-type");
}

#[test]
fn a_missing_file_a_folder_and_an_empty_file_are_named() {
    let folder = Folder::new();
    let cases = [
        (folder.path("no-such.pcap").to_str().unwrap().to_owned(), "no such file"),
        (folder.path("").to_str().unwrap().to_owned(), "has no capture file"),
        (folder.file("empty.pcap", b""), "is empty"),
    ];
    for (path, why) in cases {
        let run = run(&["read", &path]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.contains(why) && run.stderr.contains(path.trim_end_matches('/')), "{}", run.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_says_so() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let path = folder.file("secret.pcap", &capture());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::File::open(&path).is_ok() {
        return; // Root may read everything.
    }
    let run = run(&["read", &path]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("permission denied"), "{}", run.stderr);
}

#[test]
fn one_broken_input_of_two_costs_only_itself() {
    let folder = Folder::new();
    let (good, bad) = (folder.file("good.pcap", &capture()), folder.file("bad.pcap", b"no capture, no capture, no"));
    for inputs in [[&good, &bad], [&bad, &good]] {
        let run = run(&["read", inputs[0], inputs[1], "--json", "-"]);
        assert_eq!(run.code, 1);
        assert_eq!(packets_at(&run.tables(), "tcp"), 9);
        assert!(run.stderr.contains("bad.pcap") && !run.stderr.contains("good.pcap"), "{}", run.stderr);
    }
}

#[test]
fn a_cut_file_counts_what_came_before_and_tells_where() {
    let whole = capture();
    let run = run_with_input(&["read", "-", "--json", "-"], &whole[..whole.len() - 3]);
    assert_eq!((run.code, packets_at(&run.tables(), "tcp")), (1, 8));
    let last_record = whole.len() - 54 - 16;
    assert!(run.stderr.contains(&format!("at byte {last_record}: the capture ends inside a record")), "{}", run.stderr);
    assert_eq!(run.tables()["capture"][0]["complete"], "cut off");
}

#[test]
fn a_length_that_no_packet_has_ends_the_reading_there() {
    let mut file = capture();
    file.extend([0; 8]);
    file.extend(u32::MAX.to_le_bytes());
    file.extend([0; 40]);
    let run = run_with_input(&["read", "-", "--json", "-"], &file);
    assert_eq!((run.code, packets_at(&run.tables(), "tcp")), (1, 9));
    assert!(run.stderr.contains("claims to hold 4294967295 bytes"), "{}", run.stderr);
    assert_eq!(run.tables()["capture"][0]["complete"], "damaged");
}

#[test]
fn a_pcapng_that_ends_inside_a_block_counts_the_blocks_before() {
    let mut scene = Scene::new();
    scene.frames(connection((C, 51544), (S, 443), 1));
    let file = scene.pcapng();
    for cut in [1, 30, 50] {
        let run = run_with_input(&["read", "-", "--json", "-"], &file[..file.len() - cut]);
        assert_eq!((run.code, packets_at(&run.tables(), "tcp")), (1, 8));
        assert!(run.stderr.contains("ends inside a record"), "{}", run.stderr);
    }
}

#[test]
fn packets_behind_a_damaged_block_are_read() {
    let frame = udp((C, 50001), (R, 53), b"?");
    let mut damaged = enhanced_packet(0, 0, &frame);
    let trailer = damaged.len() - 4;
    damaged[trailer] ^= 4;
    let file =
        [section_header(), interface_description(1, 0), damaged, enhanced_packet(7, 0, &frame), enhanced_packet(0, 0, &frame)];
    let run = run_with_input(&["read", "-", "--json", "-"], &file.concat());
    assert_eq!((run.code, sum(&run.tables(), "ledger", "packets")), (1, 1));
    assert!(run.stderr.contains("two length fields") && run.stderr.contains("refers to interface 7"), "{}", run.stderr);
    assert!(run.stderr.contains("that record was skipped"), "{}", run.stderr);
}

#[test]
fn a_cut_or_damaged_compressed_stream_counts_what_came_out() {
    // Random ports make the capture hard to compress, so that a cut in the stream is a cut in the capture.
    let mut scene = Scene::new();
    for index in 0..3000u32 {
        scene.frame(udp(
            (C, (index.wrapping_mul(2_654_435_761) >> 16) as u16),
            (R, 53),
            &index.wrapping_mul(2_246_822_519).to_le_bytes(),
        ));
    }
    let whole = gzip(&scene.pcap());
    let cut = run_with_input(&["read", "-", "--json", "-"], &whole[..whole.len() / 2]);
    let counted = packets_at(&cut.tables(), "udp");
    assert!(cut.code == 1 && (500..3000).contains(&counted), "{counted}: {}", cut.stderr);
    assert!(cut.stderr.contains("gzip data is cut off") && cut.stderr.contains("decompressed data"), "{}", cut.stderr);
    let mut damaged = whole.clone();
    let checksum = damaged.len() - 8;
    damaged[checksum] ^= 1;
    let run = run_with_input(&["read", "-", "--json", "-"], &damaged);
    assert_eq!((run.code, packets_at(&run.tables(), "udp")), (1, 3000));
    assert!(run.stderr.contains("gzip data is damaged"), "{}", run.stderr);
}

#[test]
fn what_follows_compressed_data_costs_nothing_but_a_message() {
    let gzipped = gzip(&capture());
    let zstandard = zstd::encode_all(&capture()[..], 1).unwrap();
    for (bytes, name) in [(gzipped, "gzip"), (zstandard, "zstd")] {
        let run = run_with_input(&["read", "-", "--json", "-"], &[&bytes[..], b"and a few words more"].concat());
        assert_eq!((run.code, packets_at(&run.tables(), "tcp")), (1, 9), "{}", run.stderr);
        assert!(run.stderr.contains(&format!("{name} data is damaged")), "{}", run.stderr);
    }
}

#[test]
fn a_packet_of_32_megabytes_is_a_packet() {
    let mut file = capture();
    let length = 32_000_000u32;
    file.extend([[0; 4], [0; 4], length.to_le_bytes(), length.to_le_bytes()].concat());
    file.resize(file.len() + length as usize, 0);
    let run = run_with_input(&["read", "-", "--json", "-"], &file);
    assert_eq!((run.code, sum(&run.tables(), "ledger", "packets")), (0, 10), "{}", run.stderr);
    assert_eq!(run.tables()["capture"][0]["captured_bytes"], 9 * 54 + 20 + 32_000_000);
}

#[test]
fn a_bomb_of_zeros_is_read_in_blocks() {
    // 64 packets of a mebibyte of zeros each; compressed they are a fraction of one.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&capture()[..24]).unwrap();
    let length = 1u32 << 20;
    let record = [&[0; 8][..], &length.to_le_bytes(), &length.to_le_bytes(), &vec![0; length as usize]].concat();
    (0..64).for_each(|_| encoder.write_all(&record).unwrap());
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 2 << 20);
    let run = run_with_input(&["read", "-", "--json", "-"], &bomb);
    assert_eq!((run.code, sum(&run.tables(), "ledger", "packets")), (0, 64));
    #[cfg(target_os = "linux")]
    assert!(peak_memory(&bomb) < 64 << 20, "no more than blocks of it are held at a time");
}

/// The most memory that reading `capture` takes, in bytes, by the limit under which it still succeeds.
#[cfg(target_os = "linux")]
fn peak_memory(capture: &[u8]) -> u64 {
    let folder = Folder::new();
    let path = folder.file("bomb.pcap.gz", capture);
    let limits = [16u64, 32, 48, 1024];
    let succeeds = |limit: &&u64| {
        let command = format!("ulimit -v {} && exec \"$0\" read \"$1\"", **limit << 10);
        let shell =
            std::process::Command::new("sh").args(["-c", &command, env!("CARGO_BIN_EXE_portolan"), &path]).output().unwrap();
        shell.status.success()
    };
    limits.iter().find(succeeds).map_or(u64::MAX, |limit| limit << 20)
}

#[test]
fn packets_of_a_link_type_without_a_decoder_are_counted_and_named_once() {
    let mut scene = Scene::new();
    scene.frames(connection((C, 51544), (S, 443), 1));
    let run = run_with_input(&["read", "-", "--json", "-"], &scene.pcap_of_link_type(147));
    assert_eq!((run.code, packets_at(&run.tables(), "unsupported-link")), (0, 9));
    assert_eq!(run.stderr.lines().count(), 1);
    assert!(run.stderr.contains("link type 147") && run.stderr.contains("9 packets"), "{}", run.stderr);
}
