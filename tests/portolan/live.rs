//! Live captures, as the library has them.

use std::io::Read;
use std::time::Duration;

use portolan::capture::live::{CaptureSettings, CaptureStatus, Devices, Ending, InterfaceStatus, Limits, RunningCapture, Stream};
use portolan::capture::{Completeness, Filter, InputName, LinkType, PacketWriter, SaveTarget, Source};
use portolan::error::{Action, CaptureProblem, Error};
use testkit::*;

use crate::network::*;
use crate::support::{Folder, run};

fn settings(interfaces: &[&str]) -> CaptureSettings {
    CaptureSettings::new(interfaces.iter().map(|name| (*name).to_owned()).collect())
}

fn start(settings: &CaptureSettings, limits: Limits) -> RunningCapture {
    Devices::open(settings).unwrap().start(None, limits).unwrap()
}

fn packets(number: u64) -> Limits {
    Limits { packets: Some(number), ..Limits::default() }
}

fn source(stream: Stream) -> Source {
    Source::from_reader(&InputName::Stdin, Box::new(stream)).unwrap()
}

/// All that comes out until the end: interface and data of each packet.
fn read(stream: Stream) -> Vec<(usize, Vec<u8>)> {
    let (mut source, mut packets) = (source(stream), Vec::new());
    while let Some((packet, _)) = source.next_packet() {
        packets.push((packet.interface, packet.data.to_vec()));
    }
    assert_eq!(source.completeness(), Completeness::Complete);
    packets
}

fn frames_of(stream: Stream) -> Vec<Vec<u8>> {
    read(stream).into_iter().map(|(_, data)| data).collect()
}

fn endings(status: &CaptureStatus) -> Vec<Option<Ending>> {
    status.interfaces().into_iter().map(|interface| interface.ending).collect()
}

#[test]
fn what_comes_out_is_what_went_in_and_what_is_saved() {
    in_a_network(|| {
        let sent = office();
        let folder = Folder::new();
        let writer = PacketWriter::create(SaveTarget::file(folder.path("saved.pcapng"))).unwrap();
        let RunningCapture { stream, status, .. } =
            Devices::open(&settings(&[WEST])).unwrap().start(Some(writer), packets(sent.len() as u64)).unwrap();
        let mut bytes = Vec::new();
        let reader = std::thread::spawn(move || {
            let mut stream = stream;
            stream.read_to_end(&mut bytes).unwrap();
            bytes
        });
        send(EAST, &sent);
        let bytes = reader.join().unwrap();
        assert!(std::fs::read(folder.path("saved.pcapng")).unwrap() == bytes, "the file is the stream");
        assert_eq!(status.write_stats().unwrap().packets, sent.len() as u64);
        let mut source = Source::from_reader(&InputName::Stdin, Box::new(std::io::Cursor::new(bytes))).unwrap();
        let (mut got, mut last) = (Vec::new(), 0);
        while let Some((packet, interface)) = source.next_packet() {
            assert!(interface.name.as_deref() == Some(WEST) && packet.wire_len as usize == packet.data.len());
            last = packet.time.nanoseconds().unwrap().max(last);
            got.push(packet.data.to_vec());
        }
        assert!(got == sent && last > 1_700_000_000_000_000_000);
        let interface = &source.interfaces()[0];
        assert_eq!((interface.dropped_kernel, interface.dropped_interface), (Some(0), Some(0)));
        let InterfaceStatus { received, delivered, ending, .. } = status.interfaces().remove(0);
        assert_eq!((received, delivered, ending), (sent.len() as u64, sent.len() as u64, Some(Ending::Packets)));
    });
}

#[test]
fn a_packet_is_there_as_soon_as_it_has_come() {
    in_a_network(|| {
        let RunningCapture { stream, stop_handle, status, .. } = start(&settings(&[WEST]), Limits::default());
        let (mut source, mut sender) = (source(stream), Sender::new(EAST));
        for frame in numbered(3) {
            sender.send(std::slice::from_ref(&frame));
            let (packet, _) = source.next_packet().unwrap();
            assert_eq!(packet.data, frame);
        }
        stop_handle.stop();
        assert!(source.next_packet().is_none());
        assert_eq!(endings(&status), [Some(Ending::Stopped)]);
    });
}

#[test]
fn a_limit_of_packets_is_exact_over_all_interfaces() {
    in_a_network(|| {
        let RunningCapture { stream, status, .. } = start(&settings(&[WEST, EAST, WEST]), packets(2_500));
        // Each is seen at both ends.
        send(EAST, &numbered(4_000));
        let got = read(stream);
        assert_eq!(got.len(), 2_500);
        assert!(got.iter().all(|(interface, _)| *interface < 2));
        assert_eq!(endings(&status), [Some(Ending::Packets), Some(Ending::Packets)]);
        assert_eq!(frames_of(start(&settings(&[WEST]), packets(0)).stream).len(), 0);
    });
}

#[test]
fn who_stops_gets_all_packets_up_to_that_moment() {
    in_a_network(|| {
        let RunningCapture { stream, stop_handle, status, .. } = start(&settings(&[WEST]), Limits::default());
        let sent = numbered(3_000);
        send(EAST, &sent);
        stop_handle.stop();
        assert!(frames_of(stream) == sent);
        assert_eq!(status.interfaces()[0].received, 3_000);
    });
}

#[test]
fn quiet_interfaces_end_when_they_are_stopped_dropped_or_out_of_time() {
    in_a_network(|| {
        let quiet = settings(&[WEST, EAST]);
        let RunningCapture { stream, stop_handle, status, .. } = start(&quiet, Limits::default());
        let reader = std::thread::spawn(move || read(stream).len());
        stop_handle.stop();
        assert_eq!(reader.join().unwrap(), 0);
        assert_eq!(endings(&status), [Some(Ending::Stopped), Some(Ending::Stopped)]);
        let RunningCapture { stream, status, .. } = start(&quiet, Limits::default());
        drop(stream);
        assert_eq!(endings(&status), [Some(Ending::Stopped), Some(Ending::Stopped)]);
        let limits = Limits { duration: Some(Duration::from_millis(50)), ..Limits::default() };
        let RunningCapture { stream, status, .. } = start(&quiet, limits);
        assert_eq!(read(stream).len(), 0);
        assert_eq!(endings(&status), [Some(Ending::Duration), Some(Ending::Duration)]);
    });
}

#[test]
fn a_reader_that_goes_away_in_full_traffic_ends_the_threads() {
    in_a_network(|| {
        let RunningCapture { mut stream, status, .. } = start(&settings(&[WEST]), Limits::default());
        let long = vec![vec![0xff; 8_000]; 2_000];
        send(EAST, &long);
        assert!(stream.read(&mut [0; 100]).unwrap() > 0);
        drop(stream);
        assert_eq!(endings(&status), [Some(Ending::Stopped)]);
    });
}

#[test]
fn what_a_slow_reader_misses_is_counted() {
    in_a_network(|| {
        let small = CaptureSettings { buffer_bytes: 1 << 20, ..settings(&[WEST]) };
        let RunningCapture { stream, stop_handle, status, .. } = start(&small, Limits::default());
        // More than the stream and the system hold together.
        let sent: u64 = 8_000;
        send(EAST, &vec![vec![0xff; 8_000]; sent as usize]);
        stop_handle.stop();
        let mut source = source(stream);
        let mut got = 0;
        while source.next_packet().is_some() {
            got += 1;
        }
        let dropped = source.interfaces()[0].dropped_kernel.unwrap();
        assert!(dropped > 0 && got + dropped == sent, "{got} + {dropped}");
        let interface = status.interfaces().remove(0);
        assert_eq!((interface.delivered, interface.dropped_kernel), (got, dropped));
    });
}

#[test]
fn a_filter_and_a_snap_length_are_kept() {
    in_a_network(|| {
        let filter = Some(Filter::new("tcp").unwrap());
        let RunningCapture { stream, .. } = start(&CaptureSettings { filter, snaplen: 40, ..settings(&[WEST]) }, packets(9));
        send(EAST, &numbered(5));
        send(EAST, &connection((C, 40_001), (S, 80), 1));
        let mut source = source(stream);
        let mut got = 0;
        while let Some((packet, interface)) = source.next_packet() {
            assert!(packet.data.len() == 40 && packet.wire_len > 40 && interface.snaplen == 40);
            got += 1;
        }
        assert_eq!(got, 9);
    });
}

#[test]
fn any_is_all_interfaces_at_once() {
    in_a_network(|| {
        let RunningCapture { stream, .. } = start(&settings(&["any"]), packets(2));
        send(EAST, &numbered(1));
        let mut source = source(stream);
        let (packet, interface) = source.next_packet().unwrap();
        assert!(matches!(interface.link_type, LinkType::LINUX_SLL | LinkType::LINUX_SLL2));
        assert!(packet.data.ends_with(&0u32.to_be_bytes()));
        assert!(source.next_packet().is_some() && source.next_packet().is_none());
    });
}

#[test]
fn a_full_disk_is_told_once_and_the_capture_goes_on() {
    in_a_network(|| {
        let writer = PacketWriter::create(SaveTarget::file("/dev/full")).unwrap();
        let RunningCapture { stream, status, .. } =
            Devices::open(&settings(&[WEST])).unwrap().start(Some(writer), packets(3_000)).unwrap();
        send(EAST, &numbered(3_000));
        assert_eq!(frames_of(stream).len(), 3_000);
        let problems = status.take_problems();
        assert!(matches!(&problems[..], [Error::Io { action: Action::SavePackets { saved: 0 }, .. }]), "{problems:?}");
        assert!(status.take_problems().is_empty());
        assert_eq!(status.write_stats().unwrap().packets, 0);
    });
}

#[test]
fn an_interface_that_goes_away_is_told_and_the_others_go_on() {
    in_a_network(|| {
        ip(&["link", "add", "other", "type", "veth", "peer", "name", "end"]).unwrap();
        ip(&["link", "set", "other", "up"]).unwrap();
        let RunningCapture { stream, stop_handle, status, .. } = start(&settings(&["other", WEST]), Limits::default());
        ip(&["link", "del", "other"]).unwrap();
        let mut source = source(stream);
        let mut sender = Sender::new(EAST);
        while status.interfaces()[0].ending.is_none() {
            sender.send(&numbered(1));
            assert!(source.next_packet().is_some());
        }
        let ending = status.interfaces()[0].ending.clone();
        assert!(matches!(&ending, Some(Ending::Failed(_))), "{ending:?}");
        stop_handle.stop();
        while source.next_packet().is_some() {}
        assert_eq!(endings(&status)[1], Some(Ending::Stopped));
    });
}

#[test]
fn what_cannot_be_opened_is_told() {
    in_a_network(|| {
        let refused = |interfaces: &[&str]| Devices::open(&settings(interfaces)).unwrap_err();
        let unknown = refused(&[WEST, "eth77"]).to_string();
        let (what, known) = unknown.split_once("; available: ").unwrap();
        // libpcap puts interfaces that are not connected last, and these may still be coming up.
        let mut known: Vec<&str> = known.split(", ").collect();
        known.sort_unstable();
        assert_eq!((what, &known[..]), ("no interface is called eth77", &["any", "east", "lo", "west"][..]));
        assert!(matches!(refused(&[]), Error::NoInterface { .. }));
        ip(&["link", "set", WEST, "down"]).unwrap();
        let down = refused(&[WEST]).to_string();
        assert!(down.starts_with("interface west is down") && down.ends_with("ip link set west up"), "{down}");
        let filter = Some(Filter::new("ether host 00:11:22:33:44:55").unwrap());
        let unfit = Devices::open(&CaptureSettings { filter, ..settings(&["any"]) }).unwrap_err();
        assert!(matches!(unfit, Error::Capture { reason: CaptureProblem::Filter(_), .. }), "{unfit}");
        // Of this thread, which ends with the test.
        caps::clear(None, caps::CapSet::Effective).unwrap();
        let forbidden = refused(&[EAST]);
        assert!(matches!(forbidden, Error::Capture { reason: CaptureProblem::NotPermitted(_), .. }), "{forbidden}");
    });
}

#[test]
fn a_saved_capture_is_one_that_can_be_analysed() {
    in_a_network(|| {
        let folder = Folder::new();
        let path = folder.path("saved.pcap");
        let writer = PacketWriter::create(SaveTarget::file(&path)).unwrap();
        let RunningCapture { stream, .. } = Devices::open(&settings(&[WEST])).unwrap().start(Some(writer), packets(9)).unwrap();
        send(EAST, &connection((C, 40_001), (S, 80), 1));
        assert_eq!(frames_of(stream).len(), 9);
        let run = run(&["read", path.to_str().unwrap(), "--table", "services"]);
        assert!(run.code == 0 && run.stdout.contains("http"), "{run:?}");
    });
}

#[cfg(target_os = "linux")]
#[test]
fn interfaces_stay_open_as_long_as_their_guard() {
    use std::os::fd::AsRawFd;

    in_a_network(|| {
        let devices = Devices::open(&settings(&[WEST])).unwrap();
        let descriptor = devices.descriptors().next().unwrap().as_raw_fd();
        // Another test may open a file with the number of a closed descriptor, but not with the number of its inode.
        let socket = || std::fs::read_link(format!("/proc/self/fd/{descriptor}")).ok();
        let open = socket();
        let RunningCapture { stream, stop_handle, descriptors, .. } = devices.start(None, Limits::default()).unwrap();
        stop_handle.stop();
        assert_eq!(read(stream).len(), 0);
        assert!(open.is_some() && socket() == open);
        drop(descriptors);
        assert_ne!(socket(), open);
    });
}
