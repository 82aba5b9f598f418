//! The files and folders that the outputs of a live capture need after privileges are dropped.

use std::path::Path;

use portolan::capture::SaveTarget;
use portolan::format::Layout;
use portolan::platform::privileges::RequiredAccess;
use portolan::support::paths::folder_of;

use super::super::cli::{Destination, LiveJob, Target};
use super::saves_to_stdout;

/// The files and folders that must be writable.
pub fn output_access<'a>(job: &LiveJob) -> RequiredAccess<'a> {
    let mut access = RequiredAccess::default();
    for Destination { format, target } in &job.tables.destinations {
        let Target::Path(path) = target else { continue };
        match format.layout {
            Layout::EachTable(_) => access.folders.push(path.clone()),
            _ => add_document(&mut access, path, job),
        }
    }
    if let Some(Target::Path(path)) = &job.tables.page {
        add_document(&mut access, path, job);
    }
    match job.save.as_ref().filter(|_| !saves_to_stdout(job)) {
        Some(SaveTarget { path, rotate_size: None, rotate_seconds: None, .. }) => access.files.push(path.clone()),
        Some(SaveTarget { path, .. }) => access.folders.push(folder_of(path).to_owned()),
        None => {}
    }
    access
}

/// Adds a document, which is rewritten if the user wants the outputs at intervals.
fn add_document(access: &mut RequiredAccess<'_>, path: &Path, job: &LiveJob) {
    match job.every {
        // A file that is replaced as a whole is first written beside its place.
        Some(_) => access.folders.push(folder_of(path).to_owned()),
        None => access.files.push(path.to_owned()),
    }
}
