//! Sentences about the reading of captures: what was left out, counted together, dropped or interrupted, and how inputs lie in time.

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
    /// A signal has interrupted the reading: after how many packets, where, if it was inside an input, and how many inputs were not
    /// begun.
    fn reading_interrupted(&self, signal: &str, packets: u64, at: Option<InterruptedAt<'_>>, unread: usize) -> String;

    /// The inputs are read in another order than that in which they were given.
    fn inputs_reordered(&self) -> &'static str;

    /// The inputs are read in another order than that of time.
    fn inputs_out_of_order(&self) -> &'static str;

    /// Inputs overlap: how many, and of two of them the names and the time that they share.
    fn inputs_overlap(&self, number: usize, earlier: &str, later: &str, time: i64) -> String;

    /// There are gaps between inputs: how many of at least that time, and the longest.
    fn gaps_between_inputs(&self, number: usize, least: i64, earlier: &str, later: &str, time: i64) -> String;

    /// Packets are suspected duplicates: how many of how many; how many packets before it each is compared with, and how much time
    /// lies between the two at most.
    fn suspected_duplicates(&self, duplicates: u64, packets: u64, window: usize, most_apart: i64) -> String;

    /// Packets were dropped as duplicates. The parameters are those of
    /// [`suspected_duplicates`](ReadingMessages::suspected_duplicates).
    fn dropped_duplicates(&self, duplicates: u64, packets: u64, window: usize, most_apart: i64) -> String;

    /// The packets that match a filter, of all.
    fn filter_matched(&self, matched: u64, packets: u64) -> String;

    /// A filter has missed packets because of their VLAN tags; the expression is one that would not.
    fn filter_missed_tagged(&self, packets: u64, expression: &str) -> String;

    /// A filter means nothing for a link type, in libpcap's words.
    fn filter_unusable(&self, link_type: u32, name: &str, why: &str, packets: u64) -> String;

    /// A filter means nothing for more link types, which are not named.
    fn filter_unusable_for_more(&self, link_types: usize, packets: u64) -> String;

    /// There are packets of a link type without a decoder.
    fn link_type_not_decoded(&self, link_type: u32, name: &str, packets: u64) -> String;

    /// There are packets of more link types without a decoder, which are not named.
    fn more_link_types_not_decoded(&self, packets: u64) -> String;

    /// Most packets have an EtherType that is not decoded.
    fn ether_type_not_decoded(&self, number: u16, name: &str, packets: u64, all: u64) -> String;

    /// Control channels announced more flows than can be remembered.
    fn announcements_dropped(&self, number: u64) -> String;

    /// There were more flows than may be tracked.
    fn flows_overflowed(&self, limit: usize, packets: u64) -> String;

    /// The time steps of the timeline are longer than the user wanted them.
    fn timeline_widened(&self, wanted: i64, width: i64) -> String;
}
