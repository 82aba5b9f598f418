//! `portolan live`: opens the interfaces, drops all privileges, and only then parses packets.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use portolan::analysis::{Driver, Options, Throttle};
use portolan::capture::live::{CaptureSettings, Devices, Ending, InterfaceStatus, Live, Status, Stopper};
use portolan::capture::{InputName, SaveTarget, Saving, Source};
use portolan::error::{CaptureProblem, Error};
use portolan::format::{Layout, diagnosis};
use portolan::platform::doctor;
use portolan::platform::machine::Machine;
use portolan::platform::privileges::{self, Needs, folder_of};
use portolan::service::protocols;

use super::cli::{Destination, LiveJob, Target};
use super::destinations::{check_tables, heading, is_unread, write_tables};
use super::diagnostics::{print_diagnostics, print_error, print_status, report_unwritten};
use super::reporter::{Reporter, Reports};
use super::setup::{options, timeline};
use super::signals::{CaptureSignals, TablesRequest};
use super::status_display::{Screen, Standing};
use super::view::view_on_stderr;
use super::{COMPLETE, FAILED, INCOMPLETE, MESSAGES};

/// The interval at which the loop stops reading to check its other work.
const PAUSE_EVERY: Duration = Duration::from_millis(100);
/// Snapshots, for the display and for rewritten files, may take at most 1/20 of the time, because packets wait for them.
const SMALL_PART: u32 = 20;
/// Summaries, which another thread makes, may take at most 1/4 of the time.
const LARGE_PART: u32 = 4;

/// Runs `portolan live` and returns its exit code.
///
/// # Errors
///
/// If the options are invalid, or if an interface, an output or a thread is refused before the capture begins.
pub fn live(job: &LiveJob) -> Result<u8, Error> {
    check_tables(&job.tables, job.save.as_ref().map(|save| save.path.as_path()), &[], job.common.services.as_deref())?;
    let mut options = options(&[InputName::Live], &job.common)?;
    options.timeline = timeline(&job.tables);
    options.closed_ports = job.tables.closed_ports;
    // The kernel filters, so that no packet has to be discarded here.
    let settings = CaptureSettings { filter: options.filter.take(), ..job.settings.clone() };
    let devices = match Devices::open(&settings) {
        Ok(devices) => devices,
        Err(error) => return refuse(error),
    };
    let (names, described): (Vec<String>, Vec<_>) = devices
        .link_types()
        .map(|(name, link_type)| (name.to_owned(), (name.to_owned(), protocols::link_type(link_type).to_string())))
        .unzip();
    let signals = CaptureSignals::prepare()?;
    let dropped = privileges::give_up(&Needs { captures: devices.descriptors().collect(), ..needs(job, &names) })?;
    let saving = job.save.clone().map(Saving::create).transpose()?;
    signals.catch();
    let Live { mut stream, stopper, status } = devices.start(saving, job.limits)?;
    let request = signals.follow(stopper.clone())?;
    print_status(&MESSAGES.privileges_dropped(&dropped));
    print_status(&MESSAGES.capture_started(&described));
    stream.pause_every(PAUSE_EVERY);
    let source = Source::from_reader(&InputName::Live, Box::new(stream))?;
    Watch::new(job, options, names, source, status, stopper, request).run()
}

/// Reports a missing library or privilege, and how to fix that; returns every other error.
fn refuse(error: Error) -> Result<u8, Error> {
    if !matches!(error, Error::Capture { reason: CaptureProblem::NotPermitted(_), .. } | Error::NoLive(_)) {
        return Err(error);
    }
    print_error(&error);
    // If standard error is closed, nobody reads it.
    let _ = diagnosis::write(&doctor::diagnose(&Machine::look()), view_on_stderr(Some(0)), &mut std::io::stderr().lock());
    Ok(FAILED)
}

fn saves_to_stdout(job: &LiveJob) -> bool {
    job.save.as_ref().is_some_and(|save| save.path == Path::new("-"))
}

/// True if people see the tables on standard output, and nothing else is written there.
fn is_for_people(job: &LiveJob) -> bool {
    !saves_to_stdout(job) && job.tables.is_shown()
}

/// The files and folders that must be writable after privileges are dropped, and the interfaces.
fn needs<'a>(job: &LiveJob, interfaces: &[String]) -> Needs<'a> {
    let mut needs = Needs { interfaces: interfaces.to_vec(), ..Needs::default() };
    for Destination { format, target } in &job.tables.destinations {
        let Target::Path(path) = target else { continue };
        match format.layout() {
            Layout::EachTable(_) => needs.folders.push(path.clone()),
            // A file that is replaced as a whole is first written beside its place.
            Layout::OneDocument(_) if job.every.is_some() => needs.folders.push(folder_of(path).to_owned()),
            Layout::OneDocument(_) => needs.files.push(path.clone()),
        }
    }
    match job.save.as_ref().filter(|_| !saves_to_stdout(job)) {
        Some(SaveTarget { path, rotate_size: None, rotate_seconds: None, .. }) => needs.files.push(path.clone()),
        Some(SaveTarget { path, .. }) => needs.folders.push(folder_of(path).to_owned()),
        None => {}
    }
    needs
}

/// A running capture, and the tasks beside it.
struct Watch<'a> {
    job: &'a LiveJob,
    options: Options,
    /// The names of the interfaces.
    names: Vec<String>,
    driver: Driver<std::option::IntoIter<Result<Source, Error>>>,
    status: Status,
    stopper: Stopper,
    screen: Screen,
    began: Instant,
    /// The state that was shown last, and when.
    shown: (Instant, Standing),
    showing: Throttle,
    /// Limits how often the summary gets new services.
    refreshing: Throttle,
    writing: Option<Throttle>,
    /// Requests by signal for the tables so far.
    request: TablesRequest,
    /// True if the tables are wanted before their time.
    is_wanted: bool,
    reporter: Reporter,
    /// The time when the current report was begun.
    reported: Instant,
    /// Interfaces whose failure was reported.
    failed: Vec<String>,
    /// For each interface, how often it was reported to be down, and whether that was the latest report about it.
    down: Vec<(u64, bool)>,
    /// False if packets could not be saved.
    all_saved: bool,
}

impl<'a> Watch<'a> {
    fn new(
        job: &'a LiveJob,
        options: Options,
        names: Vec<String>,
        source: Source,
        status: Status,
        stopper: Stopper,
        request: TablesRequest,
    ) -> Self {
        let screen = Screen::new(job.plain);
        let began = Instant::now();
        let reporter = Reporter::new(Reports {
            tables: job.tables.clone(),
            common: job.common.clone(),
            registry: Arc::clone(&options.registry),
            interfaces: names.clone(),
            for_people: is_for_people(job),
            screen: screen.clone(),
        });
        Watch {
            job,
            driver: Driver::live(&options, source),
            status,
            stopper,
            began,
            shown: (began, Standing::default()),
            showing: Throttle::new(screen.every(), SMALL_PART),
            refreshing: Throttle::new(screen.every(), SMALL_PART),
            writing: job.every.map(|every| Throttle::new(every, SMALL_PART)),
            request,
            is_wanted: false,
            reporter,
            reported: began,
            screen,
            failed: Vec::new(),
            down: vec![(0, false); names.len()],
            names,
            all_saved: true,
            options,
        }
    }

    fn run(mut self) -> Result<u8, Error> {
        while self.driver.step() && self.driver.position().is_some() {
            self.report_problems();
            self.show();
            self.report();
        }
        self.report_problems();
        self.finish()
    }

    /// Reports problems since the last call. The capture continues, unless the reader of the packets has gone away.
    fn report_problems(&mut self) {
        for problem in self.status.take_troubles() {
            if problem.is_closed_pipe() {
                self.stopper.stop();
            } else {
                self.all_saved = false;
                self.screen.say(&MESSAGES.error(&problem));
            }
        }
        let interfaces = self.status.interfaces();
        self.report_down(&interfaces);
        // The failure of the last interface is reported at the end, with all others.
        let continues = interfaces.iter().any(|interface| interface.ending.is_none());
        for interface in interfaces {
            if let Some(ending @ Ending::Failed(_)) = &interface.ending
                && !self.failed.contains(&interface.name)
            {
                if continues {
                    self.screen.say(&MESSAGES.interface_failed(&interface.name, ending));
                }
                self.failed.push(interface.name);
            }
        }
    }

    /// Reports interfaces that were switched off or on since the last call.
    fn report_down(&mut self, interfaces: &[InterfaceStatus]) {
        for (interface, (times, is_reported)) in interfaces.iter().zip(&mut self.down) {
            if interface.went_down > *times {
                *times = interface.went_down;
                *is_reported = true;
                self.screen.say(&MESSAGES.interface_down(&interface.name));
            }
            if *is_reported && !interface.is_down {
                *is_reported = false;
                self.screen.say(&MESSAGES.interface_up_again(&interface.name));
            }
        }
    }

    /// Shows the state of the capture, if that is due.
    fn show(&mut self) {
        if !self.showing.is_due() {
            return;
        }
        let begin = Instant::now();
        let standing = self.standing(begin);
        if self.screen.show(standing) {
            self.shown = (begin, standing);
            self.showing.done(begin);
        }
    }

    fn standing(&mut self, now: Instant) -> Standing {
        let engine = self.driver.engine();
        let (traffic, flows) = (engine.traffic(), engine.flows() as u64 + engine.closed_flows());
        let (before, shown) = &self.shown;
        let seconds = now.duration_since(*before).as_secs_f64();
        let news = traffic.packets.saturating_sub(shown.traffic.packets);
        Standing {
            seconds: now.duration_since(self.began).as_secs(),
            traffic,
            rate: if seconds > 0.0 { (news as f64 / seconds).round() as u64 } else { 0 },
            flows,
            dropped: self.status.dropped(),
        }
    }

    /// Refreshes the summary, and shows and writes the tables, if that is due or a signal has asked for them. Only one report is
    /// made at a time.
    fn report(&mut self) {
        self.is_wanted |= self.request.take();
        if let Some(failures) = self.reporter.finished() {
            self.refreshing.rest(self.reported.elapsed().saturating_mul(LARGE_PART));
            self.report_failed_outputs(&failures);
        }
        let writes = self.is_wanted || self.writing.as_ref().is_some_and(Throttle::is_due);
        let refreshes = self.screen.is_summary() && self.refreshing.is_due();
        if self.reporter.is_busy() || !writes && !refreshes {
            return;
        }
        let begin = Instant::now();
        let snapshot = self.driver.engine().snapshot();
        self.refreshing.done(begin);
        if writes {
            self.is_wanted = false;
            self.writing.iter_mut().for_each(|writing| writing.done(begin));
        }
        self.reported = begin;
        let tables_after = writes.then(|| begin.duration_since(self.began).as_secs());
        let failures = self.reporter.begin(snapshot, tables_after);
        self.report_failed_outputs(&failures);
    }

    /// Reports tables that could not be written; the next attempt may succeed. If nobody reads standard output any more, the
    /// capture is stopped instead: every output is then tried again, and failures are reported at the end.
    fn report_failed_outputs(&self, failures: &[Error]) {
        if is_unread(failures) {
            self.stopper.stop();
        } else {
            failures.iter().for_each(|failure| self.screen.say(&MESSAGES.error(failure)));
        }
    }

    /// Writes the tables of the whole capture, reports how it ended, and returns the exit code.
    fn finish(mut self) -> Result<u8, Error> {
        // A report that ended later would overwrite the files written here. A reader that has gone away is reported below.
        let failures = self.reporter.wait();
        self.report_failed_outputs(&failures);
        let (collected, _source) = self.driver.finish_open();
        let decided = collected.decide();
        self.screen.finish();
        print_diagnostics(&self.options, &decided);
        self.status.interfaces().iter().for_each(report_ending);
        let [by_kernel, by_interface] = self.status.dropped();
        MESSAGES.packets_dropped(by_kernel, by_interface).iter().for_each(|dropped| print_status(dropped));
        if let Some(saved) = self.status.saved() {
            print_status(&MESSAGES.packets_saved(saved.packets, saved.files, saved.removed));
        }
        let heading = || heading(&self.names, &self.job.tables, &self.job.common, &decided.collected.registry);
        if report_unwritten(&write_tables(&self.job.tables, heading, &decided, is_for_people(self.job))) {
            return Ok(FAILED);
        }
        let is_whole = self.failed.is_empty() && self.all_saved && decided.collected.is_complete();
        Ok(if is_whole { COMPLETE } else { INCOMPLETE })
    }
}

fn report_ending(interface: &InterfaceStatus) {
    let InterfaceStatus { name, delivered, dropped_kernel, dropped_interface, ending, .. } = interface;
    print_status(&MESSAGES.capture_ended(name, *delivered, dropped_kernel + dropped_interface, ending.as_ref()));
}
