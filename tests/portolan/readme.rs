//! The README and the pages in `docs` tell the truth: every command shown with its output gives that output.
//!
//! `PORTOLAN_BLESS=1 cargo test readme` writes down what is printed now.

use std::fs;

use crate::support::{root, run_on_page};

const FENCE: &str = "```";
/// Columns of a page that is easy to read.
const PAGE: usize = 100;

#[test]
fn the_readme_shows_what_the_program_prints() {
    shows_what_is_printed("README.md", 2);
}

#[test]
fn the_page_on_explanations_shows_what_the_program_prints() {
    shows_what_is_printed("docs/explain.md", 5);
}

#[test]
fn the_page_on_comparisons_shows_what_the_program_prints() {
    shows_what_is_printed("docs/compare.md", 1);
}

#[test]
fn the_page_of_questions_shows_what_the_program_prints() {
    shows_what_is_printed("docs/questions.md", 11);
}

/// Holds a page to the truth, which has at least so many commands.
fn shows_what_is_printed(name: &str, commands: usize) {
    let path = root().join(name);
    let page = fs::read_to_string(&path).unwrap();
    let (current, shown) = with_current_output(&page);
    assert!(shown >= commands, "{name} shows output");
    if std::env::var_os("PORTOLAN_BLESS").is_some() {
        fs::write(&path, &current).unwrap();
    } else {
        assert!(
            current == page,
            "{name} shows something else than the program prints; PORTOLAN_BLESS=1 accepts what is printed now"
        );
    }
}

/// The page with the output of every `$ portolan ...` in a console block as it is now, and how many there are.
fn with_current_output(page: &str) -> (String, usize) {
    let (mut current, mut shown) = (String::new(), 0);
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        current.push_str(line);
        current.push('\n');
        let Some(command) = line.strip_prefix("$ portolan ") else { continue };
        let run = run_on_page(&command.split_whitespace().collect::<Vec<_>>(), PAGE);
        // Captures that are compared may differ.
        assert!(run.code == 0 || run.code == 1 && command.starts_with("compare "), "{}", run.stderr);
        current.push_str(run.stdout.trim_end());
        current.push('\n');
        current.push_str(lines.by_ref().find(|line| *line == FENCE).expect("a console block ends"));
        current.push('\n');
        shown += 1;
    }
    (current, shown)
}
