//! Outputs that cannot be written as they were asked for.

/// The reason why outputs exclude each other, or an input.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutputConflict {
    /// Two outputs were to go to standard output.
    StandardOutput {
        /// The option of the first one.
        first: &'static str,
        /// The option of the second one.
        second: &'static str,
    },
    /// No table, or several, were chosen for an output of a single table.
    NotOneTable {
        /// The option.
        option: &'static str,
        /// The number of tables chosen.
        tables: usize,
    },
    /// An output that is no text was to go to a terminal.
    NotForTerminals {
        /// The option.
        option: &'static str,
    },
    /// An output is a file that has another use.
    SameFile {
        /// The output.
        output: NamedOutput,
        /// The file, and its other use.
        used: UsedFile,
    },
}

/// A file that a run uses.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UsedFile {
    /// A capture that is read, by its path.
    Input(String),
    /// Standard input.
    StandardInput,
    /// The user's port table, by its path.
    PortTable(String),
    /// Another output.
    Output(NamedOutput),
}

/// An output as the user asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NamedOutput {
    /// Standard output.
    StandardOutput,
    /// The file or folder that an option names.
    OfOption {
        /// The option.
        option: &'static str,
        /// The file or folder.
        path: String,
    },
    /// A file in the folder that an option names.
    InFolder {
        /// The option.
        option: &'static str,
        /// The file.
        path: String,
    },
}
