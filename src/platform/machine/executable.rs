//! The file of the running program, and its fitness for a capability.

use std::path::{Path, PathBuf};

/// The program's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executable {
    /// The path, with all links resolved.
    pub path: PathBuf,
    /// The kind of place that the path is.
    pub place: FileLocation,
}

/// The fitness of a place for a file with a capability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileLocation {
    /// The place is fit.
    Fit,
    /// Capabilities of files have no effect there (`nosuid`).
    NoSuid,
    /// Cargo builds there, and replaces the file each time.
    BuildFolder,
    /// Everybody may write to this folder, which contains the file.
    WorldWritable(PathBuf),
}

impl Executable {
    /// Finds the file of the running program, if it still exists.
    pub fn detect() -> Option<Executable> {
        let path = std::env::current_exe().and_then(|path| path.canonicalize()).ok()?;
        let place = FileLocation::new(&path);
        Some(Executable { path, place })
    }
}

impl FileLocation {
    /// Classifies the place of a file.
    pub fn new(file: &Path) -> FileLocation {
        if is_nosuid(file) {
            return FileLocation::NoSuid;
        }
        let folders = || file.ancestors().skip(1);
        if folders().any(|folder| folder.join(".rustc_info.json").is_file()) {
            return FileLocation::BuildFolder;
        }
        folders()
            .find(|folder| is_world_writable(folder))
            .map_or(FileLocation::Fit, |folder| FileLocation::WorldWritable(folder.to_owned()))
    }
}

#[cfg(unix)]
fn is_nosuid(file: &Path) -> bool {
    use nix::sys::statvfs::{FsFlags, statvfs};
    statvfs(file).is_ok_and(|found| found.flags().contains(FsFlags::ST_NOSUID))
}

#[cfg(unix)]
fn is_world_writable(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    folder.metadata().is_ok_and(|found| found.mode() & 0o002 != 0)
}

#[cfg(not(unix))]
fn is_nosuid(_: &Path) -> bool {
    false
}

#[cfg(not(unix))]
fn is_world_writable(_: &Path) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn places_where_a_capability_would_be_lost_or_dangerous_are_recognised() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("open");
        fs::create_dir_all(folder.join("bin")).unwrap();
        fs::set_permissions(&folder, Permissions::from_mode(0o777)).unwrap();
        let file = folder.join("bin/portolan");
        // The folder for temporary files may be `nosuid` itself.
        if FileLocation::new(root.path()) != FileLocation::NoSuid {
            assert_eq!(FileLocation::new(&file), FileLocation::WorldWritable(folder.clone()));
            fs::write(folder.join(".rustc_info.json"), "{}").unwrap();
            assert_eq!(FileLocation::new(&file), FileLocation::BuildFolder);
        }
    }
}
