//! Sentences that say what tables, columns and words mean.

use crate::glossary::{Term, Topic};
use crate::report::{ColumnRole, Field, Kind, TableId};

/// The meaning of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// One sentence.
    pub meaning: &'static str,
    /// Further sentences; often none.
    pub more: &'static str,
    /// The specification or registry that the meaning comes from, if it is not Portolan's own.
    pub source: &'static str,
}

impl Definition {
    /// Creates the definition of a term of Portolan's own.
    pub const fn new(meaning: &'static str) -> Definition {
        Definition { meaning, more: "", source: "" }
    }

    /// Adds further sentences.
    pub const fn more(self, more: &'static str) -> Definition {
        Definition { more, ..self }
    }

    /// Adds the source.
    pub const fn source(self, source: &'static str) -> Definition {
        Definition { source, ..self }
    }

    /// All sentences.
    pub fn in_full(&self) -> String {
        if self.more.is_empty() { self.meaning.to_owned() } else { format!("{} {}", self.meaning, self.more) }
    }
}

/// An entry below the meaning of a term: at most 8 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermLabel {
    /// The option or command that shows a table.
    Command,
    /// The columns of a table.
    Columns,
    /// The title of a column on the terminal.
    Title,
    /// The type and the unit of a column's values.
    Type,
    /// The columns in which the word stands.
    Place,
    /// The specification or registry that the meaning comes from.
    Source,
    /// The words that may stand in a column.
    Words,
    /// Related words.
    Related,
}

/// Sentences that say what tables, columns and words mean.
pub trait GlossaryMessages {
    /// The meaning of a term; `None` for a table or a column of a user of the library.
    fn definition(&self, term: Term) -> Option<Definition>;

    /// The word by which people know a term, where it is not its key: the title of a column, the part of a rung.
    fn shown_as(&self, term: Term) -> Option<&'static str>;

    /// The kind of a term, to be read after the term and a colon: `evidence`, `column of flows and servers`.
    fn kind_of_term(&self, topic: Topic, tables: &[TableId]) -> String;

    /// The name of an entry below a meaning.
    fn term_label(&self, label: TermLabel) -> &'static str;

    /// The place of the words of a topic that belongs to no column.
    fn place_without_column(&self, topic: Topic) -> &'static str;

    /// The command that shows a table.
    fn shown_by(&self, table: TableId) -> String;

    /// The type of a column's values, as data formats write them.
    fn type_name(&self, kind: Kind) -> String;

    /// The unit of a column's values; empty if they have none.
    fn unit(&self, field: &Field) -> &'static str;

    /// The role of a column in its table.
    fn role_name(&self, role: ColumnRole) -> &'static str;

    /// A word is neither a term nor a file: similar words and files, and whether the book of ports has such a name.
    fn no_such_term(&self, word: &str, near_words: &[String], near_files: &[String], is_port_name: bool) -> String;

    /// The kind of a category that the user's port table declares, to be read after its name and a colon.
    fn kind_of_own_category(&self) -> &'static str;

    /// The meaning of such a category, below a table or where the port table gives it none: one sentence.
    fn own_category(&self) -> &'static str;

    /// The command that shows the ports of such a category.
    fn own_category_shown_by(&self, name: &str) -> String;

    /// A word that is a term was taken for a capture because a file has its name.
    fn file_wins(&self, word: &str) -> String;

    /// The entry of a legend about names with a question mark: the head, and one sentence.
    fn doubtful_name(&self) -> (&'static str, &'static str);

    /// The heading of the legend below a table.
    fn legend_title(&self) -> &'static str;

    /// The title of the page of all terms.
    fn glossary_title(&self) -> &'static str;

    /// The paragraphs below that title: `columns`, `words` and `flags` are the numbers of what the page explains.
    fn glossary_introduction(&self, columns: usize, words: usize, flags: usize) -> Vec<String>;

    /// The heads of the columns of the page about columns: key, title, type, unit, role, meaning, source.
    fn column_heads(&self) -> [&'static str; 6];

    /// The heads of the columns of the page about words: word, meaning, source.
    fn word_heads(&self) -> [&'static str; 3];

    /// The title of the words of a topic on that page.
    fn topic_title(&self, topic: Topic) -> &'static str;

    /// The sentence below the title of a topic: the columns in which its words stand, or another place.
    fn topic_place(&self, topic: Topic, columns: &[String]) -> String;

    /// The heading of the part of that page about words.
    fn words_title(&self) -> &'static str;
}
