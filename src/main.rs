//! The binary.

#![deny(unsafe_code)]

mod app;

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(app::run(std::env::args_os()))
}
