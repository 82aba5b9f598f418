//! Landlock: the kernel refuses every access that is not among the needs.

use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, RestrictionStatus, Ruleset,
    RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};

use super::{Landlock, RequiredAccess};

/// The version of Landlock that is asked for, which came with Linux 6.12. Older kernels enforce what they have.
const VERSION: ABI = ABI::V6;

/// Restricts this thread and those it will start.
///
/// # Errors
///
/// The reason why the kernel or the file system refuses.
pub fn restrict(required: &RequiredAccess<'_>) -> Result<Landlock, String> {
    let in_folders = AccessFs::WriteFile | AccessFs::Truncate | AccessFs::MakeReg | AccessFs::RemoveFile;
    let mut ruleset = ruleset().map_err(|error| error.to_string())?;
    for folder in &required.folders {
        ruleset = allow(ruleset, folder, in_folders)?;
    }
    for file in &required.files {
        ruleset = allow(ruleset, file, AccessFs::WriteFile | AccessFs::Truncate)?;
    }
    for interface in &required.interfaces {
        let counters = Path::new("/sys/class/net").join(interface).join("statistics");
        // libpcap also captures on interfaces that the system does not list: "any" has no counters.
        if !interface.contains('/') && counters.exists() {
            ruleset = allow(ruleset, &counters, AccessFs::ReadFile.into())?;
        }
    }
    let RestrictionStatus { ruleset, .. } = ruleset.restrict_self().map_err(|error| error.to_string())?;
    Ok(match ruleset {
        RulesetStatus::FullyEnforced => Landlock::Full,
        RulesetStatus::PartiallyEnforced => Landlock::Partial,
        RulesetStatus::NotEnforced => Landlock::None,
    })
}

/// A ruleset that allows nothing: no file, no TCP connection, no signal to another process.
fn ruleset() -> Result<RulesetCreated, RulesetError> {
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(VERSION))?
        .handle_access(AccessNet::from_all(VERSION))?
        .scope(Scope::from_all(VERSION))?
        .create()
}

fn allow(ruleset: RulesetCreated, path: &Path, access: BitFlags<AccessFs>) -> Result<RulesetCreated, String> {
    let opened = PathFd::new(path).map_err(|error| error.to_string())?;
    ruleset.add_rule(PathBeneath::new(opened, access)).map_err(|error| format!("{}: {error}", path.display()))
}
