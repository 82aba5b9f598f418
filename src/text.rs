//! Every string that a person reads in a table, and the cleaning of strings that come from outside.

pub mod choice;
mod count;
pub mod inputs;
pub mod interfaces;
pub mod interruption;
mod left_out;
pub mod outputs;
pub mod privileges;
mod timeline;
pub mod usage;

use std::borrow::Cow;
use std::fmt::Write;

pub use count::*;
pub use left_out::*;
pub use timeline::*;

/// The heading of a table on the terminal.
pub fn table_title(key: &str) -> &'static str {
    match key {
        "capture" => "Capture: what was read",
        "ledger" => "Ledger: one place for every packet",
        "services" => "Services: what the traffic was for, by the server's port",
        "portless" => "Portless: what has no ports",
        "ports" => "Ports: the doors that were used",
        "ranges" => "Ranges: servers' ports by range, and how connections went",
        "servers" => "Servers: which machine serves what",
        "scans" => "Scans: who tried many ports or many hosts",
        "hosts" => "Hosts: what each address did",
        "flows" => "Flows: who talked to whom",
        "evidence" => "Evidence: how the server of each flow was found",
        "timeline" => "Timeline: what the traffic was for, over time",
        "sizes" => "Sizes: packets by length on the wire",
        "tunnels" => "Tunnels: packets by encapsulation",
        "interfaces" => "Interfaces: what can be captured from",
        "book" => "Book of ports: what each is registered or customarily used for",
        "candidates" => "Flows to ask for, with the second of the capture in which each began",
        _ => "",
    }
}

/// What stands in place of an empty table.
pub fn empty_table(key: &str) -> &'static str {
    match key {
        "capture" => "no capture was read",
        "services" | "ports" | "ranges" | "servers" | "evidence" => "no packet with ports",
        "portless" => "no packet without ports",
        "tunnels" => "no packet is encapsulated",
        "scans" => "no scan was found",
        "interfaces" => "the system tells of no interface",
        "book" => "no port that was asked for has a name",
        _ => "nothing to show",
    }
}

/// The title of a table's column on the terminal; the column's key where that is a good title already.
pub fn column_title(table: &str, key: &'static str) -> &'static str {
    match key {
        "file_format" => "format",
        "link_type" => "link type",
        "may_capture" => "may capture",
        "wire_bytes" => "bytes",
        "captured_bytes" => "captured",
        "packets_pct" | "flows_pct" => "%",
        "wire_bytes_pct" => "% bytes",
        "start_time" => "start",
        "duration_s" => "seconds",
        "bit_rate" => "bits/s",
        "average_packet_size" => "mean size",
        "dropped_kernel" => "dropped",
        "time_order" => "time order",
        "server_ip" => "server",
        "client_ip" => "client",
        "server_port" | "client_port" => "port",
        "host_count" => "host count",
        // No other column of that table is about ports.
        "port_count" if table == "ranges" => "ports",
        "port_count" => "port count",
        "transport" => "proto",
        "evidence_detail" => "compared",
        "flow_id" => "flow",
        "tcp_state" => "state",
        "control_flow" => "control",
        "start_s" => "second",
        "iana_name" => "IANA's name",
        "name_source" => "named by",
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

/// The source of a name that IANA gives.
pub const IANA_REGISTRY: &str = "IANA registry";
/// The source of a name that the user gives.
pub const USERS_TABLE: &str = "your own port table";

/// A rule of the user's port table in a sentence: where it holds, and what the port is called without it.
pub fn users_rule(network: Option<&str>, otherwise: Option<&str>) -> String {
    let only = network.map_or_else(String::new, |network| format!(", for {network} only"));
    let without = otherwise.map_or_else(String::new, |name| format!("; without it: {name}"));
    format!("Your own port table says so{only}{without}.")
}

/// What it means that a port has no name.
pub fn no_name(port: u16) -> &'static str {
    match port {
        0 => "Port 0 is reserved: no service may use it, and a packet with it is an oddity (RFC 6335).",
        _ => "No service is registered for it or known to use it by custom. What runs there was put there by someone.",
    }
}

/// Who calls a port so: nobody.
pub const NAMED_BY_NOBODY: &str = "none: neither IANA's registry nor Portolan's own table has one";
/// Who calls a port so: the user.
pub const NAMED_BY_USER: &str = "user: it stands in your own port table, which wins";

/// Who calls a port so: IANA, perhaps by another word.
pub fn named_by_iana(word: Option<&str>) -> String {
    match word {
        Some(word) => format!("iana: the port is assigned to this service, which IANA calls {word}"),
        None => "iana: the port is assigned to this service under this name".into(),
    }
}

/// Who calls a port so: those who use it, whatever it is assigned to.
pub fn named_by_custom(assigned: Option<&str>) -> String {
    match assigned {
        Some(name) => format!("overlay: customary; IANA has assigned the port to something else, {name}"),
        None => "overlay: customary; IANA has assigned the port to nobody".into(),
    }
}

/// What a rank says of a port.
pub fn rank_meaning(rank: i8) -> &'static str {
    match rank {
        6 => "almost surely a server's, a widely run service below 1024",
        5 => "very likely a server's, a widely run service",
        4 => "likely a server's, named and below 1024 but rarely run",
        3 => "a server's or an old system's client port, named but not widely run, from 1024 to 32767",
        2 => "hard to say, named but above 32767, or nameless below 1024",
        1 => "hard to say, nameless from 1024 to 32767",
        0 => "more likely a client's, nameless from 32768 to 49151",
        -1 => "very likely a client's, from the dynamic range, 49152 and up",
        _ => "never a server's",
    }
}

/// What a range of ports is for (RFC 6335 section 6), in lines.
pub fn range_meaning(range: &str) -> &'static [&'static str] {
    match range {
        "system" => &[
            "0-1023, the well-known ports: the same in every maker's software. IANA assigns them after a",
            "review, and on many systems only the administrator may start a server there.",
        ],
        "user" => &[
            "1024-49151: makers register ports here for their programs, but anybody may use them. Some systems",
            "also take client ports from here: Linux from 32768 on, old systems from 1024 to 5000.",
        ],
        "dynamic" => &[
            "49152-65535: nothing is ever registered here. Systems take a client's port from this range for the",
            "time of a connection; a server found here was set up so by someone.",
        ],
        _ => &[],
    }
}

/// That a number means two ports.
pub fn two_doors(port: u16) -> String {
    format!("TCP {port} and UDP {port} are two doors: what listens at one does not listen at the other.")
}

/// What a name is worth.
pub const NAMES_ARE_NO_PROOF: [&str; 2] = [
    "A name says what a port is registered or customarily used for. Any program can be told to use",
    "another port, so a name is no proof of what is spoken there.",
];

/// What is said where a name is not found.
pub fn no_such_name(word: &str, near: &[String]) -> String {
    let near = match near {
        [] => String::new(),
        names => format!("; similar: {}", names.join(", ")),
    };
    format!("no port is named \"{word}\"{near}. Ask for a port (443, 443/udp, 6881-6889), a name or a part of it, or a category")
}

/// What is said where most packets have an EtherType that is not decoded.
pub fn ether_type_not_decoded(number: u16, name: &str, packets: u64, all: u64) -> String {
    let (have, they_are) = if packets == 1 { ("has", "it is") } else { ("have", "they are") };
    let (packets, all) = (grouped(packets), self::packets(all));
    // One without a name is called by its number.
    let name = if name.starts_with("ethertype-") { String::new() } else { format!(" ({name})") };
    format!("{packets} of {all} {have} EtherType {number:#06x}{name}, which is not decoded: {they_are} counted as non-ip")
}

/// What is said where there is no libpcap because nobody wanted it.
pub const BUILT_WITHOUT_LIBPCAP: &str = "this program was built without libpcap; build it with the cargo feature live";
/// What is said where a filter lets nothing through, whatever it is given.
pub const FILTER_REJECTS_ALL: &str = "no packet can meet it";

/// What is said where a filter names a host.
pub fn name_in_filter(name: &str) -> String {
    format!("nothing is looked up on the network, so \"{name}\" has to be given as an address")
}

/// What stands in the place of a file's name where packets come from interfaces.
pub const LIVE_CAPTURE: &str = "live capture";
/// What is said where interfaces are to be opened like a file.
pub const LIVE_IS_STARTED: &str = "interfaces are not read like a file; portolan live -i NAME captures on them";
/// The system refuses a thread that a live capture cannot do without.
pub fn no_thread(why: &std::io::Error) -> String {
    format!(
        "the system refuses another thread ({why}); raise the limit (ulimit -u, pids.max of the control group) or end other programs"
    )
}

/// How a capture is ended by hand.
pub const HOW_TO_END: &str = "Ctrl-C ends the capture and shows the tables; once more, it ends at once";

/// What a live capture begins with: the interfaces, each with its link type.
pub fn capture_begins(interfaces: &[String]) -> String {
    format!("captures on {}", interfaces.join(", "))
}

/// How a capture goes: time since it began, packets, packets in a second, bytes on the wire, flows.
pub fn capture_goes(seconds: u64, packets: u64, rate: u64, wire_bytes: u64, flows: u64) -> String {
    let (packets, rate, flows) = (self::packets(packets), grouped(rate), self::flows(flows));
    format!("{}  {packets}  {rate}/s  {}  {flows}", clock(seconds), bytes(wire_bytes))
}

/// What an interface has given when it has ended, and why it has.
pub fn capture_ended(interface: &str, packets: u64, dropped: u64, why: &str) -> String {
    let dropped = if dropped == 0 { "none dropped".to_owned() } else { format!("{} dropped", grouped(dropped)) };
    format!("{interface}: {} captured, {dropped}; {why}", self::packets(packets))
}

/// What is said where packets were not captured: how many the kernel and how many the interface dropped, if any.
pub fn packets_dropped(dropped: [u64; 2]) -> Option<String> {
    let dropped_packets = dropped[0].saturating_add(dropped[1]);
    let dropped = match (dropped[0], dropped[1]) {
        (0, 0) => return None,
        (kernel, 0) => format!("{} dropped by the kernel", packets(kernel)),
        (0, interface) => format!("{} dropped by the interface", packets(interface)),
        (kernel, interface) => {
            format!("{} dropped by the kernel and {} by the interface", packets(kernel), grouped(interface))
        }
    };
    let them = if dropped_packets == 1 { "it" } else { "them" };
    Some(format!("{dropped}: the tables lack {them}; a larger --buffer, a filter (-f) or a smaller --snaplen helps"))
}

/// How much was saved.
pub fn packets_saved(packets: u64, files: u64, removed: u64) -> String {
    let files = number_of(files, "file", "files");
    let removed = match removed {
        0 => String::new(),
        1 => ", of which the oldest was removed".into(),
        removed => format!(", of which the oldest {} were removed", grouped(removed)),
    };
    format!("saved: {} in {files}{removed}", self::packets(packets))
}

/// The heading of tables that are shown while a capture goes on.
pub fn tables_after(seconds: u64) -> String {
    format!("After {}", clock(seconds))
}

/// Hours, minutes and seconds.
fn clock(seconds: u64) -> String {
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Which interfaces there are.
pub fn known_interfaces(names: &[String]) -> String {
    if names.is_empty() { "there are none".into() } else { format!("there are {}", names.join(", ")) }
}

/// Why a capture has ended: as many packets have come as were asked for.
pub const ENDED_BY_PACKETS: &str = "all packets that were asked for have come";
/// Why a capture has ended: the time is over.
pub const ENDED_BY_DURATION: &str = "the time is over";
/// Why a capture has ended: somebody wanted it.
pub const ENDED_BY_STOPPING: &str = "it was stopped";

/// Why a capture has ended: it could not go on.
pub fn ended_by_trouble(why: &str) -> String {
    format!("it failed: {why}")
}

/// What is said where packets are to be saved to a folder.
pub const SAVED_TO_A_FOLDER: &str = "it is a folder; name the file that is to be in it";
/// What is said where standard output is to be rotated.
pub const ROTATED_STANDARD_OUTPUT: &str = "standard output is one stream and cannot be rotated; name a file";
/// What is said where old files are to be removed and there is only one.
pub const KEPT_WITHOUT_ROTATION: &str =
    "how many files to keep means something only where files are rotated, by their size or by time";
/// What is said where a limit of the rotation is zero.
pub const ROTATED_BY_NOTHING: &str = "the size of a file, its seconds and the number of files to keep are each at least 1";
/// What is said where packets come that are no whole blocks.
pub const SAVED_IN_PIECES: &str = "the packets do not come in whole pcapng blocks";
/// What is said where the descriptions of interfaces take too much memory.
pub const TOO_MUCH_DESCRIBED: &str = "the descriptions of the interfaces are too long to be repeated in each file";

/// What is said where interfaces differ and the file cannot hold that.
pub fn two_link_types(first: u32, other: u32) -> String {
    format!(
        "a pcap file holds one link type, and the interfaces have two, {first} and {other}; give the file a name that ends in .pcapng"
    )
}

/// When the saving of packets has ended early.
pub fn saving_ended(packets: u64) -> String {
    match packets {
        0 => "no packet was saved".into(),
        number => format!("the saving has ended after {}", self::packets(number)),
    }
}

/// Why it cannot be known which rights are held.
pub const NO_PROC: &str = "/proc/self does not tell which rights are left; it is needed to make sure";

/// Why rights cannot be given up any more.
pub fn threads_are_running(threads: usize) -> String {
    let threads = number_of(threads as u64, "thread is", "threads are");
    format!("{threads} running, and each would keep its own rights; this is a mistake in the program")
}

/// Why the program cannot go on as another user.
pub fn cannot_become(uid: u32, gid: u32, error: &str) -> String {
    format!(
        "cannot become user {uid} and group {gid}: {error}. Root needs CAP_SETUID and CAP_SETGID for that: in a container, allow \
         them (--cap-add SETUID --cap-add SETGID) or start it as another user; in a user namespace, map that user"
    )
}

/// What is found where nothing should be left.
pub fn rights_are_left(left: &str) -> String {
    format!("a right is left after all: {left}")
}

/// Why outputs may not go there, and what helps, if the program has become user `uid`.
pub fn not_writable(uid: u32) -> String {
    format!(
        "packets are not parsed as root, and user {uid}, who the program goes on as, may not write there. Choose a folder that this \
         user may write to, or make one: install -d -o {uid} FOLDER"
    )
}

/// The questions that an explanation answers.
pub const WHO_SERVES: &str = "Who is the server? The first rung that speaks decides.";
/// The second of them.
pub const WHAT_IS_IT_CALLED: &str = "What is it called?";
/// The third.
pub const WHAT_ELSE: &str = "What else?";
/// What a name by port is worth.
pub const NAME_IS_NO_PROOF: &str =
    "The name does not come from the payload: it says what the port is for, not what was spoken there.";
/// What a name by announcement is worth.
pub const ANNOUNCED_NAME: &str =
    "The name does not come from the flow's own payload: it is what was agreed on, not what was sent.";
/// Why a flow with a nameless server has no name.
pub const CLIENTS_PORT_NAMES_NOTHING: &str =
    "The client's port may have a name, but it never names a flow: clients take any port.";
/// Why a flow without server has no name.
pub const NO_SERVER_NO_NAME: &str = "undetermined: without a server there is no port to name it by.";
/// Why ports do not tell who serves among peers.
pub const BETWEEN_PEERS: &str =
    "Both ends met many machines, and no port is a registered one: each is client and server to the others.";

/// What a confidence is worth, to be read behind its key.
pub fn confidence_meaning(confidence: &str) -> &'static str {
    match confidence {
        "proven" => "seen and not inferred",
        "strong" => "right in at least 99 of 100 flows where it could be measured",
        "moderate" => "right in at least 92 of 100 flows where it could be measured",
        "weak" => "better than a guess, and not much better",
        _ => "nobody can tell",
    }
}

/// What the reply of a server says about it, by its key, to be read after why it is one.
pub fn reply_meaning(reply: &str) -> &'static str {
    match reply {
        "refused" => " It refused: nobody serves there, as far as this flow tells.",
        "silent" => " Nothing answered: whether anybody serves there, this flow does not tell.",
        _ => "",
    }
}

/// What a flag of a flow means.
pub fn flag_meaning(flag: &str) -> &'static str {
    match flag {
        "midstream" => "The capture does not hold the beginning of the connection.",
        "one-way" => "Only one side sent packets, as far as the capture shows.",
        "attempt" => "It did not come to a connection, as far as the capture shows.",
        "refused" => "It was denied: nobody served there, or a firewall said so.",
        "symmetric" => "Both sides used the same port.",
        "group-dst" => "It went to a group of machines: multicast or broadcast.",
        "fragmented" => "Some packets were cut into fragments, of which only the first has ports.",
        "tunnelled" => "It was wrapped in another protocol; see the tunnel column of the flows table.",
        "scope-by-direction" => "Its two directions came with different VLAN tags or network identifiers.",
        "port-reuse" => "The same two ports had another connection before this one.",
        "simultaneous-open" => "Both sides opened at once.",
        "synack-only" => "Only the answer to an opening was seen: it may be the echo of forged packets, or a scan.",
        "overflow" => "It stands for all flows of its protocol that there was no room to tell apart.",
        "pattern:p2p" => "Both sides met many machines: programs that are client and server to each other.",
        "nat" => "It went to another address than the one announced: something on the way translates addresses.",
        "sibling-of:ftp" => {
            "It ran beside an FTP connection that could not be read, between the same machines: perhaps its data."
        }
        "control-encrypted" => "From some point on it was encrypted: which flows it announced is not known.",
        "truncated-control" => "The capture kept only a part of what was said: flows may have been announced unseen.",
        _ => "",
    }
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
pub fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A number with its thousands set apart: `1,234,567`.
pub fn grouped(number: u64) -> String {
    let mut text = String::new();
    append_grouped(number, &mut text);
    text
}

/// Appends a number with its thousands set apart.
pub fn append_grouped(number: u64, text: &mut String) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(number);
    let (first, mut rest) = digits.split_at((digits.len() - 1) % 3 + 1);
    text.push_str(first);
    while let Some((group, behind)) = rest.split_at_checked(3) {
        text.push(',');
        text.push_str(group);
        rest = behind;
    }
}

/// A number of bytes for people: three digits and a decimal unit (kB = 1000 bytes).
pub fn bytes(number: u64) -> String {
    let mut text = String::new();
    append_bytes(number, &mut text);
    text
}

/// Appends a number of bytes for people.
pub fn append_bytes(number: u64, text: &mut String) {
    const UNITS: [&str; 7] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    let (mut value, mut unit) = (number as f64, 0);
    // 999.95 would be shown as 1000.0.
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    // A string takes everything.
    let _ = if unit == 0 { write!(text, "{number} B") } else { write!(text, "{value:.1} {}", UNITS[unit]) };
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

    #[test]
    fn one_of_something_is_singular_in_every_sentence() {
        let sentences = [
            ether_type_not_decoded(0x1234, "ethertype-1234", 1, 1),
            announcements_dropped(1),
            flows_overflowed(1, 1),
            capture_goes(1, 1, 1, 1, 1),
            capture_ended("eth0", 1, 1, ENDED_BY_STOPPING),
            packets_dropped([1, 0]).unwrap(),
            packets_dropped([0, 1]).unwrap(),
            packets_saved(1, 1, 1),
            saving_ended(1),
            threads_are_running(1),
            filter_matched(1, 1),
            filter_missed_tagged(1, "x"),
            filter_unasked(1, "x", "y", 1),
            filter_unasked_others(1, 1),
            link_type_not_decoded(1, "x", 1),
            other_link_types(1),
            no_such_flow(1, 1),
            inputs::passed_over([1; 4]),
            inputs::more_such_places(1),
            inputs::suspected_duplicates(1, 1, 4, 1),
            inputs::dropped_duplicates(1, 1, 4, 1),
        ];
        let plurals = ["packets", "flows", "files", "inputs", "types", "places", "folders", "announcements", "others", "threads"];
        for sentence in sentences {
            let words: Vec<&str> = sentence.split([' ', ':', ';', ',']).collect();
            let wrong = words.windows(2).any(|pair| pair[0] == "1" && plurals.contains(&pair[1]));
            assert!(!wrong && !sentence.contains("1 packet are"), "{sentence}");
        }
        assert_eq!(
            flows_overflowed(1, 1),
            "more than 1 flow: 1 packet of further ones is counted together (flag overflow); --max-flows allows more"
        );
        assert_eq!(packets_saved(1, 1, 1), "saved: 1 packet in 1 file, of which the oldest was removed");
        assert!(announcements_dropped(1).starts_with("1 announcement on control channels was dropped"));
    }
}
