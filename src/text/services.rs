//! Sources of names of ports, and the meaning of their ranks.

/// The source of a name that IANA gives.
pub const IANA_REGISTRY: &str = "IANA registry";
/// The source of a name that the user gives.
pub const USERS_TABLE: &str = "your own port table";

/// A rule of the user's port table in a sentence: where it holds, and what the port is called without it.
pub fn users_rule(network: Option<&str>, otherwise: Option<&str>) -> String {
    let only = network.map_or_else(String::new, |network| format!(", for {network} only"));
    let without = otherwise.map_or_else(String::new, |name| format!("; without it: {name}"));
    format!("Your own port table says so{only}{without}.")
}

/// What a rank says of a port.
pub fn rank_meaning(rank: i8) -> &'static str {
    match rank {
        6 => "almost surely a server's, a widely run service below 1024",
        5 => "very likely a server's, a widely run service",
        4 => "likely a server's, named and below 1024 but rarely run",
        3 => "a server's or an old system's client port, named but not widely run, from 1024 to 32767",
        2 => "hard to say, named but above 32767, or nameless below 1024",
        1 => "hard to say, nameless from 1024 to 32767",
        0 => "more likely a client's, nameless from 32768 to 49151",
        -1 => "very likely a client's, from the dynamic range, 49152 and up",
        _ => "never a server's",
    }
}
