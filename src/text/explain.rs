//! Sentences of explanations.

/// The questions that an explanation answers.
pub const WHO_SERVES: &str = "Who is the server? The first rung that speaks decides.";
/// The second of them.
pub const WHAT_IS_IT_CALLED: &str = "What is it called?";
/// The third.
pub const WHAT_ELSE: &str = "What else?";
/// What a name by port is worth.
pub const NAME_IS_NO_PROOF: &str =
    "The name does not come from the payload: it says what the port is for, not what was spoken there.";
/// What a name by announcement is worth.
pub const ANNOUNCED_NAME: &str =
    "The name does not come from the flow's own payload: it is what was agreed on, not what was sent.";
/// Why a flow with a nameless server has no name.
pub const CLIENTS_PORT_NAMES_NOTHING: &str =
    "The client's port may have a name, but it never names a flow: clients take any port.";
/// Why a flow without server has no name.
pub const NO_SERVER_NO_NAME: &str = "undetermined: without a server there is no port to name it by.";
/// Why ports do not tell who serves among peers.
pub const BETWEEN_PEERS: &str =
    "Both ends met many machines, and no port is a registered one: each is client and server to the others.";

/// What a confidence is worth, to be read behind its key.
pub fn confidence_meaning(confidence: &str) -> &'static str {
    match confidence {
        "proven" => "seen and not inferred",
        "strong" => "right in at least 99 of 100 flows where it could be measured",
        "moderate" => "right in at least 92 of 100 flows where it could be measured",
        "weak" => "better than a guess, and not much better",
        _ => "nobody can tell",
    }
}

/// What the reply of a server says about it, by its key, to be read after why it is one.
pub fn reply_meaning(reply: &str) -> &'static str {
    match reply {
        "refused" => " It refused: nobody serves there, as far as this flow tells.",
        "silent" => " Nothing answered: whether anybody serves there, this flow does not tell.",
        _ => "",
    }
}

/// What a flag of a flow means.
pub fn flag_meaning(flag: &str) -> &'static str {
    match flag {
        "midstream" => "The capture does not hold the beginning of the connection.",
        "one-way" => "Only one side sent packets, as far as the capture shows.",
        "attempt" => "It did not come to a connection, as far as the capture shows.",
        "refused" => "It was denied: nobody served there, or a firewall said so.",
        "symmetric" => "Both sides used the same port.",
        "group-dst" => "It went to a group of machines: multicast or broadcast.",
        "fragmented" => "Some packets were cut into fragments, of which only the first has ports.",
        "tunnelled" => "It was wrapped in another protocol; see the tunnel column of the flows table.",
        "scope-by-direction" => "Its two directions came with different VLAN tags or network identifiers.",
        "port-reuse" => "The same two ports had another connection before this one.",
        "simultaneous-open" => "Both sides opened at once.",
        "synack-only" => "Only the answer to an opening was seen: it may be the echo of forged packets, or a scan.",
        "overflow" => "It stands for all flows of its protocol that there was no room to tell apart.",
        "pattern:p2p" => "Both sides met many machines: programs that are client and server to each other.",
        "nat" => "It went to another address than the one announced: something on the way translates addresses.",
        "sibling-of:ftp" => {
            "It ran beside an FTP connection that could not be read, between the same machines: perhaps its data."
        }
        "control-encrypted" => "From some point on it was encrypted: which flows it announced is not known.",
        "truncated-control" => "The capture kept only a part of what was said: flows may have been announced unseen.",
        _ => "",
    }
}
