//! The command line, and the job that it describes.

mod arrangement;
mod compare;
mod destinations;
mod examples;
mod explain;
mod first_word;
#[cfg(feature = "live")]
mod live;
mod page;
mod presentation;
mod rows;
mod selection;
mod tables;
mod window;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, value_parser};
use portolan::analysis::TimeWindow;
use portolan::capture::InputName;
use portolan::flow::{DEFAULT_MAX_FLOWS, MAX_FLOWS};
use portolan::service::book::PortQuery;

pub use self::arrangement::ArrangementJob;
pub use self::presentation::ValueJob;
use self::presentation::{Nanoseconds, PagerArguments, parse_nanoseconds};
use super::MESSAGES;
use super::pager::Paging;
pub use compare::{CompareArguments, CompareJob, SidesProblem};
pub use destinations::{Destination, TablesDestinations, Target, leave_stdout};
pub use explain::{ArgumentProblem, ExplainArguments};
pub use first_word::with_command;
#[cfg(feature = "live")]
pub use live::{LiveArguments, LiveJob};
use rows::RowsArguments;
pub use rows::RowsJob;
use tables::TablesArguments;
pub use tables::TablesJob;
use window::WindowArguments;

/// The output of `--version`, with the features that the program was built with.
const LONG_VERSION: &str = if cfg!(feature = "system-libpcap") {
    concat!(env!("CARGO_PKG_VERSION"), "\nbuilt with live capture and filters; libpcap is linked")
} else if cfg!(feature = "live") {
    concat!(env!("CARGO_PKG_VERSION"), "\nbuilt with live capture and filters; libpcap is loaded only when needed")
} else {
    concat!(env!("CARGO_PKG_VERSION"), "\nbuilt without live capture and filters (cargo feature live)")
};

/// Shows which services a packet capture holds, by port, and why.
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
    /// Reads pcap, pcapng and snoop files, plain or compressed (gzip, zstd, lz4, xz), decides for each flow which side is the
    /// server and what its port is called, and shows an overview: what the traffic was for, which machines serve what, who uses it.
    /// --table shows tables. Several files form one capture, read in the order of their
    /// first packets; a folder stands for the capture files directly in it.
    ///
    /// Ctrl-C (SIGINT), SIGTERM and SIGHUP stop the reading; the tables of what was read so far are shown and written. A second
    /// Ctrl-C, half a second or more after the first, ends the program at once.
    ///
    /// Exit code: 0 = everything was read; 1 = an input was cut off, damaged or could not be opened, and the tables hold what could
    /// be read; 2 = nothing could be read, an output could not be written (all others are), or the command line is invalid;
    /// 130 = interrupted by Ctrl-C (129 by SIGHUP, 143 by SIGTERM).
    #[command(after_long_help = examples::READ)]
    Read(ReadArguments),

    /// Explain one flow: which side is the server, and why; or a word that tables use
    ///
    /// Prints the evidence step by step: which step decided, which agreed, disagreed or did not apply, which packets show it, and
    /// how far the name can be relied on. The captures are read more than once, so they must be files or folders of files.
    ///
    /// Flow and packet numbers are those of the whole capture, even with --filter and the options that select flows, which only narrow
    /// the choice of the flow to explain: a flow matches a filter if at least one of its packets does. If several flows match, they
    /// are listed.
    ///
    /// With a WORD in place of a capture and a flow, says what the table, column, evidence, flag, state or category of that name means;
    /// docs/columns.md has all of them.
    ///
    /// Exit code: as for read; also 2 if no flow matches, or several do, or no word is known (1 if some are). 130 = interrupted by
    /// Ctrl-C, and nothing is explained.
    #[command(after_long_help = examples::EXPLAIN, mut_arg("filter", |filter| filter.help(explain::FILTER_HELP)))]
    Explain(ExplainArguments),

    /// Look up ports and services in the built-in table
    ///
    /// Explains a single port in words, and prints everything else as a table. Without arguments: the whole table; with --services
    /// alone: the entries of that file.
    ///
    /// Exit code: 0 = found (a port without a name counts as found); 1 = a name was not found; 2 = an output could not be written,
    /// or the command line or the --services file is invalid.
    #[command(after_long_help = examples::SERVICES)]
    Services(ServicesArguments),

    /// Compare captures: what is new, gone, grown and shrunk
    ///
    /// Compares the last capture with the first one, for example today's with yesterday's: services, servers, scans, hosts and protocols
    /// without ports. Shares and bytes per second make captures of different length comparable. A file or a folder is one capture;
    /// --with is for captures of several files. In tables, columns and messages, the captures are called a, b, c and so on, in the order
    /// given.
    ///
    /// The terminal shows what is new or gone, and what has changed its share of the bytes by the --threshold; --all shows the other
    /// rows, too. CSV and JSON always have all rows.
    ///
    /// Exit code: 0 = nothing is new or gone; 1 = something is. Keys that differ between any two captures of a network do not count,
    /// such as the ports of single data connections (the column lasting says no). 2 = a capture could not be read to its end (the rest
    /// is compared), an output could not be written, or the command line is invalid. 130 = interrupted by Ctrl-C, and nothing is
    /// compared.
    #[command(after_long_help = examples::COMPARE, mut_arg("sort", |sort| sort.help(compare::SORT_HELP)), mut_arg("columns", |columns| columns.help(compare::COLUMNS_HELP)))]
    Compare(CompareArguments),

    /// Capture from network interfaces and analyse the packets
    ///
    /// Captures until Ctrl-C (SIGINT), SIGTERM, SIGHUP, a limit, or the failure of the last interface, and then shows the same overview
    /// or tables as read. A second Ctrl-C, half a second or more after the first, ends the program at once, without the tables. SIGUSR1 shows and
    /// writes the tables so far, as --every does, and the capture continues. While it runs, a terminal shows a live summary; otherwise a
    /// status line is printed now and then. All privileges are dropped before the first packet is parsed. portolan interfaces lists
    /// the interfaces, portolan doctor says what is missing.
    ///
    /// Exit code: 0 = ended normally; 1 = an interface failed or packets could not be saved, and the tables hold what came before;
    /// 2 = nothing was captured, tables could not be written to an output (they are to all others), or the command line is
    /// invalid; 130 = a second Ctrl-C ended the program at once.
    #[cfg(feature = "live")]
    #[command(after_long_help = examples::LIVE)]
    Live(LiveArguments),

    /// List the network interfaces to capture on
    ///
    /// Says for each whether Portolan may capture on it and, if not, why; portolan doctor says what to do about it. Interfaces with
    /// traffic come first. Does not need libpcap.
    ///
    /// Exit code: 0 = the interfaces are listed; 2 = an output could not be written, or the command line is invalid.
    #[cfg(feature = "live")]
    #[command(after_long_help = examples::INTERFACES)]
    Interfaces(InterfacesArguments),

    /// Check what live capture needs, and print the commands that fix what is missing
    ///
    /// Checks libpcap, the privilege to capture and the interfaces, changes nothing, and prints commands that suit this computer.
    ///
    /// Exit code: 0 = live capture is ready; 1 = something is missing; 2 = the command line is invalid.
    #[cfg(feature = "live")]
    Doctor,
}

impl Command {
    /// True if only failures are to be reported on standard error.
    pub fn is_quiet(&self) -> bool {
        match self {
            Command::Read(arguments) => arguments.common.quiet,
            Command::Explain(arguments) => arguments.common.quiet,
            Command::Compare(arguments) => arguments.common.quiet,
            #[cfg(feature = "live")]
            Command::Live(arguments) => arguments.common.quiet,
            #[cfg(feature = "live")]
            Command::Interfaces(_) | Command::Doctor => false,
            Command::Services(_) => false,
        }
    }
}

/// The order in which captures are read.
#[derive(Args, Debug)]
struct OrderArguments {
    /// Read the inputs in the order given (files in a folder: by name), not in the order of their first packets
    #[arg(long)]
    keep_order: bool,
}

/// Arguments of every command that analyses a capture.
#[derive(Args, Debug)]
pub struct CommonArguments {
    /// Only analyse packets matching a tcpdump filter (man pcap-filter), such as 'tcp port 80 and host 10.0.0.5'; use addresses, host names are not looked up. Needs libpcap
    #[arg(short, long, value_name = "EXPR")]
    filter: Option<String>,

    /// Your own port table, which takes precedence over the built-in one: lines such as "udp/2500 = ip-phone, voip" or "192.0.2.7 tcp/8000 = camera"; a line such as "category erp = Business software" adds a category to the built-in ones
    #[arg(long, value_name = "FILE")]
    services: Option<PathBuf>,

    /// Drop duplicates, as produced by a bridge, the device any or a mirror port: packets with the same bytes as one of the 4 packets before them in the same input (the window of editcap -d), at most 100 ms apart. Without this option, duplicates are counted, and a message gives their number
    #[arg(long)]
    dedup: bool,

    /// Close a flow after it has been idle for TIME, such as 90s, 5m or 1h30m; a bare number is seconds (default: off for files, 5m for live)
    #[arg(long, value_name = "TIME", value_parser = parse_nanoseconds)]
    idle_timeout: Option<Nanoseconds>,

    /// Maximum number of flows to track; packets of any others are lumped together by protocol. Each flow takes 180 to 250 bytes, depending on the tables
    #[arg(long, value_name = "N", default_value_t = DEFAULT_MAX_FLOWS, value_parser = parse_max_flows)]
    max_flows: usize,

    /// Only report errors and damage on standard error: no progress, no status and no remarks
    #[arg(short, long)]
    quiet: bool,

    /// Number of threads (default: one per core); affects speed only
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
}

#[derive(Args, Debug)]
pub struct ServicesArguments {
    /// Ports (443, 443/udp, 6881-6889), names or parts of names (https, post), or categories (games, mail)
    #[arg(value_name = "WHAT", value_parser = PortQuery::parse)]
    what: Vec<PortQuery>,

    /// Your own port table, which takes precedence over the built-in one
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

#[derive(Args, Debug)]
pub struct ReadArguments {
    /// Captures to read, or folders of captures; '-' is standard input, which is also read if no FILE is given and standard input
    /// is not a terminal
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    #[command(flatten)]
    order: OrderArguments,

    #[command(flatten)]
    tables: TablesArguments,

    #[command(flatten)]
    pager: PagerArguments,

    /// Show the SHA-256 of each input, as stored, in the table capture of --csv, --json and --jsonl
    #[arg(long)]
    sha256: bool,

    #[command(flatten)]
    window: WindowArguments,

    #[command(flatten)]
    common: CommonArguments,
}

/// A run of `portolan services`.
#[derive(Debug)]
pub struct ServicesJob {
    /// The ports, names and categories asked for; if empty, the whole table.
    pub questions: Vec<PortQuery>,
    /// The user's port table.
    pub services: Option<PathBuf>,
    /// The outputs of the rows.
    pub rows: RowsJob,
}

#[cfg(feature = "live")]
impl InterfacesArguments {
    /// The job that the arguments describe.
    pub fn into_job(self) -> RowsJob {
        self.rows.into_job()
    }
}

impl ServicesArguments {
    /// The job that the arguments describe.
    pub fn into_job(self) -> ServicesJob {
        ServicesJob { questions: self.what, services: self.services, rows: self.rows.into_job() }
    }
}

/// A run of `portolan read`.
#[derive(Debug)]
pub struct ReadJob {
    /// The inputs as given, folders included.
    pub inputs: Vec<InputName>,
    /// True if no input was given, so that standard input is the only one.
    pub names_none: bool,
    /// True if the inputs are read in the order given, not in chronological order.
    pub keep_order: bool,
    /// The tables to show and write.
    pub tables: TablesJob,
    /// The use of a pager on the terminal.
    pub paging: Paging,
    /// True if the SHA-256 of each input is shown.
    pub sha256: bool,
    /// The time that packets are asked for, if any.
    pub window: Option<TimeWindow>,
    /// The settings of the analysis.
    pub common: CommonJob,
}

/// The settings of an analysis, common to all commands that need one.
#[derive(Clone, Debug)]
pub struct CommonJob {
    /// The libpcap filter of the packets to analyse; `None` = all packets.
    pub filter: Option<String>,
    /// The user's port table.
    pub services: Option<PathBuf>,
    /// True if suspected duplicates are dropped.
    pub dedup: bool,
    /// Nanoseconds without a packet after which a flow is closed.
    pub idle_timeout: Option<i64>,
    /// Maximum number of flows to track.
    pub max_flows: usize,
    /// Number of threads; `None` = one per core.
    pub threads: Option<usize>,
}

impl CommonArguments {
    fn into_job(self) -> CommonJob {
        CommonJob {
            filter: self.filter,
            services: self.services,
            dedup: self.dedup,
            idle_timeout: self.idle_timeout.map(|time| time.0),
            max_flows: self.max_flows,
            threads: self.threads.map(usize::from),
        }
    }
}

impl ReadArguments {
    /// The job that the arguments describe.
    pub fn into_job(self) -> ReadJob {
        let names_none = self.files.is_empty();
        let named = self.files.iter().map(|file| InputName::from_argument(file));
        ReadJob {
            inputs: if names_none { vec![InputName::Stdin] } else { named.collect() },
            names_none,
            keep_order: self.order.keep_order,
            tables: self.tables.into_job(),
            paging: self.pager.into_paging(),
            sha256: self.sha256,
            window: self.window.into_window(),
            common: self.common.into_job(),
        }
    }
}

fn parse_max_flows(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=MAX_FLOWS).contains(number));
    number.ok_or_else(|| format!("expected a number of flows from 1 to {MAX_FLOWS}"))
}
