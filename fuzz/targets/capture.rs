//! A whole capture file, whatever its bytes: it is read to an end, every packet is counted once, and every table can be
//! built and written.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use portolan::analysis::{Options, analyse_sources};
use portolan::capture::{InputName, Source};
use portolan::format::csv;
use portolan::report::{Report, TableName};

fuzz_target!(|bytes: &[u8]| {
    let source = Source::from_reader(&InputName::Stdin, Box::new(Cursor::new(bytes.to_vec())));
    let decided = analyse_sources(&Options::new(Vec::new()), std::iter::once(source), |_, _| {});
    let captured: u64 = decided.collected.inputs.iter().flat_map(|input| &input.interfaces).map(|(_, tally)| tally.traffic.packets).sum();
    assert_eq!(decided.collected.total().packets, captured);
    for name in TableName::ALL {
        csv::write(&Report::new(&decided).table(name), std::io::sink()).unwrap();
    }
});
