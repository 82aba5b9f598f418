//! x
#![forbid(unsafe_code)]
pub mod analysis;
pub mod capture;
pub mod decode;
pub mod error;
pub mod flow;
pub mod output;
pub mod service;
pub mod summary;
pub mod tally;
pub mod text;
pub mod unit;
