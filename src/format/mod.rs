//! Tables and explanations to text. One small file per format; a writer takes data and an output, and computes nothing.

mod compared_priorities;
pub mod comparison;
pub mod csv;
mod data;
#[cfg(feature = "live")]
pub mod diagnosis;
mod escape;
pub mod explanation;
pub mod folder;
mod formats;
pub mod glossary;
pub mod glossary_page;
pub mod html;
pub mod json;
pub mod jsonl;
mod layout;
mod legend;
pub mod markdown;
pub mod overview;
pub mod port_page;
mod priorities;
mod prose;
mod shown_rows;
mod stream;
pub mod terminal;
pub mod wrap;
#[cfg(feature = "xlsx")]
pub mod xlsx;

pub use formats::{Format, Layout, Omission, WriteDocument, WriteHandOut, WriteTable};

/// All formats of documents, in the order in which options list them and files are written.
pub const FORMATS: &[Format] = &[
    csv::FORMAT,
    json::FORMAT,
    jsonl::FORMAT,
    markdown::FORMAT,
    #[cfg(feature = "xlsx")]
    xlsx::FORMAT,
];
