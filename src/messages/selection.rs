//! Sentences about the selection of flows and of a time.

use crate::analysis::{FilterTranslation, NoSuchCategory, NoSuchService, Window};
use crate::capture::ReadOnlyOnce;
use crate::time::Span;
use crate::traffic::Traffic;

/// Sentences about selections. `by` are the options that make the selection.
pub trait SelectionMessages {
    /// A value is none of a closed list: similar ones, and all.
    fn no_such_value(&self, near: &[&str], known: &[String]) -> String;

    /// A value is no machine.
    fn not_a_machine(&self) -> &'static str;

    /// A value is no server.
    fn not_a_server(&self) -> &'static str;

    /// A value is no port and no range of ports.
    fn not_ports(&self) -> &'static str;

    /// A value is no VLAN identifier.
    fn not_a_vlan(&self, largest: u16) -> String;

    /// A value is no point in time.
    fn not_a_time(&self) -> &'static str;

    /// A service is not in the port table.
    fn no_such_service(&self, missing: &NoSuchService) -> String;

    /// A category is none; what it may be instead.
    fn no_such_category(&self, missing: &NoSuchCategory) -> String;

    /// Above the tables: `part` of `whole`, and the numbers of selected and of all flows.
    fn selected(&self, part: Traffic, whole: Traffic, flows: (u64, u64), by: &str) -> String;

    /// No packet is selected.
    fn nothing_selected(&self, by: &str) -> String;

    /// No address of the capture has these names.
    fn unknown_host_names(&self, names: &[String]) -> String;

    /// Flows that have expired cannot be selected.
    fn expired_flows_not_selected(&self, flows: u64) -> String;

    /// Packets by size are not known of selected flows.
    fn no_sizes_of_selection(&self) -> &'static str;

    /// `inside` of `packets` packets are inside of the window; `span` is that of all packets.
    fn packets_in_window(&self, inside: u64, packets: u64, window: Window, span: Span) -> String;

    /// A filter is one of Wireshark's display filters: lines about it, and its other spellings.
    fn display_filter(&self, translation: &FilterTranslation) -> Vec<String>;

    /// Beside the progress bar: the input is read for the time of its last packet.
    fn finding_the_end(&self, input: &str) -> String;

    /// The end of an input that can be read only once is not known beforehand.
    fn end_not_known(&self, input: &str, reason: ReadOnlyOnce) -> String;
}
