//! Running the binary and reading what it says.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use portolan::analysis::Decided;
use portolan::report::{Report, TableName};
use serde_json::Value;

/// What a run of the binary said.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn from_output(output: Output) -> Run {
        Run {
            code: output.status.code().expect("no signal ends the program"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
        }
    }

    /// The tables of the JSON document that was printed.
    pub fn tables(&self) -> Value {
        let document: Value = serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        document["tables"].clone()
    }
}

/// The project's folder, from which samples are named.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The program, to be given arguments.
pub fn portolan() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portolan"));
    command.current_dir(root()).env_remove("NO_COLOR").env_remove("COLUMNS").env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    command
}

/// Makes sure that programs which are started from now on do not ignore signals because this one does: a shell starts its background
/// jobs so.
#[cfg(target_os = "linux")]
pub fn obey_signals() {
    use nix::sys::signal::{SigHandler, Signal, signal};
    for ending in [Signal::SIGHUP, Signal::SIGINT, Signal::SIGTERM, Signal::SIGUSR1] {
        // SAFETY: no handler is installed.
        unsafe { signal(ending, SigHandler::SigDfl) }.unwrap();
    }
}

/// `portolan` with these arguments.
pub fn run(arguments: &[&str]) -> Run {
    Run::from_output(portolan().args(arguments).output().unwrap())
}

/// The same for a page of so many columns.
pub fn run_on_page(arguments: &[&str], columns: usize) -> Run {
    Run::from_output(portolan().args(arguments).env("COLUMNS", columns.to_string()).output().unwrap())
}

/// The same with `input` on standard input.
pub fn run_with_input(arguments: &[&str], input: &[u8]) -> Run {
    let pipes = || Stdio::piped();
    let mut child = portolan().args(arguments).stdin(pipes()).stdout(pipes()).stderr(pipes()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A program that stops early closes the pipe; that is for the test to judge.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Run::from_output(output)
}

/// A folder for one test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file; its path as an argument.
    pub fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

/// Names of hosts that mean something to spreadsheets, pages or terminals. DNS keeps them as they are.
pub const HOSTILE_NAMES: [&str; 16] = [
    "=cmd|' /c calc'!a0",
    "<script>alert(1)</script>",
    "</td></tr><!--",
    "a|b",
    "`a`|*b*_c_~d~",
    "](javascript:alert(1))",
    "![x](http://x)",
    "@mention",
    "user@mail",
    "&lt;&#x41;",
    "http://evil",
    "_x0041_",
    "\u{202e}gpj\u{200b}",
    "a\nb\u{1b}[31m",
    "日本語",
    "$a$ ^b^ \"c\" --",
];

/// A capture whose hosts have [`HOSTILE_NAMES`].
pub fn hostile_scene() -> testkit::Scene {
    use testkit::{C, R, Scene, exchange, udp};
    let mut scene = Scene::new();
    for (number, name) in (1_u8..).zip(HOSTILE_NAMES) {
        let label = [&[name.len() as u8], name.as_bytes(), &[0]].concat();
        let head = [0, number, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
        let question = [&label[..], &[0, 1, 0, 1]].concat();
        let answer = [&[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4], &[192, 0, 2, number][..]].concat();
        scene.frame(udp(
            (C, 40_000 + u16::from(number)),
            (R, 53),
            &[&[0, number, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0], &question[..]].concat(),
        ));
        scene.frame(udp((R, 53), (C, 40_000 + u16::from(number)), &[&head[..], &question, &answer].concat()));
        let address = format!("192.0.2.{number}");
        scene.frames(exchange((C, 50_000 + u16::from(number)), (address.leak(), 80), 1));
    }
    scene
}

/// The tables of a capture given as bytes.
pub fn tables_of(capture: &[u8]) -> Value {
    let run = run_with_input(&["read", "-", "--json", "-"], capture);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.tables()
}

/// A table of an analysis as CSV.
pub fn table_as_csv(decided: &Decided<'_>, name: TableName) -> String {
    let mut bytes = Vec::new();
    portolan::format::csv::write(&Report::new(decided).table(name), &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// All tables of an analysis but one as CSV.
pub fn tables_as_csv_without(left_out: TableName, decided: &Decided<'_>) -> Vec<String> {
    TableName::ALL.into_iter().filter(|name| *name != left_out).map(|name| table_as_csv(decided, name)).collect()
}

/// The value of `column` in every row of a table.
pub fn column<'v>(tables: &'v Value, table: &str, column: &str) -> Vec<&'v Value> {
    tables[table].as_array().unwrap().iter().map(|row| &row[column]).collect()
}

/// The sum of a column.
pub fn sum(tables: &Value, table: &str, name: &str) -> u64 {
    column(tables, table, name).iter().map(|value| value.as_u64().unwrap()).sum()
}

/// The packets of one place of the ledger.
pub fn packets_at(tables: &Value, place: &str) -> u64 {
    let rows = tables["ledger"].as_array().unwrap();
    rows.iter().find(|row| row["place"] == place).unwrap()["packets"].as_u64().unwrap()
}

/// Bytes compressed as one gzip member.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Bytes compressed as one LZ4 frame.
pub fn lz4(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Bytes compressed as one xz stream.
pub fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
