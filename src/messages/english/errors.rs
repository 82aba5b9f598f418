//! Errors, and places of inputs that cannot be read.

use std::io;

use super::formats::{compression_problem, format_problem, is_of_a_capture, not_a_capture};
use super::live_errors::{capture, live_unavailable, privileges, save};
use super::numbers::{number_of, packets};
use super::{English, one_of};
use crate::capture::{ReadProblem, ReadReason};
use crate::error::{
    Action, CompressionProblem, Error, FilterProblem, NamedOutput, NotAPortTable, OutputConflict, RuleProblem, SkippedFiles,
    UsedFile,
};
use crate::messages::{ErrorMessages, PresentationMessages};

impl ErrorMessages for English {
    fn error(&self, error: &Error) -> String {
        match error {
            Error::Io { action, name, source } => io(*action, name, source),
            Error::Missing { input, near } if near.is_empty() => format!("cannot open {input}: no such file or directory"),
            Error::Missing { input, near } => {
                format!("cannot open {input}: no such file or directory; did you mean {}?", one_of(near))
            }
            Error::Interrupted { input } => format!("{input}: interrupted before its file header was read"),
            Error::Folder { input } => {
                format!("{input} is a folder, not a capture file; name the files in it, for example {input}/*.pcap")
            }
            Error::NoCaptures { input, passed_over } if *passed_over == SkippedFiles::default() => {
                format!("folder {input} is empty")
            }
            Error::NoCaptures { input, passed_over } => {
                format!("folder {input} has no capture file, only {}", kinds_passed_over(*passed_over))
            }
            Error::SameFile { input, again } if input == again => {
                format!("{input} is given twice; name each capture only once, or its packets would be counted twice")
            }
            Error::SameFile { input, again } => {
                format!("{again} is the same file as {input}; name each capture only once, or its packets would be counted twice")
            }
            Error::Empty { input } => format!("{input} is empty (0 bytes)"),
            Error::NotACapture { input, reason } if is_of_a_capture(*reason) => {
                format!("{input} cannot be read as a capture: {}", not_a_capture(*reason))
            }
            Error::NotACapture { input, reason } => format!("{input} is not a capture file: {}", not_a_capture(*reason)),
            Error::ReaderGone { output } => format!("cannot write {output}: its reader closed the pipe early"),
            Error::Outputs(conflict) => outputs(conflict),
            Error::UnknownColumn(problem) => self.unknown_column(problem),
            Error::Filter { problem, .. } => format!("invalid filter: {}", filter(problem)),
            Error::NoFilter(reason) => format!("cannot filter: {}", live_unavailable(reason)),
            Error::NoLive(reason) => format!("cannot capture: {}", live_unavailable(reason)),
            Error::NoInterface { known } => format!("no interface given; {}", known_interfaces(known)),
            Error::Capture { interface, reason } => capture(interface, reason),
            Error::Save { output, reason } => format!("cannot save to {output}: {}", save(reason)),
            Error::Privileges(problem) => {
                format!("cannot drop privileges, so nothing is captured: {}", privileges(problem))
            }
            Error::NotAPortTable { path, reason } => {
                format!("{} is not a port table: {}", path.display(), not_a_port_table(*reason))
            }
            Error::PortTable { path, line, problem } => format!("{} line {line}: {}", path.display(), rule(problem)),
        }
    }

    fn read_problem(&self, problem: &ReadProblem) -> String {
        let ReadProblem { offset, reason, is_compressed, is_resumed } = problem;
        let of_what = if *is_compressed { " of the decompressed data" } else { "" };
        let then = if *is_resumed { "that record was skipped" } else { "everything before it is counted" };
        format!("at byte {offset}{of_what}: {}; {then}", read_reason(reason))
    }

    fn compression_problem(&self, problem: CompressionProblem) -> &'static str {
        compression_problem(problem)
    }

    fn more_read_problems(&self, number: u64) -> String {
        number_of(number, "more problem like these", "more problems like these")
    }

    fn passed_over(&self, folders: &[String], passed_over: SkippedFiles) -> String {
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
            format!("cannot write {name}: {}; no packets were saved", system_error_of_writing(source))
        }
        Action::SavePackets { saved } => {
            format!("cannot write {name}: {}; stopped saving after {}", system_error_of_writing(source), packets(saved))
        }
        Action::RemoveOldest => {
            format!("cannot remove {name}: {}; it is kept, and saving continues", system_error(source))
        }
    }
}

/// The system's message in plain words, without its error number.
fn system_error(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".into(),
        io::ErrorKind::PermissionDenied => "permission denied; ask the owner for access, or use sudo".into(),
        io::ErrorKind::StorageFull => "the disk is full".into(),
        _ => error.to_string(),
    }
}

/// The system's message where a file was to be created: if something is missing then, it is the file's folder.
fn system_error_of_writing(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "its folder does not exist".into(),
        _ => system_error(error),
    }
}

/// The entries that were skipped in folders; empty if all numbers are 0.
fn kinds_passed_over(SkippedFiles { other_files, folders, special, repeated }: SkippedFiles) -> String {
    let some = |number: u64, one: &str, several: &str| (number > 0).then(|| number_of(number, one, several));
    let kinds = [
        some(other_files, "file that is not a capture", "files that are not captures"),
        some(folders, "subfolder (not read)", "subfolders (not read)"),
        some(special, "FIFO, device, socket or broken link", "FIFOs, devices, sockets or broken links"),
        some(repeated, "other name of a capture already read", "other names of captures already read"),
    ];
    kinds.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn read_reason(reason: &ReadReason) -> String {
    match reason {
        ReadReason::Format(problem) => format_problem(*problem),
        ReadReason::EndsInRecord { needed, available } => {
            format!("the capture ends inside a record: {needed} bytes needed, {available} available")
        }
        ReadReason::EndsInBlock { needed, available } => {
            format!("the capture ends inside a block: {needed} bytes needed, {available} available")
        }
        ReadReason::CompressedDataCutOff(compression) => format!("the {} data is cut off", compression.name()),
        ReadReason::CompressedData(compression, problem) => {
            format!("the {} data is damaged ({})", compression.name(), compression_problem(*problem))
        }
        ReadReason::Decompressor(compression, error) => format!("the {} data is damaged ({error})", compression.name()),
        ReadReason::System(error) => format!("read error ({error})"),
    }
}

fn outputs(conflict: &OutputConflict) -> String {
    match conflict {
        OutputConflict::StandardOutput { first, second } => {
            format!("{first} - and {second} - cannot both write to standard output; name a file for one of them")
        }
        OutputConflict::NotOneTable { option, tables } => format!(
            "{option} - writes one table to standard output, not {tables}; choose one with --table NAME, write a file for each table \
             ({option} DIR), or use --json -, which writes them all as one document"
        ),
        OutputConflict::NotForTerminals { option } => format!(
            "{option} - writes a file that is no text, which a terminal cannot show; name a file ({option} FILE), or send standard output \
             to one"
        ),
        OutputConflict::SameFile { output, used } => {
            let output = named_output(output);
            match used {
                UsedFile::Input(input) => format!(
                    "{output} is the same file as the input {input}: writing it would overwrite the capture; choose another name"
                ),
                UsedFile::StandardInput => format!(
                    "{output} is the same file as standard input: writing it would overwrite the capture; choose another name"
                ),
                UsedFile::PortTable(table) => format!(
                    "{output} is the same file as the --services file {table}: writing it would overwrite the port table; choose another \
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

/// The name of an output.
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
            format!("host names are not looked up; give \"{name}\" as an address")
        }
        FilterProblem::RejectsAll => "no packet can match it".into(),
    }
}

/// The names of the interfaces.
pub(super) fn known_interfaces(names: &[String]) -> String {
    if names.is_empty() { "none available".into() } else { format!("available: {}", names.join(", ")) }
}

fn not_a_port_table(reason: NotAPortTable) -> String {
    match reason {
        NotAPortTable::Folder => "it is a folder; name a text file with one rule per line".into(),
        NotAPortTable::NotAFile => "it is a device, a pipe or a socket; save the rules to a regular file".into(),
        NotAPortTable::TooLarge { limit } => format!("it is larger than the limit of {limit} bytes; is it the right file?"),
        NotAPortTable::NotUtf8 { offset } => format!("it is not UTF-8 text (at byte {offset}); is it the right file?"),
    }
}

fn rule(problem: &RuleProblem) -> String {
    match problem {
        RuleProblem::TooMany { limit } => format!("too many rules; the limit is {limit}"),
        RuleProblem::NoEquals(line) => format!(
            "\"{line}\" is no rule; a rule looks like: udp/2500 = ip-phone, voip, or as in /etc/services: ip-phone 2500/udp"
        ),
        RuleProblem::NoPort(word) => format!("\"{word}\" is not a port; write it like tcp/8000 or udp/5000-5010"),
        RuleProblem::NoTransport(word) => {
            format!("\"{word}\" is not a transport with ports; use tcp, udp, sctp, dccp or udp-lite")
        }
        RuleProblem::NoPorts(word) => format!("\"{word}\" is not a port or port range between 1 and 65535"),
        RuleProblem::NoAddress(word) => format!("\"{word}\" is not an address or a network such as 192.0.2.0/24"),
        RuleProblem::NoName(name) => {
            format!("\"{name}\" is not a valid service name; use 1 to 40 letters, digits, or - _ . + /")
        }
        RuleProblem::ReservedName(name) => {
            format!("\"{name}\" is reserved for flows without a name; choose another one")
        }
        RuleProblem::NoCategory { word, near, known, can_be_declared } => {
            let named = match near.as_slice() {
                [] => format!("use one of {}", known.join(", ")),
                near => format!("did you mean {}?", one_of(near)),
            };
            let name = if *can_be_declared { word } else { "NAME" };
            let declared = format!("declare a category of your own with a line such as: category {name} = its meaning");
            format!("\"{word}\" is not a category; {named}{} {declared}", if near.is_empty() { ", or" } else { " Otherwise" })
        }
        RuleProblem::ReservedCategory(name) => {
            format!("\"{name}\" is a category that only Portolan gives; choose another one")
        }
        RuleProblem::BuiltInCategory(name) => {
            format!("\"{name}\" is a built-in category, which every rule can name; remove this line")
        }
        RuleProblem::NoCategoryName { name, limit } => format!(
            "\"{name}\" is not a valid category name; use 1 to {limit} lower-case letters, digits and hyphens, as in: category \
             lab-equipment = Devices of the laboratory"
        ),
        RuleProblem::RepeatedCategory { name, line } => format!("the category \"{name}\" is already declared in line {line}"),
        RuleProblem::NoMeaning { name, limit } => {
            format!("the meaning of the category \"{name}\" must be plain text of at most {limit} characters")
        }
        RuleProblem::TooManyCategories { limit } => format!("too many categories of your own; the limit is {limit}"),
    }
}
