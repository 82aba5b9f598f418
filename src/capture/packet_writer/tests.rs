//! Saving packets: files that are whole at any time, rotation, full disks.

use std::io::Write;
use std::sync::{Arc, Mutex};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use tempfile::{TempDir, tempdir};

use super::super::pcapng_write::{self, InterfaceBlock, Statistics};
use super::super::{Completeness, InputName, LinkType, Source};
use super::*;

const ETH: InterfaceBlock<'static> =
    InterfaceBlock { name: "eth", description: None, link_type: LinkType::ETHERNET, snaplen: 96, filter: None };
const WLAN: InterfaceBlock<'static> = InterfaceBlock { name: "wlan", link_type: LinkType::IEEE802_11_RADIOTAP, ..ETH };
/// 2026-11-24 03:15:00 UTC.
const BEGIN: i64 = 1_795_490_100 * NANOSECONDS;

/// A section header and these interfaces.
fn beginning(interfaces: &[InterfaceBlock]) -> Vec<u8> {
    let mut bytes = Vec::new();
    pcapng_write::section_header(&mut bytes);
    interfaces.iter().for_each(|interface| pcapng_write::interface(&mut bytes, interface));
    bytes
}

/// A packet `seconds` after the beginning.
fn packet(seconds: i64, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    pcapng_write::packet(&mut bytes, 0, Time::from_nanoseconds(BEGIN + seconds * NANOSECONDS), 60, data);
    bytes
}

fn statistics(dropped_kernel: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let counted = Statistics { dropped_kernel, ..Statistics::default() };
    pcapng_write::statistics(&mut bytes, 0, Time::UNKNOWN, &counted);
    bytes
}

fn target(folder: &TempDir, name: &str) -> SaveTarget {
    SaveTarget::file(folder.path().join(name))
}

/// The names of the files in a folder, in order.
fn names(folder: &TempDir) -> Vec<String> {
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = fs::read_dir(folder.path()).unwrap().map(name).collect();
    names.sort();
    names
}

fn open(path: &Path) -> Source {
    Source::open(&InputName::File(path.to_owned())).unwrap()
}

/// Time, length on the wire, name of the interface (a pcap file has none), data.
type Seen = (Option<i64>, u32, Option<String>, Vec<u8>);

fn packets(path: &Path) -> Vec<Seen> {
    let (mut source, mut packets) = (open(path), Vec::new());
    while let Some((packet, interface)) = source.next_packet() {
        packets.push((packet.time.nanoseconds(), packet.wire_len, interface.name.clone(), packet.data.to_vec()));
    }
    assert_eq!(source.completeness(), Completeness::Complete);
    packets
}

/// The first byte of each packet in a file.
fn first_bytes(path: &Path) -> String {
    packets(path).iter().map(|(.., data)| char::from(data[0])).collect()
}

/// Records each write by itself, and has room for `room` bytes.
#[derive(Clone, Default)]
struct Recorder {
    writes: Arc<Mutex<Vec<Vec<u8>>>>,
    room: Option<usize>,
}

impl Recorder {
    fn writer(&self, name: &str) -> PacketWriter {
        let file = OutputFile::new(name.into(), Box::new(self.clone()));
        PacketWriter::new(SaveTarget::file(name), Some(file))
    }

    fn writes(&self) -> Vec<Vec<u8>> {
        self.writes.lock().unwrap().clone()
    }
}

impl Write for Recorder {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.room.unwrap_or(usize::MAX).min(bytes.len());
        if room == 0 {
            // The next write finds room.
            self.room = None;
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.room = self.room.map(|left| left - room);
        self.writes.lock().unwrap().push(bytes[..room].to_vec());
        Ok(room)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_pcapng_file_is_the_stream_itself_written_at_once() {
    let recorder = Recorder::default();
    let mut writer = recorder.writer("day.pcapng");
    let begin = beginning(&[ETH, WLAN]);
    let first = [packet(0, b"a"), statistics(1), packet(1, b"b")].concat();
    let second = [packet(2, b"c"), beginning(&[WLAN]), packet(3, b"d"), statistics(2)].concat();
    writer.write_blocks(&[&begin[..], &first].concat()).unwrap();
    assert_eq!(recorder.writes(), [begin.clone(), first.clone()]);
    writer.write_blocks(&[]).unwrap();
    writer.write_blocks(&second).unwrap();
    assert_eq!(recorder.writes(), [begin.clone(), first.clone(), second.clone()]);
    let bytes = (begin.len() + first.len() + second.len()) as u64;
    assert_eq!(writer.stats(), WriteStats { packets: 4, bytes, files: 1, ..WriteStats::default() });
}

#[test]
fn a_file_without_rotation_is_whole_before_its_first_packet() {
    let folder = tempdir().unwrap();
    for name in ["day.pcapng", "day.pcap"] {
        fs::write(folder.path().join(name), "what was there before").unwrap();
        let mut writer = PacketWriter::create(target(&folder, name)).unwrap();
        writer.write_blocks(&[beginning(&[ETH]), statistics(7)].concat()).unwrap();
        assert_eq!(packets(&folder.path().join(name)), []);
        writer.write_blocks(&packet(0, b"a")).unwrap();
        assert_eq!(first_bytes(&folder.path().join(name)), "a");
    }
    assert_eq!(names(&folder), ["day.pcap", "day.pcapng"]);
    let mut source = open(&folder.path().join("day.pcapng"));
    while source.next_packet().is_some() {}
    assert_eq!(source.interfaces()[0].dropped_kernel, Some(7));
}

#[test]
fn a_pcap_file_has_records_with_nanoseconds_and_no_statistics() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("day.PCAP");
    let mut writer = PacketWriter::create(target(&folder, "day.PCAP")).unwrap();
    let large = InterfaceBlock { name: "usb", snaplen: 1 << 27, ..ETH };
    writer.write_blocks(&[beginning(&[ETH, large]), packet(1, b"ab"), statistics(1), packet(2, b"c")].concat()).unwrap();
    let time = |seconds| Some(BEGIN + seconds * NANOSECONDS);
    assert_eq!(packets(&path), [(time(1), 60, None, b"ab".to_vec()), (time(2), 60, None, b"c".to_vec())]);
    assert_eq!(open(&path).format_name(), "pcap (nanoseconds)");
    assert_eq!(open(&path).interfaces()[0].snaplen, 1 << 27);
    let bytes = fs::metadata(&path).unwrap().len();
    assert_eq!((bytes, writer.stats()), (24 + 18 + 17, WriteStats { packets: 2, bytes, files: 1, ..WriteStats::default() }));
}

#[test]
fn a_second_link_type_ends_a_pcap_file_and_the_packets_before_it_are_saved() {
    let folder = tempdir().unwrap();
    let mut writer = PacketWriter::create(target(&folder, "day.pcap")).unwrap();
    let mut wlan = Vec::new();
    pcapng_write::interface(&mut wlan, &WLAN);
    let error = writer.write_blocks(&[beginning(&[ETH]), packet(0, b"a"), wlan, packet(1, b"b")].concat()).unwrap_err();
    assert!(matches!(error, Error::Save { reason: SaveProblem::TwoLinkTypes { first: 1, other: 127 }, .. }), "{error}");
    assert!(writer.is_over());
    writer.write_blocks(&packet(2, b"c")).unwrap();
    assert_eq!(first_bytes(&folder.path().join("day.pcap")), "a");
    assert_eq!(writer.stats().packets, 1);
}

#[test]
fn files_of_limited_time_begin_with_the_packet_that_is_too_late() {
    let folder = tempdir().unwrap();
    let mut writer = PacketWriter::create(SaveTarget { rotate_seconds: Some(10), ..target(&folder, "day.pcapng") }).unwrap();
    writer.write_blocks(&[beginning(&[ETH]), statistics(1)].concat()).unwrap();
    assert_eq!(names(&folder), [""; 0], "a file holds a packet");
    writer.write_blocks(&[packet(0, b"a"), packet(9, b"b"), packet(10, b"c"), packet(-5, b"d")].concat()).unwrap();
    writer.write_blocks(&packet(20, b"e")).unwrap();
    let expected = ["day_00001_20261124031500.pcapng", "day_00002_20261124031510.pcapng", "day_00003_20261124031520.pcapng"];
    assert_eq!(names(&folder), expected);
    assert_eq!(expected.map(|name| first_bytes(&folder.path().join(name))), ["ab", "cd", "e"]);
    assert_eq!(writer.stats().files, 3);
}

#[test]
fn a_clock_that_is_set_back_does_not_stop_the_rotation() {
    let folder = tempdir().unwrap();
    let mut writer = PacketWriter::create(SaveTarget { rotate_seconds: Some(10), ..target(&folder, "day.pcap") }).unwrap();
    // By an hour, and then by less than a minute: the file is that much longer.
    let times = [0, 5, -3_600, -3_595, -3_590, -3_645, -3_581, -3_580];
    let packets: Vec<Vec<u8>> = times.iter().zip(b'a'..).map(|(time, byte)| packet(*time, &[byte])).collect();
    writer.write_blocks(&[beginning(&[ETH]), packets.concat()].concat()).unwrap();
    let held: Vec<String> = names(&folder).iter().map(|name| first_bytes(&folder.path().join(name))).collect();
    assert_eq!(held, ["ab", "cd", "efg", "h"]);
}

#[test]
fn statistics_go_to_the_open_file_however_large_it_is() {
    let folder = tempdir().unwrap();
    let mut writer = PacketWriter::create(SaveTarget { rotate_size: Some(1), ..target(&folder, "day.pcapng") }).unwrap();
    let blocks = [beginning(&[ETH]), packet(0, b"a"), statistics(1), packet(0, b"b"), statistics(2)].concat();
    writer.write_blocks(&blocks).unwrap();
    let mut dropped = Vec::new();
    for name in names(&folder) {
        let mut source = open(&folder.path().join(name));
        while source.next_packet().is_some() {}
        dropped.push(source.interfaces()[0].dropped_kernel);
    }
    assert_eq!(dropped, [Some(1), Some(2)]);
}

#[test]
fn the_oldest_files_are_removed_and_one_that_cannot_be_is_reported() {
    let folder = tempdir().unwrap();
    let limits = SaveTarget { rotate_size: Some(1), keep: Some(2), ..target(&folder, "day.pcap") };
    let mut writer = PacketWriter::create(limits).unwrap();
    writer.write_blocks(&[beginning(&[ETH]), packet(0, b"a"), packet(1, b"b"), packet(2, b"c")].concat()).unwrap();
    let stays = "day_00002_20261124031501.pcap";
    assert_eq!(names(&folder), [stays, "day_00003_20261124031502.pcap"]);
    // A folder in its place cannot be removed as a file.
    fs::remove_file(folder.path().join(stays)).unwrap();
    fs::create_dir(folder.path().join(stays)).unwrap();
    let error = writer.write_blocks(&[packet(3, b"d"), packet(4, b"e")].concat()).unwrap_err().to_string();
    assert!(error.contains(&format!("{stays}: ")) && error.ends_with("; it is kept, and saving continues"), "{error}");
    assert!(!writer.is_over());
    // A file that someone else has removed is no problem.
    fs::remove_file(folder.path().join("day_00004_20261124031503.pcap")).unwrap();
    writer.write_blocks(&packet(5, b"f")).unwrap();
    assert_eq!(names(&folder), [stays, "day_00005_20261124031504.pcap", "day_00006_20261124031505.pcap"]);
    let bytes = 6 * (24 + 17);
    assert_eq!(writer.stats(), WriteStats { packets: 6, bytes, files: 6, removed: 2, not_removed: 1 });
}

#[test]
fn a_failing_write_ends_the_saving_and_says_how_many_packets_are_safe() {
    let begin = beginning(&[ETH]);
    let block = packet(0, b"abcd").len();
    let stream = [begin.clone(), packet(0, b"a"), packet(1, b"b"), packet(2, b"c")].concat();
    let pcapng = begin.len() + 2 * block;
    for (name, fits) in [("day.pcapng", pcapng), ("day.pcap", 24 + 2 * 17)] {
        for (room, packets) in [(fits - 1, 1), (fits, 2), (fits + 1, 2)] {
            let recorder = Recorder { room: Some(room), ..Recorder::default() };
            let mut writer = recorder.writer(name);
            let error = writer.write_blocks(&stream).unwrap_err();
            assert!(
                matches!(&error, Error::Io { action: Action::SavePackets { saved }, name: output, .. } if output == name && *saved == packets)
            );
            assert!(error.is_closed_pipe() && writer.is_over());
            writer.write_blocks(&stream).unwrap();
            assert_eq!(writer.stats(), WriteStats { packets, bytes: room as u64, files: 1, ..WriteStats::default() });
        }
    }
    let recorder = Recorder { room: Some(begin.len() - 1), ..Recorder::default() };
    let error = recorder.writer("day.pcapng").write_blocks(&stream).unwrap_err().to_string();
    assert!(error.starts_with("cannot write day.pcapng: ") && error.ends_with("; no packets were saved"), "{error}");
}

#[test]
fn a_failed_write_is_not_tried_again() {
    let begin = beginning(&[ETH]);
    let recorder = Recorder { room: Some(begin.len()), ..Recorder::default() };
    let file = OutputFile::new("day.pcapng".into(), Box::new(recorder.clone()));
    let mut writer = PacketWriter::new(SaveTarget { rotate_size: Some(1), ..SaveTarget::file("day.pcapng") }, Some(file));
    assert!(writer.write_blocks(&[&begin[..], &packet(0, b"a"), &packet(1, b"b")].concat()).is_err());
    assert_eq!((recorder.writes(), writer.stats().packets), (vec![begin], 0));
}

#[test]
fn a_new_file_begins_with_the_current_section() {
    let folder = tempdir().unwrap();
    let mut writer = PacketWriter::create(SaveTarget { rotate_seconds: Some(1), ..target(&folder, "day.pcapng") }).unwrap();
    let lo = beginning(&[InterfaceBlock { name: "lo", ..ETH }]);
    let first = [beginning(&[ETH]), packet(0, b"a"), lo.clone(), packet(0, b"b")].concat();
    writer.write_blocks(&[&first[..], &packet(1, b"c")].concat()).unwrap();
    let files = names(&folder).into_iter().map(|name| fs::read(folder.path().join(name)).unwrap());
    assert_eq!(files.collect::<Vec<_>>(), [first, [lo, packet(1, b"c")].concat()]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_reported() {
    let mut writer = PacketWriter::create(SaveTarget::file("/dev/full")).unwrap();
    let error = writer.write_blocks(&[beginning(&[ETH]), packet(0, b"a")].concat()).unwrap_err();
    assert_eq!(error.to_string(), "cannot write /dev/full: the disk is full; no packets were saved");
    assert!(writer.is_over());
}

#[test]
fn a_rotation_that_cannot_go_on_says_which_file_and_after_how_many_packets() {
    let folder = tempdir().unwrap();
    fs::create_dir(folder.path().join("day_00002_20261124031501.pcap")).unwrap();
    let mut writer = PacketWriter::create(SaveTarget { rotate_seconds: Some(1), ..target(&folder, "day.pcap") }).unwrap();
    let error = writer.write_blocks(&[beginning(&[ETH]), packet(0, b"a"), packet(1, b"b")].concat()).unwrap_err().to_string();
    assert!(error.contains("day_00002_20261124031501.pcap: "), "{error}");
    assert!(error.ends_with("; stopped saving after 1 packet"), "{error}");
    assert_eq!(writer.stats(), WriteStats { packets: 1, bytes: 24 + 17, files: 1, ..WriteStats::default() });
}

#[test]
fn contradictory_settings_are_refused_before_anything_is_created() {
    let folder = tempdir().unwrap();
    let size = Some(1_000);
    let refused = |target: SaveTarget, problem: SaveProblem| {
        let error = PacketWriter::create(target).err().unwrap();
        assert!(matches!(&error, Error::Save { reason, .. } if *reason == problem), "{error}");
    };
    let lacks_folder = |target: SaveTarget| {
        let error = PacketWriter::create(target).err().unwrap().to_string();
        assert!(error.ends_with("its folder does not exist"), "{error}");
    };
    let day = || target(&folder, "day.pcap");
    refused(SaveTarget { rotate_size: size, ..SaveTarget::file("-") }, SaveProblem::RotatedStandardOutput);
    refused(target(&folder, ""), SaveProblem::Folder);
    refused(SaveTarget { rotate_size: size, ..SaveTarget::file("/") }, SaveProblem::Folder);
    refused(SaveTarget { keep: Some(1), ..day() }, SaveProblem::KeptWithoutRotation);
    refused(SaveTarget { rotate_size: Some(0), ..day() }, SaveProblem::ZeroLimit);
    refused(SaveTarget { rotate_seconds: Some(0), ..day() }, SaveProblem::ZeroLimit);
    refused(SaveTarget { rotate_size: size, keep: Some(0), ..day() }, SaveProblem::ZeroLimit);
    lacks_folder(target(&folder, "none/day.pcap"));
    lacks_folder(SaveTarget { rotate_size: size, ..target(&folder, "none/day.pcap") });
    assert_eq!(names(&folder), [""; 0]);
    assert!(PacketWriter::create(SaveTarget::file("-")).is_ok());
}

#[test]
fn invalid_blocks_are_refused_and_the_packets_before_them_are_saved() {
    let (begin, whole) = (beginning(&[ETH]), packet(0, b"a"));
    let mut stray = whole.clone();
    stray[8] = 9;
    let unknown = [&[9, 0, 0, 0, 200, 0, 0, 0][..], &[0; 12]].concat();
    for (bad, packets) in [
        ([&begin[..], &whole, &whole[..40 - 5]].concat(), 1),
        ([&begin[..], &whole, &[6]].concat(), 1),
        ([&begin[..], &whole, &unknown, &whole].concat(), 1),
        ([&begin[..], &whole, &stray, &whole].concat(), 1),
        (whole.clone(), 0),
        (begin[beginning(&[]).len()..].to_vec(), 0),
    ] {
        let recorder = Recorder::default();
        let mut writer = recorder.writer("day.pcapng");
        assert!(matches!(writer.write_blocks(&bad).unwrap_err(), Error::Save { .. }));
        assert!(writer.is_over());
        assert_eq!(writer.stats().packets, packets);
    }
}

#[test]
fn the_stored_descriptions_of_interfaces_are_bounded() {
    let long = "x".repeat(65_000);
    let mut writer = Recorder::default().writer("day.pcapng");
    let mut one = Vec::new();
    pcapng_write::interface(&mut one, &InterfaceBlock { description: Some(&long), ..ETH });
    writer.write_blocks(&beginning(&[])).unwrap();
    let most = MAX_PREAMBLE / one.len();
    let (number, error) = (0..=most).find_map(|number| writer.write_blocks(&one).err().map(|error| (number, error))).unwrap();
    assert_eq!(number, most);
    assert!(matches!(error, Error::Save { reason: SaveProblem::TooMuchDescribed, .. }), "{error}");
    assert_eq!(writer.preamble.capacity(), 0);
}

/// A packet of the property test: nanoseconds after the one before, on the second interface if it is described, data, and whether
/// statistics follow.
type Made = (i64, bool, Vec<u8>, bool);

fn made() -> impl Strategy<Value = Vec<Made>> {
    let step = prop_oneof![3 => 0..NANOSECONDS, 1 => -NANOSECONDS..5 * NANOSECONDS];
    vec((step, any::<bool>(), vec(any::<u8>(), 0..90), prop::bool::weighted(0.2)), 1..40)
}

/// The blocks of packets, and the packets themselves. The second interface is described before packet `late`.
fn blocks(made: &[Made], late: usize) -> (Vec<Vec<u8>>, Vec<Seen>) {
    let (mut time, mut blocks, mut seen) = (BEGIN, Vec::new(), Vec::new());
    for (index, (step, second, data, counted)) in made.iter().enumerate() {
        let mut bytes = Vec::new();
        if index == late {
            pcapng_write::interface(&mut bytes, &InterfaceBlock { name: "lo", ..ETH });
        }
        time += step;
        let second = *second && index >= late;
        let wire_len = 1_000 + index as u32;
        pcapng_write::packet(&mut bytes, u32::from(second), Time::from_nanoseconds(time), wire_len, data);
        if *counted {
            bytes.extend(statistics(index as u64));
        }
        blocks.push(bytes);
        let name = if second { "lo" } else { "eth" };
        seen.push((Some(time), wire_len, Some(name.to_owned()), data.clone()));
    }
    (blocks, seen)
}

/// The end of the last packet in a pcapng file.
fn last_packet_end(file: &[u8]) -> usize {
    let (mut pcapng, mut at, mut end) = (Pcapng::new(), 0, 0);
    while at < file.len() {
        match pcapng.step(&file[at..]) {
            Step::Packet { size, .. } => (at, end) = (at + size, at + size),
            Step::Skip(size) => at += size as usize,
            other => panic!("{other:?}"),
        }
    }
    end
}

proptest! {
    #[test]
    fn every_packet_is_in_one_file_in_order_and_no_file_is_too_large(
        made in made(),
        late in 0..50usize,
        in_one_go in 1..9usize,
        is_pcap in any::<bool>(),
        (rotate_size, rotate_seconds) in (option::of(1..1_500u64), option::of(1..9u64)),
        keep in option::of(1..6usize),
    ) {
        let rotates = rotate_size.is_some() || rotate_seconds.is_some();
        let keep = keep.filter(|_| rotates);
        let name = if is_pcap { "day.pcap" } else { "day.pcapng" };
        let folder = tempdir().unwrap();
        let limits = SaveTarget { rotate_size, rotate_seconds, keep, ..target(&folder, name) };
        let (blocks, mut expected) = blocks(&made, late);
        let (short, long) = (beginning(&[ETH]), beginning(&[ETH, InterfaceBlock { name: "lo", ..ETH }]));

        let mut writer = PacketWriter::create(limits.clone()).unwrap();
        writer.write_blocks(&short).unwrap();
        for blocks in blocks.chunks(in_one_go) {
            writer.write_blocks(&blocks.concat()).unwrap();
        }
        let stats = writer.stats();

        let paths: Vec<PathBuf> = names(&folder).into_iter().map(|name| folder.path().join(name)).collect();
        let files: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
        let found: Vec<Vec<Seen>> = paths.iter().map(|path| packets(path)).collect();
        prop_assert_eq!(stats.packets, expected.len() as u64);
        prop_assert_eq!((stats.files - stats.removed, stats.not_removed), (files.len() as u64, 0));
        if let Some(keep) = keep {
            prop_assert_eq!(files.len(), keep.min(stats.files as usize));
        }
        if stats.removed == 0 {
            prop_assert_eq!(stats.bytes, files.iter().map(|file| file.len() as u64).sum::<u64>());
            if !is_pcap && (late > 0 || !rotates) {
                let body = |file: &Vec<u8>| {
                    let at_first = file.strip_prefix(&long[..]).filter(|_| late > 0);
                    at_first.or(file.strip_prefix(&short[..])).unwrap().to_vec()
                };
                prop_assert_eq!(files.iter().map(body).collect::<Vec<_>>().concat(), blocks.concat());
            }
        }
        if is_pcap {
            expected.iter_mut().for_each(|(.., interface, _)| *interface = None);
        }
        let held: Vec<Seen> = found.concat();
        prop_assert_eq!(&held[..], &expected[expected.len() - held.len()..]);

        for (index, (file, packets)) in files.iter().zip(&found).enumerate() {
            let first = packets[0].0.unwrap();
            if rotates {
                let number = stats.removed + index as u64 + 1;
                prop_assert_eq!(&paths[index], &rotated_path(&limits.path, number, Time::from_nanoseconds(first)));
            }
            let size = if is_pcap { file.len() } else { last_packet_end(file) } as u64;
            prop_assert!(packets.len() == 1 || rotate_size.is_none_or(|limit| size <= limit));
            let too_late = |time: i64| rotate_seconds.is_some_and(|limit| time - first >= limit as i64 * NANOSECONDS);
            prop_assert!(!packets.iter().any(|(time, ..)| too_late(time.unwrap())));
            // No file ends earlier than it must.
            if let Some((time, _, _, data)) = found.get(index + 1).map(|packets| &packets[0]) {
                let length = if is_pcap { 16 + data.len() } else { 32 + data.len().next_multiple_of(4) };
                let is_full = rotate_size.is_some_and(|limit| (file.len() + length) as u64 > limit);
                prop_assert!(is_full || too_late(time.unwrap()));
            }
        }
    }
}
