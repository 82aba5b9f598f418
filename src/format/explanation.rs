//! An explanation as text: headings, sentences and the rungs of the ladder, wrapped to the width of the terminal.

use std::io::{self, Write};

use super::terminal::{View, emphasised};
use super::wrap::{padded, write_hanging};
use crate::explain::{Explanation, LadderStep, NameBasis, NameExplanation, Reasoning};
use crate::service::{FlowFlags, NameSource};
use crate::untrusted::clean;

/// Columns in front of a paragraph.
const INDENT: usize = 2;
/// Columns of the key of a rung, and of its part in the decision.
const RUNG_COLUMNS: [usize; 2] = [14, 9];
/// Columns in front of the sentence of a rung.
const RUNG_INDENT: usize = 28;
/// Columns in front of the meaning of a flag.
const FLAG_INDENT: usize = 21;

/// Writes an explanation. All headings but the first have an empty line above.
pub fn write(explanation: &Explanation<'_>, view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let messages = view.messages;
    let mut writer = ExplanationWriter { view, output };
    let flow = &explanation.flow;
    writer.title(&messages.flow_title(flow.id, &flow.protocol, flow.ends))?;
    writer.paragraph(&messages.flow_size(flow.packets, flow.wire_bytes, flow.times))?;
    writer.paragraphs(messages.host_names(flow.ends, [0, 1].map(|index| flow.names[index].as_deref())))?;
    writer.paragraphs(messages.encapsulations(&flow.stacks))?;
    writer.paragraphs(explanation.requested.as_ref().map(|requested| messages.requested_packet(requested)))?;
    match &explanation.reasoning {
        Reasoning::Ladder { steps, conclusion, opener, name } => {
            writer.heading(messages.who_is_the_server())?;
            steps.iter().try_for_each(|step| writer.step(step))?;
            writer.paragraph(&messages.conclusion(conclusion))?;
            writer.paragraph(&messages.opener(opener))?;
            writer.heading(messages.what_is_the_service())?;
            writer.name(name)?;
        }
        Reasoning::Portless { protocol, exchange } => {
            writer.paragraph(&messages.protocol_without_ports(protocol))?;
            writer.paragraph(&messages.portless_exchange(exchange))?;
        }
    }
    writer.flags(explanation.flags)
}

/// The output of an explanation, with the view that it is written for.
struct ExplanationWriter<'o, W: ?Sized> {
    view: View,
    output: &'o mut W,
}

impl<W: Write + ?Sized> ExplanationWriter<'_, W> {
    fn title(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.output, "{}", emphasised(&clean(text), self.view))
    }

    fn heading(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.output)?;
        self.title(text)
    }

    fn paragraph(&mut self, text: &str) -> io::Result<()> {
        write_hanging("", INDENT, &clean(text), self.view.width, self.output)
    }

    fn paragraphs(&mut self, texts: impl IntoIterator<Item = String>) -> io::Result<()> {
        texts.into_iter().try_for_each(|text| self.paragraph(&text))
    }

    fn step(&mut self, LadderStep { rung, state, result }: &LadderStep<'_>) -> io::Result<()> {
        let messages = self.view.messages;
        let [code_columns, state_columns] = RUNG_COLUMNS;
        let (code, state) = (padded(rung.code(), code_columns), padded(messages.rung_state(*state), state_columns));
        let sentence = messages.rung_result(result);
        write_hanging(&format!("  {code} {state}"), RUNG_INDENT, &clean(&sentence), self.view.width, self.output)
    }

    /// Writes the basis of the name, its value as evidence, and the other names.
    fn name(&mut self, NameExplanation { basis, others, translation }: &NameExplanation<'_>) -> io::Result<()> {
        let messages = self.view.messages;
        match basis {
            NameBasis::Named { source, port, description } => {
                self.paragraph(&messages.source_of_name(*source, port))?;
                self.paragraphs(description.as_ref().map(|description| messages.port_description(description).into_owned()))?;
                self.paragraph(match source {
                    NameSource::Expected => messages.announced_name_is_no_proof(),
                    NameSource::User | NameSource::Iana | NameSource::Overlay => messages.port_name_is_no_proof(),
                })?;
            }
            NameBasis::Unnamed { port, transport } => {
                self.paragraph(&messages.port_without_name(*port, *transport))?;
                self.paragraph(messages.client_port_names_nothing())?;
            }
            NameBasis::NoServer => self.paragraph(messages.no_server_no_name())?,
        }
        self.paragraphs(others.as_ref().map(|others| messages.other_names(others)))?;
        self.paragraphs(translation.as_ref().map(|translation| messages.address_translated(translation)))
    }

    /// Writes the flags with their meanings, if there are any.
    fn flags(&mut self, flags: FlowFlags) -> io::Result<()> {
        let messages = self.view.messages;
        if !flags.is_empty() {
            self.heading(messages.what_else())?;
        }
        for (flag, code) in flags.iter().filter_map(|flag| Some((flag, flag.codes().next()?))) {
            let meaning = messages.flag_meaning(flag);
            write_hanging(&format!("  {code}"), FLAG_INDENT, meaning, self.view.width, self.output)?;
        }
        Ok(())
    }
}
