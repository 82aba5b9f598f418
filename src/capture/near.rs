//! Suggestions for a mistyped name: existing names that are similar to it.

use std::fs;
use std::path::{Path, PathBuf};

use strsim::osa_distance;

/// Maximum number of suggestions.
const MAX_SUGGESTED: usize = 3;
/// Maximum number of entries compared in a folder, so that a huge one costs no more than a moment.
const MAX_COMPARED: usize = 4096;
/// Length limit of a name that is compared, in bytes: what file systems allow.
const MAX_LENGTH: usize = 255;
/// Maximum number of mistakes in a name.
const MAX_MISTAKES: usize = 4;
/// File name extensions of compressed files.
const COMPRESSIONS: [&str; 4] = [".gz", ".zst", ".lz4", ".xz"];

/// Up to three existing paths that differ from `path` by a few characters in one component, or by the part after the last dot;
/// the most similar first. Empty if `path` exists. Text from outside.
pub fn near_paths(path: &Path) -> Vec<PathBuf> {
    let exists = |path: &Path| path.as_os_str().is_empty() || fs::symlink_metadata(path).is_ok();
    // The shortest part of the path that does not exist.
    let Some(missing) = path.ancestors().take_while(|part| !exists(part)).last() else { return Vec::new() };
    let (Some(folder), Some(name)) = (missing.parent(), missing.file_name()) else { return Vec::new() };
    let Ok(rest) = path.strip_prefix(missing) else { return Vec::new() };
    let name = name.to_string_lossy();
    let opened = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = fs::read_dir(opened) else { return Vec::new() };
    let mut near: Vec<((usize, usize), PathBuf)> = Vec::new();
    for entry in entries.take(MAX_COMPARED).flatten() {
        let found = entry.file_name();
        let Some(mistakes) = mistakes(&name, &found.to_string_lossy()) else { continue };
        let found = folder.join(found);
        let whole = if rest.as_os_str().is_empty() { found } else { found.join(rest) };
        if exists(&whole) {
            near.push((mistakes, whole));
        }
    }
    near.sort();
    near.truncate(MAX_SUGGESTED);
    near.into_iter().map(|(_, path)| path).collect()
}

/// The names in `known` that differ from `word` by a few characters or begin with it, the most similar first.
pub fn near_words<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let begins = |known: &str| word.len() >= 2 && known.starts_with(word);
    let near = known.into_iter().filter_map(|known| {
        let mistakes = mistakes(word, known).or_else(|| begins(known).then_some((MAX_MISTAKES, 0)))?;
        Some((mistakes, known))
    });
    let mut near: Vec<((usize, usize), &str)> = near.collect();
    near.sort();
    near.truncate(MAX_SUGGESTED);
    near.into_iter().map(|(_, word)| word).collect()
}

/// The distance between two names, to sort by: the number of characters before the extension that were mistyped, left out,
/// inserted or swapped with their neighbour, then that number for the whole names. `None` if the first is too large for a typing
/// mistake. Case is ignored.
fn mistakes(typed: &str, known: &str) -> Option<(usize, usize)> {
    if typed.len() > MAX_LENGTH || known.len() > MAX_LENGTH {
        return None;
    }
    let (typed, known) = (typed.to_lowercase(), known.to_lowercase());
    let (stem, other) = (stem(&typed), stem(&known));
    // In a name of one character, a difference is not a mistake but another name.
    let allowed = match stem.chars().count() {
        0 => return None,
        1 => 0,
        2..6 => 1,
        characters => (characters / 3).min(MAX_MISTAKES),
    };
    let mistakes = osa_distance(stem, other);
    (mistakes <= allowed).then(|| (mistakes, osa_distance(&typed, &known)))
}

/// A name without its extension, and without the extension of a compression after it.
fn stem(name: &str) -> &str {
    let uncompressed = COMPRESSIONS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    match uncompressed.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => uncompressed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_characters_are_a_mistake() {
        let is_near = |typed, known| mistakes(typed, known).is_some();
        assert!(is_near("ofice.pcapng", "office.pcapng") && is_near("ofice.pcap", "office.pcapng"));
        assert!(is_near("monday.pcap", "monday.pcap.zst") && !is_near("2026.11.23.pcap", "2025.01.01.pcap"));
        assert!(is_near("raed", "read") && is_near("OFFICE.pcapng", "office.pcapng"));
        assert!(!is_near("x.pcap", "y.pcap") && !is_near("office.pcapng", "port-scan.pcap") && !is_near("", "x"));
        assert!(!is_near(&"a".repeat(300), &"a".repeat(300)));
    }

    #[test]
    fn commands_are_found_by_their_beginning_too() {
        let near = |word| near_words(word, ["read", "explain", "interfaces", "services"]);
        assert_eq!(near("raed"), ["read"]);
        assert_eq!(near("inter"), ["interfaces"]);
        assert_eq!(near("serivce"), ["services"]);
        assert!(near("x").is_empty() && near("xyzzy").is_empty());
    }

    #[test]
    fn a_mistake_in_a_folder_is_found_if_the_rest_exists() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("captures")).unwrap();
        for name in ["captures/monday.pcap", "captures/a1.pcap", "captures/a2.pcap", "captures/a3.pcap", "captures/a4.pcap"] {
            fs::write(path(name), b"").unwrap();
        }
        assert_eq!(near_paths(&path("capture/monday.pcap")), [path("captures/monday.pcap")]);
        assert_eq!(near_paths(&path("captures/mnoday.pcap")), [path("captures/monday.pcap")]);
        assert_eq!(near_paths(&path("captures/a5.pcap")), ["a1", "a2", "a3"].map(|name| path(&format!("captures/{name}.pcap"))));
        assert!(near_paths(&path("capture/sunday.pcap")).is_empty() && near_paths(&path("captures/a1.pcap")).is_empty());
    }
}
