//! A network of a test's own: a cable whose two ends are interfaces of the same computer. Nothing leaves it, and it is gone with
//! the thread that made it. Without root, `ip` or libpcap: that it is told.

use std::process::Command;

use nix::sched::{CloneFlags, unshare};
use pcap::{Active, Capture};
use portolan::capture::{InputName, Source};
use testkit::*;

use crate::support::root;

/// Two ends of a cable. What is sent at one comes out at the other.
pub const EAST: &str = "east";
pub const WEST: &str = "west";

/// Runs a test in a network of its own with the two interfaces, if that can be had.
pub fn in_a_network(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::spawn(|| match make_network() {
        Ok(()) => test(),
        Err(why) => println!("skipped: {why}"),
    });
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

fn make_network() -> Result<(), String> {
    portolan_libpcap::load()?;
    unshare(CloneFlags::CLONE_NEWNET).map_err(|error| format!("no network of one's own ({error}); run the tests as root"))?;
    // The system would send its own packets.
    std::fs::write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1").map_err(|error| error.to_string())?;
    ip(&["link", "add", EAST, "mtu", "9000", "type", "veth", "peer", "name", WEST, "mtu", "9000"])?;
    ip(&["link", "set", EAST, "arp", "off", "up"])?;
    ip(&["link", "set", WEST, "arp", "off", "up"])
}

pub fn ip(arguments: &[&str]) -> Result<(), String> {
    let run = Command::new("ip").args(arguments).output().map_err(|error| format!("no ip of iproute2: {error}"))?;
    if run.status.success() { Ok(()) } else { Err(format!("ip {arguments:?}: {}", String::from_utf8_lossy(&run.stderr))) }
}

/// True if an interface is switched on and so is the other end of its cable.
pub fn is_connected(interface: &str) -> bool {
    let state = Command::new("ip").args(["-o", "link", "show", interface]).output().unwrap().stdout;
    let state = String::from_utf8(state).unwrap();
    state.contains("LOWER_UP") && state.contains("state UP")
}

/// Sends frames out of an interface.
pub struct Sender(Capture<Active>);

impl Sender {
    pub fn new(interface: &str) -> Sender {
        Sender(Capture::from_device(interface).unwrap().snaplen(64).open().unwrap())
    }

    pub fn send(&mut self, frames: &[Vec<u8>]) {
        frames.iter().for_each(|frame| self.0.sendpacket(&frame[..]).unwrap());
    }
}

pub fn send(interface: &str, frames: &[Vec<u8>]) {
    Sender::new(interface).send(frames);
}

/// Frames that can be told apart.
pub fn numbered(number: u32) -> Vec<Vec<u8>> {
    (0..number).map(|number| udp((C, 40_000), (S, 53), &number.to_be_bytes())).collect()
}

/// The frames of the sample of an office.
pub fn office() -> Vec<Vec<u8>> {
    let mut office = Source::open(&InputName::File(root().join("samples/office.pcapng"))).unwrap();
    let mut frames = Vec::new();
    while let Some((packet, _)) = office.next_packet() {
        frames.push(packet.data.to_vec());
    }
    frames
}
