//! What Linux says of a process's rights in `/proc/self/status` (proc_pid_status(5)), to check that they are gone.

/// The lines about rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessStatus {
    /// Real, effective, saved and file system user.
    uids: Vec<u32>,
    /// The same for the group.
    gids: Vec<u32>,
    groups: Vec<u32>,
    inheritable: u64,
    permitted: u64,
    effective: u64,
    bounding: u64,
    /// Kernels before Linux 4.3 have none.
    ambient: u64,
    /// How system calls are filtered; not told by kernels before Linux 3.8.
    seccomp: Option<u32>,
}

/// What stands there for a filter (`SECCOMP_MODE_FILTER` in linux/seccomp.h).
const FILTERED: u32 = 2;

/// What should be left.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedStatus {
    /// The user, in all four places.
    pub uid: u32,
    /// The group, in all four places.
    pub gid: u32,
    /// No supplementary groups.
    pub no_groups: bool,
    /// An empty bounding set.
    pub no_bounding: bool,
    /// System calls are filtered.
    pub filtered: bool,
}

impl ProcessStatus {
    /// Reads the lines; nothing if one of them is missing or not as documented.
    pub fn parse(text: &str) -> Option<ProcessStatus> {
        let line = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
        let numbers = |key| line(key)?.split_whitespace().map(|number| number.parse().ok()).collect::<Option<Vec<u32>>>();
        let set = |key| u64::from_str_radix(line(key)?.trim(), 16).ok();
        let four = |key| numbers(key).filter(|numbers| numbers.len() == 4);
        Some(ProcessStatus {
            uids: four("Uid")?,
            gids: four("Gid")?,
            groups: numbers("Groups")?,
            inheritable: set("CapInh")?,
            permitted: set("CapPrm")?,
            effective: set("CapEff")?,
            bounding: set("CapBnd")?,
            ambient: match line("CapAmb") {
                Some(_) => set("CapAmb")?,
                None => 0,
            },
            seccomp: match line("Seccomp") {
                Some(mode) => Some(mode.trim().parse().ok()?),
                None => None,
            },
        })
    }

    /// The first thing that is left and should not be, as it stands in the file.
    pub fn leftover(&self, expected: ExpectedStatus) -> Option<String> {
        let others = |numbers: &[u32], expected| numbers.iter().any(|number| *number != expected);
        if others(&self.uids, expected.uid) {
            return Some(format!("Uid {:?}", self.uids));
        }
        if others(&self.gids, expected.gid) {
            return Some(format!("Gid {:?}", self.gids));
        }
        if expected.no_groups && !self.groups.is_empty() {
            return Some(format!("Groups {:?}", self.groups));
        }
        if let Some(mode) = self.seccomp.filter(|mode| expected.filtered && *mode != FILTERED) {
            return Some(format!("Seccomp {mode}"));
        }
        let bounding = if expected.no_bounding { self.bounding } else { 0 };
        let sets = [
            ("CapInh", self.inheritable),
            ("CapPrm", self.permitted),
            ("CapEff", self.effective),
            ("CapAmb", self.ambient),
            ("CapBnd", bounding),
        ];
        sets.iter().find(|(_, set)| *set != 0).map(|(key, set)| format!("{key} {set:016x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: &str = "Name:\tportolan\nUid:\t7\t7\t7\t7\nGid:\t8\t8\t8\t8\nGroups:\t \nCapInh:\t0000000000000000\n\
        CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nCapAmb:\t0000000000000000\n\
        Seccomp:\t2\n";
    const EXPECTED: ExpectedStatus = ExpectedStatus { uid: 7, gid: 8, no_groups: true, no_bounding: true, filtered: true };

    #[test]
    fn whatever_is_left_is_found() {
        assert_eq!(ProcessStatus::parse(CLEAN).unwrap().leftover(EXPECTED), None);
        let changes = [
            ("Uid:\t7\t7\t7\t7", "Uid:\t7\t7\t0\t7", "Uid [7, 7, 0, 7]"),
            ("Gid:\t8\t8\t8\t8", "Gid:\t8\t8\t8\t0", "Gid [8, 8, 8, 0]"),
            ("Groups:\t ", "Groups:\t4 24 ", "Groups [4, 24]"),
            ("CapInh:\t0000000000000000", "CapInh:\t0000000000002000", "CapInh 0000000000002000"),
            ("CapPrm:\t0000000000000000", "CapPrm:\t8000000000000000", "CapPrm 8000000000000000"),
            ("CapEff:\t0000000000000000", "CapEff:\t0000000000000001", "CapEff 0000000000000001"),
            ("CapBnd:\t0000000000000000", "CapBnd:\t000001ffffffffff", "CapBnd 000001ffffffffff"),
            ("CapAmb:\t0000000000000000", "CapAmb:\t0000000000002000", "CapAmb 0000000000002000"),
            ("Seccomp:\t2", "Seccomp:\t0", "Seccomp 0"),
        ];
        for (line, changed, left) in changes {
            let status = ProcessStatus::parse(&CLEAN.replace(line, changed)).unwrap();
            assert_eq!(status.leftover(EXPECTED).as_deref(), Some(left));
        }
        let user = ExpectedStatus { no_groups: false, no_bounding: false, filtered: false, ..EXPECTED };
        let text = CLEAN.replace("Groups:\t ", "Groups:\t4 24 ").replace("CapBnd:\t0000", "CapBnd:\t0001");
        let text = text.replace("Seccomp:\t2", "Seccomp:\t0");
        assert_eq!(
            ProcessStatus::parse(&text).unwrap().leftover(user),
            None,
            "a user keeps groups, and cannot clear the bounding set"
        );
    }

    #[test]
    fn a_line_that_is_missing_or_strange_is_no_proof() {
        for key in ["Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd"] {
            assert_eq!(ProcessStatus::parse(&CLEAN.replace(key, "Other")), None, "{key}");
            assert_eq!(ProcessStatus::parse(&CLEAN.replace(&format!("{key}:\t"), &format!("{key}:\tx"))), None, "{key}");
        }
        assert_eq!(ProcessStatus::parse(&CLEAN.replace("7\t7\t7\t7", "")), None);
        assert!(ProcessStatus::parse(&CLEAN.replace("CapAmb", "Other")).is_some(), "an old kernel");
        assert!(ProcessStatus::parse(&CLEAN.replace("Seccomp", "Other")).is_some(), "an old kernel");
        assert_eq!(ProcessStatus::parse(&CLEAN.replace("Seccomp:\t", "Seccomp:\tx")), None);
        assert_eq!(ProcessStatus::parse(&CLEAN.replace("CapAmb:\t", "CapAmb:\tx")), None);
    }
}
