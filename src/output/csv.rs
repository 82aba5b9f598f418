//! Every table as a file of its own: RFC 4180, UTF-8, a header row of keys.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::data::append_guarded;
use crate::error::Error;
use crate::summary::{Cell, Table};

/// Writes tables into a folder, which is made if it is not there, as NAME.csv each.
pub fn write_folder<'a>(folder: &Path, tables: impl Iterator<Item = Table<'a>>) -> Result<(), Error> {
    let failed = |path: &Path, source| Error::Write { output: path.display().to_string(), source };
    fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
    for table in tables {
        let path = folder.join(table.name).with_extension("csv");
        let file = File::create(&path).map_err(|source| failed(&path, source))?;
        write(&table, BufWriter::new(file)).map_err(|source| failed(&path, source))?;
    }
    Ok(())
}

/// Writes one table.
pub fn write(table: &Table<'_>, mut output: impl Write) -> io::Result<()> {
    let mut header = writer(&mut output);
    header.write_record(table.columns.iter().map(|column| column.key))?;
    header.flush()?;
    drop(header);
    let format = |rows: &mut dyn Iterator<Item = Cow<'_, [Cell<'_>]>>, bytes: &mut Vec<u8>| {
        let mut writer = writer(bytes);
        let mut text = String::new();
        for row in rows {
            for cell in row.iter() {
                text.clear();
                append_guarded(cell, &mut text);
                writer.write_field(&text)?;
            }
            writer.write_record(None::<&[u8]>)?;
        }
        writer.flush()
    };
    table.write(table.len(), format, |bytes| output.write_all(bytes))?;
    output.flush()
}

fn writer<W: Write>(output: W) -> csv::Writer<W> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(output)
}
