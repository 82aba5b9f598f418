//! The legend below a table: the columns that are shown, and the words that stand in them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::terminal::{View, emphasised};
use super::wrap::{hanging, width_of};
use crate::glossary::{self, Term, Topic};
use crate::messages::Messages;
use crate::report::{Field, TableId};
use crate::service::category::PORTLESS;
use crate::service::own_category::is_category_name;

/// Columns in front of a head.
const MARGIN: &str = "  ";
/// The widest column of heads. The text of a longer head begins on the next line.
const MAX_INDENT: usize = 28;
/// The least room for text; with less, all texts begin on the next line.
const MIN_TEXT: usize = 30;
/// Columns in front of text that begins on a line of its own.
const BELOW: usize = 4;

/// The words that may stand in a table's columns. Other text, such as the name of a service, is no word of the legend.
pub struct Vocabulary {
    /// The terms of each column by their words; empty for columns without a vocabulary.
    columns: Vec<BTreeMap<&'static str, Term>>,
    /// The column of categories. Every word in it that is no term is a category of the user's own port table.
    categories: Option<usize>,
}

/// Words that were seen in a table, each by its column and its place in the vocabulary.
#[derive(Clone, Default)]
pub struct SeenWords {
    words: BTreeMap<(usize, usize), Term>,
    own_categories: BTreeSet<String>,
    /// True if a name has a question mark.
    pub has_doubts: bool,
}

impl SeenWords {
    /// Adds other words.
    pub fn merge(&mut self, other: SeenWords) {
        self.words.extend(other.words);
        self.own_categories.extend(other.own_categories);
        self.has_doubts |= other.has_doubts;
    }
}

impl Vocabulary {
    /// The vocabulary of a table.
    pub fn of_table(table: TableId, fields: &[Field]) -> Vocabulary {
        let of_column = |field: &Field| {
            let terms = glossary::topic_of(table, field.key).map_or_else(Vec::new, glossary::Topic::terms);
            terms.into_iter().filter_map(|term| Some((term.key()?, term))).collect()
        };
        let is_categories = |field: &Field| glossary::topic_of(table, field.key) == Some(Topic::Category);
        Vocabulary { columns: fields.iter().map(of_column).collect(), categories: fields.iter().position(is_categories) }
    }

    /// Notes the words in the text of a column: the whole text, or the items of a list.
    pub fn note(&self, column: usize, text: &str, seen: &mut SeenWords) {
        let terms = &self.columns[column];
        if terms.is_empty() {
            return;
        }
        let mut add = |word: &str| {
            let place = terms.keys().position(|key| *key == word)?;
            seen.words.insert((column, place), terms[word]);
            Some(())
        };
        if add(text).is_some() {
            return;
        }
        if self.categories == Some(column) {
            // An empty cell, and the number of rows that are left out, have another form.
            if is_category_name(text) && text != PORTLESS && !seen.own_categories.contains(text) {
                seen.own_categories.insert(text.to_owned());
            }
        } else {
            // An item may be a path of several steps, and a step may have the number of its network.
            text.split([' ', '/']).for_each(|word| {
                if add(word).is_none() {
                    word.split_once(':').and_then(|(before, _)| add(before));
                }
            });
        }
    }
}

/// A column or word, and its meaning in one sentence.
pub type LegendEntry = (String, &'static str);

/// The meanings of columns, given by their fields, and of words. `portolan explain` says more.
pub fn entries(table: TableId, columns: &[Field], words: &SeenWords, messages: &dyn Messages) -> Vec<LegendEntry> {
    let column = |field: &Field| {
        let title = messages.column_title(table, field.key);
        let head = if title == field.key.replace('_', " ") { title.to_owned() } else { format!("{title} ({})", field.key) };
        let definition = messages.definition(Term::Column(table, *field))?;
        Some((head, definition.meaning))
    };
    let mut entries: Vec<LegendEntry> = columns.iter().filter_map(column).collect();
    let mut known: Vec<Term> = Vec::new();
    for term in words.words.values().filter(|term| !matches!(term, Term::Column(..))) {
        if !known.contains(term) {
            known.push(*term);
        }
    }
    let word = |term: &Term| Some((term.key()?.to_owned(), messages.definition(*term)?.meaning));
    entries.extend(known.iter().filter_map(word));
    entries.extend(words.own_categories.iter().map(|name| (name.clone(), messages.own_category())));
    if words.has_doubts {
        let (head, meaning) = messages.doubtful_name();
        entries.push((head.to_owned(), meaning));
    }
    entries
}

/// Writes a legend.
pub fn write(entries: &[LegendEntry], view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    writeln!(output, "{}", emphasised(view.messages.legend_title(), view))?;
    let heads = entries.iter().map(|(head, _)| MARGIN.len() + width_of(head) + MARGIN.len());
    let indent = heads.filter(|width| *width <= MAX_INDENT).max().unwrap_or(0);
    let is_narrow = view.width < indent + MIN_TEXT;
    for (head, text) in entries {
        let head = format!("{MARGIN}{head}");
        let lines = if is_narrow || width_of(&head) + MARGIN.len() > indent {
            writeln!(output, "{head}")?;
            hanging("", if is_narrow { BELOW } else { indent }, text, view.width)
        } else {
            hanging(&head, indent, text, view.width)
        };
        lines.iter().try_for_each(|line| writeln!(output, "{line}"))?;
    }
    writeln!(output)
}
