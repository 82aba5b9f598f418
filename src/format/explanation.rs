//! An explanation as text: headings, sentences and the rungs of the ladder, wrapped to the width of the terminal.

use std::io::{self, Write};

use super::prose::Prose;
use super::terminal::View;
use super::wrap::padded;
use crate::explain::{Explanation, LadderStep, NameBasis, NameExplanation, Reasoning};
use crate::service::{FlowFlags, NameSource};

/// Columns of the key of a rung, and of its part in the decision.
const RUNG_COLUMNS: [usize; 2] = [14, 9];
/// Columns in front of the sentence of a rung.
const RUNG_INDENT: usize = 28;
/// Columns in front of the meaning of a flag.
const FLAG_INDENT: usize = 21;

/// Writes an explanation.
pub fn write(explanation: &Explanation<'_>, view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let messages = view.messages;
    let mut prose = Prose::new(view, output);
    let flow = &explanation.flow;
    prose.title(&messages.flow_title(flow.id, &flow.protocol, flow.ends))?;
    prose.paragraph(&messages.flow_size(flow.packets, flow.wire_bytes, flow.times))?;
    prose.paragraphs(messages.host_names(flow.ends, [0, 1].map(|index| flow.names[index].as_deref())))?;
    prose.paragraphs(messages.encapsulations(&flow.stacks))?;
    prose.paragraphs(explanation.requested.as_ref().map(|requested| messages.requested_packet(requested)))?;
    match &explanation.reasoning {
        Reasoning::Ladder { steps, conclusion, opener, name } => {
            prose.heading(messages.who_is_the_server())?;
            steps.iter().try_for_each(|step| write_step(step, &mut prose))?;
            prose.paragraph(&messages.conclusion(conclusion))?;
            prose.paragraph(&messages.opener(opener))?;
            prose.heading(messages.what_is_the_service())?;
            write_name(name, &mut prose)?;
        }
        Reasoning::Portless { protocol, exchange } => {
            prose.paragraph(&messages.protocol_without_ports(protocol))?;
            prose.paragraph(&messages.portless_exchange(exchange))?;
        }
    }
    write_flags(explanation.flags, &mut prose)
}

fn write_step(LadderStep { rung, state, result }: &LadderStep<'_>, prose: &mut Prose<'_, impl Write + ?Sized>) -> io::Result<()> {
    let messages = prose.view.messages;
    let [code_columns, state_columns] = RUNG_COLUMNS;
    let (code, state) = (padded(rung.code(), code_columns), padded(messages.rung_state(*state), state_columns));
    let sentence = messages.rung_result(result);
    prose.entry(&format!("  {code} {state}"), RUNG_INDENT, &sentence)
}

/// Writes the basis of the name, its value as evidence, and the other names.
fn write_name(
    NameExplanation { basis, others, translation }: &NameExplanation<'_>,
    prose: &mut Prose<'_, impl Write + ?Sized>,
) -> io::Result<()> {
    let messages = prose.view.messages;
    match basis {
        NameBasis::Named { source, named_by, port, description } => {
            prose.paragraph(&messages.source_of_name(*source, port))?;
            prose.paragraphs(description.as_ref().map(|description| messages.port_description(description).into_owned()))?;
            prose.paragraphs(named_by.is_doubtful().then(|| messages.name_is_merely_registered(port.name)))?;
            prose.paragraph(match source {
                NameSource::Expected => messages.announced_name_is_no_proof(),
                NameSource::User | NameSource::Iana | NameSource::Overlay => messages.port_name_is_no_proof(),
            })?;
        }
        NameBasis::Unnamed { port, transport } => {
            prose.paragraph(&messages.port_without_name(*port, *transport))?;
            prose.paragraph(messages.client_port_names_nothing())?;
        }
        NameBasis::NoServer => prose.paragraph(messages.no_server_no_name())?,
    }
    prose.paragraphs(others.as_ref().map(|others| messages.other_names(others)))?;
    prose.paragraphs(translation.as_ref().map(|translation| messages.address_translated(translation)))
}

/// Writes the flags with their meanings, if there are any.
fn write_flags(flags: FlowFlags, prose: &mut Prose<'_, impl Write + ?Sized>) -> io::Result<()> {
    let messages = prose.view.messages;
    if !flags.is_empty() {
        prose.heading(messages.what_else())?;
    }
    for (flag, code) in flags.iter().filter_map(|flag| Some((flag, flag.codes().next()?))) {
        let meaning = messages.flag_meaning(flag);
        prose.entry(&format!("  {code}"), FLAG_INDENT, meaning)?;
    }
    Ok(())
}
