//! The binary as users call it, and the laws that hold for every capture.

mod announced;
mod any_capture;
mod bad_input;
mod bombs;
mod cases;
mod closed;
mod columns;
mod command_line;
mod engine;
mod explain;
mod filter;
mod flows;
mod inputs;
mod laws;
#[cfg(all(target_os = "linux", feature = "live"))]
mod live;
#[cfg(all(target_os = "linux", feature = "live"))]
mod live_command;
#[cfg(all(feature = "live", unix))]
mod machine_commands;
#[cfg(all(target_os = "linux", feature = "live"))]
mod network;
mod one_flow;
mod outputs;
mod readme;
mod samples;
mod services_command;
mod shape;
#[cfg(target_os = "linux")]
mod signals;
mod support;
mod totals;
mod tunnel_kinds;
mod tunnels;
mod which_flow;
