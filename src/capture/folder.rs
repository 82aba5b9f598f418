//! What a folder holds: the captures directly in it, and how much else.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::identity::Identity;
use super::input::InputName;
use super::source::Look;
use crate::error::{Error, PassedOver};

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Folder {
    /// The captures directly in it, by name. Files that cannot be looked into are among them, so that their errors are told.
    pub captures: Vec<Found>,
    /// What else there is.
    pub passed_over: PassedOver,
}

/// A capture that was found.
#[derive(Debug)]
pub struct Found {
    /// Its path.
    pub path: PathBuf,
    /// Which file that is.
    pub identity: Identity,
    /// What a first look at it gave.
    pub look: Look,
}

impl Folder {
    /// Looks at what is directly in a folder. Links are followed. What is no regular file is never opened: a FIFO would wait for
    /// somebody who writes into it.
    pub fn open(folder: &Path) -> Result<Folder, Error> {
        let failed = |source| Error::opening(folder.display().to_string(), source);
        let mut paths: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            paths.push(entry.map_err(failed)?.path());
        }
        paths.sort();
        let mut found = Folder::default();
        let mut known = HashSet::new();
        for path in paths {
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_file() => {
                    let identity = Identity::of(&path, &metadata);
                    match Look::at(&InputName::File(path.clone())) {
                        Look::Other => found.passed_over.other_files += 1,
                        _ if !known.insert(identity.clone()) => found.passed_over.repeated += 1,
                        look => found.captures.push(Found { path, identity, look }),
                    }
                }
                Ok(metadata) if metadata.is_dir() => found.passed_over.folders += 1,
                Ok(_) | Err(_) => found.passed_over.special += 1,
            }
        }
        Ok(found)
    }
}
