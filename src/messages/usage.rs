//! Sentences about a command line that names nothing, or something that does not exist.

/// Sentences about command lines.
pub trait UsageMessages {
    /// A word is neither a command nor a file: similar commands and files, and all commands.
    fn no_such_word(&self, word: &str, near_commands: &[&str], near_files: &[String], commands: &[&str]) -> String;

    /// A word is no table: similar tables, and all of them.
    fn no_such_table(&self, near: &[&str], known: &[&str]) -> String;

    /// No capture was named, and none is piped in.
    fn name_a_capture(&self) -> &'static str;

    /// No capture was named, and standard input held none.
    fn no_file_named(&self) -> &'static str;
}
