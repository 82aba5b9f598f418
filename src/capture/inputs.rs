//! Resolves the names that a user gives to the inputs to read: searches folders, takes no file twice, and puts files in the order
//! of their first packets.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::folder::FolderContents;
use super::identity::Identity;
use super::input::InputName;
use super::source::FileProbe;
use crate::error::{Error, SkippedFiles};

/// The inputs of one analysis.
#[derive(Debug, Default)]
pub struct Inputs {
    /// The inputs, in the order in which they are read.
    pub names: Vec<InputName>,
    /// True if this is not the order in which they were given.
    pub is_reordered: bool,
    /// Counts of what was passed over in folders.
    pub passed_over: SkippedFiles,
    /// The folders in which something was passed over.
    pub folders: Vec<String>,
    /// Errors of folders that hold no capture or cannot be read.
    pub failures: Vec<Error>,
}

/// An input whose position is not yet known.
struct Candidate {
    name: InputName,
    /// Its identity, if it is a regular file. No other input is opened before it is read.
    identity: Option<Identity>,
    /// The result of a first look, if one was taken.
    probe: Option<FileProbe>,
}

impl Inputs {
    /// Resolves `names` to inputs.
    ///
    /// A folder stands for the captures directly in it, sorted by name. Unless `keep_order` is true, the regular files whose
    /// first packet has a time are then sorted by these times, within the positions that they hold together; everything else
    /// keeps its position.
    ///
    /// # Errors
    ///
    /// [`Error::SameFile`] if a regular file is named twice, through links or other spellings of its path, or standard input is.
    /// Nothing is read then.
    pub fn gather(names: &[InputName], keep_order: bool) -> Result<Inputs, Error> {
        let mut inputs = Inputs::default();
        let mut candidates = Vec::new();
        for name in names {
            match name {
                InputName::File(path) => match fs::metadata(path) {
                    Ok(metadata) if metadata.is_dir() => inputs.add_folder(path, &mut candidates),
                    Ok(metadata) if metadata.is_file() => {
                        let identity = Some(Identity::new(path, &metadata));
                        candidates.push(Candidate { name: name.clone(), identity, probe: None });
                    }
                    // An input that cannot be opened is reported when its turn comes.
                    Ok(_) | Err(_) => candidates.push(Candidate { name: name.clone(), identity: None, probe: None }),
                },
                InputName::Stdin | InputName::Live => {
                    candidates.push(Candidate { name: name.clone(), identity: None, probe: None })
                }
            }
        }
        refuse_repeated(&candidates)?;
        if !keep_order && candidates.len() > 1 {
            inputs.is_reordered = put_in_order(&mut candidates);
        }
        inputs.names = candidates.into_iter().map(|candidate| candidate.name).collect();
        Ok(inputs)
    }

    fn add_folder(&mut self, path: &Path, candidates: &mut Vec<Candidate>) {
        let input = path.display().to_string();
        match FolderContents::open(path) {
            Ok(FolderContents { captures, passed_over }) if captures.is_empty() => {
                self.failures.push(Error::NoCaptures { input, passed_over });
            }
            Ok(FolderContents { captures, passed_over }) => {
                if passed_over != SkippedFiles::default() {
                    self.passed_over.merge(passed_over);
                    self.folders.push(input);
                }
                candidates.extend(captures.into_iter().map(|found| Candidate {
                    name: InputName::File(found.path),
                    identity: Some(found.identity),
                    probe: Some(found.probe),
                }));
            }
            Err(error) => self.failures.push(error),
        }
    }
}

/// Refuses a regular file or standard input that comes twice.
fn refuse_repeated(candidates: &[Candidate]) -> Result<(), Error> {
    let mut known: HashMap<&Identity, &InputName> = HashMap::new();
    let mut stdin = None;
    for Candidate { name, identity, .. } in candidates {
        let before = match (identity, name) {
            (Some(identity), _) => known.insert(identity, name),
            (None, InputName::Stdin) => stdin.replace(name),
            (None, _) => None,
        };
        if let Some(before) = before {
            return Err(Error::SameFile { input: before.to_string(), again: name.to_string() });
        }
    }
    Ok(())
}

/// Sorts the regular files whose first packet has a time by these times. True if that changes the order.
fn put_in_order(candidates: &mut Vec<Candidate>) -> bool {
    let mut times = Vec::with_capacity(candidates.len());
    for (place, candidate) in candidates.iter_mut().enumerate().filter(|(_, candidate)| candidate.identity.is_some()) {
        let probe = *candidate.probe.get_or_insert_with(|| FileProbe::new(&candidate.name));
        if let FileProbe::Capture(time) = probe
            && time.is_known()
        {
            times.push((time, place));
        }
    }
    if times.is_sorted_by_key(|(time, _)| *time) {
        return false;
    }
    let places: Vec<usize> = times.iter().map(|(_, place)| *place).collect();
    // Equal times keep their order.
    times.sort_by_key(|(time, _)| *time);
    let mut taken: Vec<Option<Candidate>> = std::mem::take(candidates).into_iter().map(Some).collect();
    let mut order: Vec<usize> = (0..taken.len()).collect();
    for (place, (_, from)) in places.into_iter().zip(times) {
        order[place] = from;
    }
    candidates.extend(order.into_iter().filter_map(|from| taken[from].take()));
    true
}
