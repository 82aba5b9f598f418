//! What a diagnosis says.

pub const LIBPCAP_IS_THERE: &str = "libpcap, the library that captures, is there.";
pub const LIBPCAP_IS_MISSING: &str = "libpcap, the library that captures, is not installed.";
pub const INSTALL_IT: &str = "To install it:";

pub const MAY_CAPTURE: &str = "Portolan may capture.";
pub const ROOT_MAY_CAPTURE: &str = "Portolan runs as root and may capture. It gives that up before it reads the first packet.";
pub const CANNOT_GAIN_RIGHTS: &str = "Portolan may not capture, and no program that is started from here can gain rights, by sudo \
    neither: whoever has started this shell has forbidden it (no_new_privs). Start it from outside.";
pub const CAPTURE_ONCE: &str = "For once, as root; Portolan gives that up before it reads the first packet:";
pub const CAPTURE_FOR_A_GROUP: &str =
    "For good, and only for members of a group; nobody else can run that file then. Log in anew afterwards:";
pub const START_CONTAINER_WITH_RIGHT: &str = "Start it with that right:";
pub const START_CONTAINER_AS_ROOT: &str =
    "In a container, for once: start it as root; Portolan gives that up before it reads the first packet:";
pub const HOSTS_INTERFACES: &str = " A container has interfaces of its own; started with the host's network, it has the host's.";

pub const PLACE_IS_NOSUID: &str = "; where it is now, rights of files have no effect (nosuid)";
pub const PLACE_IS_BUILT_IN: &str = "; where it is now, the next build would replace it";

pub const SWITCH_IT_ON: &str = "To switch it on:";
pub const CAPTURE_WITH_ANOTHER: &str = "Another program captures, and Portolan reads what it writes:";
pub const CAPTURE_ELSEWHERE: &str = "Another computer captures, and Portolan reads what it writes:";
/// The heading of the way that takes no rights in this program.
pub const WITHOUT_RIGHTS: &str = "Without any right for Portolan";

/// The heading, by the number of things that are missing.
pub fn live_capture(missing: usize) -> String {
    match missing {
        0 => "Live capture: all is there".into(),
        1 => "Live capture: one thing is missing".into(),
        number => format!("Live capture: {number} things are missing"),
    }
}

pub fn may_not_capture(has_capabilities: bool) -> &'static str {
    if has_capabilities {
        "Portolan may not capture: that takes the capability CAP_NET_RAW. Any one of these helps."
    } else {
        "Portolan may not capture: that takes the right to open /dev/bpf."
    }
}

pub fn nobody_may_capture(why: &str) -> String {
    format!("This system lets nobody capture: {why}.")
}

pub fn not_grantable(is_container: bool) -> String {
    let place = if is_container { "this container" } else { "what has started this shell" };
    format!("Portolan may not capture, and cannot be allowed to: {place} was started without the capability CAP_NET_RAW.")
}

pub fn capture_for_good(why_elsewhere: &str) -> String {
    format!("For good, and for everybody who can run that file; again after each update{why_elsewhere}:")
}

pub fn place_is_world_writable(folder: &str) -> String {
    format!("; where it is now, everybody may replace it, because everybody may write to {folder}")
}

pub fn interface_is_up(name: &str, is_running: bool) -> String {
    let state = if is_running { "is up and running" } else { "is up, but not connected" };
    format!("{name} {state}; portolan interfaces lists all.")
}

pub fn only_loopback(name: &str) -> String {
    format!("Only {name} is up, which leads back to this computer.")
}

pub fn no_interface_is_up(down: Option<&str>) -> String {
    match down {
        Some(name) => format!("No interface is up; {name} is down."),
        None => "There is no interface that can be seen.".into(),
    }
}
