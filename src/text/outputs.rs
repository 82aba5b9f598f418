//! Sentences about outputs that cannot be written, or not as they were asked for.

/// Why an output is not whole: who was to read it has gone away.
pub const READER_GONE: &str = "its reader went away before it had all";

/// That two outputs were both to go to standard output.
pub fn one_standard_output(first: &str, second: &str) -> String {
    format!("standard output can take {first} - or {second} -, not both; name a file for one of them")
}

/// That no table or several were chosen for an output that is a single one.
pub fn one_table(option: &str, tables: usize) -> String {
    format!(
        "{option} - writes one table to standard output, not {tables}; choose one with --table NAME, name a folder for files of \
         their own ({option} DIR), or use --json -, which writes all of them as one document"
    )
}

/// That an output is the file of an input.
pub fn output_is_input(output: &str, input: &str) -> String {
    format!("{output} is the same file as {input}: writing it would destroy the capture; choose another name")
}

/// That an output is the file of the user's port table.
pub fn output_is_port_table(output: &str, table: &str) -> String {
    format!("{output} is the same file as {table}: writing it would destroy that port table; choose another name")
}

/// That two outputs are the same file.
pub fn outputs_are_one(output: &str, other: &str) -> String {
    format!("{output} is the same file as {other}: one would overwrite the other; choose another name for one of them")
}
