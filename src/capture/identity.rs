//! The identity of a file, whatever path leads to it.

use std::fs::Metadata;
use std::path::Path;
#[cfg(not(unix))]
use std::path::PathBuf;

/// A regular file: equal for all paths and links that lead to it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Identity(#[cfg(unix)] (u64, u64), #[cfg(not(unix))] PathBuf);

impl Identity {
    /// The file that `path` leads to, by its device and inode.
    #[cfg(unix)]
    pub fn new(_path: &Path, metadata: &Metadata) -> Identity {
        use std::os::unix::fs::MetadataExt;
        Identity((metadata.dev(), metadata.ino()))
    }

    /// The file that `path` leads to, by its path without links. Hard links are not recognised here.
    #[cfg(not(unix))]
    pub fn new(path: &Path, _metadata: &Metadata) -> Identity {
        Identity(path.canonicalize().unwrap_or_else(|_| path.to_owned()))
    }
}
