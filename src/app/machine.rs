//! The commands about this computer: `portolan interfaces` and `portolan doctor`.

use portolan::error::Error;
use portolan::format::{diagnosis, json, terminal};
use portolan::platform::doctor;
use portolan::platform::machine::Machine;
use portolan::report::{self, InterfaceRow, Record};
use portolan::service::Registry;

use super::cli::{RowsJob, Target};
use super::columns::check_row_columns;
use super::destinations::{check_rows, write_rows, write_to};
use super::diagnostics::report_unwritten;
use super::pager::show;
use super::view::view;
use super::{COMPLETE, FAILED, INCOMPLETE};

/// Runs `portolan interfaces` and returns its exit code.
///
/// # Errors
///
/// If an output cannot be used.
pub fn interfaces(job: &RowsJob) -> Result<u8, Error> {
    check_row_columns(&job.arrangement.order, InterfaceRow::ID, InterfaceRow::fields())?;
    check_rows(job, None)?;
    let machine = Machine::detect();
    let table = || report::interfaces(&machine);
    let mut failures = write_rows(job, &Registry::shared(), &json::Settings::default(), table);
    if job.is_shown() {
        let view = job.arrangement.view(view(Some(0)));
        let table = || table().arranged(&job.arrangement.order);
        failures.extend(show(job.paging, |output| terminal::write(&table(), view, output)).err());
    }
    Ok(if report_unwritten(&failures) { FAILED } else { COMPLETE })
}

/// Runs `portolan doctor` and returns its exit code.
///
/// # Errors
///
/// If the diagnosis cannot be written.
pub fn doctor() -> Result<u8, Error> {
    let diagnosis = doctor::diagnose(&Machine::detect());
    write_to(&Target::Stdout, |output| diagnosis::write(&diagnosis, view(Some(0)), output))?;
    Ok(if diagnosis.can_capture() { COMPLETE } else { INCOMPLETE })
}
