//! Decides whether libpcap is linked or loaded, and in the second case gives the linker something to find.

use std::path::PathBuf;
use std::{env, fs};

/// An archive without members.
const EMPTY_ARCHIVE: &[u8] = b"!<arch>\n";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(loaded)");
    // macOS and the BSDs have libpcap in the base system, and what to link there is clear.
    let may_lack_it = env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux");
    if env::var_os("CARGO_FEATURE_SYSTEM").is_some() || !may_lack_it {
        return;
    }
    println!("cargo::rustc-cfg=loaded");
    // The `pcap` crate asks the linker for a library of this name. The functions themselves are those of src/forward.rs.
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names the folder"));
    fs::write(folder.join("libpcap.a"), EMPTY_ARCHIVE).expect("the build folder can be written to");
    println!("cargo::rustc-link-search=native={}", folder.display());
}
