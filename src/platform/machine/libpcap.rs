//! Whether libpcap is there.

/// Loads it; if that fails, says why and what to install.
pub fn libpcap() -> Result<(), String> {
    portolan_libpcap::load().map_err(str::to_owned)
}
