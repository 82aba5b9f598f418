//! English.

mod choice;
mod compare;
mod compare_page;
#[cfg(feature = "live")]
mod doctor;
#[cfg(all(test, feature = "live"))]
mod doctor_tests;
mod documents;
mod encapsulations;
mod errors;
mod explain;
mod formats;
mod glossary;
#[cfg(feature = "live")]
mod live;
mod live_errors;
mod numbers;
mod overview;
mod page;
mod presentation;
mod reading;
mod rungs;
mod selection;
mod services;
mod tables;
#[cfg(test)]
mod tests;
mod usage;

use super::Messages;
#[cfg(not(feature = "live"))]
use super::{DoctorMessages, LiveMessages};

/// All sentences in English.
#[derive(Clone, Copy, Debug)]
pub struct English;

impl Messages for English {}

#[cfg(not(feature = "live"))]
impl DoctorMessages for English {}

#[cfg(not(feature = "live"))]
impl LiveMessages for English {}

/// `a`, `a or b`, `a, b or c`.
fn one_of(words: &[impl AsRef<str>]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}
