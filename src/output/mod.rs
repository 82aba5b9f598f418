//! Floor 9: tables to text. One small file per format; a writer takes a table and an output, and computes nothing.

#[cfg(feature = "live")]
pub mod checklist;
pub mod csv;
mod data;
mod escape;
pub mod folder;
mod format;
pub mod json;
pub mod jsonl;
mod layout;
pub mod port;
mod priorities;
pub mod prose;
mod stream;
pub mod terminal;
mod wrap;

pub use format::{Format, Layout, WriteDocument, WriteTable};
