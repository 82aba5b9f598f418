//! Refuses outputs that would destroy an input or each other, before anything is read.
//!
//! Existing regular files are compared by their identity, whatever links and paths lead to them, and missing files by their
//! future place. Devices and named pipes keep nothing that could be destroyed.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use portolan::capture::{Identity, InputName};
use portolan::error::{Error, NamedOutput, OutputConflict, UsedFile};
use portolan::format::Layout;
use portolan::format::folder::file_of;
use portolan::report::{TableId, TableName};
use portolan::support::paths;

use crate::app::cli::{CompareJob, Destination, RowsJob, TablesJob, Target};

/// Checks the outputs of a capture's tables, and `saved` for its packets (`-` is standard output).
///
/// # Errors
///
/// [`Error::Outputs`] if two outputs are the same file, if one is an input or the user's port table, if several tables are to
/// go where only one can, or if a terminal cannot show one.
pub fn check_tables(job: &TablesJob, saved: Option<&Path>, inputs: &[InputName], port_table: Option<&Path>) -> Result<(), Error> {
    let names = keys(&job.written);
    let mut outputs = outputs(&job.destinations, job.written.len(), &names)?;
    outputs.extend(job.page.as_ref().map(page));
    outputs.extend(saved.map(|path| Output {
        option: "--write",
        target: if path == Path::new("-") { Place::Stdout } else { Place::File(path) },
    }));
    check(&outputs, inputs, port_table)
}

/// Checks the outputs of a comparison.
///
/// # Errors
///
/// As those of [`check_tables`].
pub fn check_comparison(job: &CompareJob, inputs: &[InputName]) -> Result<(), Error> {
    let mut names = keys(&job.tables);
    names.push(TableId::Sides.key());
    let mut outputs = outputs(&job.destinations, job.tables.len(), &names)?;
    outputs.extend(job.page.as_ref().map(page));
    check(&outputs, inputs, job.common.services.as_deref())
}

fn keys(tables: &[TableName]) -> Vec<&'static str> {
    tables.iter().map(|table| table.key()).collect()
}

/// The outputs of tables: `chosen` is their number on standard output, `names` are those of their files in a folder.
fn outputs<'a>(destinations: &'a [Destination], chosen: usize, names: &'a [&'static str]) -> Result<Vec<Output<'a>>, Error> {
    check_terminal(destinations)?;
    // If two options write to standard output, the message names one with a single document last.
    let (each, one): (Vec<_>, Vec<_>) =
        destinations.iter().partition(|destination| matches!(destination.format.layout, Layout::EachTable(_)));
    let mut outputs = Vec::new();
    for Destination { format, target } in each {
        let option = format.option;
        outputs.push(match target {
            Target::Stdout if chosen != 1 => return refuse(OutputConflict::NotOneTable { option, tables: chosen }),
            Target::Stdout => Output { option, target: Place::Stdout },
            Target::Path(folder) => Output { option, target: Place::Folder(folder, names) },
        });
    }
    outputs.extend(one.into_iter().map(output));
    Ok(outputs)
}

/// Checks the outputs of a single table.
///
/// # Errors
///
/// [`Error::Outputs`] if two outputs are the same file, if one is the user's port table, or if a terminal cannot show one.
pub fn check_rows(job: &RowsJob, port_table: Option<&Path>) -> Result<(), Error> {
    check_terminal(&job.destinations)?;
    let outputs: Vec<Output> = job.destinations.iter().map(output).collect();
    check(&outputs, &[], port_table)
}

/// Refuses to send to a terminal what it cannot show.
fn check_terminal(destinations: &[Destination]) -> Result<(), Error> {
    let is_unreadable = |one: &&Destination| one.format.is_binary && one.target == Target::Stdout;
    match destinations.iter().find(is_unreadable) {
        Some(one) if io::stdout().is_terminal() => refuse(OutputConflict::NotForTerminals { option: one.format.option }),
        _ => Ok(()),
    }
}

fn output(destination: &Destination) -> Output<'_> {
    Output { option: destination.format.option, target: place(&destination.target) }
}

fn page(target: &Target) -> Output<'_> {
    Output { option: "--html", target: place(target) }
}

fn place(target: &Target) -> Place<'_> {
    match target {
        Target::Stdout => Place::Stdout,
        Target::Path(path) => Place::File(path),
    }
}

/// An output as the user asked for it.
struct Output<'a> {
    option: &'static str,
    target: Place<'a>,
}

enum Place<'a> {
    Stdout,
    File(&'a Path),
    /// A folder, and the names of the tables that have a file in it.
    Folder(&'a Path, &'a [&'static str]),
}

fn check(outputs: &[Output<'_>], inputs: &[InputName], port_table: Option<&Path>) -> Result<(), Error> {
    let to_stdout: Vec<_> = outputs.iter().filter(|output| matches!(output.target, Place::Stdout)).collect();
    if let [first, second, ..] = to_stdout[..] {
        return refuse(OutputConflict::StandardOutput { first: first.option, second: second.option });
    }
    let mut files = Files::default();
    for input in inputs {
        match input {
            InputName::File(path) => files.know(FileId::of(path), UsedFile::Input(input.to_string())),
            InputName::Stdin => files.know(stdin(), UsedFile::StandardInput),
            InputName::Live => {}
        }
    }
    if let Some(path) = port_table {
        files.know(FileId::of(path), UsedFile::PortTable(path.display().to_string()));
    }
    files.add(stdout(), NamedOutput::StandardOutput)?;
    for &Output { option, ref target } in outputs {
        match target {
            Place::Stdout => {}
            Place::File(path) => {
                let path_name = path.display().to_string();
                files.add(FileId::of(path), NamedOutput::OfOption { option, path: path_name })?;
            }
            Place::Folder(folder, tables) => files.add_folder(option, folder, tables)?,
        }
    }
    Ok(())
}

fn refuse<T>(conflict: OutputConflict) -> Result<T, Error> {
    Err(Error::Outputs(conflict))
}

/// The files that are read and written. Several outputs may share a folder.
#[derive(Default)]
struct Files {
    known: HashMap<FileId, UsedFile>,
    folders: HashSet<FileId>,
}

impl Files {
    /// Records a file that is read.
    fn know(&mut self, file: Option<FileId>, used: UsedFile) {
        if let Some(file) = file {
            self.known.insert(file, used);
        }
    }

    /// Records a file that is written, and refuses one that is recorded already.
    fn add(&mut self, file: Option<FileId>, output: NamedOutput) -> Result<(), Error> {
        let Some(file) = file else { return Ok(()) };
        if let Some(used) = self.known.get(&file) {
            return refuse(OutputConflict::SameFile { output, used: used.clone() });
        }
        self.known.insert(file, UsedFile::Output(output));
        Ok(())
    }

    fn add_folder(&mut self, option: &'static str, folder: &Path, tables: &[&str]) -> Result<(), Error> {
        let of_folder = FileId::of(folder).filter(|folder| !self.folders.contains(folder));
        self.add(of_folder, NamedOutput::OfOption { option, path: folder.display().to_string() })?;
        self.folders.extend(FileId::of(folder));
        tables.iter().try_for_each(|table| {
            let file = file_of(folder, table, option.trim_start_matches('-'));
            self.add(FileId::of(&file), NamedOutput::InFolder { option, path: file.display().to_string() })
        })
    }
}

/// The identity of a file.
#[derive(PartialEq, Eq, Hash)]
enum FileId {
    /// An existing file.
    There(Identity),
    /// A missing file, by its future place.
    Missing(PathBuf),
}

impl FileId {
    /// The file that a path leads to; `None` if it is not a regular file.
    fn of(path: &Path) -> Option<FileId> {
        match fs::metadata(path) {
            Ok(metadata) => metadata.is_file().then(|| FileId::There(Identity::new(path, &metadata))),
            Err(_) => Some(FileId::Missing(paths::resolve(path))),
        }
    }

    /// The file that a stream comes from or goes to, whatever its name.
    #[cfg(unix)]
    fn of_stream(stream: impl std::os::fd::AsFd) -> Option<FileId> {
        let metadata = fs::File::from(stream.as_fd().try_clone_to_owned().ok()?).metadata().ok()?;
        metadata.is_file().then(|| FileId::There(Identity::new(Path::new(""), &metadata)))
    }
}

#[cfg(unix)]
fn stdin() -> Option<FileId> {
    FileId::of_stream(std::io::stdin())
}

#[cfg(unix)]
fn stdout() -> Option<FileId> {
    FileId::of_stream(std::io::stdout())
}

/// A stream alone does not identify a file on this system.
#[cfg(not(unix))]
fn stdin() -> Option<FileId> {
    None
}

/// A stream alone does not identify a file on this system.
#[cfg(not(unix))]
fn stdout() -> Option<FileId> {
    None
}
