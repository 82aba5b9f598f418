//! Sentences with their variable parts filled in.

use super::numbers::{duration, exact_bytes};
use super::*;
use crate::error::{Action, Error, ForeignFormat, NotACapture, SkippedFiles};
use crate::explain::{ChoiceProblem, Endpoint, KnownServerResult, PeerPorts, PortDiversityResult, RungResult};
use crate::messages::{
    ChoiceMessages, ErrorMessages, ExplainMessages, InterruptedAt, Language, ReadingMessages, RungMessages, TableMessages,
    UsageMessages,
};
use crate::report::{TableId, TableName};
use crate::service::FlowFlags;

fn passed_over(numbers: [u64; 4]) -> SkippedFiles {
    let [other_files, folders, special, repeated] = numbers;
    SkippedFiles { other_files, folders, special, repeated }
}

fn saving_ended(saved: u64) -> String {
    let source = std::io::ErrorKind::StorageFull.into();
    English.error(&Error::Io { action: Action::SavePackets { saved }, name: "x".into(), source })
}

const END: Endpoint = Endpoint { address: std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), port: Some(80) };

/// Sentences with 1 for each number.
fn sentences_of_one() -> Vec<String> {
    let at = InterruptedAt { input: "x", offset: 1, is_compressed: true };
    vec![
        English.ether_type_not_decoded(0x1234, "ethertype-1234", 1, 1),
        English.announcements_dropped(1),
        English.flows_overflowed(1, 1),
        saving_ended(1),
        English.filter_matched(1, 1),
        English.filter_missed_tagged(1, "x"),
        English.filter_unusable(1, "x", "y", 1),
        English.filter_unusable_for_more(1, 1),
        English.link_type_not_decoded(1, "x", 1),
        English.more_link_types_not_decoded(1),
        English.passed_over(&["x".into()], passed_over([1; 4])),
        English.more_read_problems(1),
        English.suspected_duplicates(1, 1, 4, 1),
        English.dropped_duplicates(1, 1, 4, 1),
        English.reading_interrupted("SIGINT", 1, Some(at), 1),
        English.reading_interrupted("SIGINT", 1, None, 1),
        English.others(1),
        English.flow_size(1, 1, Some((1, 1))),
        English.rung_result(&RungResult::KnownServer(KnownServerResult::One { server: END, flows: 1 })),
        English.rung_result(&RungResult::PortDiversity(PortDiversityResult::Alike([PeerPorts { end: END, ports: 1 }; 2]))),
        English.choice_problem(&ChoiceProblem::NoSuchNumber { number: 1, flows: 1 }),
        English.choice_problem(&ChoiceProblem::NoSuchPacket { packet: 1, packets: 1 }),
        English.filter_matched_flows(1, 1, 1, 1),
        English.left_out_columns(1),
    ]
}

#[cfg(feature = "live")]
fn live_sentences_of_one() -> Vec<String> {
    use crate::capture::live::Ending;
    use crate::error::PrivilegeProblem;
    use crate::messages::{DoctorMessages, LiveMessages};

    vec![
        English.capture_status(1, 1, 1, 1, 1),
        English.capture_ended("eth0", 1, 1, Some(&Ending::Stopped)),
        English.packets_dropped(1, 0).unwrap(),
        English.packets_dropped(0, 1).unwrap(),
        English.packets_saved(1, 1, 1),
        English.live_capture_ready(1),
        English.error(&Error::Privileges(PrivilegeProblem::ThreadsRunning { threads: 1 })),
    ]
}

#[cfg(not(feature = "live"))]
fn live_sentences_of_one() -> Vec<String> {
    Vec::new()
}

#[test]
fn one_of_something_is_singular_in_every_sentence() {
    let plurals = [
        "packets",
        "ports",
        "flows",
        "files",
        "inputs",
        "types",
        "places",
        "folders",
        "announcements",
        "others",
        "threads",
        "columns",
        "things",
    ];
    for sentence in [sentences_of_one(), live_sentences_of_one()].concat() {
        let words: Vec<&str> = sentence.split([' ', ':', ';', ',']).collect();
        let wrong = words.windows(2).any(|pair| pair[0] == "1" && plurals.contains(&pair[1]));
        assert!(!wrong && !sentence.contains("1 packet are"), "{sentence}");
    }
    assert_eq!(
        English.flows_overflowed(1, 1),
        "flow limit of 1 reached: 1 packet of further flows is counted together (flag overflow); --max-flows sets the limit"
    );
    assert!(English.announcements_dropped(1).contains("1 announcement on control channels was dropped"));
    assert_eq!([1, 2].map(|number| English.others(number)), ["(1 other)", "(2 others)"]);
    assert_eq!([1, 1234].map(exact_bytes), ["1 byte", "1234 bytes"]);
    assert_eq!([1, 7].map(|number| English.left_out_columns(number)), ["+1 column: --wide", "+7 columns: --wide"]);
}

#[test]
fn every_table_has_a_title_of_its_own() {
    let others = [TableId::Interfaces, TableId::Book, TableId::Candidates, TableId::Sides];
    let tables: Vec<TableId> = TableName::ALL.map(TableId::Analysis).into_iter().chain(others).collect();
    let titles: std::collections::HashSet<&str> = tables.iter().map(|table| English.table_title(*table)).collect();
    let keys: std::collections::HashSet<&str> = tables.iter().map(|table| table.key()).collect();
    assert_eq!((titles.len(), keys.len()), (tables.len(), tables.len()));
    assert_eq!(English.table_title(TableId::Other("pets")), "pets");
    assert_eq!(Language::default().messages().table_title(TableId::Book), English.table_title(TableId::Book));
}

#[test]
fn a_capture_that_cannot_be_read_is_not_said_to_be_none() {
    let said = |reason| English.error(&Error::NotACapture { input: "x".into(), reason });
    let converted = said(NotACapture::Foreign(ForeignFormat::NetworkMonitor1));
    assert!(converted.starts_with("x cannot be read as a capture: it is a capture of Microsoft"), "{converted}");
    assert!(said(NotACapture::PcapVersion { major: 9, minor: 4 }).starts_with("x cannot be read as a capture: "));
    assert_eq!(said(NotACapture::Foreign(ForeignFormat::Pdf)), "x is not a capture file: it is a PDF document");
    let unknown = said(NotACapture::Unknown { bytes: [1, 2, 0xff, 0], len: 3 });
    assert_eq!(unknown, "x is not a capture file: its first bytes (01 02 ff) match no known format (pcap, pcapng, snoop)");
}

#[test]
fn every_flag_has_a_meaning_but_those_of_the_ladder() {
    for flag in FlowFlags::all().iter() {
        assert_eq!(English.flag_meaning(flag).is_empty(), FlowFlags::CONFLICTS.contains(flag), "{flag:?}");
    }
}

#[test]
fn durations_have_the_unit_that_fits() {
    let durations = [0, 1500, 2_000_000, 12_345_678_900, 60_000_000_000, 3_600_000_000_000].map(duration);
    assert_eq!(durations, ["0 µs", "1.5 µs", "2 ms", "12.345 s", "60 s", "1 h"]);
}

#[test]
fn skipped_entries_are_named_by_kind() {
    let folder = |numbers| English.error(&Error::NoCaptures { input: "x".into(), passed_over: passed_over(numbers) });
    assert_eq!(folder([0; 4]), "folder x is empty");
    assert!(folder([2, 1, 0, 0]).ends_with("only 2 files that are not captures; 1 subfolder (not read)"));
}

#[test]
fn the_unread_part_is_named() {
    let at = InterruptedAt { input: "a.pcap", offset: 1024, is_compressed: false };
    let sentences = [
        English.reading_interrupted("SIGINT", 9, Some(at), 0),
        English.reading_interrupted("SIGTERM", 1, Some(InterruptedAt { is_compressed: true, ..at }), 2),
        English.reading_interrupted("SIGINT", 0, None, 1),
        English.reading_interrupted("SIGINT", 0, None, 2),
        English.reading_interrupted("SIGHUP", 1_234, None, 0),
    ];
    let expected = [
        "interrupted by SIGINT after 9 packets, at byte 1,024 of a.pcap; the rest was not read",
        "interrupted by SIGTERM after 1 packet, at byte 1,024 of the decompressed data of a.pcap; the rest and 2 more inputs were not read",
        "interrupted by SIGINT before the first packet; 1 input was not read",
        "interrupted by SIGINT before the first packet; 2 inputs were not read",
        "interrupted by SIGHUP after 1,234 packets; all packets had been read",
    ];
    assert_eq!(sentences, expected);
}

#[test]
fn similar_names_are_suggested_in_a_sentence() {
    let missing = |near: &[&str]| {
        let near = near.iter().map(|&name| name.to_owned()).collect();
        English.error(&Error::Missing { input: "x".into(), near })
    };
    assert_eq!(missing(&[]), "cannot open x: no such file or directory");
    assert!(missing(&["a", "b", "c"]).ends_with("; did you mean a, b or c?"));
    let sentence = English.no_such_word("raed", &["read"], &["reed".into()], &["read", "explain"]);
    assert_eq!(sentence, "there is no command or file \"raed\"; did you mean portolan read, or the file reed?");
    let sentence = English.no_such_word("x", &[], &[], &["read", "explain"]);
    assert_eq!(sentence, "there is no command or file \"x\"; the commands are read, explain; see portolan help");
}

#[cfg(feature = "live")]
#[test]
fn dropped_privileges_are_one_line() {
    use crate::messages::LiveMessages;
    use crate::platform::privileges::{Landlock, NoCallFilter, PrivilegeReport, TargetUser, UserReason};

    let user = Some(TargetUser { uid: 1000, gid: 100, why: UserReason::Sudo });
    let all = |landlock, call_filter| {
        let report = PrivilegeReport { user, capabilities: true, bounding: true, no_new_privs: true, landlock, call_filter };
        English.privileges_dropped(&report)
    };
    let begin = "dropped privileges: uid 1000, gid 100 (the sudo user), no capabilities, no_new_privs, ";
    assert_eq!(all(Landlock::Full, Ok(())), format!("{begin}Landlock, system-call filter"));
    let without = format!("{begin}Landlock, no system-call filter (the system refuses it: Function not implemented)");
    assert_eq!(all(Landlock::Full, Err(NoCallFilter::Refused("Function not implemented".into()))), without);
    assert!(all(Landlock::None, Ok(())).ends_with("no Landlock (this system does not have it), system-call filter"));
    let little = PrivilegeReport {
        user: None,
        capabilities: false,
        bounding: false,
        no_new_privs: false,
        landlock: Landlock::None,
        call_filter: Err(NoCallFilter::NoSeccomp),
    };
    let sentence =
        "dropped privileges: no Landlock (this system does not have it), no system-call filter (this system has no seccomp)";
    assert_eq!(English.privileges_dropped(&little), sentence);
}

#[cfg(feature = "live")]
#[test]
fn saved_packets_are_counted_with_their_files() {
    use crate::messages::LiveMessages;

    assert_eq!(English.packets_saved(1, 1, 1), "saved 1 packet in 1 file, of which the oldest was removed");
    assert!(saving_ended(0).ends_with("no packets were saved"));
}
