//! What is said about a command line that names something that does not exist, or nothing at all.

/// That a word is neither a command nor a file: which ones are meant perhaps, else which commands there are.
pub fn no_such_word(word: &str, near_commands: &[&str], near_files: &[String], commands: &[&str]) -> String {
    let meant = match (near_commands, near_files) {
        ([], []) => format!("the commands are {}; portolan help tells more", commands.join(", ")),
        ([], files) => format!("did you mean {}?", one_of(files)),
        (commands, []) => format!("did you mean portolan {}?", one_of(commands)),
        (commands, files) => format!("did you mean portolan {}, or the file {}?", one_of(commands), one_of(files)),
    };
    format!("there is no command and no file \"{word}\"; {meant}")
}

/// What an input that does not exist is perhaps meant to be, to be read behind that; nothing, if no name is like it.
pub fn perhaps_meant(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!("; did you mean {}?", one_of(near)) }
}

/// `a`, `a or b`, `a, b or c`.
fn one_of(words: &[impl AsRef<str>]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// That no capture was named, and none is piped in.
pub const NAME_A_CAPTURE: &str =
    "name a capture (portolan read FILE), a folder of captures, or pipe one in (tcpdump -U -w - | portolan read)";
/// That no capture was named, and standard input held none.
pub const NO_FILE_NAMED: &str = "standard input was read because no FILE was named; to read a file: portolan read FILE";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_meant_is_told_in_a_sentence() {
        assert_eq!(perhaps_meant(&[]), "");
        assert_eq!(perhaps_meant(&["a".into(), "b".into(), "c".into()]), "; did you mean a, b or c?");
        let told = no_such_word("raed", &["read"], &["reed".into()], &["read", "explain"]);
        assert_eq!(told, "there is no command and no file \"raed\"; did you mean portolan read, or the file reed?");
        let told = no_such_word("x", &[], &[], &["read", "explain"]);
        assert_eq!(told, "there is no command and no file \"x\"; the commands are read, explain; portolan help tells more");
    }
}
