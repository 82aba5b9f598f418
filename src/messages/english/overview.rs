//! The overview.

use super::English;
use super::numbers::{bytes, flows, grouped, number_of, packets};
use crate::analysis::Window;
use crate::messages::{OverviewMessages, OverviewPart};
use crate::report::{Certainty, InputFacts, Missing, Refusals, ScanSummary, SelectedPart, Share, StripColumn};
use crate::stats::Place;
use crate::time::{NANOSECONDS, Span, Time, Zone};
use crate::traffic::Traffic;

/// The length of a column of the strip, in nanoseconds, from which on its bytes are told and not their rate: an hour.
const LONG: i64 = 3600 * NANOSECONDS;

/// A length of time in its two largest units: `1 min 1 s`.
fn length(nanoseconds: i64) -> String {
    if (1..1_000_000).contains(&nanoseconds) {
        return "less than 1 ms".into();
    }
    let milliseconds = nanoseconds.max(0) / 1_000_000;
    if milliseconds < 1000 {
        return format!("{milliseconds} ms");
    }
    if milliseconds < 10_000 {
        return format!("{}.{} s", milliseconds / 1000, milliseconds / 100 % 10);
    }
    let seconds = nanoseconds / NANOSECONDS;
    let [minutes, hours, days] = [seconds / 60, seconds / 3600, seconds / 86_400];
    let two = |large: i64, unit: &str, small: i64, small_unit: &str| match small {
        0 => format!("{} {unit}", grouped(large.unsigned_abs())),
        small => format!("{} {unit} {small} {small_unit}", grouped(large.unsigned_abs())),
    };
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => two(minutes, "min", seconds % 60, "s"),
        3600..86_400 => two(hours, "h", minutes % 60, "min"),
        _ => two(days, "d", hours % 24, "h"),
    }
}

/// The date and the time of day in a zone, with so many digits of a second.
fn date_and_clock(time: Time, digits: usize, zone: &Zone) -> (String, String) {
    let text = zone.clock_time(time).to_string();
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default().to_owned();
    (part(0..10), part(11..if digits == 0 { 19 } else { 20 + digits }))
}

/// The digits of a second that tell points of a span from each other.
fn digits(span: Span) -> usize {
    match span.duration() {
        Some(1..50_000_000) => 6,
        Some(50_000_000..20_000_000_000) => 3,
        _ => 0,
    }
}

/// The time of some packets, as the end of a sentence about them.
fn when(span: Span, zone: &Zone) -> String {
    let Some(duration) = span.duration() else { return ", without times".into() };
    let (day, clock) = date_and_clock(span.first, 0, zone);
    match duration {
        // Programs that do not know the time write zeros.
        0 if span.first == Time::from_nanoseconds(0) => ", without times (all are 0)".into(),
        0 => format!(", at {day} {clock} {}", zone.name()),
        _ => format!(" in {}, from {day} {clock} {}", length(duration), zone.name()),
    }
}

/// Two points in time: the date of the second only if it is another one.
fn points(span: Span, zone: &Zone) -> (String, String) {
    let is_whole = |time: Time| time.nanoseconds().is_none_or(|nanoseconds| nanoseconds % NANOSECONDS == 0);
    let digits = if is_whole(span.first) && is_whole(span.last) { 0 } else { digits(span) };
    let [(first_day, first), (last_day, last)] = [span.first, span.last].map(|time| date_and_clock(time, digits, zone));
    let last = if first_day == last_day { last } else { format!("{last_day} {last}") };
    (format!("{first_day} {first}"), last)
}

/// The time that packets were asked for.
fn window(window: Window, zone: &Zone) -> String {
    let point = |time: Time| points(Span::at(time), zone).0;
    match (window.from, window.to) {
        (Some(from), Some(to)) => {
            let (from, to) = points(Span { first: from, last: to }, zone);
            format!("{from} to {to} {}", zone.name())
        }
        (Some(from), None) => format!("since {} {}", point(from), zone.name()),
        (None, Some(to)) => format!("before {} {}", point(to), zone.name()),
        (None, None) => "in the selected time".into(),
    }
}

fn place(place: Place) -> &'static str {
    match place {
        Place::Fragment => "fragments without their first part",
        Place::Truncated => "cut short",
        Place::Malformed => "malformed",
        Place::UnsupportedLink => "of link types that are not supported",
        other => other.name(),
    }
}

impl OverviewMessages for English {
    fn overview_label(&self, part: OverviewPart) -> &'static str {
        match part {
            OverviewPart::Categories => "Categories",
            OverviewPart::Servers => "Servers",
            OverviewPart::Clients => "Clients",
            OverviewPart::OverTime => "Over time",
            OverviewPart::Portless => "No ports",
            OverviewPart::Scans => "Scans",
            OverviewPart::Refused => "Refused",
            OverviewPart::Missing => "Missing",
            OverviewPart::Certainty => "Certainty",
            OverviewPart::More => "More",
        }
    }

    fn overview_facts(&self, facts: &InputFacts, file: Option<&str>, selection: Option<&str>, zone: &Zone) -> String {
        let InputFacts { inputs, traffic, span, part, .. } = facts;
        let input = file.map_or_else(|| number_of(*inputs as u64, "capture", "captures"), str::to_owned);
        let Some(part) = part else {
            return match traffic.packets {
                0 => format!("{input}: no packets"),
                _ => format!("{input}: {}, {}{}", packets(traffic.packets), bytes(traffic.wire_bytes), when(*span, zone)),
            };
        };
        let asked = part.window.map(|asked| window(asked, zone));
        let selection = selection.map(|options| format!("selected by {options}"));
        let subject: Vec<String> = [Some(input), asked, selection].into_iter().flatten().collect();
        let subject = subject.join(", ");
        let whole = packets(part.whole.packets);
        if traffic.packets == 0 {
            return format!("{subject}: none of {whole}");
        }
        let share = self.rounded_share(Share { part: traffic.packets, whole: part.whole.packets });
        let of_flows = match part.flows {
            (selected, Some(all)) => format!("{} of {}, ", grouped(selected), flows(all)),
            _ => String::new(),
        };
        let volume = format!("{} of {whole} ({share}), {of_flows}{}", grouped(traffic.packets), bytes(traffic.wire_bytes));
        format!("{subject}: {volume}{}", when(*span, zone))
    }

    fn overview_of_nothing(&self, part: &SelectedPart, zone: &Zone) -> String {
        match part.flows.1 {
            Some(all) if all > 0 => {
                let these = if part.window.is_some() { "in this time" } else { "of the input" };
                format!("No packet is selected. Without the selection, the overview shows {} {these}.", flows(all))
            }
            _ if part.window.is_some() && part.whole_span.first.is_known() => {
                let (first, last) = points(part.whole_span, zone);
                format!("No packet is in this time. The input has packets from {first} to {last} {}.", zone.name())
            }
            _ => "No packet is selected.".into(),
        }
    }

    fn overview_missing(&self, missing: &Missing, part: Option<&SelectedPart>) -> Option<String> {
        let Missing { dropped, incomplete, unread, undecoded } = missing;
        let mut parts = Vec::new();
        if *dropped > 0 {
            parts.push(format!("{} dropped while capturing", packets(*dropped)));
        }
        if *incomplete > 0 {
            parts.push(format!("{} cut off or damaged", number_of(*incomplete as u64, "capture", "captures")));
        }
        if *unread > 0 {
            parts.push(format!("{} not read", number_of(*unread as u64, "capture", "captures")));
        }
        let sum: u64 = undecoded.iter().map(|(_, packets)| packets).sum();
        let in_time = if part.is_some_and(|part| part.window.is_some()) { " in the selected time" } else { "" };
        match &undecoded[..] {
            [] => {}
            [(only, _)] => parts.push(format!("{} not decoded{in_time} ({})", packets(sum), place(*only))),
            several => {
                let each: Vec<String> =
                    several.iter().map(|(at, packets)| format!("{} {}", grouped(*packets), place(*at))).collect();
                parts.push(format!("{} not decoded{in_time} ({})", packets(sum), each.join(", ")));
            }
        }
        let whole = if part.is_some() { "of the whole input: " } else { "" };
        (!parts.is_empty()).then(|| format!("{whole}{}", parts.join("; ")))
    }

    fn rounded_share(&self, share: Share) -> String {
        match share.basis_points() {
            0 if share.part == 0 => "0 %".into(),
            0..50 => "<1 %".into(),
            9950..10_000 => ">99 %".into(),
            points => format!("{} %", (points + 50) / 100),
        }
    }

    fn unnamed_category(&self, category: &str) -> Option<&'static str> {
        match category {
            "unassigned" => Some("server ports without a name"),
            "undetermined" => Some("no side is clearly the server"),
            _ => None,
        }
    }

    fn no_servers(&self) -> &'static str {
        "none that answered"
    }

    fn no_categories(&self) -> &'static str {
        "no packets with ports"
    }

    fn items_left_out(&self, number: usize) -> String {
        format!("+{}", grouped(number as u64))
    }

    fn servers_left_out(&self, number: usize) -> String {
        format!("and {}: -t servers", number_of(number as u64, "more machine", "more machines"))
    }

    fn clients_left_out(&self, number: usize) -> String {
        format!("and {} more", grouped(number as u64))
    }

    fn with_bytes(&self, name: &str, size: u64) -> String {
        format!("{name} {}", bytes(size))
    }

    fn portless_share(&self, share: Share, traffic: Traffic) -> String {
        match traffic.packets {
            0 => "none".into(),
            _ => format!("{} of the bytes", self.rounded_share(share)),
        }
    }

    fn strip_caption(&self, span: Span, peak: StripColumn<'_>, zone: &Zone) -> String {
        let digits = digits(span);
        let [(first_day, first), (last_day, last)] = [span.first, span.last].map(|time| date_and_clock(time, digits, zone));
        let (peak_day, at) = date_and_clock(peak.start, digits, zone);
        let is_one_day = first_day == last_day;
        let point = |day: &str, clock: &str| if is_one_day { clock.to_owned() } else { format!("{day} {clock}") };
        // The rate of a column that lasts for days says little, and may be below one byte a second.
        let volume = match u128::from(peak.bytes) * NANOSECONDS as u128 / u128::from(peak.length.max(1).unsigned_abs()) {
            _ if peak.length >= LONG => format!("{} in {}", bytes(peak.bytes), length(peak.length)),
            rate => format!("{}/s", bytes(u64::try_from(rate).unwrap_or(u64::MAX))),
        };
        let mostly = peak.category.map_or_else(String::new, |category| format!(", mostly {category}"));
        let peak = match span.duration() {
            Some(0) | None => String::new(),
            // A column can begin before the first packet.
            Some(_) if peak.start <= span.first => format!("; peak at the start: {volume}{mostly}"),
            Some(_) => format!("; peak at {}: {volume}{mostly}", point(&peak_day, &at)),
        };
        let to = if span.first == span.last { String::new() } else { format!(" to {}", point(&last_day, &last)) };
        format!("{}{to}{peak}", point(&first_day, &first))
    }

    fn scan_summary(&self, scan: &ScanSummary<'_>, scanner: &str, target: Option<&str>) -> String {
        let transport = scan.transport.name().to_uppercase();
        let ports = match scan.only_port {
            Some(port) => format!("{transport} port {port}"),
            None => number_of(scan.ports, &format!("{transport} port"), &format!("{transport} ports")),
        };
        let hosts = match target {
            Some(target) => target.to_owned(),
            None => number_of(scan.hosts, "machine", "machines"),
        };
        let answered = match scan.answered {
            0 => "none answered".to_owned(),
            answered => format!("{} answered", grouped(answered)),
        };
        format!("{scanner} tried {ports} of {hosts}: {}, {answered}", flows(scan.flows))
    }

    fn scans_left_out(&self, number: usize) -> String {
        format!("and {}: -t scans", number_of(number as u64, "more scan", "more scans"))
    }

    fn refusals(&self, refusals: &Refusals<'_>, ends: Option<[&str; 2]>) -> String {
        let first = match (ends, refusals.first) {
            (Some([client, server]), Some((_, _, port, service))) => {
                let such_as = if refusals.flows == 1 { ":" } else { ", such as" };
                format!("{such_as} {client} to {server}, {port} {service}")
            }
            _ => String::new(),
        };
        format!("{}{first}", flows(refusals.flows))
    }

    fn certainty(&self, certainty: Certainty) -> String {
        let Certainty { flows: all, decided, by_handshake, peers } = certainty;
        if all == 0 {
            return "no flows with ports".into();
        }
        let mut text = format!("server known in {} of {}", grouped(decided), flows(all));
        if by_handshake > 0 {
            text.push_str(&format!(", {} by handshake", grouped(by_handshake)));
        }
        if peers > 0 {
            text.push_str(&format!("; {} between peers", grouped(peers)));
        }
        match certainty.undetermined() {
            0 => {}
            number => text.push_str(&format!("; {} undetermined", grouped(number))),
        }
        text
    }

    fn more_tables(&self) -> &'static str {
        "-t services, servers, conversations, hosts, flows, scans, or all"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_their_two_largest_units() {
        let seconds = [0, 9, 10, 60, 61, 3600, 3660, 86_399, 86_400, 100_000];
        let texts = seconds.map(|seconds| length(seconds * NANOSECONDS));
        assert_eq!(texts, ["0 ms", "9.0 s", "10 s", "1 min", "1 min 1 s", "1 h", "1 h 1 min", "23 h 59 min", "1 d", "1 d 3 h"]);
        assert_eq!(length(i64::MAX), "106,751 d 23 h");
        assert_eq!([1, 999_999, 1_000_000].map(length), ["less than 1 ms", "less than 1 ms", "1 ms"]);
    }

    #[test]
    fn a_peak_has_a_rate_unless_its_column_lasts_for_hours() {
        let caption = |last: i64, length: i64| {
            let [first, last] = [0, last].map(|second| Time::from_nanoseconds(second * NANOSECONDS));
            let peak = StripColumn { start: last, length: length * NANOSECONDS, bytes: 50_000, category: Some("web") };
            English.strip_caption(Span { first, last }, peak, Zone::utc())
        };
        assert_eq!(caption(60, 2), "00:00:00 to 00:01:00; peak at 00:01:00: 25.0 kB/s, mostly web");
        assert_eq!(
            caption(1_000_000, 90_000),
            "1970-01-01 00:00:00 to 1970-01-12 13:46:40; peak at 1970-01-12 13:46:40: 50.0 kB in 1 d 1 h, mostly web"
        );
        let only = StripColumn { start: Time::from_nanoseconds(0), length: 1, bytes: 60, category: None };
        assert_eq!(English.strip_caption(Span::at(only.start), only, Zone::utc()), "00:00:00");
    }

    #[test]
    fn small_shares_are_not_nothing_and_large_ones_not_all() {
        let share = |part, whole| English.rounded_share(Share { part, whole });
        assert_eq!(
            [(0, 9), (1, 900), (1, 200), (1, 2), (995, 1000), (999, 1000), (9, 9)].map(|(part, whole)| share(part, whole)),
            ["0 %", "<1 %", "1 %", "50 %", ">99 %", ">99 %", "100 %"]
        );
    }
}
