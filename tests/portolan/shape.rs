//! Rules about the shape of the house: floors, module docs, length.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// The floors of the top-level modules, read from the architecture page: lines such as `//!  5  flow   the flow table`, where a line
/// without a number belongs to the floor of the line before.
fn floors() -> HashMap<String, u32> {
    let page = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let lines = page.lines().filter_map(|line| line.strip_prefix("//!")).skip_while(|line| line.trim() != "```text").skip(1);
    let mut floors = HashMap::new();
    let mut floor = 0;
    for line in lines.take_while(|line| line.trim() != "```") {
        let (number, rest) = line.split_at(4);
        if let Ok(number) = number.trim().parse() {
            floor = number;
        }
        let names = rest.trim_start().split("  ").next().unwrap();
        floors.extend(names.split(',').map(|name| (name.trim().to_owned(), floor)));
    }
    floors
}

/// Modules of the binary, which use the library from outside.
const BINARY: [&str; 2] = ["main", "app"];
/// A longer file is a sign that two ideas live in it. Tests do not count.
const MAX_LINES: usize = 500;

fn sources() -> Vec<PathBuf> {
    let mut found = sources_in("src");
    found.retain(|path| !path.file_stem().is_some_and(|name| name.to_string_lossy().ends_with("tests")));
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

/// The code of a file without its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned()
}

/// The sources of the library, with the files that hold only tests.
fn library() -> impl Iterator<Item = PathBuf> {
    sources_in("src").into_iter().filter(|path| !BINARY.contains(&module(path).as_str()))
}

/// The word that a text begins with.
fn first_word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// The imports of the library: each file but `lib.rs`, with a top-level module that it names.
fn imports() -> Vec<(PathBuf, String)> {
    let imports_of = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let names: Vec<String> = text.split("crate::").skip(1).map(|rest| first_word(rest).to_owned()).collect();
        names.into_iter().map(move |name| (path.clone(), name))
    };
    library().filter(|path| module(path) != "lib").flat_map(imports_of).collect()
}

#[test]
fn no_file_imports_a_higher_floor() {
    let floors = floors();
    let floor = |module: &str| *floors.get(module).unwrap_or_else(|| panic!("src/lib.rs gives {module} no floor"));
    let mut wrong = Vec::new();
    for (path, name) in imports() {
        let (own, theirs) = (floor(&module(&path)), floors.get(&name).copied().unwrap_or_default());
        if theirs > own {
            wrong.push(format!("{} (floor {own}) imports {name} (floor {theirs})", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The imports that are left when modules that import none of the others, or that none of the others imports, are taken away
/// again and again: none, unless there is a circle.
fn circles(mut imports: BTreeMap<String, BTreeSet<String>>) -> BTreeMap<String, BTreeSet<String>> {
    loop {
        let len = imports.len();
        let imported: BTreeSet<String> = imports.values().flatten().cloned().collect();
        imports.retain(|module, _| imported.contains(module));
        let left: BTreeSet<String> = imports.keys().cloned().collect();
        imports.values_mut().for_each(|names| names.retain(|name| left.contains(name)));
        imports.retain(|_, names| !names.is_empty());
        if imports.len() == len {
            return imports;
        }
    }
}

#[test]
fn no_modules_import_each_other_in_a_circle() {
    let mut imported: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, name) in imports().into_iter().filter(|(path, name)| module(path) != *name) {
        imported.entry(module(&path)).or_default().insert(name);
    }
    assert!(imported.len() > 10, "the imports are there");
    let circles = circles(imported);
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn a_circle_is_told_from_a_chain() {
    let left = |pairs: &[(&str, &str)]| {
        let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        pairs.iter().for_each(|(from, to)| {
            imports.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        });
        circles(imports)
    };
    assert!(left(&[("a", "b"), ("a", "c"), ("b", "c"), ("c", "d")]).is_empty());
    let in_circle: Vec<String> =
        left(&[("z", "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("b", "d"), ("d", "e")]).into_keys().collect();
    assert_eq!(in_circle, ["a", "b", "c"]);
}

/// The types that a file declares.
fn types(code: &str) -> Vec<&str> {
    let declares =
        |line: &'_ str| ["struct ", "enum ", "union ", "trait ", "type "].into_iter().find(|word| line.starts_with(word));
    let lines = code.lines().map(|line| {
        let line = line.trim_start();
        line.strip_prefix("pub").map_or(line, |rest| rest.split_once(' ').map_or(rest, |(_, rest)| rest))
    });
    lines.filter_map(|line| declares(line).map(|word| first_word(&line[word.len()..]))).collect()
}

#[test]
fn methods_stand_on_the_floor_of_their_type() {
    let mut declared: HashMap<String, HashSet<String>> = HashMap::new();
    for path in library() {
        declared.entry(module(&path)).or_default().extend(types(&code(&path)).into_iter().map(str::to_owned));
    }
    for path in library() {
        for line in code(&path).lines().filter(|line| line.starts_with("impl") && !line.contains(" for ")) {
            // Parameters in angle brackets come first.
            let rest = line.trim_start_matches("impl");
            let rest =
                if rest.starts_with('<') { rest.split_once("> ").map_or(rest, |(_, rest)| rest) } else { rest.trim_start() };
            let is_here = declared[&module(&path)].contains(first_word(rest));
            assert!(is_here, "{}: {line} belongs beside the type", path.display());
        }
    }
}

#[test]
fn a_public_type_has_a_name_of_its_own() {
    let mut files: HashMap<String, PathBuf> = HashMap::new();
    let mut twice = Vec::new();
    for path in sources() {
        let code = code(&path);
        let public: Vec<&str> = code.lines().filter(|line| line.trim_start().starts_with("pub ")).collect();
        for name in types(&public.join("\n")) {
            // One for each of two features may stand in one file.
            if let Some(other) = files.insert(name.to_owned(), path.clone()).filter(|other| *other != path) {
                twice.push(format!("{name} is declared in {} and in {}", path.display(), other.display()));
            }
        }
    }
    assert!(twice.is_empty(), "{twice:#?}");
}

/// Documentation opens with a noun phrase, or with a verb in the third person.
const OPENERS: [&str; 9] = ["What", "How", "Where", "That", "The same", "Who", "When", "Whether", "Says"];

#[test]
fn documentation_opens_with_its_subject() {
    let mut wrong = Vec::new();
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        let mut is_inside = false;
        for line in text.lines().map(str::trim_start) {
            let doc = line.strip_prefix("/// ").or_else(|| line.strip_prefix("//! "));
            let opener =
                doc.filter(|_| !is_inside).and_then(|doc| OPENERS.iter().find(|opener| doc.starts_with(&format!("{opener} "))));
            if opener.is_some() {
                wrong.push(format!("{}: {line}", path.display()));
            }
            is_inside = line.starts_with("///") || line.starts_with("//!");
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
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
        assert!(lines <= MAX_LINES, "{} has {lines} lines of code", path.display());
    }
}

/// Files with `unsafe` code: one job each, and the reason in their documentation. What calls libpcap is a package of its own.
const UNSAFE: [&str; 3] = ["src/capture/live/link_state.rs", "src/support/prefetch.rs", "src/app/signals/ignored.rs"];

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

/// Places of sentences: the catalogue of messages, and the help texts of the command line.
const WITH_SENTENCES: [&str; 3] = ["src/messages", "src/messages.rs", "src/app/cli"];
/// Files whose literals read like sentences and are none.
const NO_SENTENCES: [(&str, &str); 12] = [
    ("src/capture/filter/check.rs", "expressions in the language of filters"),
    ("src/capture/filter/mod.rs", "an expression in the language of filters, and libpcap's own words"),
    ("src/capture/live/device.rs", "libpcap's own words"),
    ("src/capture/live/worker.rs", "libpcap's own words"),
    ("src/platform/doctor/fixes.rs", "commands for a shell"),
    ("src/platform/privileges/call_filter/calls.rs", "reasons for those who read the code; docs/sandbox.md has them, too"),
    ("src/format/html/frame.rs", "a content security policy, and the names of the page's own files"),
    ("src/format/json.rs", "the format's title, for the help of the command line"),
    ("src/format/jsonl.rs", "the format's title, for the help of the command line"),
    ("src/format/xlsx.rs", "the format's title, for the help of the command line"),
    ("src/service/registry.rs", "a value in JSON, the same in every language"),
    ("src/report/scans.rs", "values of columns, the same in every language"),
];
/// A literal with this many words is a sentence.
const SENTENCE: usize = 3;
/// Messages of these are for those who write the program.
const FOR_PROGRAMMERS: [&str; 4] = ["panic!(", "unreachable!(", "assert", ".expect("];

/// The string literals of code, each with the code of its statement that stands before it.
fn literals(code: &str) -> Vec<(String, String)> {
    let (mut found, mut statement, mut rest) = (Vec::new(), String::new(), code);
    while let Some(c) = rest.chars().next() {
        let raw = ["r\"", "r#\""].into_iter().find(|quote| rest.starts_with(quote));
        if rest.starts_with("//") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        } else if rest.starts_with("'\"'") {
            rest = &rest[3..];
        } else if let Some(quote) = raw.filter(|_| !statement.ends_with(|c: char| c.is_alphanumeric() || c == '_')) {
            let (literal, after) = rest[quote.len()..].split_once(if quote == "r\"" { "\"" } else { "\"#" }).unwrap();
            found.push((literal.to_owned(), statement.clone()));
            rest = after;
        } else if c == '"' {
            let mut is_escaped = false;
            let is_end = |c: char| {
                let is_end = c == '"' && !is_escaped;
                is_escaped = c == '\\' && !is_escaped;
                is_end
            };
            let end = rest[1..].find(is_end).unwrap() + 1;
            found.push((rest[1..end].to_owned(), statement.clone()));
            rest = &rest[end + 1..];
        } else {
            if matches!(c, ';' | '{' | '}') {
                statement.clear();
            } else {
                statement.push(c);
            }
            rest = &rest[c.len_utf8()..];
        }
    }
    found
}

/// The number of words in a literal, those in holes left out.
fn words(literal: &str) -> usize {
    let is_word = |word: &&str| {
        let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
        word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic() || c == '\'' || c == '-')
    };
    let is_in_hole = |word: &&str| word.contains('{');
    literal.split_whitespace().filter(|word| !is_in_hole(word)).filter(is_word).count()
}

#[test]
fn sentences_stand_in_the_catalogue_of_messages() {
    let is_in = |path: &Path, place: &str| path.strip_prefix(root()).unwrap().starts_with(place);
    let is_in_attribute = |before: &str| before.rsplit_once("#[").is_some_and(|(_, attribute)| !attribute.contains(']'));
    let mut exceptions = NO_SENTENCES.map(|(file, _)| file).to_vec();
    for path in sources().iter().filter(|path| !WITH_SENTENCES.iter().any(|place| is_in(path, place))) {
        let sentences: Vec<String> = literals(&code(path))
            .into_iter()
            .filter(|(_, before)| !is_in_attribute(before) && !FOR_PROGRAMMERS.iter().any(|name| before.contains(name)))
            .map(|(literal, _)| literal)
            .filter(|literal| words(literal) >= SENTENCE)
            .collect();
        match exceptions.iter().position(|file| is_in(path, file)) {
            Some(index) => {
                let file = exceptions.swap_remove(index);
                assert!(!sentences.is_empty(), "{file} is no exception any more");
            }
            None => assert!(sentences.is_empty(), "{}: {sentences:#?} belong in src/messages", path.display()),
        }
    }
    assert!(exceptions.is_empty(), "{exceptions:?}");
}

#[test]
fn literals_are_told_from_comments_and_quotes() {
    let code = "// a \"b\"\nlet x = ('\"', \"c \\\"d\\\" e\", r#\"f \"g\"\"#); panic!(\"h\")";
    let found: Vec<String> = literals(code).into_iter().map(|(literal, _)| literal).collect();
    assert_eq!(found, ["c \\\"d\\\" e", "f \"g\"", "h"]);
    assert_eq!(["", "x = {y}", "tcp and udp", "{} of the {the words}"].map(words), [0, 0, 3, 3]);
}
