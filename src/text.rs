//! Every string that a person reads in a table, and the cleaning of strings that come from outside.

use std::borrow::Cow;

/// The heading of a table on the terminal.
pub fn table_title(key: &str) -> &'static str {
    match key {
        "capture" => "Capture: what was read",
        "ledger" => "Ledger: one place for every packet",
        "services" => "Services: what the traffic was for, by the server's port",
        "portless" => "Portless: what has no ports",
        "ports" => "Ports: the doors that were used",
        "servers" => "Servers: which machine serves what",
        "hosts" => "Hosts: what each address did",
        "flows" => "Flows: who talked to whom",
        "evidence" => "Evidence: how the server of each flow was found",
        "sizes" => "Sizes: packets by length on the wire",
        "tunnels" => "Tunnels: packets by encapsulation",
        _ => "",
    }
}

/// What stands in place of an empty table.
pub fn empty_table(key: &str) -> &'static str {
    match key {
        "capture" => "no capture was read",
        "services" | "ports" | "servers" | "evidence" => "no packet with ports",
        "portless" => "no packet without ports",
        "tunnels" => "no packet is encapsulated",
        _ => "nothing to show",
    }
}

/// The title of a column on the terminal; its key where that is a good title already.
pub fn column_title(key: &'static str) -> &'static str {
    match key {
        "file_format" => "format",
        "link_type" => "link type",
        "wire_bytes" => "bytes",
        "captured_bytes" => "captured",
        "packets_pct" | "flows_pct" | "wire_bytes_pct" => "%",
        "start_time" => "start",
        "duration_s" => "seconds",
        "bit_rate" => "bits/s",
        "average_packet_size" => "mean size",
        "dropped_kernel" => "dropped",
        "time_order" => "time order",
        "server_ip" => "server",
        "client_ip" => "client",
        "server_port" | "client_port" => "port",
        "flow_id" => "flow",
        "tcp_state" => "state",
        "control_flow" => "control",
        "packets_c2s" => "packets >",
        "packets_s2c" => "packets <",
        "wire_bytes_c2s" => "bytes >",
        "wire_bytes_s2c" => "bytes <",
        "packets_sent" => "sent",
        "packets_received" => "received",
        "wire_bytes_sent" => "bytes sent",
        "wire_bytes_received" => "bytes received",
        "flows_as_server" => "as server",
        "flows_as_client" => "as client",
        key => key,
    }
}

/// The row that stands for those that are not shown.
pub fn others(number: usize) -> String {
    format!("({number} others)")
}

/// Text from outside, made harmless for a terminal: what would move the cursor, change colours or turn the writing
/// direction is shown as an escape, and no line is longer than its cell.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| !is_dangerous(c)) {
        return Cow::Borrowed(text);
    }
    let escape = |c: char| if is_dangerous(c) { c.escape_unicode().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(escape).collect())
}

/// Control characters (C0, DEL, C1), line and paragraph separators, and characters that override the writing direction or
/// cannot be seen (Unicode Technical Report 36 section 2).
fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A number with its thousands set apart: `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes for people: three digits and a decimal unit (kB = 1000 bytes).
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 7] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    let (mut value, mut unit) = (number as f64, 0);
    // 999.95 would be shown as 1000.0.
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{number} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_steer_a_terminal_is_shown_and_not_obeyed() {
        assert_eq!(clean("printer-2.office.example"), "printer-2.office.example");
        assert_eq!(clean("a\u{1b}[31mred\nb"), "a\\u{1b}[31mred\\u{a}b");
        assert_eq!(clean("\u{202e}gpj.exe\u{9b}"), "\\u{202e}gpj.exe\\u{9b}");
        assert_eq!(clean("日本語"), "日本語");
    }

    #[test]
    fn numbers_for_people() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0, 999, 1000, 999_949, 999_950].map(bytes), ["0 B", "999 B", "1.0 kB", "999.9 kB", "1.0 MB"]);
        assert_eq!(bytes(u64::MAX), "18.4 EB");
    }
}
