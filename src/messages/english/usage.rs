//! Command lines.

use super::{English, one_of};
use crate::messages::UsageMessages;

impl UsageMessages for English {
    fn no_such_word(&self, word: &str, near_commands: &[&str], near_files: &[String], commands: &[&str]) -> String {
        let meant = match (near_commands, near_files) {
            ([], []) => format!("the commands are {}; see portolan help", commands.join(", ")),
            ([], files) => format!("did you mean {}?", one_of(files)),
            (commands, []) => format!("did you mean portolan {}?", one_of(commands)),
            (commands, files) => format!("did you mean portolan {}, or the file {}?", one_of(commands), one_of(files)),
        };
        format!("there is no command or file \"{word}\"; {meant}")
    }

    fn no_such_table(&self, near: &[&str], known: &[&str]) -> String {
        match near {
            [] => format!("no such table; the tables are {}, or all", known.join(", ")),
            near => format!("no such table; did you mean {}?", one_of(near)),
        }
    }

    fn name_a_capture(&self) -> &'static str {
        "no capture given; name a file or folder (portolan read FILE), or pipe a capture in (tcpdump -U -w - | portolan read)"
    }

    fn no_file_named(&self) -> &'static str {
        "standard input was read because no FILE was given; to read a file: portolan read FILE"
    }
}
