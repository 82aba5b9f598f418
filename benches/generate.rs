//! Writes a large capture to measure with. Not a benchmark itself; it is a bench target so that its code and its
//! dependencies stay out of the program.
//!
//! `cargo bench --bench generate -- --preset hdr --out hdr.pcap`

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use testkit::generator::{self, Counts, HEADERS, PRESETS, Parameters};

/// Writes a large capture to measure with.
#[derive(Parser)]
#[command(name = "cargo bench --bench generate --", disable_version_flag = true)]
struct Arguments {
    /// Begin with the parameters of one of the captures that figures are given for [default: hdr]
    #[arg(long, value_name = "NAME", value_parser = preset_names())]
    preset: Option<String>,
    /// Packets in the file
    #[arg(long, value_name = "N")]
    packets: Option<u64>,
    /// Flows that are active at a time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    active: Option<u32>,
    /// Packets of a flow in the mean, 1 or more
    #[arg(long, value_name = "N", value_parser = |text: &str| number(text, 1.0, 1e6))]
    mean_length: Option<f64>,
    /// Bytes of each packet that are stored
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=262_144))]
    snaplen: Option<u32>,
    /// Where the pseudo-random numbers begin
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Share of flows over IPv6, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = |text: &str| number(text, 0.0, 1.0))]
    ipv6: Option<f64>,
    /// Share of flows over UDP, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = |text: &str| number(text, 0.0, 1.0))]
    udp: Option<f64>,
    /// Bytes of payload in the mean, 23 to 1240
    #[arg(long, value_name = "N", value_parser = |text: &str| number(text, 23.0, 1240.0))]
    mean_payload: Option<f64>,
    /// The file to write [default: NAME.pcap in the folder for temporary files]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// What `cargo bench` adds to every command line
    #[arg(long, hide = true)]
    bench: bool,
}

/// The preset that other parameters change where none is named.
const USUAL: &str = "hdr";

fn main() -> ExitCode {
    // `cargo bench` without a target runs this one too; it must not fill a disk then.
    if std::env::args().skip(1).all(|argument| argument == "--bench") {
        print!("{}", Arguments::command().render_help());
        return ExitCode::SUCCESS;
    }
    let arguments = Arguments::parse();
    let parameters = arguments.parameters();
    let path = arguments.path();
    match write(&parameters, &path) {
        Ok(Counts { packets, wire_bytes, flows, flows_with_ports }) => {
            println!("{}", path.display());
            println!("{packets} packets, {wire_bytes} bytes on the wire, {flows} flows, {flows_with_ports} of them with ports");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}

fn write(parameters: &Parameters, path: &Path) -> io::Result<Counts> {
    generator::write(parameters, File::create(path)?)
}

impl Arguments {
    fn preset_name(&self) -> &str {
        self.preset.as_deref().unwrap_or(USUAL)
    }

    fn parameters(&self) -> Parameters {
        let named = PRESETS.into_iter().find(|(name, _)| *name == self.preset_name());
        let preset = named.map_or(HEADERS, |(_, parameters)| parameters);
        Parameters {
            packets: self.packets.unwrap_or(preset.packets),
            active: self.active.unwrap_or(preset.active),
            mean_length: self.mean_length.unwrap_or(preset.mean_length),
            snap_length: self.snaplen.unwrap_or(preset.snap_length),
            seed: self.seed.unwrap_or(preset.seed),
            ipv6_share: self.ipv6.unwrap_or(preset.ipv6_share),
            udp_share: self.udp.unwrap_or(preset.udp_share),
            mean_payload: self.mean_payload.unwrap_or(preset.mean_payload),
        }
    }

    fn path(&self) -> PathBuf {
        self.out.clone().unwrap_or_else(|| std::env::temp_dir().join(format!("{}.pcap", self.preset_name())))
    }
}

fn preset_names() -> clap::builder::PossibleValuesParser {
    PRESETS.map(|(name, _)| name).into()
}

fn number(text: &str, least: f64, most: f64) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "it must be a number".to_owned())?;
    if (least..=most).contains(&number) { Ok(number) } else { Err(format!("it must be from {least} to {most}")) }
}
