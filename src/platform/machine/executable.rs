//! The file of the program that is running, and whether it is a fit one for a capability.

use std::path::{Path, PathBuf};

/// The program's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executable {
    /// Where it really is, behind all links.
    pub path: PathBuf,
    /// What kind of place that is.
    pub place: FileLocation,
}

/// What a place is for a file with a capability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileLocation {
    /// A fit one.
    Fit,
    /// Capabilities of files have no effect there (`nosuid`).
    NoSuid,
    /// Cargo builds there, and makes the file anew each time.
    BuildFolder,
    /// Everybody may write to this folder, in which it is.
    WorldWritable(PathBuf),
}

impl Executable {
    /// The program that is running, if its file is still there.
    pub fn look() -> Option<Executable> {
        let path = std::env::current_exe().and_then(|path| path.canonicalize()).ok()?;
        let place = FileLocation::of(&path);
        Some(Executable { path, place })
    }
}

impl FileLocation {
    /// Where that file is.
    pub fn of(file: &Path) -> FileLocation {
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
    fn places_where_a_capability_would_be_lost_or_dangerous_are_told() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("open");
        fs::create_dir_all(folder.join("bin")).unwrap();
        fs::set_permissions(&folder, Permissions::from_mode(0o777)).unwrap();
        let file = folder.join("bin/portolan");
        // The folder for temporary files is such a one itself.
        if FileLocation::of(root.path()) != FileLocation::NoSuid {
            assert_eq!(FileLocation::of(&file), FileLocation::WorldWritable(folder.clone()));
            fs::write(folder.join(".rustc_info.json"), "{}").unwrap();
            assert_eq!(FileLocation::of(&file), FileLocation::BuildFolder);
        }
    }
}
