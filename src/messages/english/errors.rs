//! Errors, and places of inputs that cannot be read.

use std::io;

use super::formats::{compression_problem, format_problem, not_a_capture};
use super::live_errors::{capture, live_unavailable, privileges, save};
use super::{English, number_of, one_of, packets};
use crate::capture::{ReadProblem, ReadReason};
use crate::error::{
    Action, CompressionProblem, Error, FilterProblem, NamedOutput, NotAPortTable, OutputConflict, PassedOver, RuleProblem,
    UsedFile,
};
use crate::messages::ErrorMessages;

impl ErrorMessages for English {
    fn error(&self, error: &Error) -> String {
        match error {
            Error::Io { action, name, source } => io(*action, name, source),
            Error::Missing { input, near } if near.is_empty() => format!("cannot open {input}: there is no such file or folder"),
            Error::Missing { input, near } => {
                format!("cannot open {input}: there is no such file or folder; did you mean {}?", one_of(near))
            }
            Error::Interrupted { input } => format!("the reading of {input} was interrupted before its file header was read"),
            Error::Folder { input } => {
                format!("{input} is a folder, not a capture file; name the files in it, for example {input}/*.pcap")
            }
            Error::NoCaptures { input, passed_over } if *passed_over == PassedOver::default() => {
                format!("{input} is a folder without a capture file: it is empty")
            }
            Error::NoCaptures { input, passed_over } => {
                format!("{input} is a folder without a capture file: it has {}", kinds_passed_over(*passed_over))
            }
            Error::SameFile { input, again } if input == again => {
                format!("{input} is given twice; name each capture once, or its packets would be counted twice")
            }
            Error::SameFile { input, again } => {
                format!("{again} is the same file as {input}; name each capture once, or its packets would be counted twice")
            }
            Error::Empty { input } => format!("{input} is empty: it does not even hold a capture file's header"),
            Error::NotACapture { input, reason } => {
                format!("{input} is not a capture file that can be read: {}", not_a_capture(*reason))
            }
            Error::ReaderGone { output } => format!("cannot write {output}: its reader went away before it had all"),
            Error::Outputs(conflict) => outputs(conflict),
            Error::Filter { problem, .. } => format!("the filter is wrong: {}", filter(problem)),
            Error::NoFilter(reason) => format!("cannot filter: {}", live_unavailable(reason)),
            Error::NoLive(reason) => format!("cannot capture: {}", live_unavailable(reason)),
            Error::NoInterface { known } => format!("name an interface to capture on; {}", known_interfaces(known)),
            Error::Capture { interface, reason } => capture(interface, reason),
            Error::Save { output, reason } => format!("cannot save to {output}: {}", save(reason)),
            Error::Privileges(problem) => {
                format!("cannot give up the rights that capturing takes, so nothing is captured: {}", privileges(problem))
            }
            Error::NotAPortTable { path, reason } => {
                format!("{} cannot be read as a port table: {}", path.display(), not_a_port_table(*reason))
            }
            Error::PortTable { path, line, problem } => format!("{} line {line}: {}", path.display(), rule(problem)),
        }
    }

    fn read_problem(&self, problem: &ReadProblem) -> String {
        let ReadProblem { offset, reason, is_compressed, is_resumed } = problem;
        let of_what = if *is_compressed { " of the decompressed data" } else { "" };
        let then = if *is_resumed { "skipped that record and went on behind it" } else { "what comes before it is counted" };
        format!("at byte {offset}{of_what}: {}; {then}", read_reason(reason))
    }

    fn compression_problem(&self, problem: CompressionProblem) -> &'static str {
        compression_problem(problem)
    }

    fn more_read_problems(&self, number: u64) -> String {
        number_of(number, "more such place", "more such places")
    }

    fn passed_over(&self, folders: &[String], passed_over: PassedOver) -> String {
        let kinds = kinds_passed_over(passed_over);
        match folders {
            [folder] => format!("skipped in folder {folder}: {kinds}"),
            folders => format!("skipped in {} folders: {kinds}", folders.len()),
        }
    }
}

fn io(action: Action, name: &str, source: &io::Error) -> String {
    match action {
        Action::Open => format!("cannot open {name}: {}", system_error(source)),
        Action::Read => format!("cannot read {name}: {}", system_error(source)),
        Action::Write => format!("cannot write {name}: {}", system_error_of_writing(source)),
        Action::SavePackets { saved: 0 } => {
            format!("cannot write {name}: {}; no packet was saved", system_error_of_writing(source))
        }
        Action::SavePackets { saved } => {
            format!("cannot write {name}: {}; the saving has ended after {}", system_error_of_writing(source), packets(saved))
        }
        Action::RemoveOldest => {
            format!("cannot remove {name}: {}; it stays, and the saving goes on", system_error(source))
        }
    }
}

/// The system's message in plain words, without its error number.
fn system_error(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".into(),
        io::ErrorKind::PermissionDenied => "permission denied; ask its owner for the right to it, or use sudo".into(),
        io::ErrorKind::StorageFull => "the disk is full".into(),
        _ => error.to_string(),
    }
}

/// The same where a file was to be made: if something is missing then, it is the file's folder.
fn system_error_of_writing(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "the folder it should be in does not exist".into(),
        _ => system_error(error),
    }
}

/// What was passed over in folders. Nothing, if all numbers are 0.
fn kinds_passed_over(PassedOver { other_files, folders, special, repeated }: PassedOver) -> String {
    let some = |number: u64, one: &str, several: &str| (number > 0).then(|| number_of(number, one, several));
    let kinds = [
        some(other_files, "file that is not a capture", "files that are not captures"),
        some(folders, "folder, which is not entered", "folders, which are not entered"),
        some(special, "FIFO, device, socket or broken link", "FIFOs, devices, sockets or broken links"),
        some(repeated, "further name of the same capture", "further names of the same captures"),
    ];
    kinds.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn read_reason(reason: &ReadReason) -> String {
    match reason {
        ReadReason::Format(problem) => format_problem(*problem),
        ReadReason::EndsInRecord { needed, available } => {
            format!("the capture ends inside a record, which needs {needed} bytes and has {available}")
        }
        ReadReason::EndsInBlock { needed, available } => {
            format!("the capture ends inside a block, which needs {needed} bytes and has {available}")
        }
        ReadReason::CompressedDataCutOff(compression) => format!("the {} data is cut off", compression.name()),
        ReadReason::CompressedData(compression, problem) => {
            format!("the {} data is damaged ({})", compression.name(), compression_problem(*problem))
        }
        ReadReason::Decompressor(compression, error) => format!("the {} data is damaged ({error})", compression.name()),
        ReadReason::System(error) => format!("reading failed ({error})"),
    }
}

fn outputs(conflict: &OutputConflict) -> String {
    match conflict {
        OutputConflict::StandardOutput { first, second } => {
            format!("standard output can take {first} - or {second} -, not both; name a file for one of them")
        }
        OutputConflict::NotOneTable { option, tables } => format!(
            "{option} - writes one table to standard output, not {tables}; choose one with --table NAME, name a folder for files of \
             their own ({option} DIR), or use --json -, which writes all of them as one document"
        ),
        OutputConflict::SameFile { output, used } => {
            let output = named_output(output);
            match used {
                UsedFile::Input(input) => format!(
                    "{output} is the same file as the input {input}: writing it would destroy the capture; choose another name"
                ),
                UsedFile::StandardInput => format!(
                    "{output} is the same file as standard input: writing it would destroy the capture; choose another name"
                ),
                UsedFile::PortTable(table) => format!(
                    "{output} is the same file as the --services file {table}: writing it would destroy that port table; choose another \
                 name"
                ),
                UsedFile::Output(other) => format!(
                    "{output} is the same file as {}: one would overwrite the other; choose another name for one of them",
                    named_output(other)
                ),
            }
        }
    }
}

/// The words for an output.
fn named_output(output: &NamedOutput) -> String {
    match output {
        NamedOutput::StandardOutput => "standard output".into(),
        NamedOutput::OfOption { option, path } => format!("{option} {path}"),
        NamedOutput::InFolder { option, path } => format!("{path} of {option}"),
    }
}

fn filter(problem: &FilterProblem) -> String {
    match problem {
        FilterProblem::Libpcap(why) => why.clone(),
        FilterProblem::HostName(name) => {
            format!("nothing is looked up on the network, so \"{name}\" has to be given as an address")
        }
        FilterProblem::RejectsAll => "no packet can meet it".into(),
    }
}

/// The interfaces that there are.
pub(super) fn known_interfaces(names: &[String]) -> String {
    if names.is_empty() { "there are none".into() } else { format!("there are {}", names.join(", ")) }
}

fn not_a_port_table(reason: NotAPortTable) -> String {
    match reason {
        NotAPortTable::Folder => "it is a folder; name a text file with one rule a line".into(),
        NotAPortTable::NotAFile => "it is no regular file but a device, a pipe or a socket; save the rules to a file".into(),
        NotAPortTable::TooLarge { limit } => format!("it is larger than {limit} bytes, the limit; is it the right file?"),
        NotAPortTable::NotUtf8 { offset } => format!("it is no text in UTF-8 (at byte {offset}); is it the right file?"),
    }
}

fn rule(problem: &RuleProblem) -> String {
    match problem {
        RuleProblem::TooMany { limit } => format!("a port table may hold {limit} rules, and this is one more"),
        RuleProblem::NoEquals(line) => format!("\"{line}\" has no '='; a rule looks like: udp/2500 = ip-phone, voip"),
        RuleProblem::NoPort(word) => format!("\"{word}\" is no port; write it like tcp/8000 or udp/5000-5010"),
        RuleProblem::NoTransport(word) => {
            format!("\"{word}\" is no transport with ports; it must be tcp, udp, sctp, dccp or udp-lite")
        }
        RuleProblem::NoPorts(word) => format!("\"{word}\" is no port and no range of ports from 1 to 65535"),
        RuleProblem::NoAddress(word) => format!("\"{word}\" is no address and no network such as 192.0.2.0/24"),
        RuleProblem::NoName(name) => {
            format!("\"{name}\" is no service name; it must have 1 to 40 letters, digits, or - _ . + /")
        }
        RuleProblem::ReservedName(name) => {
            format!("\"{name}\" is what Portolan says where a name is missing; choose another one")
        }
        RuleProblem::NoCategory { word, known } => {
            format!("\"{word}\" is no category; it must be one of {}", known.join(", "))
        }
    }
}
