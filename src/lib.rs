//! x
#![forbid(unsafe_code)]
pub mod capture;
pub mod error;
pub mod unit;
