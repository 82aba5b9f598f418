//! Floor 10: reports of a capture that goes on. A thread of their own makes them of a snapshot and writes them, so that no packet
//! waits for that.

use std::io::Write;
use std::sync::Arc;
use std::thread::JoinHandle;

use portolan::analysis::{Collected, Decided};
use portolan::error::Error;
use portolan::service::Registry;
use portolan::support::parallel;

use super::MESSAGES;
use super::cli::{CommonJob, TablesJob, Target};
use super::destinations::{heading, write_tables, write_to};
use super::status_display::Screen;

/// The priority of Linux (its nice value) at which a thread gets a third of what others get where all of them want a processor. With
/// the lowest, 19, it gets next to nothing on a busy computer: the tables at the end would wait for it for minutes, and other
/// threads whenever it is in the middle of asking the system for memory.
#[cfg(target_os = "linux")]
const LOW_PRIORITY: i32 = 5;

/// How reports are made.
pub struct Reports {
    /// What is written where.
    pub tables: TablesJob,
    /// How packets are analysed.
    pub common: CommonJob,
    /// The book of ports.
    pub registry: Arc<Registry>,
    /// The interfaces by name.
    pub interfaces: Vec<String>,
    /// Whether people see the tables on standard output.
    pub for_people: bool,
    /// Where the summary is shown.
    pub screen: Screen,
}

/// What a report is made of.
struct Material {
    reports: Arc<Reports>,
    snapshot: Collected<'static>,
    tables_after: Option<u64>,
}

/// Makes one report at a time.
pub struct Reporter {
    reports: Arc<Reports>,
    under_way: Option<JoinHandle<Vec<Error>>>,
}

impl Reporter {
    /// A reporter that has nothing to do yet.
    pub fn new(reports: Reports) -> Reporter {
        Reporter { reports: Arc::new(reports), under_way: None }
    }

    /// True while a report is being made.
    pub fn is_busy(&self) -> bool {
        self.under_way.is_some()
    }

    /// Begins a report: the summary, if there is one, and the tables after so many seconds, if they are asked for. The one before
    /// must be through. If the system refuses a thread, it is made here and now. Gives what went wrong so far.
    pub fn begin(&mut self, snapshot: Collected<'static>, tables_after: Option<u64>) -> Vec<Error> {
        let material = Material { reports: Arc::clone(&self.reports), snapshot, tables_after };
        let begun = parallel::hand_over(material, |material| {
            step_back();
            material.report()
        });
        match begun {
            Ok(thread) => {
                self.under_way = Some(thread);
                Vec::new()
            }
            Err((material, _)) => material.report(),
        }
    }

    /// What went wrong with the report that was under way, if it is through.
    pub fn finished(&mut self) -> Option<Vec<Error>> {
        let thread = self.under_way.take_if(|thread| thread.is_finished())?;
        Some(joined(thread))
    }

    /// Waits for the report that is under way.
    pub fn wait(&mut self) -> Vec<Error> {
        self.under_way.take().map_or_else(Vec::new, joined)
    }
}

fn joined(thread: JoinHandle<Vec<Error>>) -> Vec<Error> {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Lets threads that take packets in go first. Threads that this one starts do so, too. Other systems than Linux have no priority
/// of single threads that everybody may lower.
fn step_back() {
    // Without it, the report is made as fast as the others let it.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, LOW_PRIORITY);
}

impl Material {
    fn report(self) -> Vec<Error> {
        let analysis = self.snapshot.decide();
        self.reports.screen.refresh(&analysis);
        self.tables_after.map_or_else(Vec::new, |seconds| self.reports.write(&analysis, seconds))
    }
}

impl Reports {
    /// Writes the tables in all the forms that were asked for. Gives what went wrong.
    fn write(&self, analysis: &Decided<'_>, seconds: u64) -> Vec<Error> {
        // Files are in nobody's way.
        let mut failures = match self.tables.is_shown() {
            true => self.write_data(analysis),
            false => self.screen.aside(|| self.write_data(analysis)),
        };
        if self.for_people {
            failures.extend(self.screen.aside(|| self.write_for_people(analysis, seconds)));
        }
        failures
    }

    fn write_data(&self, analysis: &Decided<'_>) -> Vec<Error> {
        write_tables(&self.tables, || self.heading(), analysis, false)
    }

    fn write_for_people(&self, analysis: &Decided<'_>, seconds: u64) -> Vec<Error> {
        let after = |output: &mut dyn Write| writeln!(output, "{}\n", MESSAGES.tables_after(seconds));
        let mut failures: Vec<Error> = write_to(&Target::Stdout, after).err().into_iter().collect();
        let for_people = TablesJob { destinations: Vec::new(), ..self.tables.clone() };
        failures.extend(write_tables(&for_people, || self.heading(), analysis, true));
        failures
    }

    fn heading(&self) -> portolan::output::json::Heading<'static> {
        heading(&self.interfaces, &self.tables, &self.common, &self.registry)
    }
}
