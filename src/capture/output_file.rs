//! A file that packets are saved to. Its bytes are handed to the operating system at once.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::support::paths::folder_of;
use crate::time::Time;

/// A file, or standard output, being written.
///
/// Nothing is buffered: bytes that [`OutputFile::write`] has accepted remain if the process is killed.
pub struct OutputFile {
    name: String,
    output: Box<dyn Write + Send>,
    /// A second handle, if the output is a regular file, whose end can be cut off.
    file: Option<File>,
}

impl OutputFile {
    /// Creates a file; an existing one is overwritten.
    pub fn create(path: &Path) -> io::Result<OutputFile> {
        let file = File::create(path)?;
        let again = if file.metadata()?.is_file() { Some(file.try_clone()?) } else { None };
        Ok(OutputFile { file: again, ..OutputFile::new(path.display().to_string(), Box::new(file)) })
    }

    /// Uses standard output.
    pub fn stdout() -> OutputFile {
        OutputFile::new("standard output".into(), Box::new(io::stdout()))
    }

    /// Uses any writer; messages call it `name`.
    pub fn new(name: String, output: Box<dyn Write + Send>) -> OutputFile {
        OutputFile { name, output, file: None }
    }

    /// The name used in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Hands all of `bytes` to the operating system.
    ///
    /// # Errors
    ///
    /// The failure, with the number of bytes that are known to have arrived.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), (usize, io::Error)> {
        let mut arrived = 0;
        while arrived < bytes.len() {
            match self.output.write(&bytes[arrived..]) {
                Ok(0) => return Err((arrived, io::ErrorKind::WriteZero.into())),
                Ok(count) => arrived += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err((arrived, error)),
            }
        }
        // Standard output has a buffer; how much of it arrived before a failure cannot be known.
        self.output.flush().map_err(|error| (0, error))
    }

    /// Cuts off the last `count` bytes, so that no part of a record remains that did not fit. True if that was possible.
    pub fn truncate_end(&mut self, count: u64) -> bool {
        let Some(file) = &self.file else { return false };
        let length = file.metadata().map(|metadata| metadata.len());
        length.and_then(|length| file.set_len(length.saturating_sub(count))).is_ok()
    }
}

/// The name of file `number` of a rotation, whose first packet was captured at `time`: `day_00001_20261124031500.pcapng` for
/// `day.pcapng`, as dumpcap names them, the time in UTC. A packet without time counts as one of 1970.
pub fn rotated_path(path: &Path, number: u64, time: Time) -> PathBuf {
    let time = if time.is_known() { time } else { Time::from_nanoseconds(0) };
    let stamp: String = time.to_string().chars().filter(char::is_ascii_digit).take("YYYYMMDDhhmmss".len()).collect();
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("_{number:05}_{stamp}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// Checks that the folder of `path` exists, so that a wrong one is reported before the first packet.
pub fn check_folder(path: &Path) -> Result<(), Error> {
    let checked = match folder_of(path).metadata() {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(io::ErrorKind::NotADirectory.into()),
        Err(error) => Err(error),
    };
    checked.map_err(|source| Error::writing(path.display().to_string(), source))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::NANOSECONDS;

    #[test]
    fn a_partial_record_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pcap");
        let mut file = OutputFile::create(&path).unwrap();
        file.write(b"whole part").unwrap();
        assert!(file.truncate_end(5));
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
        assert!(!OutputFile::new("pipe".into(), Box::new(io::sink())).truncate_end(1));
    }

    #[test]
    fn files_of_a_rotation_are_numbered_and_dated() {
        let time = Time::from_nanoseconds(1_795_490_100 * NANOSECONDS + 999_999_999);
        let name = |path: &str, number, time| rotated_path(Path::new(path), number, time).display().to_string();
        assert_eq!(name("day.pcapng", 1, time), "day_00001_20261124031500.pcapng");
        assert_eq!(name("a/b.c/day.of.pcap", 99_999, time), "a/b.c/day.of_99999_20261124031500.pcap");
        assert_eq!(name("/day", 100_000, time), "/day_100000_20261124031500");
        assert_eq!(name(".day", 1, Time::UNKNOWN), ".day_00001_19700101000000");
        assert_eq!(name("day.", 1, Time::from_nanoseconds(-1)), "day_00001_19691231235959.");
    }

    #[test]
    fn a_missing_folder_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check_folder(Path::new("day.pcap")).is_ok());
        assert!(check_folder(&folder.path().join("day.pcap")).is_ok());
        let missing = check_folder(&folder.path().join("none/day.pcap")).unwrap_err().to_string();
        assert!(missing.ends_with("none/day.pcap: its folder does not exist"), "{missing}");
        File::create(folder.path().join("file")).unwrap();
        assert!(check_folder(&folder.path().join("file/day.pcap")).is_err());
    }

    /// Accepts a few bytes at a time, is interrupted now and then, and is full at some point.
    struct Small {
        room: usize,
        interrupted: bool,
    }

    impl Write for Small {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.interrupted = !self.interrupted;
            if self.interrupted {
                return Err(io::ErrorKind::Interrupted.into());
            }
            if self.room == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let count = bytes.len().min(self.room).min(3);
            self.room -= count;
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_failing_write_says_how_much_arrived() {
        let mut file = OutputFile::new("small".into(), Box::new(Small { room: 17, interrupted: false }));
        assert!(file.write(&[0; 10]).is_ok());
        let (arrived, error) = file.write(&[0; 10]).unwrap_err();
        assert_eq!((arrived, error.kind()), (7, io::ErrorKind::StorageFull));
        assert!(file.write(&[]).is_ok());
    }
}
