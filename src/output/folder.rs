//! Several tables as files of their own in one folder.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::summary::Table;
use crate::support::atomic_write;

/// The file of a table in a folder: NAME.EXTENSION.
pub fn file_of(folder: &Path, table: &str, extension: &str) -> PathBuf {
    folder.join(table).with_extension(extension)
}

/// Writes each table with `write` to its file in a folder, which is made if it is not there. A file that is there is replaced as
/// a whole.
///
/// The result is what could not be written. A file that fails is no reason not to write the others.
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
        let path = file_of(folder, table.name, extension);
        atomic_write::write(&path, |output| write(&table, output)).err().map(|source| failed(&path, source))
    };
    tables.filter_map(write_one).collect()
}
