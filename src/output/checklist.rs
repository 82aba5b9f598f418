//! A diagnosis for people: what is there, what is missing, and the commands that mend it, each on a line of its own.

use std::io::{self, Write};

use super::prose::wrapped;
use super::terminal::{View, emphasised};
use crate::doctor::{Diagnosis, Finding, Remedy, sentences};
use crate::text;

/// Columns in front of a sentence: two spaces, the name, whether it is there, and spaces between.
const INDENT: usize = 22;
/// Columns in front of a command.
const DEEPER: usize = INDENT + 2;

/// Writes it.
pub fn write(diagnosis: &Diagnosis, view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let missing = diagnosis.findings.iter().filter(|finding| !finding.is_met).count();
    writeln!(output, "{}", emphasised(&sentences::live_capture(missing), view))?;
    for Finding { name, is_met, says, remedies } in &diagnosis.findings {
        let state = if *is_met { "yes" } else { "missing" };
        sentence(&format!("  {name:<9}  {state:<7}  {says}"), INDENT, view, output)?;
        remedies.iter().try_for_each(|remedy| write_remedy(remedy, INDENT, view, output))?;
    }
    writeln!(output)?;
    writeln!(output, "{}", emphasised(sentences::WITHOUT_RIGHTS, view))?;
    write_remedy(&diagnosis.other_way, 2, view, output)
}

fn write_remedy(remedy: &Remedy, indent: usize, view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    sentence(&format!("{}{}", " ".repeat(indent), remedy.says), indent, view, output)?;
    // Commands are for copying: they are never broken.
    let indent = if indent == INDENT { DEEPER } else { indent + 2 };
    remedy.commands.iter().try_for_each(|command| writeln!(output, "{}{}", " ".repeat(indent), text::clean(command)))
}

fn sentence(text: &str, indent: usize, view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    wrapped(&text::clean(text), indent, view.width).iter().try_for_each(|line| writeln!(output, "{line}"))
}
