//! Commands for a shell: whatever names are in them, they do what they say when they are copied.

use crate::platform::machine::Machine;

/// A word, quoted if a shell would see more in it than a word (POSIX Shell Command Language, 2.2).
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// The command, to be run by root.
pub fn as_root(machine: &Machine, command: &str) -> String {
    if machine.rights.is_root {
        command.to_owned()
    } else if machine.tools.sudo {
        format!("sudo {command}")
    } else {
        format!("su -c {}", quoted(command))
    }
}

/// This program, as a user would call it.
pub fn portolan(machine: &Machine) -> String {
    if machine.tools.portolan { "portolan".into() } else { path(machine) }
}

/// This program's file, for those who do not look where the user's shell does.
pub fn path(machine: &Machine) -> String {
    machine.executable.as_ref().map_or_else(|| "portolan".into(), |executable| quoted(&executable.path.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_and_nothing_more() {
        assert_eq!(quoted("/usr/local/bin/portolan"), "/usr/local/bin/portolan");
        assert_eq!(quoted("my folder/portolan"), "'my folder/portolan'");
        assert_eq!(quoted("eth0;reboot"), "'eth0;reboot'");
        assert_eq!(quoted("$(reboot)`'"), r"'$(reboot)`'\'''");
        assert_eq!(quoted(""), "''");
    }
}
