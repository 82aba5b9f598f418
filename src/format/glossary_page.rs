//! All tables, columns and words as a page of Markdown: `docs/columns.md`.

use std::io::{self, Write};

use crate::glossary::{self, Term, Topic};
use crate::messages::Messages;
use crate::report::{Field, TableId};

/// Writes the page.
pub fn write(messages: &dyn Messages, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let words = Topic::ALL.into_iter().filter(|topic| !matches!(topic, Topic::Table | Topic::Column));
    let number_of_words = words.clone().map(|topic| topic.terms().len()).sum();
    writeln!(output, "# {}", messages.glossary_title())?;
    let (columns, flags) = (Topic::Column.terms().len(), Topic::Flag.terms().len());
    for paragraph in messages.glossary_introduction(columns, number_of_words, flags) {
        writeln!(output, "\n{paragraph}")?;
    }
    for (table, fields) in glossary::tables() {
        write_table(table, &fields, messages, output)?;
    }
    writeln!(output, "\n# {}", messages.words_title())?;
    for topic in words {
        write_topic(topic, messages, output)?;
    }
    Ok(())
}

fn write_table(table: TableId, fields: &[Field], messages: &dyn Messages, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    writeln!(output, "\n## {}\n", table.key())?;
    let meaning = messages.definition(Term::Table(table)).map(|definition| definition.in_full()).unwrap_or_default();
    writeln!(output, "{meaning} (`{}`)\n", messages.shown_by(table))?;
    write_heads(&messages.column_heads(), output)?;
    for field in fields {
        let definition = messages.definition(Term::Column(table, *field));
        let (meaning, source) = definition.map_or_else(Default::default, |definition| (definition.in_full(), definition.source));
        let words = glossary::topic_of(table, field.key)
            .map(|topic| format!(" [{}](#{})", messages.topic_title(topic), anchor(topic, messages)));
        let (kind, unit, role) = (messages.type_name(field.kind), messages.unit(field), messages.role_name(field.role));
        let meaning = format!("{meaning}{}", words.unwrap_or_default());
        write_cells(&[&format!("`{}`", field.key), &kind, unit, role, &meaning, source], output)?;
    }
    Ok(())
}

fn write_topic(topic: Topic, messages: &dyn Messages, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    writeln!(
        output,
        "\n## {}\n\n{}\n",
        messages.topic_title(topic),
        messages.topic_place(topic, &glossary::columns_with(topic))
    )?;
    write_heads(&messages.word_heads(), output)?;
    for term in topic.terms() {
        let definition = messages.definition(term);
        let (meaning, source) = definition.map_or_else(Default::default, |definition| (definition.in_full(), definition.source));
        let word = term.key().or(messages.shown_as(term)).unwrap_or_default();
        write_cells(&[&format!("`{word}`"), &meaning, source], output)?;
    }
    Ok(())
}

fn write_heads(heads: &[&str], output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    write_cells(heads, output)?;
    writeln!(output, "|{}", "---|".repeat(heads.len()))
}

fn write_cells(cells: &[&str], output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    for cell in cells {
        write!(output, "|{}{cell}", if cell.is_empty() { "" } else { " " })?;
        write!(output, " ")?;
    }
    writeln!(output, "|")
}

/// The anchor that Markdown gives the heading of a topic.
fn anchor(topic: Topic, messages: &dyn Messages) -> String {
    messages.topic_title(topic).to_lowercase().replace(' ', "-")
}
