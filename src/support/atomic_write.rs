//! Files that are complete at any time: a reader sees the old document or the new one.
//!
//! A document is written to a temporary file in the folder of its target, and renamed when it is complete. Two programs that write the
//! same file do not interfere: the one that ends last wins, with a complete document.

use std::fs::{self, File, OpenOptions, Permissions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::paths::follow_links;

/// The most temporary names that are tried; if all of them exist, that is an error.
const MAX_NAMES: usize = 100;

/// The documents that are being written at this moment.
static UNFINISHED: Unfinished = Unfinished(Mutex::new(Vec::new()));

/// Writes a document to a temporary file beside `path`, and renames it to `path` when it is complete. If that fails, the old file stays.
///
/// A device or a named pipe is written directly, and so is a file in a folder that cannot be written to, if the file itself can
/// be. A symbolic link stays, and leads to the new document. The permissions of a replaced file stay; a new one has those of
/// every new file.
///
/// # Errors
///
/// If `document` fails, or the system refuses to create, write or rename the file.
pub fn write(path: &Path, document: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    UNFINISHED.write(path, document)
}

/// Removes the temporary files of all documents that are being written at this moment, on any thread, because nobody will finish
/// them. A file that is written directly stays as it is.
///
/// The program must end right afterwards: from here on, every attempt to begin or finish a document waits for that end.
pub fn remove_unfinished() {
    std::mem::forget(UNFINISHED.remove());
}

/// Temporary files that have not been renamed yet.
struct Unfinished(Mutex<Vec<PathBuf>>);

impl Unfinished {
    fn write(&self, path: &Path, document: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let replaced = match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            // A file that cannot be examined may be a device, which must not be replaced.
            examined => Some(examined?),
        };
        if replaced.as_ref().is_some_and(|replaced| !replaced.is_file()) {
            return write_document(File::create(path)?, document);
        }
        let permissions = replaced.map(|replaced| replaced.permissions());
        let target = follow_links(path);
        let (file, temporary) = match self.create_temporary(&target, permissions.as_ref()) {
            Err(error) if permissions.is_some() && is_read_only_folder(&error) => {
                return write_document(File::create(target)?, document);
            }
            created => created?,
        };
        match keep_permissions(&file, permissions).and_then(|()| write_document(file, document)) {
            Ok(()) => self.persist(&temporary, &target),
            Err(error) => {
                self.discard(&temporary);
                Err(error)
            }
        }
    }

    /// Creates a temporary file beside `target`. Nobody else has it, and nobody can read it who could not read what it replaces.
    ///
    /// The crate tempfile does not help: it makes the path absolute, and no absolute path may lead to the current folder any more (see
    /// [`follow_links`]).
    fn create_temporary(&self, target: &Path, permissions: Option<&Permissions>) -> io::Result<(File, PathBuf)> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if let Some(permissions) = permissions {
            use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
            options.mode(permissions.mode());
        }
        #[cfg(not(unix))]
        let _ = permissions;
        let mut unfinished = self.lock();
        for _ in 0..MAX_NAMES {
            // A new name each time, short enough for every file system and impossible to guess.
            let name = format!(".portolan-{:016x}.part", RandomState::new().hash_one(target));
            let temporary = target.with_file_name(name);
            match options.open(&temporary) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                opened => {
                    let file = opened?;
                    unfinished.push(temporary.clone());
                    return Ok((file, temporary));
                }
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Renames a complete document to its target; removes the document if that fails.
    fn persist(&self, temporary: &Path, target: &Path) -> io::Result<()> {
        let mut unfinished = self.lock();
        let renamed = fs::rename(temporary, target);
        if renamed.is_err() {
            let _ = fs::remove_file(temporary);
        }
        unfinished.retain(|path| path != temporary);
        renamed
    }

    fn discard(&self, temporary: &Path) {
        let mut unfinished = self.lock();
        let _ = fs::remove_file(temporary);
        unfinished.retain(|path| path != temporary);
    }

    /// Removes all temporary files. As long as the list stays locked, no others are created.
    fn remove(&self) -> MutexGuard<'_, Vec<PathBuf>> {
        let mut unfinished = self.lock();
        for path in unfinished.drain(..) {
            // If that fails, there is nobody left who could do anything about it.
            let _ = fs::remove_file(path);
        }
        unfinished
    }

    fn lock(&self) -> MutexGuard<'_, Vec<PathBuf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// True if no file can be created in a folder.
fn is_read_only_folder(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

/// Gives a new file the permissions of the one that it replaces. Some file systems have the same permissions for all files, and
/// refuse.
fn keep_permissions(file: &File, permissions: Option<Permissions>) -> io::Result<()> {
    match permissions {
        Some(permissions) if file.metadata()?.permissions() != permissions => file.set_permissions(permissions),
        _ => Ok(()),
    }
}

fn write_document(file: File, document: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut output = BufWriter::new(file);
    document(&mut output)?;
    output.flush()
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
    fn links_permissions_and_special_files_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&path, "old").unwrap();
        symlink(&path, &link).unwrap();
        for mode in [0o640, 0o666, 0o400] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            write(&link, |output| output.write_all(b"new")).unwrap();
            assert!(link.is_symlink());
            assert_eq!(
                (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().permissions().mode() & 0o777),
                (b"new".to_vec(), mode)
            );
        }
        write(Path::new("/dev/null"), |output| output.write_all(b"new")).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_has_the_permissions_of_every_new_file_and_a_link_leads_to_it() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (made, link, usual) = (folder.path().join("made"), folder.path().join("link"), folder.path().join("usual"));
        symlink("made", &link).unwrap();
        File::create(&usual).unwrap();
        write(&link, |output| output.write_all(b"new")).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert!(link.is_symlink() && mode(&made) == mode(&usual), "{:o}", mode(&made));
    }

    #[test]
    fn a_name_may_be_as_long_as_the_file_system_allows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a".repeat(255));
        for text in ["old", "new"] {
            write(&path, |output| output.write_all(text.as_bytes())).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn two_writers_of_one_file_do_not_interfere_and_leave_others_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (path, others) = (folder.path().join("a"), folder.path().join(".a.part"));
        fs::write(&others, "somebody else's").unwrap();
        write(&path, |first| {
            first.write_all(b"fir")?;
            write(&path, |second| second.write_all(b"second"))?;
            assert_eq!(fs::read(&path)?, b"second");
            first.write_all(b"st")
        })
        .unwrap();
        assert_eq!((fs::read(&path).unwrap(), fs::read(&others).unwrap()), (b"first".to_vec(), b"somebody else's".to_vec()));
        assert_eq!(files_in(folder.path()), 2);
    }

    #[test]
    fn ending_at_once_leaves_nothing_unfinished() {
        let folder = tempfile::tempdir().unwrap();
        let (whole, path) = (folder.path().join("whole"), folder.path().join("a"));
        let unfinished = Unfinished(Mutex::new(Vec::new()));
        unfinished.write(&whole, |output| output.write_all(b"whole")).unwrap();
        let lost = unfinished.write(&path, |output| {
            output.write_all(b"half")?;
            assert_eq!(files_in(folder.path()), 2);
            drop(unfinished.remove());
            assert_eq!(files_in(folder.path()), 1);
            output.write_all(b"half")
        });
        assert!(lost.is_err() && whole.exists() && !path.exists());
        assert!(unfinished.lock().is_empty());
    }
}
