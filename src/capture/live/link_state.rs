//! Whether the interface of an open capture is switched on, as the system says without a new socket: there may be no right to one.
//!
//! `unsafe` is here for two calls of the system: no crate has a safe function for the one, and the address that the other tells of a
//! removed interface is too short for those that there are.

#![allow(unsafe_code)]

use std::os::fd::BorrowedFd;

/// The state of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// It is switched on.
    Up,
    /// It is switched off. A capture goes on by itself when it is switched on again.
    Down,
    /// It has been removed: nothing will come any more, not even from another one of the same name.
    Gone,
    /// The system does not say.
    Unknown,
}

/// The state of the interface with that name that `capture` is bound to.
#[cfg(target_os = "linux")]
pub fn link_state(capture: BorrowedFd<'_>, name: &str) -> LinkState {
    use nix::errno::Errno;

    if is_bound_to_nothing(capture) {
        return LinkState::Gone;
    }
    match flags(capture, name) {
        Ok(flags) if flags & nix::libc::IFF_UP != 0 => LinkState::Up,
        Ok(_) => LinkState::Down,
        // It is there, and has another name now or is just being removed.
        Err(Errno::ENODEV | Errno::ENXIO) => LinkState::Down,
        Err(_) => LinkState::Unknown,
    }
}

/// True if the kernel has taken the interface of a packet socket away: its number is -1 then (`packet_notifier` in
/// net/packet/af_packet.c).
#[cfg(target_os = "linux")]
fn is_bound_to_nothing(socket: BorrowedFd<'_>) -> bool {
    use nix::libc;
    use std::os::fd::AsRawFd;

    // SAFETY: all fields are numbers and arrays of numbers, for which zeros are values.
    let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    let mut length = size_of::<libc::sockaddr_ll>() as libc::socklen_t;
    // SAFETY: the descriptor is open as long as it is borrowed; the kernel writes an address, of which it cuts off what is beyond
    // `length` bytes, and its length.
    let result = unsafe { libc::getsockname(socket.as_raw_fd(), (&raw mut address).cast(), &raw mut length) };
    result == 0 && i32::from(address.sll_family) == libc::AF_PACKET && address.sll_ifindex == -1
}

/// The flags of an interface (`SIOCGIFFLAGS`, netdevice(7)).
#[cfg(target_os = "linux")]
fn flags(socket: BorrowedFd<'_>, name: &str) -> nix::Result<i32> {
    use nix::errno::Errno;
    use nix::libc;
    use std::os::fd::AsRawFd;

    // SAFETY: all fields are numbers and arrays of numbers, for which zeros are values.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    let places = request.ifr_name.len();
    if name.len() >= places {
        return Err(Errno::ENODEV);
    }
    // The last place stays 0 and ends the name.
    for (place, byte) in request.ifr_name.iter_mut().zip(name.bytes()) {
        *place = byte as libc::c_char;
    }
    // SAFETY: the descriptor is open as long as it is borrowed; the kernel reads the name, which ends within the request, and writes
    // the flags into it and nothing beyond.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCGIFFLAGS as _, &raw mut request) };
    Errno::result(result)?;
    // SAFETY: the kernel has written this field of the union; before, it was zeros.
    Ok(i32::from(unsafe { request.ifr_ifru.ifru_flags }))
}

/// The state of the interface with that name.
#[cfg(not(target_os = "linux"))]
pub fn link_state(_: BorrowedFd<'_>, name: &str) -> LinkState {
    match crate::platform::machine::interfaces(false).into_iter().find(|interface| interface.name == name) {
        Some(interface) if interface.is_up => LinkState::Up,
        Some(_) => LinkState::Down,
        None => LinkState::Gone,
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::UdpSocket;
    use std::os::fd::AsFd;

    use super::*;
    use crate::platform::machine;

    #[test]
    fn what_the_system_says_of_an_interface_is_what_it_lists() {
        // Any socket will do.
        let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        for interface in machine::interfaces(false) {
            let state = if interface.is_up { LinkState::Up } else { LinkState::Down };
            assert_eq!(link_state(socket.as_fd(), &interface.name), state, "{}", interface.name);
        }
        for name in ["no-such-one", "of-a-name-that-is-longer-than-any-can-be"] {
            assert_eq!(link_state(socket.as_fd(), name), LinkState::Down, "{name}");
        }
    }
}
