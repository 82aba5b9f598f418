//! A connection inside every kind of tunnel of which there is a sample.

use testkit::tunnels::all;

use crate::support::{column, packets_at, sum, tables_of};

#[test]
fn the_connection_inside_is_found_through_every_tunnel() {
    for (name, scene) in all() {
        let tables = tables_of(&scene.pcap());
        assert_eq!(packets_at(&tables, "tcp"), 9, "{name}: {}", tables["ledger"]);
        assert_eq!(column(&tables, "flows", "service"), ["http"], "{name}");
        assert_eq!(column(&tables, "flows", "tcp_state"), ["SF"], "{name}");
        assert_eq!(column(&tables, "flows", "payload_bytes_c2s"), [10], "{name}: padding and trailers are no payload");
        let path = column(&tables, "flows", "tunnel")[0].as_str().unwrap().to_owned();
        assert!(name.starts_with(path.split([':', '/']).next().unwrap()), "{name}: {path}");
        assert!(column(&tables, "tunnels", "packets").iter().all(|packets| **packets == 9), "{name}");
    }
}

#[test]
fn a_tunnel_cut_anywhere_is_a_flow_or_says_why_not() {
    // From 42 bytes on the tunnel's own ports or protocol are there, so that every packet belongs to some flow.
    for (name, scene) in all() {
        for length in [0, 13, 14, 20, 33, 38, 42, 46, 50, 54, 60, 66, 70, 78, 86, 94] {
            let tables = tables_of(&scene.pcap_cut(length));
            assert_eq!(sum(&tables, "ledger", "packets"), 9, "{name} cut to {length} bytes");
            let over_ip =
                !["mpls", "pppoe", "pbb", "macsec", "vn-tag", "nsh", "ah"].iter().any(|prefix| name.starts_with(prefix));
            if over_ip && length >= 62 {
                assert_eq!(
                    packets_at(&tables, "truncated") + packets_at(&tables, "malformed"),
                    0,
                    "{name} cut to {length} bytes"
                );
            }
        }
    }
}
