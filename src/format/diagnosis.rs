//! A diagnosis for people: what is there, what is missing, and the commands that fix it, each on a line of its own.

use std::io::{self, Write};

use super::prose::Prose;
use super::terminal::View;
use super::wrap::padded;
use crate::platform::doctor::{Diagnosis, Fix};

/// Columns in front of a sentence: two spaces, the name, whether it is there, and spaces between.
const INDENT: usize = 22;

/// Writes the checks with their fixes, and the way without privileges.
pub fn write(diagnosis: &Diagnosis, view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let messages = view.messages;
    let mut prose = Prose::new(view, output);
    let missing = diagnosis.checks.iter().filter(|check| !check.is_met()).count();
    prose.title(&messages.live_capture_ready(missing))?;
    for check in &diagnosis.checks {
        let (subject, state) = (messages.check_subject(check.subject()), messages.check_state(check.is_met()));
        let head = format!("  {}  {}", padded(subject, 9), padded(state, 7));
        prose.entry(&head, INDENT, &messages.check_result(&check.result))?;
        check.fixes.iter().try_for_each(|fix| write_fix(fix, INDENT, &mut prose))?;
    }
    prose.heading(messages.without_privileges())?;
    write_fix(&diagnosis.other_way, 2, &mut prose)
}

fn write_fix(fix: &Fix, indent: usize, prose: &mut Prose<'_, impl Write + ?Sized>) -> io::Result<()> {
    let purpose = prose.view.messages.fix_purpose(&fix.purpose);
    prose.entry("", indent, &purpose)?;
    fix.commands.iter().try_for_each(|command| prose.verbatim(indent + 2, command))
}
