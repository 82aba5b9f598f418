//! Sentences about errors and about places of inputs that cannot be read.

use crate::capture::ReadProblem;
use crate::error::{CompressionProblem, Error, SkippedFiles};

/// Sentences about errors.
pub trait ErrorMessages {
    /// An error: what happened, to which input or output, and what to do about it.
    fn error(&self, error: &Error) -> String;

    /// A place of an input that cannot be read, to be read after the input's name and a colon.
    fn read_problem(&self, problem: &ReadProblem) -> String;

    /// A contradiction in compressed data: a clause.
    fn compression_problem(&self, problem: CompressionProblem) -> &'static str;

    /// The number of further places of an input that cannot be read, to be read after the input's name and a colon.
    fn more_read_problems(&self, number: u64) -> String;

    /// The numbers of files and folders that were skipped in `folders`.
    fn passed_over(&self, folders: &[String], passed_over: SkippedFiles) -> String;
}
