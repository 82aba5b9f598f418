//! The process that drops its privileges.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write, stdin};
use std::net::TcpStream;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, exit};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use caps::{CapSet, Capability, CapsHashSet};
use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::kill;
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, recv, socket};
use nix::unistd::{Gid, Pid, Uid, geteuid, setgroups, setresgid, setresuid, setuid};
use pcap::{Active, Capture};
use portolan::messages::{English, LiveMessages};
use portolan::platform::privileges::{self, RequiredAccess};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

use crate::attempts::{self, Target, Unfiltered};

/// The first argument of a child.
pub const ROLE: &str = "child";
/// The exit code of one that could not drop its privileges.
pub const REFUSED: i32 = 3;
/// The file outside of its folder that it may write.
pub const OWN: &str = "own.json";
/// The file that it leaves in its folder.
pub const LEFT: &str = "left.pcapng";

/// `HOW FOLDER OUTSIDE`
pub fn run(arguments: &[String]) {
    let [how, folder, outside] = arguments else { panic!("{arguments:?}") };
    match how.as_str() {
        "as-user" => return become_user_who_may_capture(folder, outside),
        "poor-root" => keep_only_net_raw(),
        "threads" => drop(thread::spawn(thread::park)),
        // As in a container that allows no filters of its own.
        "unfiltered" => forbid_filters(),
        // Root's groups open doors, too.
        _ if geteuid().is_root() => setgroups(&[Gid::from_raw(0), Gid::from_raw(1002)]).unwrap(),
        _ => {}
    }
    let interface = open_interface();
    let mut capture = portolan_libpcap::is_available().then(open_capture);
    let own = Path::new(outside).join(OWN);
    let captures = capture.iter().map(|capture| capture.as_fd()).chain([interface.as_fd()]).collect();
    let required = RequiredAccess {
        folders: vec![folder.into()],
        files: vec!["/dev/null".into(), own],
        interfaces: vec!["lo".into(), "any".into()],
        captures,
    };
    let frame = attempts::file_with_frame();
    match privileges::drop_all(&required) {
        Ok(report) => println!("given up: {}", English.privileges_dropped(&report)),
        Err(error) => {
            println!("error: {error}");
            exit(REFUSED);
        }
    }
    if let "filtered" | "unfiltered" = how.as_str() {
        let capture = capture.as_ref().expect("libpcap is there").as_raw_fd();
        return break_out(&Target { capture, frame }, how == "unfiltered");
    }
    try_everything(Path::new(folder), Path::new(outside));
    println!("ready");
    stdin().read_line(&mut String::new()).unwrap();
    println!("packet: {}", recv(interface.as_raw_fd(), &mut [0; 2048], MsgFlags::MSG_DONTWAIT).is_ok());
    if let Some(capture) = &mut capture {
        capture.next_packet().expect("a packet through libpcap");
        assert!(capture.stats().unwrap().received > 0);
    }
}

/// Every interface, as a capture opens them.
fn open_interface() -> OwnedFd {
    socket(AddressFamily::Packet, SockType::Raw, SockFlag::SOCK_CLOEXEC, SockProtocol::EthAll).expect("CAP_NET_RAW is there")
}

/// The loopback through libpcap, without waiting for a full block of packets.
fn open_capture() -> Capture<Active> {
    let inactive = Capture::from_device("lo").unwrap();
    inactive.immediate_mode(true).timeout(10_000).open().unwrap()
}

fn try_everything(folder: &Path, outside: &Path) {
    let (first, second) = (folder.join("first"), folder.join("second"));
    print_result("make inside", File::create(&first).and_then(|mut file| file.write_all(b"packets")));
    print_result("overwrite inside", File::create(&first));
    print_result("rename inside", fs::rename(&first, &second));
    print_result("remove inside", fs::remove_file(&second));
    print_result("leave inside", File::create(folder.join(LEFT)));
    print_result("make folders that are there", fs::create_dir_all(folder));
    print_result("read inside", File::open(folder.join(LEFT)));
    print_result("make folder inside", fs::create_dir(folder.join("deeper")));
    if folder.join("link").is_symlink() {
        print_result("follow a link out", File::create(folder.join("link")));
    }
    print_result("write the file", File::create(outside.join(OWN)).and_then(|mut file| file.write_all(b"document")));
    print_result("remove the file", fs::remove_file(outside.join(OWN)));
    print_result("make outside", File::create(outside.join("made")));
    print_result("overwrite outside", File::create(outside.join("there")));
    print_result("rename to outside", fs::rename(folder.join(LEFT), outside.join("moved")));
    print_result("remove outside", fs::remove_file(outside.join("there")));
    print_result(
        "write to the device",
        File::options().write(true).open("/dev/null").and_then(|mut file| file.write_all(b"packets")),
    );
    print_result("read counters", fs::read("/sys/class/net/lo/statistics/rx_missed_errors"));
    print_result("read other settings", fs::read("/sys/class/net/lo/mtu"));
    print_result("read passwords", File::open("/etc/shadow"));
    print_result("read what all may read", File::open("/etc/passwd"));
    print_result("read what all may read in a thread", thread::spawn(|| File::open("/etc/passwd")).join().unwrap());
    print_result("look at the own process", fs::read("/proc/self/status"));
    print_result("run a program", Command::new("/bin/true").spawn());
    print_result("connect", TcpStream::connect("127.0.0.1:9"));
    print_result("become root", setuid(Uid::from_raw(0)).map_err(io::Error::from));
    print_result("capture anew", socket(AddressFamily::Packet, SockType::Raw, SockFlag::empty(), None).map_err(io::Error::from));
}

/// Tries what the filter refuses, and what it must not refuse.
fn break_out(target: &Target, is_unfiltered: bool) {
    for attempt in attempts::all() {
        if is_unfiltered && matches!(attempt.unfiltered, Unfiltered::Untried) {
            continue;
        }
        let result = attempt.run(target).map_or_else(|error| Errno::from_raw(error).to_string(), |_| "done".into());
        println!("{}: {result}", attempt.name);
    }
    println!("ready");
    print_result(
        "a thread",
        thread::Builder::new().name("second".into()).spawn(|| Instant::now().elapsed()).map(JoinHandle::join),
    );
    print_result("memory", Ok(vec![1_u8; 64 << 20].len()));
    print_result("time", SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_err(io::Error::other));
    thread::sleep(Duration::from_millis(1));
    print_result("a pause", Ok(()));
    print_result("a pipe", io::pipe().and_then(|(_, mut writer)| writer.write_all(b"x")));
    print_result("a descriptor of a file", target.frame.try_clone());
    print_result("a signal to itself", kill(Pid::this(), None).map_err(io::Error::from));
    print_result("priority of a thread", attempts::lower_priority());
    println!("ready");
}

/// Makes the kernel refuse further filters.
fn forbid_filters() {
    let (refuse, processor) = (SeccompAction::Errno(Errno::EPERM as u32), TargetArch::try_from(std::env::consts::ARCH).unwrap());
    let rules = BTreeMap::from([(libc::SYS_seccomp, Vec::new())]);
    let filter: BpfProgram = SeccompFilter::new(rules, SeccompAction::Allow, refuse, processor).unwrap().try_into().unwrap();
    seccompiler::apply_filter(&filter).unwrap();
}

fn print_result<T>(what: &str, done: io::Result<T>) {
    println!("{what}: {}", done.map_or_else(|error| error.kind().to_string(), |_| "done".into()));
}

fn only_net_raw() -> CapsHashSet {
    CapsHashSet::from([Capability::CAP_NET_RAW])
}

fn keep_only_net_raw() {
    for set in [CapSet::Effective, CapSet::Permitted] {
        caps::set(None, set, &only_net_raw()).unwrap();
    }
}

/// A user with CAP_NET_RAW, as a file capability gives it.
fn become_user_who_may_capture(folder: &str, outside: &str) {
    let (uid, gid) = (Uid::from_raw(1000), Gid::from_raw(1001));
    caps::securebits::set_keepcaps(true).unwrap();
    setgroups(&[gid, Gid::from_raw(1002)]).unwrap();
    setresgid(gid, gid, gid).unwrap();
    setresuid(uid, uid, uid).unwrap();
    for set in [CapSet::Permitted, CapSet::Effective, CapSet::Inheritable, CapSet::Ambient] {
        caps::set(None, set, &only_net_raw()).unwrap();
    }
    let program: PathBuf = std::env::current_exe().unwrap();
    panic!("{}", Command::new(program).args([ROLE, "plain", folder, outside]).exec());
}
