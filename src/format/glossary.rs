//! The meanings of a word as text: a paragraph for each, with the places where it appears and related words.

use std::io::{self, Write};

use super::prose::Prose;
use super::terminal::View;
use crate::glossary::{self, Term, Topic};
use crate::messages::{Definition, TermLabel};
use crate::report::{Field, TableId};
use crate::service::OwnCategory;

/// Columns in front of the text of an entry.
const ENTRY_INDENT: usize = 12;

/// A meaning, and the terms that have it: several only for columns of several tables.
struct Meaning {
    definition: Definition,
    terms: Vec<Term>,
}

/// Writes the meanings of terms, with an empty line between them. Columns of several tables that mean the same share a paragraph.
/// A list of related words stands below the first meaning that it belongs to.
pub fn write(terms: &[Term], view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut prose = Prose::new(view, output);
    let mut listed: Vec<Vec<Term>> = Vec::new();
    for (number, meaning) in meanings(terms, view).iter().enumerate() {
        if number > 0 {
            prose.empty_line()?;
        }
        let related = meaning.terms[0].related();
        let is_listed = listed.contains(&related);
        write_meaning(meaning, if is_listed { &[] } else { &related }, &mut prose)?;
        listed.push(related);
    }
    Ok(())
}

/// Writes the meaning of a category that the user's port table declares.
pub fn write_own_category(category: &OwnCategory, view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let (messages, mut prose) = (view.messages, Prose::new(view, output));
    prose.title(&format!("{}: {}", category.name, messages.kind_of_own_category()))?;
    prose.paragraph(category.meaning.as_deref().unwrap_or(messages.own_category()))?;
    let places = glossary::columns_with(Topic::Category).join(", ");
    for (label, text) in [(TermLabel::Command, messages.own_category_shown_by(&category.name)), (TermLabel::Place, places)] {
        prose.entry(&format!("  {}", messages.term_label(label)), ENTRY_INDENT, &text)?;
    }
    Ok(())
}

fn meanings(terms: &[Term], view: View) -> Vec<Meaning> {
    let mut meanings: Vec<Meaning> = Vec::new();
    for term in terms {
        let Some(definition) = view.messages.definition(*term) else { continue };
        let means_the_same = |known: &&mut Meaning| {
            let first = known.terms[0];
            term.topic() == Topic::Column
                && first.topic() == Topic::Column
                && known.definition == definition
                && first.key() == term.key()
        };
        match meanings.iter_mut().find(means_the_same) {
            Some(known) => known.terms.push(*term),
            None => meanings.push(Meaning { definition, terms: vec![*term] }),
        }
    }
    meanings
}

fn write_meaning(meaning: &Meaning, related: &[Term], prose: &mut Prose<'_, impl Write + ?Sized>) -> io::Result<()> {
    let view = prose.view;
    let (messages, term) = (view.messages, meaning.terms[0]);
    let title = format!("{}: {}", name(term, view), messages.kind_of_term(term.topic(), &tables(&meaning.terms)));
    prose.title(&title)?;
    prose.paragraph(&meaning.definition.in_full())?;
    let mut entry = |label: TermLabel, text: &str| {
        let head = format!("  {}", messages.term_label(label));
        if text.is_empty() { Ok(()) } else { prose.entry(&head, ENTRY_INDENT, text) }
    };
    match term {
        Term::Table(table) => {
            entry(TermLabel::Command, &messages.shown_by(table))?;
            let columns =
                glossary::tables().into_iter().find(|(id, _)| *id == table).map(|(_, fields)| fields).unwrap_or_default();
            entry(TermLabel::Columns, &columns.iter().map(|field| field.key).collect::<Vec<_>>().join(", "))?;
        }
        Term::Column(_, field) => {
            entry(TermLabel::Title, messages.shown_as(term).unwrap_or_default())?;
            entry(TermLabel::Type, &type_of(&field, view))?;
        }
        _ => {
            let columns = glossary::columns_with(term.topic());
            let places =
                if columns.is_empty() { messages.place_without_column(term.topic()).to_owned() } else { columns.join(", ") };
            entry(TermLabel::Place, &places)?;
        }
    }
    entry(TermLabel::Source, meaning.definition.source)?;
    let related: Vec<&str> = related.iter().map(|term| name(*term, view)).collect();
    entry(if term.topic() == Topic::Column { TermLabel::Words } else { TermLabel::Related }, &related.join(", "))
}

/// The word that people know a term by: its key, unless it has none.
fn name(term: Term, view: View) -> &'static str {
    term.key().or(view.messages.shown_as(term)).unwrap_or_default()
}

/// The type of a column's values, their unit, and the column's role.
fn type_of(field: &Field, view: View) -> String {
    let parts = [&*view.messages.type_name(field.kind), view.messages.unit(field), view.messages.role_name(field.role)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

fn tables(terms: &[Term]) -> Vec<TableId> {
    let table = |term: &Term| match term {
        Term::Column(table, _) => Some(*table),
        _ => None,
    };
    terms.iter().filter_map(table).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::English;

    fn explained(word: &str) -> String {
        let view = View {
            width: 80,
            wide: false,
            tells_left_out: true,
            top: None,
            styled: false,
            legend: false,
            exact: false,
            zone: crate::time::Zone::utc(),
            messages: &English,
        };
        let mut output = Vec::new();
        write(&glossary::look_up(word, |_| None), view, &mut output).unwrap();
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn columns_that_mean_the_same_share_a_paragraph() {
        let text = explained("packets_c2s");
        assert!(text.starts_with("packets_c2s: column of the tables services and flows\n"), "{text}");
        assert!(text.contains("\n  title     packets >\n  type      integer; packets; measure\n"), "{text}");
        assert_eq!(text.matches("column of").count(), 1);
        assert!(explained("packets").matches("column of").count() > 2);
    }

    #[test]
    fn a_word_is_explained_with_its_places_source_and_relatives() {
        let text = explained("S3");
        assert!(text.starts_with("S3: state of a TCP connection\n  The connection was"), "{text}");
        assert!(
            text.contains("  found in  flows.tcp_state\n  source    Zeek, conn_state\n  related   S0, S1, S2, SF,"),
            "{text}"
        );
        assert!(text.lines().all(|line| line.len() <= 80));
    }
}
