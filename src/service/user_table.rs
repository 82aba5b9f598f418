//! The user's own port table (`--services FILE`): what a device or a company uses is no registration, and wins here.
//!
//! One rule a line, `#` begins a comment:
//!
//! ```text
//! udp/2500 = ip-phone, voip               # on every machine
//! tcp/8000-8010 = cameras                 # a range; the category may be left out
//! 192.0.2.7 tcp/8000 = door-camera        # on this machine: it is the server, whatever else speaks
//! 2001:db8::/32 udp/9999 = sensors        # on every machine of a network
//! udp/4444 = vxlan                        # a tunnel, whose inside is decoded
//! ```
//!
//! A UDP port that is called by the name of a tunnel ([`UdpTunnel::from_name`](crate::decode::UdpTunnel::from_name)) is that
//! tunnel's, on all machines, even if the rule names some: what a packet carries is settled before whose it is.

use std::fs::{self, File};
use std::io::Read;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::path::Path;

use ipnet::IpNet;

use super::category::Category;
use super::transport::Transport;
use crate::error::Error;

/// The most rules that a table may hold.
pub const MAX_RULES: usize = 10_000;
/// The most bytes of a table's file that are read: 100 for each rule, with its comment.
pub const MAX_SIZE: u64 = 1 << 20;

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The machine or network that the rule holds for; all, if `None`.
    pub host: Option<IpNet>,
    /// The transport.
    pub transport: Transport,
    /// The ports, never 0.
    pub ports: RangeInclusive<u16>,
    /// Their name.
    pub name: String,
    /// The kind of service.
    pub category: Category,
}

/// Reads a table from a file of at most [`MAX_SIZE`] bytes.
///
/// # Errors
///
/// [`Error::Open`] if there is no such file, or it may not be read; [`Error::NoPortTable`] if it is no file, is too large, or
/// holds no text; [`Error::PortTable`] if a line of it is no rule.
pub fn read(path: &Path) -> Result<Vec<Rule>, Error> {
    let open_error = |source| Error::Open { input: path.display().to_string(), source };
    let no_table = |why: String| Error::NoPortTable { path: path.to_owned(), why };
    // Looked at first: to open a pipe would wait for who writes to it.
    let kind = fs::metadata(path).map_err(open_error)?.file_type();
    if kind.is_dir() {
        return Err(no_table("it is a folder; name a text file with one rule a line".into()));
    }
    if !kind.is_file() {
        return Err(no_table("it is no regular file but a device, a pipe or a socket; save the rules to a file".into()));
    }
    let mut bytes = Vec::new();
    // The size that the system tells may be wrong (procfs), or may have changed.
    File::open(path).and_then(|file| file.take(MAX_SIZE + 1).read_to_end(&mut bytes)).map_err(open_error)?;
    if bytes.len() as u64 > MAX_SIZE {
        return Err(no_table(format!("it is larger than {MAX_SIZE} bytes, the limit; is it the right file?")));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        no_table(format!("it is no text in UTF-8 (at byte {at}); is it the right file?"))
    })?;
    parse(&text).map_err(|(line, why)| Error::PortTable { path: path.to_owned(), line, why })
}

/// Reads a table; an error comes with its line.
pub fn parse(text: &str) -> Result<Vec<Rule>, (usize, String)> {
    let mut rules = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        if rules.len() == MAX_RULES {
            return Err((index + 1, format!("a port table may hold {MAX_RULES} rules, and this is one more")));
        }
        rules.push(parse_rule(line).map_err(|why| (index + 1, why))?);
    }
    Ok(rules)
}

fn parse_rule(line: &str) -> Result<Rule, String> {
    let (place, naming) =
        line.split_once('=').ok_or_else(|| format!("\"{line}\" has no '='; a rule looks like: udp/2500 = ip-phone, voip"))?;
    let (host, door) = match place.trim().split_once(char::is_whitespace) {
        Some((host, door)) => (Some(parse_host(host)?), door.trim()),
        None => (None, place.trim()),
    };
    let (transport, ports) =
        door.split_once('/').ok_or_else(|| format!("\"{door}\" is no port; write it like tcp/8000 or udp/5000-5010"))?;
    let transport = Transport::from_name(transport)
        .ok_or_else(|| format!("\"{transport}\" is no transport with ports; it must be tcp, udp, sctp, dccp or udp-lite"))?;
    let ports = parse_ports(ports)
        .filter(|ports| *ports.start() > 0)
        .ok_or_else(|| format!("\"{ports}\" is no port and no range of ports from 1 to 65535"))?;
    let (name, category) = match naming.split_once(',') {
        Some((name, category)) => (name.trim(), parse_category(category.trim())?),
        None => (naming.trim(), Category::Other),
    };
    Ok(Rule { host, transport, ports, name: parse_name(name)?, category })
}

fn parse_host(text: &str) -> Result<IpNet, String> {
    let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    network.map_err(|_| format!("\"{text}\" is no address and no network such as 192.0.2.0/24"))
}

fn parse_name(name: &str) -> Result<String, String> {
    let fits = |c: char| c.is_alphanumeric() || "-_.+/".contains(c);
    if name.is_empty() || name.chars().count() > 40 || !name.chars().all(fits) {
        return Err(format!("\"{name}\" is no service name; it must have 1 to 40 letters, digits, or - _ . + /"));
    }
    if [Category::Unassigned, Category::Undetermined].iter().any(|verdict| verdict.name() == name) {
        return Err(format!("\"{name}\" is what Portolan says where a name is missing; choose another one"));
    }
    Ok(name.to_owned())
}

/// `80` or `6881-6889`.
pub(super) fn parse_ports(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last).then_some(first..=last)
}

fn parse_category(name: &str) -> Result<Category, String> {
    Category::of_service(name).ok_or_else(|| {
        let known: Vec<&str> = Category::SERVICES.iter().map(|category| category.name()).collect();
        format!("\"{name}\" is no category; it must be one of {}", known.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_module_is_read() {
        let text = "udp/2500 = ip-phone, voip   # on every machine\n\ntcp/8000-8010 = cameras\n192.0.2.7 tcp/8000 = door-camera\n2001:db8::/32 udp/9999 = sensors\n";
        let rules = parse(text).unwrap();
        assert_eq!(rules[0].category, Category::Voip);
        assert_eq!((rules[1].ports.clone(), rules[1].category), (8000..=8010, Category::Other));
        assert_eq!(rules[2].host, Some("192.0.2.7/32".parse().unwrap()));
        assert_eq!(rules[3].host, Some("2001:db8::/32".parse().unwrap()));
    }

    #[test]
    fn every_mistake_is_told_with_its_line() {
        let cases = [
            ("tcp/80 http", "no '='"),
            ("http = x", "is no port"),
            ("icmp/8 = ping", "is no transport"),
            ("tcp/0 = zero", "from 1 to 65535"),
            ("tcp/90-80 = x", "from 1 to 65535"),
            ("tcp/70000 = x", "from 1 to 65535"),
            ("10.0.0.0/33 tcp/1 = x", "is no address"),
            ("tcp/1 = ", "is no service name"),
            ("tcp/1 = a b", "is no service name"),
            ("tcp/1 = undetermined", "choose another"),
            ("tcp/1 = x, telephony", "is no category"),
        ];
        for (line, why) in cases {
            let (number, said) = parse(&format!("# table\n{line}\n")).unwrap_err();
            assert!(number == 2 && said.contains(why), "{line}: {said}");
        }
    }
}
