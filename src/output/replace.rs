//! Files that are whole at any time: who reads one while it is written again sees the old one or the new one.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes a document beside `path` and puts it in its place when it is whole. If that fails, what was there stays.
///
/// What is no file of its own (a device, a named pipe) is written to as it is, and so is a file whose folder cannot be written
/// to, if it can be itself. A link stays, and leads to the new document.
pub fn write(path: &Path, document: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let metadata = fs::metadata(path);
    if metadata.as_ref().is_ok_and(|metadata| !metadata.is_file()) {
        return fill(File::create(path)?, document);
    }
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let part = part_of(&path);
    // What an earlier run left there. Nothing else is followed or overwritten.
    let _ = fs::remove_file(&part);
    let file = match OpenOptions::new().write(true).create_new(true).open(&part) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied && metadata.is_ok() => {
            return fill(File::create(path)?, document);
        }
        file => file?,
    };
    let written = metadata
        .map_or(Ok(()), |metadata| file.set_permissions(metadata.permissions()))
        .and_then(|()| fill(file, document))
        .and_then(|()| fs::rename(&part, &path));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

fn fill(file: File, document: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut output = BufWriter::new(file);
    document(&mut output)?;
    output.flush()
}

/// Where a file is until it is whole: beside its place, where renaming puts it there in one step.
fn part_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".part");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files_in(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("services.csv");
        write(&path, |output| output.write_all(b"old")).unwrap();
        let before = File::open(&path).unwrap();
        write(&path, |output| output.write_all(b"new one")).unwrap();
        assert_eq!(io::read_to_string(before).unwrap(), "old");
        assert_eq!(fs::read(&path).unwrap(), b"new one");
        let failed = write(&path, |output| {
            output.write_all(&[0; 100_000])?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!((fs::read(&path).unwrap(), files_in(folder.path())), (b"new one".to_vec(), 1));
    }

    #[cfg(unix)]
    #[test]
    fn links_rights_and_what_is_no_file_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&path, &link).unwrap();
        // Somebody's link in the place that the new document takes until it is whole.
        symlink(folder.path().join("elsewhere"), folder.path().join(".a.part")).unwrap();
        write(&link, |output| output.write_all(b"new")).unwrap();
        assert!(link.is_symlink() && !folder.path().join("elsewhere").exists());
        assert_eq!(
            (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().permissions().mode() & 0o777),
            (b"new".to_vec(), 0o640)
        );
        write(Path::new("/dev/null"), |output| output.write_all(b"new")).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
