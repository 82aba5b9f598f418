//! Floor 10: what can be typed, and the job it means.

mod destinations;
mod explain;
mod first_word;
#[cfg(feature = "live")]
mod live;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, value_parser};
use portolan::capture::InputName;
use portolan::flow::{MAX_FLOWS, USUAL_MAX_FLOWS};
use portolan::service::book::PortQuery;
use portolan::summary::TableName;

pub use destinations::{Destination, RowsDestinations, TablesDestinations, Target, leave_stdout};
pub use explain::{ExplainArguments, Unnamed};
pub use first_word::with_command;
#[cfg(feature = "live")]
pub use live::{LiveArguments, LiveJob};

/// What `--version` says: also how the program was built.
const LONG_VERSION: &str = if cfg!(feature = "system-libpcap") {
    concat!(env!("CARGO_PKG_VERSION"), "\nbuilt with live capture and filters; libpcap is linked")
} else if cfg!(feature = "live") {
    concat!(env!("CARGO_PKG_VERSION"), "\nbuilt with live capture and filters; libpcap is loaded when it is needed")
} else {
    concat!(env!("CARGO_PKG_VERSION"), "\nbuilt without live capture and filters (cargo feature live)")
};

/// Says which services a packet capture holds, by port, and why.
#[derive(Parser, Debug)]
#[command(version, long_version = LONG_VERSION, about, long_about = None, subcommand_required = true, arg_required_else_help = true)]
#[command(
    override_usage = "portolan <COMMAND> [OPTIONS] ...\n       portolan FILE... [OPTIONS]    short for portolan read FILE... [OPTIONS]"
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Analyse saved captures
    ///
    /// Reads pcap and pcapng files, also compressed ones (gzip, zstd, lz4, xz), decides for each flow which side is the
    /// server and what its port is called, and shows summary tables. Several files are one capture, read in the order of their
    /// first packets; a folder stands for the capture files directly in it.
    ///
    /// Ctrl-C (SIGINT), SIGTERM and SIGHUP end the reading; the tables of what was read until then are shown and written. A second
    /// Ctrl-C, half a second or more after the first, ends the program at once.
    ///
    /// Exit code: 0 = all was read; 1 = an input was cut off, damaged or could not be opened, and what could be read is in the
    /// tables; 2 = nothing could be read, an output could not be written (all others are), or the command line is wrong;
    /// 130 = interrupted by Ctrl-C (129 by SIGHUP, 143 by SIGTERM).
    Read(ReadArguments),

    /// Explain one flow: who is its server, and why
    ///
    /// Prints the ladder of evidence rung by rung: which packets it rests on, which rung decided, which were silent, which
    /// disagreed, and what the name is worth. The captures are read more than once, so they must be files or folders of files.
    ///
    /// Numbers of flows and packets are those of the whole capture, also with --filter, which only narrows which flow is meant: one
    /// of which at least one packet matches. Where several flows fit, they are listed.
    ///
    /// Exit code: as of read; also 2 if no flow fits, or several do. 130 = interrupted by Ctrl-C, and nothing is explained.
    #[command(mut_arg("filter", |filter| filter.help(explain::FILTER_HELP)))]
    Explain(ExplainArguments),

    /// Look ports and services up in the built-in table
    ///
    /// A single port is explained in plain lines, everything else is a table. Without arguments: the whole table; with nothing
    /// but --services: what that file says.
    ///
    /// Exit code: 0 = found (a port that nobody has a name for is an answer, too); 1 = a name was not found; 2 = an output could
    /// not be written, or the command line or the --services file is wrong.
    Services(ServicesArguments),

    /// Analyse what passes through network interfaces, now
    ///
    /// Captures until Ctrl-C (SIGINT), SIGTERM, SIGHUP, a limit, or the end of the last interface, and then shows the tables that read
    /// shows. A second Ctrl-C, half a second or more after the first, ends the program at once, without the tables. SIGUSR1 shows and
    /// writes the tables so far, as --every does, and the capture goes on. On a terminal a
    /// summary is refreshed meanwhile, elsewhere a line tells from time to time how it goes. Before the first packet is looked at, all
    /// rights are given up. portolan interfaces lists what can be captured from, portolan doctor says what is missing.
    ///
    /// Exit code: 0 = it ended as it was meant to; 1 = an interface failed or packets could not be saved, and what came before is
    /// in the tables; 2 = nothing was captured, tables could not be written to an output (they are to all others), or the command
    /// line is wrong; 130 = a second Ctrl-C ended it at once.
    #[cfg(feature = "live")]
    Live(LiveArguments),

    /// List the interfaces that can be captured from
    ///
    /// Says of each whether Portolan may capture on it, and why not; portolan doctor says what helps. Those with traffic come first. libpcap is not needed for it.
    ///
    /// Exit code: 0 = they are listed; 2 = an output could not be written, or the command line is wrong.
    #[cfg(feature = "live")]
    Interfaces(InterfacesArguments),

    /// Say what is missing for live capture, and the commands that mend it
    ///
    /// Looks at libpcap, at the right to capture and at the interfaces, changes nothing, and prints commands for this very
    /// computer.
    ///
    /// Exit code: 0 = live capture can work; 1 = something is missing; 2 = the command line is wrong.
    #[cfg(feature = "live")]
    Doctor,
}

/// In which order captures are read.
#[derive(Args, Debug)]
struct OrderArguments {
    /// Read the inputs in the order given (in a folder: by name) instead of the order of their first packets
    #[arg(long)]
    keep_order: bool,
}

/// What every command that analyses a capture takes.
#[derive(Args, Debug)]
pub struct CommonArguments {
    /// Look only at packets that match, in tcpdump's language (man pcap-filter), with addresses in place of names of hosts: 'tcp port 80 and host 10.0.0.5'. Needs libpcap
    #[arg(short, long, value_name = "EXPR")]
    filter: Option<String>,

    /// Your own port table, read before the built-in one: lines like "udp/2500 = ip-phone, voip" or "192.0.2.7 tcp/8000 = camera"
    #[arg(long, value_name = "FILE")]
    services: Option<PathBuf>,

    /// Drop packets with the same bytes as one of the 4 packets before them in the same input (the window of editcap -d), at most 100 ms apart, as a bridge, the device any or a mirror port doubles them. Without this they are counted, and a message says how many there are
    #[arg(long)]
    dedup: bool,

    /// End a flow after this much silence (default: off for files, 300 for live)
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    idle_timeout: Option<Seconds>,

    /// The most flows that are told apart; packets of further ones are counted together, by protocol. A flow takes 180 to 250 bytes, depending on the tables
    #[arg(long, value_name = "N", default_value_t = USUAL_MAX_FLOWS, value_parser = parse_max_flows)]
    max_flows: usize,

    /// Threads that share the work (default: one for each core); they change the speed and nothing else
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
}

#[derive(Args, Debug)]
pub struct ServicesArguments {
    /// Ports (443, 443/udp, 6881-6889), names or parts of names (https, post), or categories (games, mail)
    #[arg(value_name = "WHAT", value_parser = PortQuery::parse)]
    what: Vec<PortQuery>,

    /// Your own port table, laid over the built-in one
    #[arg(long, value_name = "FILE")]
    services: Option<PathBuf>,

    #[command(flatten)]
    rows: RowsArguments,
}

#[cfg(feature = "live")]
#[derive(Args, Debug)]
pub struct InterfacesArguments {
    #[command(flatten)]
    rows: RowsArguments,
}

/// What every command with a single table takes.
#[derive(Args, Debug)]
struct RowsArguments {
    /// Show all columns, however wide the terminal is; those without a value in any row stay out
    #[arg(long)]
    wide: bool,

    #[command(flatten)]
    destinations: RowsDestinations,
}

/// What every command that shows the tables of a capture takes.
#[derive(Args, Debug)]
struct TablesArguments {
    /// Tables to show and to write: capture, ledger, services, portless, ports, ranges, servers, scans, hosts, flows, evidence,
    /// timeline, sizes, tunnels, or all (default: capture, services, portless and evidence are shown, all are written)
    #[arg(short, long = "table", value_name = "NAME[,NAME...]", value_delimiter = ',', value_parser = parse_table)]
    tables: Vec<Tables>,

    /// Rows shown per table on the terminal (0 = all; default: 50, of the table capture 10); what is cut becomes one row of others
    #[arg(short = 'n', long, value_name = "N", value_parser = parse_top)]
    top: Option<usize>,

    /// Show all columns, however wide the terminal is; those without a value in any row stay out
    #[arg(long)]
    wide: bool,

    #[command(flatten)]
    destinations: TablesDestinations,

    /// Also list ports in the servers table that refused or never answered
    #[arg(long)]
    closed_ports: bool,

    /// Width of a bucket of the timeline table (default: from a millisecond to a week, so that at most 600 have traffic). A live capture doubles it when it has gone on for very long
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    interval: Option<Seconds>,
}

#[derive(Args, Debug)]
pub struct ReadArguments {
    /// Captures to read, or folders of captures; '-' is standard input, which is also read if no FILE is named and it is no
    /// terminal
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    #[command(flatten)]
    order: OrderArguments,

    #[command(flatten)]
    tables: TablesArguments,

    /// Tell each input's SHA-256, as it is stored, in the capture table of --csv, --json and --jsonl
    #[arg(long)]
    sha256: bool,

    #[command(flatten)]
    common: CommonArguments,
}

/// One word of `--table`.
#[derive(Clone, Copy, Debug)]
enum Tables {
    One(TableName),
    All,
}

/// A duration as typed, in nanoseconds.
#[derive(Clone, Copy, Debug)]
struct Seconds(i64);

/// What `portolan services` has to do.
#[derive(Debug)]
pub struct ServicesJob {
    /// What is asked for; everything, if it is empty.
    pub questions: Vec<PortQuery>,
    /// The user's port table.
    pub services: Option<PathBuf>,
    /// Where the rows go.
    pub rows: RowsJob,
}

/// Where the rows of a single table go, beside the terminal.
#[derive(Debug)]
pub struct RowsJob {
    /// Whether the terminal shows all columns, however wide it is.
    pub wide: bool,
    /// In other formats.
    pub destinations: Vec<Destination>,
}

impl RowsJob {
    /// True if standard output is for people.
    pub fn is_shown(&self) -> bool {
        leave_stdout(&self.destinations)
    }
}

impl RowsArguments {
    fn into_job(self) -> RowsJob {
        RowsJob { wide: self.wide, destinations: self.destinations.0 }
    }
}

#[cfg(feature = "live")]
impl InterfacesArguments {
    /// What the arguments mean.
    pub fn into_job(self) -> RowsJob {
        self.rows.into_job()
    }
}

impl ServicesArguments {
    /// What the arguments mean.
    pub fn into_job(self) -> ServicesJob {
        ServicesJob { questions: self.what, services: self.services, rows: self.rows.into_job() }
    }
}

/// Which tables of a capture are shown and written, and where to.
#[derive(Clone, Debug)]
pub struct TablesJob {
    /// The tables for the terminal, in order.
    pub tables: Vec<TableName>,
    /// The tables for all other outputs, in order.
    pub written: Vec<TableName>,
    /// Rows of each on the terminal, 0 = all; as many as are usual for it, if `None`.
    pub top: Option<usize>,
    /// Whether the terminal shows all columns, however wide it is.
    pub wide: bool,
    /// The other formats, and where the tables go in these.
    pub destinations: Vec<Destination>,
    /// Whether servers has rows for ports that refused or never answered, too.
    pub closed_ports: bool,
    /// Nanoseconds of a bucket of the timeline.
    pub interval: Option<i64>,
}

impl TablesJob {
    /// True if standard output is for people.
    pub fn is_shown(&self) -> bool {
        leave_stdout(&self.destinations)
    }

    /// True if a table is shown or written.
    pub fn has(&self, table: TableName) -> bool {
        self.tables.contains(&table) || (!self.destinations.is_empty() && self.written.contains(&table))
    }
}

/// What `portolan read` has to do.
#[derive(Debug)]
pub struct ReadJob {
    /// The inputs as they were given: folders, too.
    pub inputs: Vec<InputName>,
    /// Whether none was given, so that standard input is the only one.
    pub names_none: bool,
    /// Whether they are read in that order, and not in that of time.
    pub keep_order: bool,
    /// What is shown and written.
    pub tables: TablesJob,
    /// Whether to tell each file's SHA-256.
    pub sha256: bool,
    /// How to analyse them.
    pub common: CommonJob,
}

/// How a capture is analysed, whatever is done with the result.
#[derive(Clone, Debug)]
pub struct CommonJob {
    /// Which packets are looked at, in libpcap's language; all, if `None`.
    pub filter: Option<String>,
    /// The user's port table.
    pub services: Option<PathBuf>,
    /// Whether suspected duplicates are dropped.
    pub dedup: bool,
    /// Nanoseconds of silence that end a flow.
    pub idle_timeout: Option<i64>,
    /// The most flows that are told apart.
    pub max_flows: usize,
    /// Threads that share the work; as many as there are cores, if `None`.
    pub threads: Option<usize>,
}

impl CommonArguments {
    fn into_job(self) -> CommonJob {
        CommonJob {
            filter: self.filter,
            services: self.services,
            dedup: self.dedup,
            idle_timeout: self.idle_timeout.map(|seconds| seconds.0),
            max_flows: self.max_flows,
            threads: self.threads.map(usize::from),
        }
    }
}

impl TablesArguments {
    fn into_job(self) -> TablesJob {
        let words = self.tables.iter().flat_map(|word| match word {
            Tables::One(table) => std::slice::from_ref(table),
            Tables::All => &TableName::ALL,
        });
        let mut tables = Vec::new();
        for table in words {
            if !tables.contains(table) {
                tables.push(*table);
            }
        }
        let mut written = tables.clone();
        written.sort();
        if tables.is_empty() {
            tables.extend(TableName::DEFAULT);
            written.extend(TableName::ALL);
        }
        TablesJob {
            tables,
            written,
            top: self.top,
            wide: self.wide,
            destinations: self.destinations.0,
            closed_ports: self.closed_ports,
            interval: self.interval.map(|seconds| seconds.0),
        }
    }
}

impl ReadArguments {
    /// What the arguments mean.
    pub fn into_job(self) -> ReadJob {
        let names_none = self.files.is_empty();
        let named = self.files.iter().map(|file| InputName::from_argument(file));
        ReadJob {
            inputs: if names_none { vec![InputName::Stdin] } else { named.collect() },
            names_none,
            keep_order: self.order.keep_order,
            tables: self.tables.into_job(),
            sha256: self.sha256,
            common: self.common.into_job(),
        }
    }
}

fn parse_table(word: &str) -> Result<Tables, String> {
    if word == "all" {
        return Ok(Tables::All);
    }
    TableName::from_key(word).map(Tables::One).ok_or_else(|| {
        let known: Vec<&str> = TableName::ALL.iter().map(|table| table.key()).collect();
        format!("there is no such table; the tables are {}, or all", known.join(", "))
    })
}

fn parse_max_flows(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=MAX_FLOWS).contains(number));
    number.ok_or_else(|| format!("it must be a number of flows from 1 to {MAX_FLOWS}"))
}

fn parse_top(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "it must be a number of rows, such as 20; 0 shows all".to_owned())
}

fn parse_seconds(text: &str) -> Result<Seconds, String> {
    let wrong = || "it must be a number of seconds above 0, such as 60 or 0.5".to_owned();
    let seconds: f64 = text.parse().map_err(|_| wrong())?;
    if seconds > 0.0 && seconds < 1e9 { Ok(Seconds((seconds * 1e9) as i64)) } else { Err(wrong()) }
}
