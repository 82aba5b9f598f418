//! The options that select flows, each also with its opposite.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use portolan::analysis::{Condition, Criterion, NoSuchWord, Selection, WantedHost, parse_confidence, parse_transport};
use portolan::capture::near_words;

use crate::app::MESSAGES;

/// The heading of these options in the help.
const HEADING: &str =
    "Selection of flows (several values of an option: any of them; several options: all of them; --not-... for the opposite)";
/// The largest identifier of a VLAN (IEEE 802.1Q: 12 bits).
const MAX_VLAN: u16 = 4095;

/// An option that selects, and its opposite.
#[derive(Clone, Copy)]
struct SelectionOption {
    wanted: &'static str,
    excluded: &'static str,
    values: &'static str,
    help: &'static str,
    /// Makes a criterion of one value.
    parse: fn(&str) -> Result<Criterion, String>,
}

macro_rules! option {
    ($key:literal, $value:literal, $help:literal, $parse:expr) => {
        SelectionOption {
            wanted: $key,
            excluded: concat!("not-", $key),
            values: concat!($value, "[,", $value, "...]"),
            help: $help,
            parse: $parse,
        }
    };
}

/// All options, in the order of the help.
const OPTIONS: [SelectionOption; 10] = [
    option!("service", "NAME", "Only flows of these services, such as https,dns", |word| Ok(Criterion::Services(vec![
        word.into()
    ]))),
    option!(
        "category",
        "NAME",
        "Only flows of these categories, such as mail, or one that your own port table declares; portless stands for all traffic without ports",
        |word| Ok(Criterion::Categories(vec![word.into()]))
    ),
    option!(
        "server",
        "SERVER",
        "Only flows to these servers: an address, a network, or a host name that the capture gives, each also with a port (10.0.0.5:443)",
        server
    ),
    option!(
        "client",
        "HOST",
        "Only flows of these clients: an address, a network, or a host name that the capture gives",
        client
    ),
    option!("host", "HOST", "Only flows from or to these hosts, whichever side is the server, and also if that is unknown", host),
    option!("port", "PORTS", "Only flows to these ports of servers, such as 443 or 6881-6889", port),
    option!(
        "transport",
        "NAME",
        "Only flows of these transports: tcp, udp, sctp, dccp, udp-lite, or a protocol without ports, such as icmp",
        transport
    ),
    option!(
        "outcome",
        "WORD",
        "Only flows with these outcomes: answered, one-way, silent, refused, attempted, established, reset, midstream",
        outcome
    ),
    option!(
        "confidence",
        "WORD",
        "Only flows whose server is known with this confidence: proven, strong, moderate, weak, none",
        confidence
    ),
    option!("vlan", "ID", "Only flows in these VLANs", vlan),
];

/// A selection from the options of the command line.
#[derive(Clone, Debug)]
pub struct SelectionArguments(pub Selection);

fn server(word: &str) -> Result<Criterion, String> {
    word.parse().map(|server| Criterion::Servers(vec![server])).map_err(|_| MESSAGES.not_a_server().to_owned())
}

fn client(word: &str) -> Result<Criterion, String> {
    Ok(Criterion::Clients(vec![machine(word)?]))
}

fn host(word: &str) -> Result<Criterion, String> {
    Ok(Criterion::Hosts(vec![machine(word)?]))
}

fn machine(word: &str) -> Result<WantedHost, String> {
    word.parse().map_err(|_| MESSAGES.not_a_machine().to_owned())
}

fn port(word: &str) -> Result<Criterion, String> {
    word.parse().map(|span| Criterion::Ports(vec![span])).map_err(|_| MESSAGES.not_ports().to_owned())
}

fn transport(word: &str) -> Result<Criterion, String> {
    parse_transport(word).map(|number| Criterion::Transports(vec![number])).map_err(|error| unknown(word, &error))
}

fn outcome(word: &str) -> Result<Criterion, String> {
    word.parse().map(|outcome| Criterion::Outcomes(vec![outcome])).map_err(|error| unknown(word, &error))
}

fn confidence(word: &str) -> Result<Criterion, String> {
    parse_confidence(word).map(|confidence| Criterion::Confidences(vec![confidence])).map_err(|error| unknown(word, &error))
}

fn vlan(word: &str) -> Result<Criterion, String> {
    let id = word.parse().ok().filter(|id| *id <= MAX_VLAN);
    id.map(|id| Criterion::Vlans(vec![id])).ok_or_else(|| MESSAGES.not_a_vlan(MAX_VLAN))
}

fn unknown(word: &str, NoSuchWord { known }: &NoSuchWord) -> String {
    MESSAGES.no_such_value(&near_words(word, known.iter().map(String::as_str)), known)
}

impl Args for SelectionArguments {
    fn augment_args(command: Command) -> Command {
        let option = |name: &'static str, SelectionOption { values, help, parse, .. }: SelectionOption| {
            let option = Arg::new(name).long(name).value_name(values).help(help).help_heading(HEADING);
            option.value_delimiter(',').action(ArgAction::Append).value_parser(parse)
        };
        let wanted = OPTIONS.into_iter().map(|one| option(one.wanted, one));
        // A list of all opposites would double the help.
        let excluded = OPTIONS.into_iter().map(|one| option(one.excluded, one).hide(true));
        command.args(wanted.chain(excluded))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SelectionArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let all = |name: &str| matches.get_many::<Criterion>(name)?.cloned().reduce(Criterion::or);
        let wanted = OPTIONS.into_iter().filter_map(|option| all(option.wanted).map(Condition::wanted));
        let excluded = OPTIONS.into_iter().filter_map(|option| all(option.excluded).map(Condition::excluded));
        Ok(SelectionArguments(Selection { terms: wanted.chain(excluded).collect() }))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
