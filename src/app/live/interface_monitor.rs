//! Finds out what has happened to the interfaces of a running capture.

use portolan::capture::live::{Ending, InterfaceStatus};

/// Something that has happened to an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InterfaceEvent {
    /// The interface was switched off.
    Down {
        /// The name of the interface.
        interface: String,
    },
    /// The interface was switched on again.
    UpAgain {
        /// The name of the interface.
        interface: String,
    },
    /// The capture on the interface has failed, and continues on others.
    Failed {
        /// The name of the interface.
        interface: String,
        /// The reason.
        ending: Ending,
    },
}

/// Compares the states of interfaces with those before.
#[derive(Debug, Default)]
pub struct InterfaceMonitor {
    /// The known state of each interface.
    known: Vec<KnownState>,
}

#[derive(Clone, Debug, Default)]
struct KnownState {
    /// The number of times that the interface has gone down.
    went_down: u64,
    /// True if the latest event was that the interface went down.
    is_down: bool,
    has_failed: bool,
}

impl InterfaceMonitor {
    /// The events since the last call; `interfaces` are always the same, in the same order. An interface that went down and came
    /// back in between has two. The failure of the last interface is no event: the end of the capture reports it.
    pub fn update(&mut self, interfaces: &[InterfaceStatus]) -> Vec<InterfaceEvent> {
        self.known.resize_with(interfaces.len(), KnownState::default);
        let mut events = Vec::new();
        for (status, known) in interfaces.iter().zip(&mut self.known) {
            if status.went_down > known.went_down {
                known.went_down = status.went_down;
                known.is_down = true;
                events.push(InterfaceEvent::Down { interface: status.name.clone() });
            }
            if known.is_down && !status.is_down {
                known.is_down = false;
                events.push(InterfaceEvent::UpAgain { interface: status.name.clone() });
            }
        }
        let continues = interfaces.iter().any(|status| status.ending.is_none());
        for (status, known) in interfaces.iter().zip(&mut self.known) {
            if let Some(ending @ Ending::Failed(_)) = &status.ending
                && !std::mem::replace(&mut known.has_failed, true)
                && continues
            {
                events.push(InterfaceEvent::Failed { interface: status.name.clone(), ending: ending.clone() });
            }
        }
        events
    }

    /// True if the capture on any interface has failed.
    pub fn has_failure(&self) -> bool {
        self.known.iter().any(|known| known.has_failed)
    }
}

#[cfg(test)]
mod tests {
    use portolan::capture::LinkType;
    use portolan::capture::live::CaptureFailure;

    use super::*;

    fn interface(name: &str) -> InterfaceStatus {
        InterfaceStatus {
            name: name.into(),
            link_type: LinkType::ETHERNET,
            received: 0,
            dropped_kernel: 0,
            dropped_interface: 0,
            delivered: 0,
            went_down: 0,
            is_down: false,
            ending: None,
        }
    }

    #[test]
    fn each_change_of_an_interface_is_one_event() {
        let down = || InterfaceEvent::Down { interface: "west".into() };
        let up_again = || InterfaceEvent::UpAgain { interface: "west".into() };
        let mut monitor = InterfaceMonitor::default();
        let mut update = |went_down, is_down| {
            monitor.update(&[interface("east"), InterfaceStatus { went_down, is_down, ..interface("west") }])
        };
        assert_eq!(update(0, false), []);
        assert_eq!(update(1, true), [down()]);
        assert_eq!(update(1, true), []);
        assert_eq!(update(1, false), [up_again()]);
        assert_eq!(update(2, false), [down(), up_again()], "both since the call before");
        assert_eq!(update(3, true), [down()]);
        assert_eq!(update(3, false), [up_again()]);
        assert!(!monitor.has_failure());
    }

    #[test]
    fn a_failure_is_an_event_once_and_only_if_the_capture_continues() {
        let removed = Some(Ending::Failed(CaptureFailure::InterfaceRemoved));
        let failed = |name| InterfaceStatus { ending: removed.clone(), ..interface(name) };
        let mut monitor = InterfaceMonitor::default();
        let event = InterfaceEvent::Failed { interface: "west".into(), ending: removed.clone().unwrap() };
        assert_eq!(monitor.update(&[failed("west"), interface("east")]), [event]);
        assert!(monitor.has_failure());
        assert_eq!(monitor.update(&[failed("west"), interface("east")]), []);
        assert_eq!(monitor.update(&[failed("west"), failed("east")]), []);
        let mut monitor = InterfaceMonitor::default();
        assert_eq!(monitor.update(&[failed("west")]), []);
        assert!(monitor.has_failure());
        let stopped = InterfaceStatus { ending: Some(Ending::Stopped), ..interface("west") };
        let mut monitor = InterfaceMonitor::default();
        assert_eq!(monitor.update(&[stopped]), []);
        assert!(!monitor.has_failure());
    }
}
