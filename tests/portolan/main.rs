//! The binary as users call it, and the laws that hold for every capture.
//!
//! The list below says what belongs in each module. A new test goes into the module of the behaviour that it shows; a bug that was found
//! in a real capture goes there, too, rebuilt from the fewest packets of `testkit`. Unit tests are beside the code in `src`.

// Decisions: who is the server of a flow, what the service is called, and what counts as one flow.

/// Each rung of the ladder, names, and the tables that follow from them. A wrong server or a wrong name is tested here.
mod cases;

/// Flows that a control channel announced: one test or more for each channel, its lifetimes and limits.
mod announced;

/// The worth of names: who or what named a port, and the question mark.
mod named_by;

/// Ports that refuse or do not answer, and scans.
mod closed;

/// Flows whose directions differ in VLAN or tunnel, and the outcome of a connection.
mod one_flow;

/// Tunnels of which there is a sample. A new sample is a line in `testkit::tunnels::all`, which these tests run through.
mod tunnels;

/// Further tunnels and shapes of their headers, without a sample.
mod tunnel_kinds;

// Laws: statements that hold for every capture. They are checked with proptest, on rows and not on text.

/// Sums: the tables agree, and no packet is lost or counted twice. A relation between two tables is a law in this file.
mod totals;

/// Things that must not matter, such as the file format, compression or the number of threads; sums of parts; the writers.
mod laws;

/// The engine of live captures: snapshots, expiry of idle flows, inputs that have to be waited for.
mod engine;

/// Strategies for arbitrary captures. A kind of packet that all laws should see is a line in `any_frames`.
mod any_capture;

// Inputs.

/// Inputs that are damaged, cut off, empty, or no captures.
mod bad_input;

/// Small inputs that ask for much memory or time.
mod bombs;

/// Several files, folders, order, gaps, duplicates.
mod inputs;

/// `--filter`.
mod filter;

/// Selecting flows by what is known of them, and packets by time.
mod selection;

// Outputs.

/// Values and columns of tables in all formats, and the columns for which a terminal has room.
mod columns;

/// The overview: the first screen.
mod overview;
/// The data behind the pictures of a page.
mod page_data;
/// Order and columns of tables, units, time zones, durations, and the pager.
mod presentation;

/// `--xlsx`: workbooks.
#[cfg(feature = "xlsx")]
mod workbook;

/// `--markdown`: pages for people.
mod hand_out;

/// Files, pipes and standard output: which are written, replaced or refused.
mod outputs;

/// The page: its sections, its policy, its options, and where it is written.
mod html;

/// The page: its numbers are those of the tables.
mod html_numbers;

/// The page: names from outside stay text, and its size stays small.
mod html_hostile;

/// The page about captures that are compared.
mod compare_html;

/// Expected tables of each file in `samples/`. A new sample needs no code here: `PORTOLAN_BLESS=1 cargo test samples`.
mod samples;

/// Output shown in the README and in `docs/`.
mod readme;

// Commands.

/// Arguments, help and exit codes of all commands.
mod command_line;

/// `portolan services`.
mod services_command;

/// Categories that the user's own port table declares, in every command.
mod own_categories;

/// `portolan explain`: its sentences.
mod explain;

/// The meanings of words: `portolan explain WORD`, `--legend`, `docs/columns.md`.
mod glossary;

/// `portolan explain`: finding the flow that is meant.
mod which_flow;

/// `portolan read` when it is interrupted.
#[cfg(target_os = "linux")]
mod signals;

/// `portolan compare`: what counts as a difference, its laws, and its outputs.
mod compare;

/// `portolan interfaces` and `portolan doctor`.
#[cfg(all(feature = "live", unix))]
mod machine_commands;

/// `portolan live`. Needs root; skipped otherwise.
#[cfg(all(target_os = "linux", feature = "live"))]
mod live_command;

/// Live captures as the library offers them. Needs root; skipped otherwise.
#[cfg(all(target_os = "linux", feature = "live"))]
mod live;

// The project itself.

/// Rules for the source code: imports, documentation, sentences, length of files.
mod shape;

// Helpers. Captures come from the crate `testkit`.

/// Running the binary and reading its output.
mod support;

/// Reading a page back.
mod html_reader;

/// Flows as one line of text each.
mod flows;

/// Two connected interfaces in a network of the test's own.
#[cfg(all(target_os = "linux", feature = "live"))]
mod network;
