//! The contents of a folder: the captures directly in it, and counts of everything else.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::identity::Identity;
use super::input::InputName;
use super::source::FileProbe;
use crate::error::{Error, SkippedFiles};

/// The contents of a folder.
#[derive(Debug, Default)]
pub struct FolderContents {
    /// The captures directly in it, sorted by name. Files that cannot be read are among them, so that their errors are reported.
    pub captures: Vec<FoundCapture>,
    /// Counts of everything else.
    pub passed_over: SkippedFiles,
}

/// A capture that was found.
#[derive(Debug)]
pub struct FoundCapture {
    /// Its path.
    pub path: PathBuf,
    /// Its identity.
    pub identity: Identity,
    /// The result of a first look at it.
    pub probe: FileProbe,
}

impl FolderContents {
    /// Looks at the entries directly in `folder`. Links are followed. Only regular files are opened: opening a FIFO would wait
    /// for a writer.
    pub fn open(folder: &Path) -> Result<FolderContents, Error> {
        let failed = |source| Error::opening(folder.display().to_string(), source);
        let mut paths: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            paths.push(entry.map_err(failed)?.path());
        }
        paths.sort();
        let mut found = FolderContents::default();
        let mut known = HashSet::new();
        for path in paths {
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_file() => {
                    let identity = Identity::new(&path, &metadata);
                    match FileProbe::new(&InputName::File(path.clone())) {
                        FileProbe::Other => found.passed_over.other_files += 1,
                        _ if !known.insert(identity.clone()) => found.passed_over.repeated += 1,
                        probe => found.captures.push(FoundCapture { path, identity, probe }),
                    }
                }
                Ok(metadata) if metadata.is_dir() => found.passed_over.folders += 1,
                Ok(_) | Err(_) => found.passed_over.special += 1,
            }
        }
        Ok(found)
    }
}
