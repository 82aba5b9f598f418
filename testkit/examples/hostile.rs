//! Writes a capture with hostile names to standard output, for the browser tests.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    io::stdout().write_all(&testkit::named::capture(&testkit::named::hostile()))
}
