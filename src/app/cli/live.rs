//! The arguments of `portolan live`, and the job that they describe.

use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, value_parser};
use portolan::capture::SaveTarget;
use portolan::capture::live::{CaptureSettings, Limits, MAX_SNAPLEN};
use portolan::time::NANOSECONDS;

use super::presentation::{Nanoseconds, parse_nanoseconds, parse_whole_seconds};
use super::{CommonArguments, CommonJob, TablesArguments, TablesJob};

/// Nanoseconds without a packet after which a live capture, which has no natural end, closes a flow.
const LIVE_IDLE_TIMEOUT: i64 = 300 * NANOSECONDS;
/// Bytes of a megabyte, the unit of file sizes.
const MEGABYTE: u64 = 1_000_000;

#[derive(Args, Debug)]
pub struct LiveArguments {
    /// Interfaces to capture on, which together form one capture; any stands for all interfaces (Linux). Default: the interface of
    /// the default route
    #[arg(short, long = "interface", value_name = "NAME[,NAME...]", value_delimiter = ',')]
    interfaces: Vec<String>,

    /// Promiscuous mode: also capture packets addressed to other machines
    #[arg(long)]
    promisc: bool,

    /// Bytes to capture of each packet
    #[arg(long, value_name = "BYTES", default_value_t = MAX_SNAPLEN, value_parser = value_parser!(u32).range(1..=i64::from(MAX_SNAPLEN)))]
    snaplen: u32,

    /// Kernel buffer per interface
    #[arg(long, value_name = "MIB", default_value_t = 32, value_parser = value_parser!(u32).range(1..=1024))]
    buffer: u32,

    /// Stop the capture after TIME, such as 90s, 5m or 1h30m; a bare number is seconds
    #[arg(long, value_name = "TIME", value_parser = parse_nanoseconds)]
    duration: Option<Nanoseconds>,

    /// Stop the capture after N packets
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..))]
    packets: Option<u64>,

    /// Show the tables and rewrite the files every TIME, not only at the end. Files are replaced as a whole. This does not delay
    /// the capture: the tables are made from a copy of the flows, which takes about 130 bytes per flow while they are written
    #[arg(long, value_name = "TIME", value_parser = parse_nanoseconds)]
    every: Option<Nanoseconds>,

    /// Print status lines instead of the live summary
    #[arg(long)]
    plain: bool,

    /// Also save the packets, as pcap if the name ends in .pcap, otherwise as pcapng ('-' = standard output, tables not shown)
    #[arg(short, long, value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    write: Option<String>,

    /// Start a new file before this one exceeds MB (in units of 1,000,000 bytes); the time and a number are added to the file names
    #[arg(long, value_name = "MB", requires = "write", value_parser = value_parser!(u64).range(1..=1_000_000_000))]
    rotate_size: Option<u64>,

    /// Start a new file every TIME, by the times of the packets, and when these show that the clock was set back
    #[arg(long, value_name = "TIME", requires = "write", value_parser = parse_whole_seconds)]
    rotate_seconds: Option<u64>,

    /// Keep only the newest N files, and remove older ones
    #[arg(long, value_name = "N", requires = "write", value_parser = parse_keep)]
    keep: Option<usize>,

    #[command(flatten)]
    tables: TablesArguments,

    #[command(flatten)]
    pub(super) common: CommonArguments,
}

/// A run of `portolan live`.
#[derive(Clone, Debug)]
pub struct LiveJob {
    /// The settings of the capture. Its filter is in `common`.
    pub settings: CaptureSettings,
    /// The limits at which the capture stops.
    pub limits: Limits,
    /// The file that packets are saved to.
    pub save: Option<SaveTarget>,
    /// Time between two updates of the tables, which are always shown and written at the end.
    pub every: Option<Duration>,
    /// True if status lines are printed instead of the live summary.
    pub plain: bool,
    /// The tables to show and write.
    pub tables: TablesJob,
    /// The settings of the analysis.
    pub common: CommonJob,
}

impl LiveArguments {
    /// The job that the arguments describe.
    pub fn into_job(self) -> LiveJob {
        let duration = |time: Nanoseconds| Duration::from_nanos(time.0.unsigned_abs());
        let common = self.common.into_job();
        LiveJob {
            settings: CaptureSettings {
                promiscuous: self.promisc,
                snaplen: self.snaplen,
                buffer_bytes: self.buffer << 20,
                ..CaptureSettings::new(self.interfaces)
            },
            limits: Limits { packets: self.packets, duration: self.duration.map(duration) },
            save: self.write.map(|path| SaveTarget {
                path: path.into(),
                rotate_size: self.rotate_size.map(|megabytes| megabytes * MEGABYTE),
                rotate_seconds: self.rotate_seconds,
                keep: self.keep,
            }),
            every: self.every.map(duration),
            plain: self.plain,
            tables: self.tables.into_job(),
            common: CommonJob { idle_timeout: common.idle_timeout.or(Some(LIVE_IDLE_TIMEOUT)), ..common },
        }
    }
}

fn parse_keep(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "expected a number of files, such as 10".to_owned())
}
