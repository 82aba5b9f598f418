//! Commands for a shell that are safe to copy, whatever names they contain.

use crate::platform::machine::Machine;

/// Quotes a word, unless a shell takes it as it is (POSIX Shell Command Language, 2.2).
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// The command, prefixed so that root runs it.
pub fn as_root(machine: &Machine, command: &str) -> String {
    if machine.privileges.is_root {
        command.to_owned()
    } else if machine.tools.sudo {
        format!("sudo {command}")
    } else {
        format!("su -c {}", quoted(command))
    }
}

/// The command for this program, as a user would type it.
pub fn portolan(machine: &Machine) -> String {
    if machine.tools.portolan { "portolan".into() } else { path(machine) }
}

/// The path of this program's file, for callers that search other folders than the user's shell does.
pub fn path(machine: &Machine) -> String {
    machine.executable.as_ref().map_or_else(|| "portolan".into(), |executable| quoted(&executable.path.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_single_words() {
        assert_eq!(quoted("/usr/local/bin/portolan"), "/usr/local/bin/portolan");
        assert_eq!(quoted("my folder/portolan"), "'my folder/portolan'");
        assert_eq!(quoted("eth0;reboot"), "'eth0;reboot'");
        assert_eq!(quoted("$(reboot)`'"), r"'$(reboot)`'\'''");
        assert_eq!(quoted(""), "''");
    }
}
