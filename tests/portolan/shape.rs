//! Rules about the shape of the house: floors, module docs, length.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// The floor of each top-level module. A file imports its own floor or lower ones.
const FLOORS: [(&str, u32); 23] = [
    ("error", 0),
    ("unit", 0),
    ("text", 0),
    ("parallel", 0),
    ("arena", 0),
    ("prefetch", 0),
    ("capture", 1),
    ("privileges", 1),
    ("machine", 1),
    ("decode", 2),
    ("service", 3),
    ("content", 4),
    ("flow", 5),
    ("tally", 6),
    ("analysis", 7),
    ("witness", 7),
    ("summary", 8),
    ("explain", 8),
    ("doctor", 8),
    ("messages", 8),
    ("output", 9),
    ("lib", 10),
    ("main", 10),
];
/// Modules of the binary, which use the library from outside.
const BINARY: [&str; 10] =
    ["main", "cli", "explain_command", "live", "outputs", "progress", "report", "say", "screen", "signals"];
/// A longer file is a sign that two ideas live in it. Tests do not count.
const MOST_LINES: usize = 500;

fn sources() -> Vec<PathBuf> {
    let mut found = sources_in("src");
    found.retain(|path| path.file_name().is_some_and(|name| name != "tests.rs"));
    assert!(found.len() > 30, "the sources are there");
    found
}

fn sources_in(folder: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found
}

/// The top-level module that a file belongs to.
fn module(path: &Path) -> String {
    let inside = path.strip_prefix(root().join("src")).unwrap();
    inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

fn floor(module: &str) -> Option<u32> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

/// The code of a file without its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned()
}

#[test]
fn no_file_imports_a_higher_floor() {
    for path in sources().iter().filter(|path| !BINARY.contains(&module(path).as_str())) {
        let own = floor(&module(path)).unwrap_or_else(|| panic!("{} is on no floor: give its module one", path.display()));
        for name in
            code(path).split("crate::").skip(1).map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap())
        {
            if let Some(theirs) = floor(name) {
                assert!(theirs <= own, "{} (floor {own}) imports {name} (floor {theirs})", path.display());
            }
        }
    }
}

#[test]
fn nothing_below_the_top_floor_knows_the_command_line() {
    for path in sources().iter().filter(|path| !BINARY.contains(&module(path).as_str())) {
        assert!(!code(path).contains("clap::"), "{}", path.display());
    }
}

#[test]
fn every_file_says_what_it_is_for_and_has_one_job() {
    for path in sources().into_iter().chain(sources_in("libpcap")) {
        let code = code(&path);
        assert!(code.starts_with("//! "), "{} has no module documentation", path.display());
        let lines = code.lines().count();
        assert!(lines <= MOST_LINES, "{} has {lines} lines of code", path.display());
    }
}

/// Files with `unsafe` code: one job each, and the reason in their documentation. What calls libpcap is a package of its own.
const UNSAFE: [&str; 3] = ["src/capture/live/link_state.rs", "src/prefetch.rs", "src/signals/ignored.rs"];

#[test]
fn unsafe_code_is_alone_in_its_files() {
    for root_module in ["src/lib.rs", "src/main.rs"] {
        assert!(code(&root().join(root_module)).contains("#![deny(unsafe_code)]"), "{root_module}");
    }
    for path in sources() {
        let code = code(&path);
        let may = UNSAFE.iter().any(|file| path.ends_with(file));
        let does = code.contains("unsafe {") || code.contains("unsafe fn") || code.contains("allow(unsafe_code)");
        assert_eq!(does, may, "{}", path.display());
    }
}

/// Modules that find things out and leave the words to `messages`.
const WITHOUT_WORDS: [&str; 5] = ["error", "capture", "machine", "privileges", "doctor"];
/// Files there with phrases that nobody is told: filter expressions, commands for a shell, and the reasons of a table that is compared with
/// `docs/sandbox.md`.
const OTHER_PHRASES: [&str; 4] =
    ["src/capture/filter/check.rs", "src/capture/filter/mod.rs", "src/doctor/fixes.rs", "src/privileges/call_filter/calls.rs"];
/// So many words in a row are a sentence.
const SENTENCE: usize = 4;

/// The string literals of code, without those in comments.
fn literals(code: &str) -> Vec<String> {
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n").replace("'\"'", "''").replace("\\\\", "").replace("\\\"", "");
    code.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn sentences_stand_in_the_catalogue_of_messages() {
    let is_word = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
    let files = sources().into_iter().filter(|path| WITHOUT_WORDS.contains(&module(path).as_str()));
    for path in files.filter(|path| !OTHER_PHRASES.iter().any(|file| path.ends_with(file))) {
        for literal in literals(&code(&path)) {
            let words = literal.split(' ').filter(|word| is_word(word)).count();
            assert!(words < SENTENCE, "{}: {literal:?} belongs in src/messages", path.display());
        }
    }
}
