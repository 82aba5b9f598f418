//! The cases, and what is true of a process without privileges.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Write};
use std::net::UdpSocket;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::errno::Errno;
use pcap::{Active, Capture};
use tempfile::TempDir;

use crate::attempts::{self, Attempt, ETHERTYPE, Unfiltered};
use crate::child::{LEFT, OWN, REFUSED, ROLE};

const NOBODY: u32 = 65_534;

/// Runs all of them.
pub fn run() {
    let cases: [(&str, fn()); 12] = [
        ("root becomes nobody", root_becomes_nobody),
        ("sudo gives back who called it", sudo_gives_back_who_called_it),
        ("root becomes the owner of the output folder", root_becomes_the_owner_of_the_output_folder),
        ("a link does not choose the user", a_link_does_not_choose_the_user),
        ("a folder is made by the user", a_folder_is_made_by_the_user),
        ("a folder that the user may not write to is told", a_folder_that_the_user_may_not_write_to_is_told),
        ("a link to nowhere is not followed", a_link_to_nowhere_is_not_followed),
        ("a user's capability goes", a_users_capability_goes),
        ("a user's variable says nothing", a_users_variable_says_nothing),
        ("root who cannot become another does not go on", root_who_cannot_become_another_does_not_go_on),
        ("threads are refused", threads_are_refused),
        ("a process that was taken over cannot break out", a_process_that_was_taken_over_cannot_break_out),
    ];
    for (name, case) in cases {
        case();
        println!("privileges: {name} ... ok");
    }
}

fn root_becomes_nobody() {
    let place = Place::new(0, 0o777);
    place.start("plain", &[]).proves_harmless((NOBODY, NOBODY), "");
}

fn sudo_gives_back_who_called_it() {
    let place = Place::new(1000, 0o700);
    place.start("plain", &[("SUDO_UID", "1000"), ("SUDO_GID", "1001")]).proves_harmless((1000, 1001), "");
    assert_eq!(owner(&place.folder.join(LEFT)), (1000, 1001));
}

fn root_becomes_the_owner_of_the_output_folder() {
    let place = Place::new(1234, 0o700);
    place.start("plain", &[]).proves_harmless((1234, 1235), "");
    assert_eq!(owner(&place.folder.join(LEFT)), (1234, 1235));
}

fn a_link_does_not_choose_the_user() {
    let mut place = Place::new(1234, 0o777);
    symlink(&place.folder, place.root.path().join("way")).unwrap();
    place.folder = place.root.path().join("way");
    place.start("plain", &[]).proves_harmless((NOBODY, NOBODY), "");
}

fn a_folder_is_made_by_the_user() {
    let mut place = Place::new(1000, 0o700);
    place.folder = place.folder.join("new/one");
    place.start("plain", &[("SUDO_UID", "1000"), ("SUDO_GID", "1001")]).proves_harmless((1000, 1001), "");
    assert_eq!(owner(&place.folder), (1000, 1001));
}

fn a_folder_that_the_user_may_not_write_to_is_told() {
    let mut place = Place::new(0, 0o755);
    let message = place.start("plain", &[("SUDO_UID", "1000"), ("SUDO_GID", "1001")]).refusal();
    assert!(message.contains("cannot save to") && message.contains("install -d -o 1000"), "{message}");
    place.folder = place.folder.join("new");
    let message = place.start("plain", &[]).refusal();
    assert!(message.contains("install -d -o 65534"), "{message}");
}

fn a_users_capability_goes() {
    let place = Place::new(1000, 0o700);
    // The bounding set stays: it takes CAP_SETPCAP to clear it. Groups are the user's own.
    place.start("as-user", &[]).proves_harmless((1000, 1001), "1001 1002");
}

fn a_users_variable_says_nothing() {
    let place = Place::new(1000, 0o700);
    place.start("as-user", &[("SUDO_UID", "1234"), ("SUDO_GID", "1235")]).proves_harmless((1000, 1001), "1001 1002");
}

fn root_who_cannot_become_another_does_not_go_on() {
    let message = Place::new(0, 0o777).start("poor-root", &[]).refusal();
    assert!(message.contains("nothing is captured") && message.contains("CAP_SETUID"), "{message}");
}

fn threads_are_refused() {
    let message = Place::new(0, 0o777).start("threads", &[]).refusal();
    assert!(message.contains("nothing is captured") && message.contains("2 threads"), "{message}");
}

/// All attempts fail with the filter; without it, most succeed, so that it is the filter that they fail for.
fn a_process_that_was_taken_over_cannot_break_out() {
    if !portolan_libpcap::is_available() {
        println!("privileges: without libpcap, breaking out was not tested");
        return;
    }
    let place = Place::new(0, 0o777);
    let mut frames = frames_on_the_loopback();
    let (message, filtered, possible) = place.start("filtered", &[]).breaks_out();
    if message.contains("no system-call filter") {
        println!("privileges: {message}; breaking out was not tested");
        return;
    }
    assert!(message.ends_with("system-call filter"), "{message}");
    assert!(frames.next_packet().is_err(), "no frame has been sent");
    let (message, unfiltered, _) = place.start("unfiltered", &[]).breaks_out();
    assert!(
        message.ends_with(", no system-call filter (the system refuses it: Operation not permitted (os error 1))"),
        "{message}"
    );
    assert!(frames.next_packet().is_ok(), "frames have been sent");
    for Attempt { name, unfiltered: without, .. } in attempts::all() {
        let (with, result) = (&filtered[name], unfiltered.get(name).map_or("not tried", String::as_str));
        println!("privileges:   {name}: {with}; without the filter: {result}");
        // What glibc takes for a kernel that does not have it yet.
        let refusal = if name == "clone3" { Errno::ENOSYS } else { Errno::EPERM };
        assert_eq!(*with, refusal.to_string(), "{name}");
        match without {
            Unfiltered::Done => assert_eq!(result, "done", "{name} without the filter"),
            Unfiltered::Fault(error) => assert_eq!(result, Errno::from_raw(error).to_string(), "{name} without the filter"),
            Unfiltered::Depends | Unfiltered::Untried => {}
        }
    }
    for (what, result) in &possible {
        println!("privileges:   {what}: {result}");
        assert_eq!(result, "done", "{what}");
    }
    assert_eq!(possible.len(), 8);
}

/// What is sent by the attempts, as it comes through the loopback.
fn frames_on_the_loopback() -> Capture<Active> {
    let mut frames = Capture::from_device("lo").unwrap().immediate_mode(true).open().unwrap().setnonblock().unwrap();
    frames.filter(&format!("ether proto {ETHERTYPE}"), true).unwrap();
    frames
}

fn a_link_to_nowhere_is_not_followed() {
    let place = Place::new(1000, 0o700);
    symlink(place.folder.join("made"), place.outside.join(OWN)).unwrap();
    let message = place.start("plain", &[("SUDO_UID", "1000"), ("SUDO_GID", "1001")]).refusal();
    assert!(message.contains("cannot write") && message.contains(OWN), "{message}");
    assert!(!place.folder.join("made").exists());
}

fn owner(path: &Path) -> (u32, u32) {
    let found = fs::metadata(path).unwrap();
    (found.uid(), found.gid())
}

/// An output folder, and one outside of it that everybody may write to.
struct Place {
    root: TempDir,
    folder: PathBuf,
    outside: PathBuf,
    program: PathBuf,
}

impl Place {
    /// The folder belongs to `uid` and the group with the next number.
    fn new(uid: u32, mode: u32) -> Place {
        let root = tempfile::tempdir().unwrap();
        let at = |name| root.path().join(name);
        let (folder, outside, program) = (at("folder"), at("outside"), at("program"));
        fs::set_permissions(root.path(), Permissions::from_mode(0o755)).unwrap();
        for (folder, mode) in [(&folder, mode), (&outside, 0o777)] {
            fs::create_dir(folder).unwrap();
            fs::set_permissions(folder, Permissions::from_mode(mode)).unwrap();
        }
        fs::write(outside.join("there"), "kept").unwrap();
        fs::set_permissions(outside.join("there"), Permissions::from_mode(0o666)).unwrap();
        symlink(outside.join("there"), folder.join("link")).unwrap();
        chown(&folder, Some(uid), Some(if uid == 0 { 0 } else { uid + 1 })).unwrap();
        // A user who is not root may not be able to reach the folder it was built in.
        fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        Place { root, folder, outside, program }
    }

    fn start(&self, how: &str, variables: &[(&str, &str)]) -> Started<'_> {
        let mut command = Command::new(&self.program);
        command.env_remove("SUDO_UID").env_remove("SUDO_GID").envs(variables.iter().copied());
        command.args([ROLE, how]).args([&self.folder, &self.outside]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Started { place: self, child, lines }
    }
}

/// A child at work.
struct Started<'p> {
    place: &'p Place,
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Started<'_> {
    fn line(&mut self) -> (String, String) {
        let mut line = String::new();
        // A child that has ended says nothing more.
        assert!(self.lines.read_line(&mut line).unwrap() > 0, "the child has ended too soon");
        let (what, message) = line.trim_end().split_once(": ").unwrap_or((line.trim_end(), ""));
        (what.to_owned(), message.to_owned())
    }

    /// The report on the dropped privileges, the results of the attempts, and those of what must be possible.
    fn breaks_out(mut self) -> (String, BTreeMap<String, String>, BTreeMap<String, String>) {
        let (what, given_up) = self.line();
        assert_eq!(what, "given up", "{given_up}");
        let mut lines = || std::iter::repeat_with(|| self.line()).take_while(|(what, _)| what != "ready").collect();
        let results = (given_up, lines(), lines());
        assert!(self.child.wait().unwrap().success());
        results
    }

    /// The message of one that could not drop its privileges. It has ended.
    fn refusal(mut self) -> String {
        let (what, message) = self.line();
        assert_eq!((what.as_str(), self.child.wait().unwrap().code()), ("error", Some(REFUSED)), "{message}");
        assert!(!self.place.folder.join("first").exists());
        message
    }

    /// The process has dropped its privileges and holds none any more, whoever looks.
    fn proves_harmless(mut self, (uid, gid): (u32, u32), groups: &str) {
        let (what, given_up) = self.line();
        assert_eq!(what, "given up", "{given_up}");
        assert!(given_up.contains(&format!("uid {uid}, gid {gid}")), "{given_up}");
        let done: HashMap<String, String> =
            std::iter::repeat_with(|| self.line()).take_while(|(what, _)| what != "ready").collect();
        self.is_seen_harmless((uid, gid), groups, !given_up.contains("no system-call filter"));
        tried(&done, given_up.contains("no Landlock"));
        assert_eq!(fs::read(self.place.outside.join("there")).unwrap(), b"kept");
        assert_eq!(owner(&self.place.outside.join(OWN)), (uid, gid));
        // What was open goes on: a packet arrives at the interface.
        UdpSocket::bind("127.0.0.1:0").unwrap().send_to(b"hello", "127.0.0.1:9").unwrap();
        self.child.stdin.take().unwrap().write_all(b"\n").unwrap();
        assert_eq!(self.line(), ("packet".into(), "true".into()));
        assert!(self.child.wait().unwrap().success());
    }

    fn is_seen_harmless(&self, (uid, gid): (u32, u32), groups: &str, filtered: bool) {
        let text = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let status: HashMap<&str, &str> = text.lines().filter_map(|line| line.split_once(':')).collect();
        let words = |key: &str| status[key].split_whitespace().collect::<Vec<_>>().join(" ");
        let four = |id: u32| [id.to_string(), id.to_string(), id.to_string(), id.to_string()].join(" ");
        assert_eq!((words("Uid"), words("Gid"), words("Groups")), (four(uid), four(gid), groups.to_owned()));
        for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
            assert_eq!(words(set), "0000000000000000", "{set}");
        }
        // Only root can clear it.
        assert_eq!(words("CapBnd") == "0000000000000000", groups.is_empty(), "{}", words("CapBnd"));
        assert_eq!(words("NoNewPrivs"), "1");
        if filtered {
            assert_eq!(words("Seccomp"), "2");
        }
        // A process that other processes of its user cannot look into belongs to root in /proc.
        assert_eq!(owner(Path::new(&format!("/proc/{}/fd", self.child.id()))), (0, 0));
    }
}

/// What was tried went as it should. Without landlock, what the user may do is not refused.
fn tried(done: &HashMap<String, String>, without_landlock: bool) {
    let allowed = [
        "make inside",
        "overwrite inside",
        "rename inside",
        "remove inside",
        "leave inside",
        "make folders that are there",
        "write the file",
        "write to the device",
        "read counters",
    ];
    let refused = ["read passwords", "become root", "capture anew"];
    let refused_by_landlock = [
        "read inside",
        "make folder inside",
        "remove the file",
        "make outside",
        "overwrite outside",
        "remove outside",
        "read other settings",
        "read what all may read",
        "read what all may read in a thread",
        "look at the own process",
        "run a program",
        "connect",
    ];
    for what in allowed {
        assert_eq!(done[what], "done", "{what}");
    }
    for what in refused {
        assert_eq!(done[what], "permission denied", "{what}");
    }
    if without_landlock {
        println!("privileges: this system has no landlock; what it should refuse was not tested");
        return;
    }
    for what in refused_by_landlock {
        assert_eq!(done[what], "permission denied", "{what}");
    }
    assert!(done["rename to outside"] != "done");
    // A folder that was only just made has no link in it.
    assert_ne!(done.get("follow a link out").map(String::as_str), Some("done"));
}
