//! Several tables in one folder, each in a file of its own.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::report::Table;
use crate::support::atomic_write;

/// The path of a table's file in a folder: NAME.EXTENSION.
pub fn file_of(folder: &Path, table: &str, extension: &str) -> PathBuf {
    folder.join(table).with_extension(extension)
}

/// Writes each table with `write` to its file in a folder, which is created if missing. An existing file is replaced as a whole.
///
/// Returns the errors of files that could not be written. A failed file does not prevent the others.
pub fn write<'a>(
    folder: &Path,
    extension: &str,
    tables: impl Iterator<Item = Table<'a>>,
    write: impl Fn(&Table<'a>, &mut dyn Write) -> io::Result<()>,
) -> Vec<Error> {
    let failed = |path: &Path, source| Error::writing(path.display().to_string(), source).of_data();
    if let Err(source) = fs::create_dir_all(folder) {
        return vec![failed(folder, source)];
    }
    let write_one = |table: Table<'a>| {
        let path = file_of(folder, table.id.key(), extension);
        atomic_write::write(&path, |output| write(&table, output)).err().map(|source| failed(&path, source))
    };
    tables.filter_map(write_one).collect()
}
