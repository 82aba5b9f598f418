//! Several captures as one: every packet is counted once, in the file that it is in, all tables can be made, and neither the
//! number of threads nor dropping duplicates changes how many packets were read.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use portolan::analysis::{Decided, Options, Sequence, analyse_sources};
use portolan::capture::{InputName, Source};
use portolan::format::json;
use portolan::report::{Report, TableName};

/// The most files of a set.
const MAX_FILES: usize = 8;

/// The files: each begins with two bytes that say how long it is.
fn files(mut rest: &[u8]) -> Vec<&[u8]> {
    let mut files = Vec::new();
    while let [low, high, data @ ..] = rest
        && files.len() < MAX_FILES
    {
        let (file, behind) = data.split_at(data.len().min(usize::from(u16::from_le_bytes([*low, *high]))));
        files.push(file);
        rest = behind;
    }
    files
}

fn analysed(files: &[&[u8]], options: &Options) -> Decided<'static> {
    let name = |number| InputName::File(format!("{number}.pcap").into());
    let open = |(number, bytes): (usize, &&[u8])| Source::from_reader(&name(number), Box::new(Cursor::new(bytes.to_vec())));
    analyse_sources(options, files.iter().enumerate().map(open), |_, _| {})
}

/// Packets of all inputs, and those of them that were dropped as duplicates.
fn packets(decided: &Decided<'_>) -> (u64, u64) {
    let tallies = decided.collected.inputs.iter().flat_map(|input| &input.interfaces).map(|(_, tally)| tally);
    tallies.fold((0, 0), |(packets, duplicates), tally| (packets + tally.traffic.packets, duplicates + tally.duplicates))
}

fn document(decided: &Decided<'_>) -> Vec<u8> {
    let program = json::Producer { version: "0", services_table: String::new() };
    let heading = json::Heading { portolan: program, input: Vec::new(), options: json::Settings::default() };
    let mut document = Vec::new();
    json::write(&heading, TableName::ALL.into_iter().map(|name| Report::new(decided).table(name)), &mut document).unwrap();
    document
}

fuzz_target!(|bytes: &[u8]| {
    let files = files(bytes);
    let usual = Options { threads: 1, timeline: Some(Default::default()), closed_ports: true, ..Options::new(Vec::new()) };
    let together = analysed(&files, &usual);
    let (all, suspected) = packets(&together);
    assert_eq!(together.collected.total().packets, all);
    assert_eq!(together.collected.inputs.len() + together.collected.failures.len(), files.len());
    let apart: u64 = files.iter().map(|file| packets(&analysed(&[*file], &usual)).0).sum();
    assert_eq!(all, apart);
    Sequence::new(&together.collected.inputs);

    let threads = Options { threads: 3, ..usual.clone() };
    assert!(document(&together) == document(&analysed(&files, &threads)));

    let without_duplicates = analysed(&files, &Options { dedup: true, ..usual });
    let (kept, dropped) = packets(&without_duplicates);
    assert_eq!(kept + dropped, all);
    assert!(dropped >= suspected);
});
