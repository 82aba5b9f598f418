//! Opens interfaces, and finds the reason why one cannot be opened.

use std::os::fd::{AsFd, BorrowedFd};

use pcap::{Active, Capture, Precision};

use super::super::datalink;
use super::{CaptureSettings, MAX_SNAPLEN};
use crate::capture::Filter;
use crate::error::{CaptureProblem, Error, LiveUnavailable};
use crate::link_type::LinkType;
use crate::platform::machine::{self, LocalInterface};

/// Milliseconds after which the system hands over a packet, even if its block is not full.
pub const TIMEOUT: u16 = 100;
/// True if libpcap provides nanoseconds on this system when asked for them.
pub const IS_PRECISE: bool = cfg!(target_os = "linux");

/// The properties of an open interface.
#[derive(Clone, Debug)]
pub struct Description {
    pub name: String,
    pub link_type: LinkType,
    pub snaplen: u32,
    pub filter: Option<String>,
}

/// An open interface.
pub struct Device {
    pub description: Description,
    pub capture: Capture<Active>,
}

/// Open interfaces: packets are already waiting in the system's buffers.
pub struct Devices(pub(super) Vec<Device>);

impl Devices {
    /// Opens the interfaces and sets their filter. A name that comes twice is opened once. Everything that needs privileges, and
    /// all of libpcap, is used here for the first time.
    ///
    /// # Errors
    ///
    /// [`Error::NoLive`] without libpcap, [`Error::NoInterface`] if none is named, [`Error::Capture`] if one cannot be opened.
    pub fn open(settings: &CaptureSettings) -> Result<Devices, Error> {
        portolan_libpcap::load().map_err(|why| Error::NoLive(LiveUnavailable::Libpcap(why)))?;
        let known = machine::interfaces(true);
        let mut names: Vec<&String> = Vec::new();
        for name in &settings.interfaces {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if names.is_empty() {
            return Err(Error::NoInterface { known: known.into_iter().map(|interface| interface.name).collect() });
        }
        names.into_iter().map(|name| Device::open(name, settings, &known)).collect::<Result<_, _>>().map(Devices)
    }

    /// The descriptors that packets are read from, in order.
    pub fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.0.iter().map(|device| device.capture.as_fd())
    }

    /// The link types of the interfaces, in order.
    pub fn link_types(&self) -> impl Iterator<Item = (&str, LinkType)> {
        self.0.iter().map(|device| (device.description.name.as_str(), device.description.link_type))
    }
}

impl std::fmt::Debug for Devices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|device| &device.description)).finish()
    }
}

impl Device {
    fn open(name: &str, settings: &CaptureSettings, known: &[LocalInterface]) -> Result<Device, Error> {
        let interface = known.iter().find(|interface| interface.name == name);
        if interface.is_some_and(|interface| !interface.is_up) {
            return Err(Error::Capture { interface: name.to_owned(), reason: CaptureProblem::Down });
        }
        let snaplen = settings.snaplen.clamp(1, MAX_SNAPLEN);
        let refused = |error| refusal(name, &words(error), interface.is_some(), known);
        let mut capture = activate(name, settings, snaplen).map_err(refused)?;
        if let Some(filter) = &settings.filter {
            let invalid = |why| Error::Capture { interface: name.to_owned(), reason: CaptureProblem::Filter(why) };
            set_filter(&mut capture, filter).map_err(invalid)?;
        }
        let link_type = datalink::to_link_type(capture.get_datalink().0);
        let filter = settings.filter.as_ref().map(|filter| filter.expression().to_owned());
        Ok(Device { description: Description { name: name.to_owned(), link_type, snaplen, filter }, capture })
    }
}

fn activate(name: &str, settings: &CaptureSettings, snaplen: u32) -> Result<Capture<Active>, pcap::Error> {
    let number = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    let inactive = Capture::from_device(name)?
        .promisc(settings.promiscuous)
        .snaplen(number(snaplen))
        .buffer_size(number(settings.buffer_bytes))
        .timeout(i32::from(TIMEOUT));
    let inactive = if IS_PRECISE { inactive.precision(Precision::Nano) } else { inactive };
    // The wait for packets has a time limit, which libpcap itself does not keep on every system.
    inactive.open()?.setnonblock()
}

fn set_filter(capture: &mut Capture<Active>, filter: &Filter) -> Result<(), String> {
    capture.filter(filter.expression(), true).map_err(words)
}

/// libpcap's message, without the words of the crate around it.
pub fn words(error: pcap::Error) -> String {
    match error {
        pcap::Error::PcapError(words) => words,
        other => other.to_string(),
    }
}

/// The error for an interface that could not be opened. libpcap gives the reason only in words.
fn refusal(name: &str, why: &str, is_known: bool, known: &[LocalInterface]) -> Error {
    let says = |part: &str| why.to_lowercase().contains(part);
    let reason = if says("permission") || says("permitted") || says("cap_net_") {
        CaptureProblem::NotPermitted(why.to_owned())
    } else if says("not up") || says("network is down") {
        CaptureProblem::Down
    } else if is_known {
        CaptureProblem::Libpcap(why.to_owned())
    } else {
        CaptureProblem::Missing { known: known.iter().map(|interface| interface.name.clone()).collect() }
    };
    Error::Capture { interface: name.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_libpcap_are_reported_by_their_meaning() {
        let known = machine::interfaces(true);
        let message = |why, is_known| refusal("eth7", why, is_known, &known).to_string();
        let right = "socket: Operation not permitted";
        assert!(message(right, true).contains("no permission to capture on eth7"), "{}", message(right, true));
        assert!(message("That device is not up", true).contains("eth7 is down"));
        assert!(message("SIOCGIFHWADDR: No such device", false).contains("no interface is called eth7; available: "));
        assert!(message("Bus error", true).contains("cannot capture on eth7: Bus error"));
    }
}
