//! The presence of libpcap.

/// Loads libpcap.
///
/// # Errors
///
/// The reason why it cannot be loaded, and what to install.
pub fn libpcap() -> Result<(), String> {
    portolan_libpcap::load().map_err(str::to_owned)
}
