//! Floor 10: `portolan live`. Open the interfaces, give all rights up, and only then look at what comes.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use portolan::analysis::{Driver, Options, Throttle};
use portolan::capture::live::{Devices, Ending, InterfaceStatus, Live, Settings, Status, Stopper};
use portolan::capture::{InputName, Saving, Source, Target as SaveTarget};
use portolan::doctor;
use portolan::error::{CaptureProblem, Error};
use portolan::machine::Machine;
use portolan::output::{Layout, diagnosis};
use portolan::privileges::{self, Needs, folder_of};
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

/// How often it is looked what else there is to do.
const PAUSE_EVERY: Duration = Duration::from_millis(100);
/// Of the time in which packets wait, snapshots for what is shown and written again and again take at most this part.
const SMALL_PART: u32 = 20;
/// Of all time, a summary takes at most this part on another thread.
const LARGE_PART: u32 = 4;

/// `portolan live`
pub fn live(job: &LiveJob) -> Result<u8, Error> {
    check_tables(&job.tables, job.save.as_ref().map(|save| save.path.as_path()), &[], job.common.services.as_deref())?;
    let mut options = options(&[InputName::Live], &job.common)?;
    options.timeline = timeline(&job.tables);
    options.closed_ports = job.tables.closed_ports;
    // The system filters, so that nothing has to be thrown away here.
    let settings = Settings { filter: options.filter.take(), ..job.settings.clone() };
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

/// What keeps from capturing, and what helps.
fn refuse(error: Error) -> Result<u8, Error> {
    if !matches!(error, Error::Capture { reason: CaptureProblem::NotPermitted(_), .. } | Error::NoLive(_)) {
        return Err(error);
    }
    print_error(&error);
    // If standard error is closed, nobody listens.
    let _ = diagnosis::write(&doctor::diagnose(&Machine::look()), view_on_stderr(Some(0)), &mut std::io::stderr().lock());
    Ok(FAILED)
}

fn saves_to_stdout(job: &LiveJob) -> bool {
    job.save.as_ref().is_some_and(|save| save.path == Path::new("-"))
}

/// True if people see the tables on standard output, where nothing else is.
fn is_for_people(job: &LiveJob) -> bool {
    !saves_to_stdout(job) && job.tables.is_shown()
}

/// What has to be written without any rights.
fn needs<'a>(job: &LiveJob, interfaces: &[String]) -> Needs<'a> {
    let mut needs = Needs { interfaces: interfaces.to_vec(), ..Needs::default() };
    for Destination { format, target } in &job.tables.destinations {
        let Target::Path(path) = target else { continue };
        match format.layout() {
            Layout::EachTable(_) => needs.folders.push(path.clone()),
            // A file that is replaced as a whole comes into being beside its place.
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

/// A capture that goes on, and what has to be done meanwhile.
struct Watch<'a> {
    job: &'a LiveJob,
    options: Options,
    /// The interfaces by name.
    names: Vec<String>,
    driver: Driver<std::option::IntoIter<Result<Source, Error>>>,
    status: Status,
    stopper: Stopper,
    screen: Screen,
    began: Instant,
    /// How it stood when it was shown last.
    shown: (Instant, Standing),
    showing: Throttle,
    /// When the summary gets new services.
    refreshing: Throttle,
    writing: Option<Throttle>,
    /// Whether a signal asks for the tables so far.
    request: TablesRequest,
    /// Whether the tables are wanted though it is not time yet.
    is_wanted: bool,
    reporter: Reporter,
    /// When the report that is under way was begun.
    reported: Instant,
    /// Interfaces of which it was told that they failed.
    failed: Vec<String>,
    /// How often it was told of each interface that it is down, and whether that was the latest that was told.
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
            self.tell_troubles();
            self.show();
            self.report();
        }
        self.tell_troubles();
        self.finish()
    }

    /// Says what went wrong since this was asked last. The capture goes on, but for a reader of the packets that has gone away.
    fn tell_troubles(&mut self) {
        for trouble in self.status.take_troubles() {
            if trouble.is_closed_pipe() {
                self.stopper.stop();
            } else {
                self.all_saved = false;
                self.screen.say(&MESSAGES.error(&trouble));
            }
        }
        let interfaces = self.status.interfaces();
        self.tell_down(&interfaces);
        // Of the last one it is told with all others.
        let goes_on = interfaces.iter().any(|interface| interface.ending.is_none());
        for interface in interfaces {
            if let Some(ending @ Ending::Failed(_)) = &interface.ending
                && !self.failed.contains(&interface.name)
            {
                if goes_on {
                    self.screen.say(&MESSAGES.interface_failed(&interface.name, ending));
                }
                self.failed.push(interface.name);
            }
        }
    }

    /// Says which interfaces were switched off or on since this was asked last.
    fn tell_down(&mut self, interfaces: &[InterfaceStatus]) {
        for (interface, (times, is_told)) in interfaces.iter().zip(&mut self.down) {
            if interface.went_down > *times {
                *times = interface.went_down;
                *is_told = true;
                self.screen.say(&MESSAGES.interface_down(&interface.name));
            }
            if *is_told && !interface.is_down {
                *is_told = false;
                self.screen.say(&MESSAGES.interface_up_again(&interface.name));
            }
        }
    }

    /// Shows how it goes.
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
        let (traffic, flows) = (engine.traffic(), engine.flows() as u64 + engine.ended_flows());
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

    /// Has the summary refreshed and the tables shown and written, if it is time or a signal has asked for them. While one report
    /// is under way, the next one is not begun.
    fn report(&mut self) {
        self.is_wanted |= self.request.take();
        if let Some(failures) = self.reporter.finished() {
            self.refreshing.rest(self.reported.elapsed().saturating_mul(LARGE_PART));
            self.tell_unwritten(&failures);
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
        self.tell_unwritten(&failures);
    }

    /// Says that tables could not be written, which may be better next time. If nobody reads standard output any more, the capture
    /// ends: then every output is tried again, and what cannot be written is told.
    fn tell_unwritten(&self, failures: &[Error]) {
        if is_unread(failures) {
            self.stopper.stop();
        } else {
            failures.iter().for_each(|failure| self.screen.say(&MESSAGES.error(failure)));
        }
    }

    /// The tables of all that came, and what became of it.
    fn finish(mut self) -> Result<u8, Error> {
        // A report that came later would overwrite what is written here. A reader that has gone away is told below.
        let failures = self.reporter.wait();
        self.tell_unwritten(&failures);
        let analysis = self.driver.finish().decide();
        self.screen.finish();
        print_diagnostics(&self.options, &analysis);
        self.status.interfaces().iter().for_each(tell_end);
        let [by_kernel, by_interface] = self.status.dropped();
        MESSAGES.packets_dropped(by_kernel, by_interface).iter().for_each(|dropped| print_status(dropped));
        if let Some(saved) = self.status.saved() {
            print_status(&MESSAGES.packets_saved(saved.packets, saved.files, saved.removed));
        }
        let heading = || heading(&self.names, &self.job.tables, &self.job.common, &analysis.registry);
        if report_unwritten(&write_tables(&self.job.tables, heading, &analysis, is_for_people(self.job))) {
            return Ok(FAILED);
        }
        let is_whole = self.failed.is_empty() && self.all_saved && analysis.is_complete();
        Ok(if is_whole { COMPLETE } else { INCOMPLETE })
    }
}

fn tell_end(interface: &InterfaceStatus) {
    let InterfaceStatus { name, delivered, dropped_kernel, dropped_interface, ending, .. } = interface;
    print_status(&MESSAGES.capture_ended(name, *delivered, dropped_kernel + dropped_interface, ending.as_ref()));
}
