//! The selection of flows and of a time.

use super::numbers::{grouped, number_of, packets};
use super::{English, one_of};
use crate::analysis::{FilterTranslation, NoSuchCategory, NoSuchService, Window};
use crate::capture::ReadOnlyOnce;
use crate::messages::SelectionMessages;
use crate::time::{Span, Time};
use crate::traffic::Traffic;

impl SelectionMessages for English {
    fn no_such_value(&self, near: &[&str], known: &[String]) -> String {
        if near.is_empty() { format!("expected {}", one_of(known)) } else { format!("did you mean {}?", one_of(near)) }
    }

    fn not_a_machine(&self) -> &'static str {
        "expected an address, a network such as 10.20.0.0/16, or the name of a host"
    }

    fn not_a_server(&self) -> &'static str {
        "expected an address, a network such as 10.20.0.0/16, or the name of a host, each also with a port: 10.20.0.10:443, \
         [2001:db8::1]:443"
    }

    fn not_ports(&self) -> &'static str {
        "expected a port or a range of ports, such as 443 or 6881-6889"
    }

    fn not_a_vlan(&self, largest: u16) -> String {
        format!("expected a VLAN ID from 0 to {largest}")
    }

    fn not_a_time(&self) -> &'static str {
        "expected a time such as 21:07, 21:07:20, 2026-11-23T21:07:20 or 2026-11-23T21:07:20+01:00; or +5m (after the first packet) \
         or -10m (before the last packet)"
    }

    fn no_such_service(&self, NoSuchService { word, is_category, near }: &NoSuchService) -> String {
        let hint = match (is_category, near.as_slice()) {
            (true, _) => format!("it is a category: use --category {word}"),
            (false, []) => "portolan services lists all services, and --services FILE adds your own".to_owned(),
            (false, near) => format!("did you mean {}?", one_of(near)),
        };
        format!("there is no service \"{word}\"; {hint}")
    }

    fn no_such_category(&self, NoSuchCategory { word, is_service, near, known }: &NoSuchCategory) -> String {
        let hint = match (is_service, near.as_slice()) {
            (true, _) => format!("it is a service: use --service {word}"),
            (false, []) => {
                format!("the categories are {}; a port table of your own (--services FILE) can declare others", known.join(", "))
            }
            (false, near) => format!("did you mean {}?", one_of(near)),
        };
        format!("there is no category \"{word}\"; {hint}")
    }

    fn selected(&self, part: Traffic, whole: Traffic, (flows, all_flows): (u64, u64), by: &str) -> String {
        let share = match part.packets {
            0 => "none".to_owned(),
            part if part == whole.packets => "100 %".to_owned(),
            part => format!("{:.1} %", part as f64 * 100.0 / whole.packets as f64),
        };
        let (part, whole) = (grouped(part.packets), packets(whole.packets));
        let of_flows = format!("{} of {}", grouped(flows), number_of(all_flows, "flow", "flows"));
        format!("selected {part} of {whole} ({share}) and {of_flows} by {by}")
    }

    fn nothing_selected(&self, by: &str) -> String {
        format!("the capture has no packet selected by {by}")
    }

    fn unknown_host_names(&self, names: &[String]) -> String {
        let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        format!("the capture gives no address the name {} (portolan read --table hosts lists the names)", one_of(&quoted))
    }

    fn expired_flows_not_selected(&self, flows: u64) -> String {
        let flows = number_of(flows, "closed flow", "closed flows");
        format!("{flows} cannot be selected one by one and count as not selected (--idle-timeout sets when a flow is closed)")
    }

    fn no_sizes_of_selection(&self) -> &'static str {
        "the table sizes is left out: packet sizes are not counted per flow"
    }

    fn packets_in_window(&self, inside: u64, all: u64, Window { from, to }: Window, span: Span) -> String {
        let window = match (from.map(to_the_second), to.map(to_the_second)) {
            (Some(from), Some(to)) => format!(" ({from} to {to})"),
            (Some(from), None) => format!(" (from {from})"),
            (None, Some(to)) => format!(" (before {to})"),
            (None, None) => String::new(),
        };
        let are = if all == 1 { "is" } else { "are" };
        let counted = format!("{} of {} {are} in the selected time{window}", grouped(inside), packets(all));
        if inside > 0 || !span.first.is_known() {
            return counted;
        }
        format!("{counted}; the capture runs from {} to {}", to_the_second(span.first), to_the_second(span.last))
    }

    fn display_filter(&self, FilterTranslation { tcpdump, selection }: &FilterTranslation) -> Vec<String> {
        let mut lines =
            vec!["This looks like a Wireshark display filter; --filter takes tcpdump filters (man pcap-filter).".to_owned()];
        lines.extend(tcpdump.iter().map(|tcpdump| format!("As a tcpdump filter:           --filter '{tcpdump}'")));
        lines.extend(selection.iter().map(|selection| format!("As a selection of whole flows: {selection}")));
        lines
    }

    fn finding_the_end(&self, input: &str) -> String {
        format!("{input} (finding the last packet)")
    }

    fn end_not_known(&self, input: &str, reason: ReadOnlyOnce) -> String {
        let input = if reason == ReadOnlyOnce::StandardInput { "standard input" } else { input };
        format!(
            "{input} can be read only once, so the time of its last packet is not known beforehand; give a clock time or +5m (after \
             the first packet), or save the capture to a file first"
        )
    }
}

/// A time as people write it, with as many digits of a second as it has.
fn to_the_second(time: Time) -> String {
    let text = time.to_string();
    let digits = text.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.');
    format!("{digits}Z")
}
