//! The files and folders that the outputs of a live capture need after privileges are dropped.

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
            // A file that is replaced as a whole is first written beside its place.
            _ if job.every.is_some() => access.folders.push(folder_of(path).to_owned()),
            _ => access.files.push(path.clone()),
        }
    }
    match job.save.as_ref().filter(|_| !saves_to_stdout(job)) {
        Some(SaveTarget { path, rotate_size: None, rotate_seconds: None, .. }) => access.files.push(path.clone()),
        Some(SaveTarget { path, .. }) => access.folders.push(folder_of(path).to_owned()),
        None => {}
    }
    access
}
