//! Floor 10: the arguments of `portolan live`, and the job they mean.

use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, value_parser};
use portolan::capture::SaveTarget;
use portolan::capture::live::{CaptureSettings, Limits, MAX_SNAPLEN};
use portolan::unit::NANOSECONDS;

use super::{CommonArguments, CommonJob, Seconds, TablesArguments, TablesJob, parse_seconds};

/// Nanoseconds of silence that end a flow in a live capture, which has no end by itself.
const LIVE_IDLE_TIMEOUT: i64 = 300 * NANOSECONDS;
/// Bytes of a megabyte, in which sizes of files are given.
const MEGABYTE: u64 = 1_000_000;

#[derive(Args, Debug)]
pub struct LiveArguments {
    /// Interface to capture on; several together are one capture, and any is all of them (Linux)
    #[arg(short, long = "interface", value_name = "NAME[,NAME...]", value_delimiter = ',')]
    interfaces: Vec<String>,

    /// Capture packets for other machines, too, where the interface sees them
    #[arg(long)]
    promisc: bool,

    /// The most bytes of a packet that are captured
    #[arg(long, value_name = "BYTES", default_value_t = MAX_SNAPLEN, value_parser = value_parser!(u32).range(1..=i64::from(MAX_SNAPLEN)))]
    snaplen: u32,

    /// The system's buffer for each interface, where packets wait to be taken
    #[arg(long, value_name = "MIB", default_value_t = 32, value_parser = value_parser!(u32).range(1..=1024))]
    buffer: u32,

    /// End the capture after this time
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    duration: Option<Seconds>,

    /// End the capture after so many packets
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..))]
    packets: Option<u64>,

    /// Show the tables and write the CSV and JSON files so often, not only at the end. Files are replaced as a whole. Packets do not
    /// wait for that: it is done with a copy of the flows, which takes some 130 bytes of memory for each of them meanwhile
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    every: Option<Seconds>,

    /// Lines in place of the summary that is refreshed
    #[arg(long)]
    plain: bool,

    /// Save the packets, too: as pcap if the name ends in .pcap, else as pcapng ('-' = standard output, terminal tables off)
    #[arg(short, long, value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    write: Option<String>,

    /// Begin a new file before this one is larger than so many MB (1,000,000 bytes); names get the time and a number
    #[arg(long, value_name = "MB", requires = "write", value_parser = value_parser!(u64).range(1..=1_000_000_000))]
    rotate_size: Option<u64>,

    /// Begin a new file with the packets of so many seconds, by their times; also if these show that the clock was set back
    #[arg(long, value_name = "SECONDS", requires = "write", value_parser = value_parser!(u64).range(1..))]
    rotate_seconds: Option<u64>,

    /// Of the files that were begun, keep the latest N and remove older ones
    #[arg(long, value_name = "N", requires = "write", value_parser = parse_keep)]
    keep: Option<usize>,

    #[command(flatten)]
    tables: TablesArguments,

    #[command(flatten)]
    common: CommonArguments,
}

/// What `portolan live` has to do.
#[derive(Debug)]
pub struct LiveJob {
    /// How to capture. The filter is among what is common.
    pub settings: CaptureSettings,
    /// When it ends by itself.
    pub limits: Limits,
    /// Where packets are saved to.
    pub save: Option<SaveTarget>,
    /// How often the tables are shown and written, beside at the end.
    pub every: Option<Duration>,
    /// Whether lines are wanted in place of a summary that is refreshed.
    pub plain: bool,
    /// What is shown and written.
    pub tables: TablesJob,
    /// How to analyse the packets.
    pub common: CommonJob,
}

impl LiveArguments {
    /// What the arguments mean.
    pub fn into_job(self) -> LiveJob {
        let duration = |seconds: Seconds| Duration::from_nanos(seconds.0.unsigned_abs());
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
    number.ok_or_else(|| "it must be a number of files, such as 10".to_owned())
}
