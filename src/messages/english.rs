//! English.

mod choice;
#[cfg(feature = "live")]
mod doctor;
#[cfg(all(test, feature = "live"))]
mod doctor_tests;
mod errors;
mod formats;
#[cfg(feature = "live")]
mod live;
mod live_errors;
mod reading;
mod services;
mod tables;
#[cfg(test)]
mod tests;
mod usage;

use super::Messages;
#[cfg(not(feature = "live"))]
use super::{DoctorMessages, LiveMessages};
use crate::text::{grouped, number_of, packets};

/// All sentences in English.
#[derive(Clone, Copy, Debug)]
pub struct English;

impl Messages for English {}

#[cfg(not(feature = "live"))]
impl DoctorMessages for English {}

#[cfg(not(feature = "live"))]
impl LiveMessages for English {}

/// A number of bytes as a file claims it, digit by digit; [`bytes`](crate::text::bytes) rounds it to a unit.
fn exact_bytes(number: u64) -> String {
    format!("{number} {}", if number == 1 { "byte" } else { "bytes" })
}

/// `a`, `a or b`, `a, b or c`.
fn one_of(words: &[impl AsRef<str>]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// A time in nanoseconds: microseconds, milliseconds or seconds, and from a thousand seconds on no fractions.
fn duration(nanoseconds: i64) -> String {
    let nanoseconds = nanoseconds.unsigned_abs();
    let of_unit = |unit: u64| {
        let thousandths = nanoseconds / (unit / 1000);
        let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    match nanoseconds {
        0..1_000_000 => format!("{} µs", of_unit(1000)),
        1_000_000..1_000_000_000 => format!("{} ms", of_unit(1_000_000)),
        1_000_000_000..1_000_000_000_000 => format!("{} s", of_unit(1_000_000_000)),
        _ => format!("{} s", grouped(nanoseconds / 1_000_000_000)),
    }
}

/// Hours, minutes and seconds.
#[cfg(feature = "live")]
fn clock(seconds: u64) -> String {
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
