//! Dropping privileges, seen from outside: each case starts this program again as a process of its own, which drops its
//! privileges, tries what it should and should not be able to do, and is looked at in `/proc`.
//!
//! It has no test harness, because a harness runs tests in threads, and privileges are dropped before there are any. Only root has
//! privileges to drop: for others, all cases are skipped.

#[cfg(target_os = "linux")]
mod attempts;
#[cfg(target_os = "linux")]
mod cases;
#[cfg(target_os = "linux")]
mod child;

#[cfg(target_os = "linux")]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((role, rest)) if role == child::ROLE => child::run(rest),
        _ if nix::unistd::geteuid().is_root() => cases::run(),
        _ => println!("privileges: skipped, because only root has privileges to drop"),
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("privileges: skipped, because this system has no capabilities");
}
