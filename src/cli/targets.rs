//! Floor 10: where documents can go.

use std::path::PathBuf;

/// Where a document goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To standard output, in place of the tables for people.
    Stdout,
    /// Into a file.
    File(PathBuf),
}

impl From<String> for Target {
    fn from(argument: String) -> Target {
        if argument == "-" { Target::Stdout } else { Target::File(argument.into()) }
    }
}

/// Where tables go that are documents of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TablesTarget {
    /// A single one to standard output, in place of the tables for people.
    Stdout,
    /// Into files in a folder.
    Folder(PathBuf),
}

impl From<PathBuf> for TablesTarget {
    fn from(argument: PathBuf) -> TablesTarget {
        if argument.as_os_str() == "-" { TablesTarget::Stdout } else { TablesTarget::Folder(argument) }
    }
}
