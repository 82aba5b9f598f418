//! `portolan live`: opens the interfaces, drops all privileges, and only then parses packets.

mod interface_monitor;
mod output_access;
mod periodic_reports;
mod reporter;
mod session;
mod status_display;
mod status_updates;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use portolan::analysis::{Driver, Options};
use portolan::capture::live::{CaptureSettings, CaptureStatus, Devices, InterfaceStatus, RunningCapture};
use portolan::capture::{InputName, PacketWriter, Source};
use portolan::error::{CaptureProblem, Error};
use portolan::format::diagnosis;
use portolan::platform::doctor;
use portolan::platform::machine::{self, Machine};
use portolan::platform::privileges::{self, RequiredAccess};
use portolan::service::protocols;

use self::output_access::output_access;
use self::periodic_reports::PeriodicReports;
use self::reporter::{ReportSettings, Reporter};
use self::session::{LiveSession, SessionResult};
use self::status_display::StatusDisplay;
use super::cli::LiveJob;
use super::columns::check_columns;
use super::destinations::{check_tables, heading, report_written, write_tables};
use super::diagnostics::{print_error, print_status, report_unwritten};
use super::pager::Paging;
use super::reading_reporter::ReadingReporter;
use super::selection::{is_possible, report_selection, select, without_sizes};
use super::setup::{options, timeline};
use super::signals::CaptureSignals;
use super::view::view_on_stderr;
use super::{COMPLETE, FAILED, INCOMPLETE, MESSAGES};

/// The time after which the session stops reading to check its other work.
const TIME_SLICE: Duration = Duration::from_millis(100);
/// Snapshots, for the display and for rewritten files, may take at most 1/20 of the time, because packets wait for them.
const SNAPSHOT_PART: u32 = 20;

/// Runs `portolan live` and returns its exit code.
///
/// # Errors
///
/// If the options are invalid, or if an interface, an output or a thread is refused before the capture begins.
pub fn live(job: &LiveJob) -> Result<u8, Error> {
    check_columns(&job.tables)?;
    check_tables(&job.tables, job.save.as_ref().map(|save| save.path.as_path()), &[], job.common.services.as_deref())?;
    let mut options = options(&[InputName::Live], &job.common)?;
    if !is_possible(&job.tables.selection, &options.registry) {
        return Ok(FAILED);
    }
    let job = &LiveJob { tables: without_sizes(job.tables.clone()), ..job.clone() };
    options.timeline = timeline(&job.tables);
    options.closed_ports = job.tables.closed_ports;
    // The kernel filters, so that no packet has to be discarded here.
    let settings = CaptureSettings { filter: options.filter.take(), interfaces: interfaces(job), ..job.settings.clone() };
    let devices = match Devices::open(&settings) {
        Ok(devices) => devices,
        Err(error) => return refuse(error),
    };
    let (names, described): (Vec<String>, Vec<_>) = devices
        .link_types()
        .map(|(name, link_type)| (name.to_owned(), (name.to_owned(), protocols::link_type(link_type).to_string())))
        .unzip();
    let signals = CaptureSignals::prepare()?;
    let captures = devices.descriptors().collect();
    let dropped = privileges::drop_all(&RequiredAccess { captures, interfaces: names.clone(), ..output_access(job) })?;
    let writer = job.save.clone().map(PacketWriter::create).transpose()?;
    signals.catch();
    // The descriptors stay open until the tables are written: see `DescriptorGuard`.
    let RunningCapture { mut stream, stop_handle, status, descriptors: _descriptors } = devices.start(writer, job.limits)?;
    let request = signals.follow(stop_handle.clone())?;
    print_status(&MESSAGES.privileges_dropped(&dropped));
    print_status(&MESSAGES.capture_started(&described));
    stream.set_time_slice(TIME_SLICE);
    let driver = Driver::live(&options, Source::from_reader(&InputName::Live, Box::new(stream))?);
    let display = StatusDisplay::new(job.plain);
    let reporter = reporter(job, &options, &names, &display);
    let reports = PeriodicReports::new(reporter, job.every, display.refresh_interval(), request);
    let result = LiveSession::new(driver, status.clone(), stop_handle, display, reports).run();
    Ok(finish(job, &options, &names, &status, result))
}

/// The interfaces to capture on: those that the user names, or that of the default route, which is reported.
fn interfaces(job: &LiveJob) -> Vec<String> {
    if !job.settings.interfaces.is_empty() {
        return job.settings.interfaces.clone();
    }
    let chosen = machine::default_interface(&machine::interfaces(false));
    chosen.iter().for_each(|interface| print_status(&MESSAGES.interface_chosen(interface)));
    Vec::from_iter(chosen)
}

/// Reports a missing library or privilege, and how to fix that; returns every other error.
fn refuse(error: Error) -> Result<u8, Error> {
    if !matches!(error, Error::Capture { reason: CaptureProblem::NotPermitted(_), .. } | Error::NoLive(_)) {
        return Err(error);
    }
    print_error(&error);
    // If standard error is closed, nobody reads it.
    let _ = diagnosis::write(&doctor::diagnose(&Machine::detect()), view_on_stderr(Some(0)), &mut std::io::stderr().lock());
    Ok(FAILED)
}

fn reporter(job: &LiveJob, options: &Options, names: &[String], display: &StatusDisplay) -> Reporter {
    Reporter::new(ReportSettings {
        tables: job.tables.clone(),
        common: job.common.clone(),
        registry: Arc::clone(&options.registry),
        interfaces: names.to_vec(),
        for_people: is_for_people(job),
        display: display.clone(),
    })
}

fn saves_to_stdout(job: &LiveJob) -> bool {
    job.save.as_ref().is_some_and(|save| save.path == Path::new("-"))
}

/// True if people see the tables on standard output, and nothing else is written there.
fn is_for_people(job: &LiveJob) -> bool {
    !saves_to_stdout(job) && job.tables.is_shown()
}

/// Reports how the capture ended, writes the tables of the whole capture, and returns the exit code.
fn finish(job: &LiveJob, options: &Options, names: &[String], status: &CaptureStatus, result: SessionResult) -> u8 {
    let SessionResult { decided, is_whole } = result;
    ReadingReporter::default().diagnostics(options, &decided);
    status.interfaces().iter().for_each(report_ending);
    let [by_kernel, by_interface] = status.dropped();
    MESSAGES.packets_dropped(by_kernel, by_interface).iter().for_each(|dropped| print_status(dropped));
    if let Some(stats) = status.write_stats() {
        print_status(&MESSAGES.packets_saved(stats.packets, stats.files, stats.removed));
    }
    let decided = select(decided, &job.tables);
    report_selection(&decided, &job.tables);
    let heading = || heading(names, &job.tables, &job.common, &options.registry);
    if report_unwritten(&write_tables(&job.tables, heading, &decided, is_for_people(job).then_some(Paging::Off))) {
        return FAILED;
    }
    let tables = &job.tables;
    report_written(tables.page.as_ref(), &tables.destinations, tables.with_shown_columns(&tables.written).count());
    if is_whole && decided.collected.is_complete() { COMPLETE } else { INCOMPLETE }
}

fn report_ending(interface: &InterfaceStatus) {
    let InterfaceStatus { name, delivered, dropped_kernel, dropped_interface, ending, .. } = interface;
    print_status(&MESSAGES.capture_ended(name, *delivered, dropped_kernel + dropped_interface, ending.as_ref()));
}
