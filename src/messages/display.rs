//! Errors and problems of the library as text: always in English, whatever language the program speaks.

use std::fmt::{Display, Formatter, Result};

use super::{English, ErrorMessages, ServiceMessages};
use crate::capture::ReadProblem;
use crate::error::{CompressionProblem, Error};
use crate::service::book::QueryProblem;

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&English.error(self))
    }
}

impl Display for ReadProblem {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&English.read_problem(self))
    }
}

impl Display for CompressionProblem {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(English.compression_problem(*self))
    }
}

impl Display for QueryProblem {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(English.query_problem(*self))
    }
}
