//! Names like one that does not exist, for whoever mistyped it.

use std::fs;
use std::path::{Path, PathBuf};

use strsim::osa_distance;

/// The most names that are told.
const MOST_TOLD: usize = 3;
/// The most entries of a folder that are compared, so that a huge one costs no more than a moment.
const MOST_COMPARED: usize = 4096;
/// The longest name that is compared: what file systems allow.
const LONGEST: usize = 255;
/// The most mistakes in a name.
const MOST_MISTAKES: usize = 4;
/// Endings of compressed files.
const COMPRESSIONS: [&str; 4] = [".gz", ".zst", ".lz4", ".xz"];

/// Up to three existing paths that differ from `path` by a few letters in one of its parts, or by what stands behind the last
/// dot; the most similar first. None, if `path` exists. Text from outside.
pub fn near_paths(path: &Path) -> Vec<PathBuf> {
    let exists = |path: &Path| path.as_os_str().is_empty() || fs::symlink_metadata(path).is_ok();
    // The part that does not exist while all in front of it does.
    let Some(missing) = path.ancestors().take_while(|part| !exists(part)).last() else { return Vec::new() };
    let (Some(folder), Some(name)) = (missing.parent(), missing.file_name()) else { return Vec::new() };
    let Ok(rest) = path.strip_prefix(missing) else { return Vec::new() };
    let name = name.to_string_lossy();
    let opened = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = fs::read_dir(opened) else { return Vec::new() };
    let mut near: Vec<((usize, usize), PathBuf)> = Vec::new();
    for entry in entries.take(MOST_COMPARED).flatten() {
        let found = entry.file_name();
        let Some(mistakes) = mistakes(&name, &found.to_string_lossy()) else { continue };
        let found = folder.join(found);
        let whole = if rest.as_os_str().is_empty() { found } else { found.join(rest) };
        if exists(&whole) {
            near.push((mistakes, whole));
        }
    }
    near.sort();
    near.truncate(MOST_TOLD);
    near.into_iter().map(|(_, path)| path).collect()
}

/// Those of `known` that differ from a word by few letters or begin with it, the most similar first.
pub fn near_words<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let begins = |known: &str| word.len() >= 2 && known.starts_with(word);
    let near = known.into_iter().filter_map(|known| {
        let mistakes = mistakes(word, known).or_else(|| begins(known).then_some((MOST_MISTAKES, 0)))?;
        Some((mistakes, known))
    });
    let mut near: Vec<((usize, usize), &str)> = near.collect();
    near.sort();
    near.truncate(MOST_TOLD);
    near.into_iter().map(|(_, word)| word).collect()
}

/// How unlike two names are, in an order: by the letters in front of the ending that were mistyped, left out, put in or exchanged
/// with their neighbour, then by those of the whole name. `None` if the former are too many for a mistake. Case does not count.
fn mistakes(typed: &str, known: &str) -> Option<(usize, usize)> {
    if typed.len() > LONGEST || known.len() > LONGEST {
        return None;
    }
    let (typed, known) = (typed.to_lowercase(), known.to_lowercase());
    let (stem, other) = (stem(&typed), stem(&known));
    // A single letter is no mistake but another name.
    let allowed = match stem.chars().count() {
        0 => return None,
        1 => 0,
        2..6 => 1,
        letters => (letters / 3).min(MOST_MISTAKES),
    };
    let mistakes = osa_distance(stem, other);
    (mistakes <= allowed).then(|| (mistakes, osa_distance(&typed, &known)))
}

/// A name without the ending that tells its format, and without that of a compression behind it.
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
    fn a_few_letters_are_a_mistake() {
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
