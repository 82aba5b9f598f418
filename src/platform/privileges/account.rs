//! The user that the program becomes.

/// The user `nobody`, who owns nothing and may do nothing, on every usual system.
pub const NOBODY: u32 = 65_534;
const ROOT: u32 = 0;

/// A user and a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetUser {
    /// The user's number.
    pub uid: u32,
    /// The group's number.
    pub gid: u32,
    /// The reason for choosing this user.
    pub why: UserReason,
}

/// The reason why a user was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserReason {
    /// This user started the program.
    Started,
    /// This user called `sudo`.
    Sudo,
    /// The output folder belongs to this user.
    OwnsFolder,
    /// There was no other user to choose.
    Nobody,
}

impl TargetUser {
    /// Chooses the user for a program. `starter` are the user and group that started it, `sudo` those that `sudo` has written
    /// into the environment, and `owner` those of the output folder.
    pub fn choose(starter: (u32, u32), sudo: Option<(u32, u32)>, owner: Option<(u32, u32)>) -> TargetUser {
        if starter.0 != ROOT {
            return TargetUser { uid: starter.0, gid: starter.1, why: UserReason::Started };
        }
        let no_root = |ids: Option<(u32, u32)>| ids.filter(|(uid, _)| *uid != ROOT);
        let (uid, gid, why) = match (no_root(sudo), no_root(owner)) {
            (Some((uid, gid)), _) => (uid, gid, UserReason::Sudo),
            (None, Some((uid, gid))) => (uid, gid, UserReason::OwnsFolder),
            (None, None) => (NOBODY, NOBODY, UserReason::Nobody),
        };
        // Root's group grants access, too.
        TargetUser { uid, gid: if gid == ROOT { NOBODY } else { gid }, why }
    }
}

/// The user and group that called `sudo`, from the values of `SUDO_UID` and `SUDO_GID`.
#[cfg(any(unix, test))]
pub fn sudo(uid: Option<&str>, gid: Option<&str>) -> Option<(u32, u32)> {
    // The highest number is no user: to the system it means "leave it".
    let number = |text: Option<&str>| text?.parse().ok().filter(|number| *number != u32::MAX);
    Some((number(uid)?, number(gid)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_becomes_the_sudo_user_or_the_folders_owner_or_nobody() {
        let chosen = |starter, sudo, owner| {
            let TargetUser { uid, gid, why } = TargetUser::choose(starter, sudo, owner);
            (uid, gid, why)
        };
        let (called, owns) = (Some((1000, 100)), Some((1234, 1235)));
        assert_eq!(chosen((0, 0), called, owns), (1000, 100, UserReason::Sudo));
        assert_eq!(chosen((0, 0), None, owns), (1234, 1235, UserReason::OwnsFolder));
        assert_eq!(chosen((0, 0), Some((0, 0)), owns), (1234, 1235, UserReason::OwnsFolder), "root has called sudo");
        assert_eq!(chosen((0, 0), None, Some((0, 0))), (NOBODY, NOBODY, UserReason::Nobody));
        assert_eq!(chosen((0, 0), None, None), (NOBODY, NOBODY, UserReason::Nobody));
        assert_eq!(chosen((0, 0), Some((1000, 0)), None), (1000, NOBODY, UserReason::Sudo), "not root's group");
        assert_eq!(chosen((7, 8), called, owns), (7, 8, UserReason::Started), "anybody can set a variable");
    }

    #[test]
    fn values_that_sudo_does_not_write_name_no_user() {
        assert_eq!(sudo(Some("1000"), Some("100")), Some((1000, 100)));
        for wrong in ["", "-1", "root", "1000 ", "4294967295", "4294967296"] {
            assert_eq!(sudo(Some(wrong), Some("100")), None, "{wrong}");
            assert_eq!(sudo(Some("1000"), Some(wrong)), None, "{wrong}");
        }
        assert_eq!(sudo(Some("1000"), None), None);
    }
}
