//! What is said about the table `timeline`.

/// The buckets are wider than the user wanted them; both widths in nanoseconds.
pub fn timeline_widened(wanted: i64, width: i64) -> String {
    let [wanted, width] = [wanted, width].map(|nanoseconds| nanoseconds as f64 / 1e9);
    format!("the buckets of the timeline are {width} s wide instead of {wanted} s, which would take too much memory")
}
