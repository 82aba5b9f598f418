//! What is said of an interface that is switched off while it is captured on, and that comes back.

/// Why a capture could not go on: somebody has removed the interface.
pub const INTERFACE_IS_GONE: &str = "the interface was removed";

/// An interface is switched off for now.
pub fn interface_is_down(name: &str) -> String {
    format!("{name} is down: waiting for it to come back")
}

/// An interface is switched on again.
pub fn interface_is_up_again(name: &str) -> String {
    format!("{name} is up again")
}
