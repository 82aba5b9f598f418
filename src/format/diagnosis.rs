//! A diagnosis for people: what is there, what is missing, and the commands that mend it, each on a line of its own.

use std::io::{self, Write};

use super::terminal::{View, emphasised};
use super::wrap::{padded, write_hanging};
use crate::platform::doctor::{Diagnosis, Fix};
use crate::untrusted::clean;

/// Columns in front of a sentence: two spaces, the name, whether it is there, and spaces between.
const INDENT: usize = 22;
/// Columns in front of a command.
const DEEPER: usize = INDENT + 2;

/// Writes it.
pub fn write(diagnosis: &Diagnosis, view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let messages = view.messages;
    let missing = diagnosis.checks.iter().filter(|check| !check.is_met()).count();
    writeln!(output, "{}", emphasised(&messages.live_capture_ready(missing), view))?;
    for check in &diagnosis.checks {
        let (subject, state) = (messages.check_subject(check.subject()), messages.check_state(check.is_met()));
        let result = messages.check_result(&check.result);
        let head = format!("  {}  {}", padded(subject, 9), padded(state, 7));
        write_hanging(&head, INDENT, &clean(&result), view.width, output)?;
        check.fixes.iter().try_for_each(|fix| write_fix(fix, INDENT, view, output))?;
    }
    writeln!(output)?;
    writeln!(output, "{}", emphasised(messages.without_privileges(), view))?;
    write_fix(&diagnosis.other_way, 2, view, output)
}

fn write_fix(fix: &Fix, indent: usize, view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let purpose = view.messages.fix_purpose(&fix.purpose);
    write_hanging("", indent, &clean(&purpose), view.width, output)?;
    // Commands are for copying: they are never broken.
    let indent = if indent == INDENT { DEEPER } else { indent + 2 };
    fix.commands.iter().try_for_each(|command| writeln!(output, "{}{}", " ".repeat(indent), clean(command)))
}
