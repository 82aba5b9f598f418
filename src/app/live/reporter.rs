//! Makes reports of a running capture from snapshots, on a thread of their own, so that no packet has to wait.

use std::io::Write;
use std::sync::Arc;
use std::thread::JoinHandle;

use portolan::analysis::{Collected, Decided};
use portolan::error::Error;
use portolan::service::Registry;
use portolan::support::parallel;

use super::super::MESSAGES;
use super::super::cli::{CommonJob, TablesJob, Target};
use super::super::destinations::{heading, write_data_of, write_tables, write_to};
use super::super::pager::Paging;
use super::super::selection::select;
use super::status_display::StatusDisplay;

/// The Linux priority (nice value) at which a thread gets a third of the time of others when all of them want a processor. With
/// the lowest priority, 19, it gets next to nothing on a busy computer: the tables at the end would wait for it for minutes, and
/// so would other threads whenever it is allocating memory.
#[cfg(target_os = "linux")]
const LOW_PRIORITY: i32 = 5;

/// The settings of reports.
pub struct ReportSettings {
    /// The tables, and where to write them.
    pub tables: TablesJob,
    /// The options of the analysis.
    pub common: CommonJob,
    /// The port table.
    pub registry: Arc<Registry>,
    /// The names of the interfaces.
    pub interfaces: Vec<String>,
    /// True if people see the tables on standard output.
    pub for_people: bool,
    /// The display of the summary.
    pub display: StatusDisplay,
}

/// The input of a report.
struct ReportInput {
    settings: Arc<ReportSettings>,
    snapshot: Collected<'static>,
    tables_after: Option<u64>,
}

/// A maker of reports, one at a time.
pub struct Reporter {
    settings: Arc<ReportSettings>,
    running: Option<JoinHandle<Vec<Error>>>,
}

impl Reporter {
    /// Makes a reporter that is not busy.
    pub fn new(settings: ReportSettings) -> Reporter {
        Reporter { settings: Arc::new(settings), running: None }
    }

    /// True while a report is being made.
    pub fn is_busy(&self) -> bool {
        self.running.is_some()
    }

    /// Begins a report: the summary, if there is one, and the tables if `tables_after` gives the seconds since the capture began.
    /// The report before must have ended. If the system refuses a thread, the report is made at once on this one. Returns the
    /// errors so far.
    pub fn begin(&mut self, snapshot: Collected<'static>, tables_after: Option<u64>) -> Vec<Error> {
        let input = ReportInput { settings: Arc::clone(&self.settings), snapshot, tables_after };
        let begun = parallel::hand_over(input, |input| {
            lower_priority();
            input.report()
        });
        match begun {
            Ok(thread) => {
                self.running = Some(thread);
                Vec::new()
            }
            Err((input, _)) => input.report(),
        }
    }

    /// The errors of the current report, if it has ended.
    pub fn finished(&mut self) -> Option<Vec<Error>> {
        let thread = self.running.take_if(|thread| thread.is_finished())?;
        Some(joined(thread))
    }

    /// Waits for the current report and returns its errors.
    pub fn wait(&mut self) -> Vec<Error> {
        self.running.take().map_or_else(Vec::new, joined)
    }
}

fn joined(thread: JoinHandle<Vec<Error>>) -> Vec<Error> {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Lowers the priority of this thread and of those it starts, so that the threads that take packets come first. Only Linux has a
/// priority of single threads that everybody may lower.
fn lower_priority() {
    // If this fails, the report competes with the other threads on equal terms.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, LOW_PRIORITY);
}

impl ReportInput {
    fn report(self) -> Vec<Error> {
        let decided = self.snapshot.decide();
        self.settings.display.refresh(&decided);
        let Some(seconds) = self.tables_after else { return Vec::new() };
        self.settings.write(&select(decided, &self.settings.tables), seconds)
    }
}

impl ReportSettings {
    /// Writes the tables in every requested form. Returns the errors.
    fn write(&self, decided: &Decided<'_>, seconds: u64) -> Vec<Error> {
        // Files do not disturb the display.
        let mut failures = match self.tables.is_shown() {
            true => self.write_data(decided),
            false => self.display.suspend(|| self.write_data(decided)),
        };
        if self.for_people {
            failures.extend(self.display.suspend(|| self.write_for_people(decided, seconds)));
        }
        failures
    }

    fn write_data(&self, decided: &Decided<'_>) -> Vec<Error> {
        // A message about what has no room would disturb the display; there is one at the end.
        write_data_of(&self.tables, || self.heading(), decided).failures
    }

    fn write_for_people(&self, decided: &Decided<'_>, seconds: u64) -> Vec<Error> {
        let after = |output: &mut dyn Write| writeln!(output, "{}\n", MESSAGES.tables_after(seconds));
        let mut failures: Vec<Error> = write_to(&Target::Stdout, after).err().into_iter().collect();
        let for_people = TablesJob { destinations: Vec::new(), page: None, ..self.tables.clone() };
        failures.extend(write_tables(&for_people, || self.heading(), decided, Some(Paging::Off)));
        failures
    }

    fn heading(&self) -> portolan::format::json::Heading<'static> {
        heading(&self.interfaces, &self.tables, &self.common, &self.registry)
    }
}
