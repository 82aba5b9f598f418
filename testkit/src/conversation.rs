//! Conversations of two endpoints, as the frames that they send.

use crate::frame::{Endpoint, tcp, udp};

/// SYN, SYN-ACK, ACK, a request, an answer, and FIN from both sides.
pub fn connection(client: Endpoint, server: Endpoint, isn: u32) -> Vec<Vec<u8>> {
    let mut frames = handshake(client, server, isn);
    frames.extend(exchange(client, server, isn + 1));
    frames.extend([
        tcp(client, server, "FA", isn + 11, 1011, b""),
        tcp(server, client, "FA", 1011, isn + 12, b""),
        tcp(client, server, "A", isn + 12, 1012, b""),
    ]);
    frames
}

/// SYN, SYN-ACK, ACK. The server's initial sequence number is 1000.
pub fn handshake(client: Endpoint, server: Endpoint, isn: u32) -> Vec<Vec<u8>> {
    vec![
        tcp(client, server, "S", isn, 0, b""),
        tcp(server, client, "SA", 1000, isn + 1, b""),
        tcp(client, server, "A", isn + 1, 1001, b""),
    ]
}

/// Data both ways, without a handshake.
pub fn exchange(client: Endpoint, server: Endpoint, sequence: u32) -> Vec<Vec<u8>> {
    vec![
        tcp(client, server, "PA", sequence, 1001, b"0123456789"),
        tcp(server, client, "PA", 1001, sequence + 10, b"9876543210"),
        tcp(client, server, "A", sequence + 10, 1011, b""),
    ]
}

/// A whole connection in which text goes back and forth: what begins with `>` comes from the client, with `<` from the
/// server, a segment each.
pub fn dialogue(client: Endpoint, server: Endpoint, isn: u32, text: &[&str]) -> Vec<Vec<u8>> {
    let mut frames = handshake(client, server, isn);
    let (mut from_client, mut from_server) = (isn + 1, 1001);
    for line in text {
        let (direction, payload) = line.split_at(1);
        let length = payload.len() as u32;
        match direction {
            ">" => {
                frames.push(tcp(client, server, "PA", from_client, from_server, payload.as_bytes()));
                from_client += length;
            }
            "<" => {
                frames.push(tcp(server, client, "PA", from_server, from_client, payload.as_bytes()));
                from_server += length;
            }
            other => panic!("no such direction: {other}"),
        }
    }
    frames
}

/// Data both ways over UDP.
pub fn udp_exchange(client: Endpoint, server: Endpoint) -> Vec<Vec<u8>> {
    vec![udp(client, server, b"?"), udp(server, client, b"!")]
}
