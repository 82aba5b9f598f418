//! Small files that ask for a lot: the program answers within a limit of memory, with the right exit code and message.

use std::fs::File;
use std::process::{Command, Stdio};

use testkit::*;

use crate::support::{Folder, Run, gzip, lz4, packets_at, root, run, run_with_input, sum, xz};

/// Megabytes that are enough for the program itself, with its threads' stacks and the allocator's reserve for each of them.
const USUAL: u64 = 200;

/// `read` with a capture, and no more memory than so many megabytes. The limit is one of Linux.
fn read_within(megabytes: u64, capture: &[u8], arguments: &[&str]) -> Run {
    let folder = Folder::new();
    let path = folder.file("bomb", capture);
    let limit = if cfg!(target_os = "linux") { format!("ulimit -v {} && ", megabytes << 10) } else { String::new() };
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{limit}exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_portolan"), "read", &path]);
    Run::from_output(shell.args(arguments).current_dir(root()).stdin(Stdio::null()).output().unwrap())
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// A connection of nine packets.
fn capture() -> Vec<u8> {
    let mut scene = Scene::new();
    scene.frames(connection((C, 51544), (S, 443), 1));
    scene.pcap()
}

/// An interface description with options: code and value.
fn described(options: &[(u16, &[u8])]) -> Vec<u8> {
    let mut body = [&1u16.to_le_bytes()[..], &[0; 6]].concat();
    for (code, value) in options {
        body.extend([code.to_le_bytes(), (value.len() as u16).to_le_bytes()].concat());
        body.extend_from_slice(value);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    block(1, &body)
}

fn packet() -> Vec<u8> {
    enhanced_packet(0, 0, &udp((C, 50001), (R, 53), b"?"))
}

#[test]
fn long_names_and_comments_of_interfaces_are_not_kept() {
    let (name, comment) = (vec![b'A'; 65_532], vec![b'c'; 65_532]);
    let interfaces = described(&[(2, &name), (1, &comment), (3, &comment)]).repeat(4_000);
    let bomb = zstd(&[section_header(), interfaces, packet()].concat());
    assert!(bomb.len() < 200_000);
    let run = read_within(USUAL, &bomb, &["--json", "-"]);
    assert_eq!((run.code, packets_at(&run.tables(), "udp")), (0, 1), "{}", run.stderr);
    let names = run.tables()["capture"].as_array().unwrap().iter().map(|row| row["interface"].as_str().unwrap().len()).max();
    assert_eq!(names, Some(255));
}

#[test]
fn sections_with_interfaces_without_end_are_given_up() {
    let section = [section_header(), described(&[(2, &[b'A'; 255])]), packet()].concat();
    let run = read_within(500, &zstd(&section.repeat(70_000)), &["--table", "ledger"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("more than 65536 interfaces are described (the limit)"), "{}", run.stderr);
    assert!(run.stdout.contains("65,536"), "{}", run.stdout);
}

#[test]
fn names_of_hosts_without_end_are_passed_over() {
    let names = |first: u32| {
        let record = |host: u32| [&[1, 0, 200, 0][..], &(first + host).to_be_bytes(), &[0xff; 195], &[0]].concat();
        block(4, &(0..50_000).map(|host| record(host + (10 << 24))).collect::<Vec<_>>().concat())
    };
    let blocks = (0..20).map(|number| names(number * 50_000)).collect::<Vec<_>>().concat();
    let run = read_within(USUAL, &zstd(&[section_header(), described(&[]), blocks, packet()].concat()), &["--json", "-"]);
    assert_eq!((run.code, packets_at(&run.tables(), "udp")), (0, 1), "{}", run.stderr);
}

#[test]
fn blocks_of_a_hundred_megabytes_that_hold_no_packet_are_passed_over() {
    let mut section = section_header();
    let comment = vec![0; 100_000_000];
    let length = (section.len() + comment.len()) as u32;
    section.splice(24.., [&comment[..], &length.to_le_bytes()].concat());
    section[4..8].copy_from_slice(&length.to_le_bytes());
    for block in [section, [section_header(), block(4, &comment)].concat(), [section_header(), block(0xbad, &comment)].concat()] {
        let run = read_within(USUAL, &zstd(&[block, described(&[]), packet()].concat()), &["--json", "-"]);
        assert_eq!((run.code, packets_at(&run.tables(), "udp")), (0, 1), "{}", run.stderr);
    }
}

#[test]
fn damaged_blocks_without_end_are_told_ten_times_and_counted() {
    let mut damaged = packet();
    let end = damaged.len() - 4;
    damaged[end] ^= 4;
    let file = [section_header(), described(&[]), damaged.repeat(100_000), packet()].concat();
    let run = read_within(USUAL, &zstd(&file), &["--json", "-"]);
    assert_eq!((run.code, packets_at(&run.tables(), "udp")), (1, 1));
    assert_eq!(run.stderr.lines().count(), 11, "{}", run.stderr);
}

/// The beginning of a record or block of 128 MiB in each format, behind a whole one.
fn claims() -> [Vec<u8>; 3] {
    let size = 128u32 << 20;
    let pcap = [&capture()[..], &[0; 8], &size.to_le_bytes(), &size.to_le_bytes(), &[0; 100]].concat();
    let head = [6, size + 32, 0, 0, 0, size, size].map(u32::to_le_bytes).concat();
    let pcapng = [&section_header()[..], &described(&[]), &packet(), &head, &[0; 100]].concat();
    let frame = udp((C, 50001), (R, 53), b"?");
    let length = frame.len() as u32;
    let word = |words: &[u32]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>();
    let whole = [word(&[length, length, length + 24, 0, 0, 0]), frame].concat();
    let snoop = [b"snoop\0\0\0".to_vec(), word(&[2, 4]), whole, word(&[size, size, size + 24, 0, 0, 0]), vec![0; 100]].concat();
    [pcap, pcapng, snoop]
}

#[test]
fn a_packet_that_only_claims_to_be_of_128_mebibytes_takes_no_memory() {
    for file in claims() {
        for file in [file.clone(), zstd(&file)] {
            let run = read_within(100, &file, &["--json", "-"]);
            let packets = sum(&run.tables(), "ledger", "packets");
            assert!(run.code == 1 && packets > 0, "{}", run.stderr);
            assert!(run.stderr.contains("the capture ends inside a record: 1342177"), "{}", run.stderr);
        }
    }
}

#[test]
fn packets_of_a_hundred_megabytes_share_their_memory() {
    let length = 100_000_000u32;
    let record = [&[0; 8][..], &length.to_le_bytes(), &length.to_le_bytes(), &vec![0; length as usize]].concat();
    let small = &capture()[24..];
    let file: Vec<u8> = [&capture()[..], &[&record[..], small].concat().repeat(6)].concat();
    for bomb in [zstd(&file), lz4(&file)] {
        let run = read_within(USUAL + 110, &bomb, &["--json", "-"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(sum(&run.tables(), "ledger", "packets"), 7 * 9 + 6);
    }
}

#[test]
fn link_types_without_end_inside_of_packets_are_not_told_one_by_one() {
    // PPI: version and flags, length of the header, link type of the packet in it.
    let packet = |number: u32| [&[0, 0, 8, 0][..], &(1_000_000 + number).to_le_bytes(), b"data"].concat();
    let mut scene = Scene::new();
    scene.frames((0..100_000).map(packet));
    let run = read_within(USUAL, &zstd(&scene.pcap_of_link_type(192)), &["--json", "-"]);
    assert_eq!((run.code, packets_at(&run.tables(), "unsupported-link")), (0, 100_000));
    assert_eq!(run.stderr.lines().count(), 11, "{}", run.stderr);
    let rest = "more link types cannot be decoded: 99,990 packets with them are counted as unsupported-link";
    assert!(run.stderr.contains(rest), "{}", run.stderr);
}

fn skippable(claimed: u32, bytes: &[u8]) -> Vec<u8> {
    [&0x184d_2a50u32.to_le_bytes()[..], &claimed.to_le_bytes(), bytes].concat()
}

#[test]
fn empty_and_skippable_frames_end_nothing_and_hold_nothing() {
    let plain = capture();
    let (first, second) = plain.split_at(plain.len() / 3);
    let skipped = skippable(1000, &[7; 1000]);
    type Encode = fn(&[u8]) -> Vec<u8>;
    for (name, encode) in [("zstd", zstd as Encode), ("lz4", lz4)] {
        let (first, second, none) = (encode(first), encode(second), encode(b""));
        let pieces: [Vec<&[u8]>; 5] = [
            vec![&first, &none, &none, &none, &second],
            vec![&none, &none, &first, &second, &none],
            vec![&skipped, &first, &skipped, &second],
            vec![&skipped, &skipped, &none, &skipped, &first, &second, &skipped, &skipped],
            vec![&first, &skipped, &none, &skipped, &second, &skipped, &none],
        ];
        for pieces in pieces {
            let run = run_with_input(&["read", "-", "--json", "-"], &pieces.concat());
            assert_eq!((run.code, packets_at(&run.tables(), "tcp")), (0, 9), "{name}: {}", run.stderr);
            let input = &run.tables()["capture"][0];
            assert_eq!((&input["compression"], &input["complete"]), (&name.into(), &"yes".into()));
        }
        let many = [none.repeat(200_000), first, none.repeat(200_000), second].concat();
        let run = read_within(USUAL, &many, &["--json", "-"]);
        assert_eq!((run.code, packets_at(&run.tables(), "tcp")), (0, 9), "{name}: {}", run.stderr);
    }
}

#[test]
fn skippable_frames_that_claim_four_gibibytes_take_no_memory() {
    let claims = skippable(u32::MAX, b"no more");
    for (encoded, name) in [(zstd(&capture()), "zstd"), (lz4(&capture()), "lz4")] {
        let run = read_within(USUAL, &[&encoded[..], &claims].concat(), &["--json", "-"]);
        assert_eq!((run.code, packets_at(&run.tables(), "tcp")), (1, 9), "{}", run.stderr);
        assert!(run.stderr.contains(&format!("the {name} data is cut off")), "{}", run.stderr);
    }
    let skipped = skippable(3, b"abc");
    for file in [&claims[..], &skipped, &[&skipped[..], &capture()].concat(), &[&skipped[..], &gzip(&capture())].concat()] {
        let run = read_within(USUAL, file, &[]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        let why = "it has a skippable zstd or LZ4 frame, but no data frame after it";
        assert!(run.stderr.contains(why), "{}", run.stderr);
    }
}

#[test]
fn padding_behind_compressed_data_is_no_damage() {
    let plain = capture();
    let (first, second) = plain.split_at(plain.len() / 3);
    let zeros = vec![0; 4096];
    for (first, second) in [(gzip(first), gzip(second)), (xz(first), xz(second))] {
        for pieces in [[&first, &second, &zeros], [&first, &zeros, &second]] {
            let file = pieces.into_iter().flatten().copied().collect::<Vec<_>>();
            let run = run_with_input(&["read", "-", "--json", "-"], &file);
            assert_eq!((run.code, packets_at(&run.tables(), "tcp")), (0, 9), "{}", run.stderr);
        }
    }
    for (whole, name) in [(gzip(&plain), "gzip"), (xz(&plain), "xz"), (zstd(&plain), "zstd"), (lz4(&plain), "lz4")] {
        let run = run_with_input(&["read", "-", "--json", "-"], &[&whole[..], b"words and more words"].concat());
        assert_eq!((run.code, packets_at(&run.tables(), "tcp")), (1, 9), "{name}");
        assert!(run.stderr.contains(&format!("the {name} data is damaged")), "{}", run.stderr);
    }
}

#[test]
fn what_is_no_port_table_is_said_to_be_none() {
    let folder = Folder::new();
    let large = folder.file("large", &vec![b'#'; (1 << 20) + 1]);
    let full = folder.file("full", &vec![b'#'; 1 << 20]);
    let binary = folder.file("binary", b"# ports\n\xff");
    let mut cases = vec![
        (large, "is larger than the limit of 1048576 bytes"),
        (binary, "is not UTF-8 text (at byte 8)"),
        (folder.path("").to_str().unwrap().to_owned(), "is a folder"),
    ];
    if cfg!(unix) {
        cases.push(("/dev/zero".into(), "is a device, a pipe or a socket"));
    }
    #[cfg(all(unix, feature = "live"))]
    {
        let pipe = folder.path("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        cases.push((pipe.to_str().unwrap().to_owned(), "a pipe"));
    }
    for (path, why) in cases {
        for arguments in [["services", "80"], ["read", "samples/office.pcapng"]] {
            let run = run(&[&arguments[..], &["--services", &path]].concat());
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{path}");
            assert!(run.stderr.contains(why) && run.stderr.contains(path.trim_end_matches('/')), "{}", run.stderr);
        }
    }
    assert_eq!(run(&["services", "80", "--services", &full]).code, 0);
}

/// The program with this file on standard input, as a user who may have no thread but the first. Nothing, if this cannot be tried.
#[cfg(target_os = "linux")]
fn run_without_threads(arguments: &[&str], input: &std::path::Path) -> Option<Run> {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;
    let mut command = Command::new("prlimit");
    command.args(["--nproc=1", env!("CARGO_BIN_EXE_portolan")]).args(arguments).current_dir("/");
    if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
        // The limit is none for root.
        command.uid(65_534).gid(65_534);
    }
    let output = command.stdin(File::open(input).unwrap()).output().ok()?;
    let cannot = String::from_utf8_lossy(&output.stderr).contains("failed to execute");
    (!cannot).then(|| Run::from_output(output))
}

#[cfg(target_os = "linux")]
#[test]
fn without_threads_the_same_is_said() {
    // Enough flows and packets for all that is done by several threads.
    let mut scene = Scene::new();
    for number in 0..40_000u32 {
        scene.frame(udp((C, 1024 + (number % 60_000) as u16), (if number % 2 == 0 { R } else { S }, 53), b"?"));
    }
    let folder = Folder::new();
    for (name, bytes) in [("plain", scene.pcap()), ("zstd", zstd(&scene.pcap()))] {
        let path = folder.file(name, &bytes);
        let arguments = ["read", "-", "--threads", "4", "--json", "-"];
        let Some(run) = run_without_threads(&arguments, path.as_ref()) else {
            println!("skipped: the program cannot be run as another user with a limit");
            return;
        };
        let expected = run_with_input(&arguments, &bytes);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        assert!(run.stdout == expected.stdout, "{name}");
    }
}
