//! Prints the IP protocol and the port of each control channel that Portolan reads, one channel to a line, for `fuzz/seeds.py`:
//! `cargo run --example channels`.

use portolan::inspect::Inspector;
use portolan::service::Registry;

fn main() {
    for (protocol, port) in Inspector::new(Registry::shared()).ports() {
        println!("{protocol} {port}");
    }
}
