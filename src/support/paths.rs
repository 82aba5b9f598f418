//! Paths to files that may not exist yet.

use std::fs;
use std::path::{Path, PathBuf};

/// The most symbolic links that are followed to a file that does not exist yet: as many as Linux follows (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// The folder of a file. A path without one is in the current folder.
pub fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// The one path, of all that lead there, to the file that a document for `path` is written to, even if it does not exist yet:
/// absolute and without links, as far as the folders exist.
pub fn resolve(path: &Path) -> PathBuf {
    let target = follow_links(path);
    for folder in target.ancestors().skip(1) {
        let here = if folder == Path::new("") { Path::new(".") } else { folder };
        if let (Ok(folder), Ok(rest)) = (fs::canonicalize(here), target.strip_prefix(folder)) {
            return folder.join(rest);
        }
    }
    target
}

/// The file that a symbolic link leads to, even if it does not exist yet. Other paths stay as they are.
///
/// The path does not become absolute: a user who dropped privileges may be in a folder that no absolute path leads to any more.
pub fn follow_links(path: &Path) -> PathBuf {
    let mut target = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(next) = fs::read_link(&target) else { break };
        target = target.with_file_name(next);
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_folder_is_in_the_current_one() {
        assert_eq!(["a/b.pcap", "b.pcap", "/b.pcap"].map(|file| folder_of(Path::new(file))), ["a", ".", "/"].map(Path::new));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_has_one_path_by_all_its_names() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let base = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir(base.join("in")).unwrap();
        symlink("in", base.join("link")).unwrap();
        symlink("../to", base.join("in/dangling")).unwrap();
        symlink("round", base.join("round")).unwrap();
        for (path, place) in
            [("link/a", "in/a"), ("in/../a", "a"), ("in/dangling", "to"), ("no/b/c", "no/b/c"), ("round", "round")]
        {
            assert_eq!(resolve(&base.join(path)), base.join(place), "{path}");
        }
        assert!(resolve(Path::new("not-there")).is_absolute());
    }
}
