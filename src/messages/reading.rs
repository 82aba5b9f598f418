//! Sentences about reading captures: packets left out, counted together or dropped, interruptions, and the times of inputs.

/// The place where a reading was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterruptedAt<'a> {
    /// The input.
    pub input: &'a str,
    /// Byte offset in the input after decompression.
    pub offset: u64,
    /// True if the input is compressed.
    pub is_compressed: bool,
}

/// Sentences about the reading of captures. Times are nanoseconds.
pub trait ReadingMessages {
    /// A signal has interrupted the reading after `packets` packets: `at` is the place, if it was inside an input, and `unread`
    /// the number of inputs that were not begun.
    fn reading_interrupted(&self, signal: &str, packets: u64, at: Option<InterruptedAt<'_>>, unread: usize) -> String;

    /// The inputs are not read in the order in which they were given.
    fn inputs_reordered(&self) -> &'static str;

    /// The inputs are not read in the order of time.
    fn inputs_out_of_order(&self) -> &'static str;

    /// `number` inputs overlap earlier ones; the largest overlap, `time`, is between `earlier` and `later`.
    fn inputs_overlap(&self, number: usize, earlier: &str, later: &str, time: i64) -> String;

    /// There are `number` gaps of at least `least` between inputs; the longest, `time`, is between `earlier` and `later`.
    fn gaps_between_inputs(&self, number: usize, least: i64, earlier: &str, later: &str, time: i64) -> String;

    /// `duplicates` of `packets` packets are suspected duplicates. Each packet was compared with the `window` packets before it,
    /// as far as they are at most `most_apart` earlier.
    fn suspected_duplicates(&self, duplicates: u64, packets: u64, window: usize, most_apart: i64) -> String;

    /// Packets were dropped as duplicates. The parameters are those of
    /// [`suspected_duplicates`](ReadingMessages::suspected_duplicates).
    fn dropped_duplicates(&self, duplicates: u64, packets: u64, window: usize, most_apart: i64) -> String;

    /// `matched` of `packets` packets match a filter.
    fn filter_matched(&self, matched: u64, packets: u64) -> String;

    /// A filter has missed packets because of their VLAN tags; `expression` is one that would not.
    fn filter_missed_tagged(&self, packets: u64, expression: &str) -> String;

    /// A filter means nothing for a link type; `why` is the reason in libpcap's words.
    fn filter_unusable(&self, link_type: u32, name: &str, why: &str, packets: u64) -> String;

    /// A filter means nothing for further link types, which are not named.
    fn filter_unusable_for_more(&self, link_types: usize, packets: u64) -> String;

    /// There are packets of a link type without a decoder.
    fn link_type_not_decoded(&self, link_type: u32, name: &str, packets: u64) -> String;

    /// There are packets of further link types without a decoder, which are not named.
    fn more_link_types_not_decoded(&self, packets: u64) -> String;

    /// Most packets have an EtherType that is not decoded.
    fn ether_type_not_decoded(&self, number: u16, name: &str, packets: u64, all: u64) -> String;

    /// Tables were written to a folder, each to a file of its own.
    fn tables_written(&self, tables: usize, folder: &str) -> String;

    /// A document was written to a file.
    fn document_written(&self, file: &str) -> String;

    /// Control channels announced more flows than can be remembered.
    fn announcements_dropped(&self, number: u64) -> String;

    /// There were more flows than may be tracked.
    fn flows_overflowed(&self, limit: usize, packets: u64) -> String;

    /// The time steps of the timeline are longer than the user asked for.
    fn timeline_widened(&self, wanted: i64, width: i64) -> String;
}
