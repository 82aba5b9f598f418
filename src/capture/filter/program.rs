//! The compiler of filters: libpcap, or none if the program was built without it.

#[cfg(feature = "live")]
pub use portolan_libpcap::Program;

use crate::error::LiveUnavailable;

/// Loads libpcap; the error is the reason why there is none.
#[cfg(feature = "live")]
pub fn load() -> Result<(), LiveUnavailable> {
    portolan_libpcap::load().map_err(LiveUnavailable::Libpcap)
}

#[cfg(not(feature = "live"))]
pub use without::Program;

/// Fails, because the program was built without libpcap.
#[cfg(not(feature = "live"))]
pub fn load() -> Result<(), LiveUnavailable> {
    Err(LiveUnavailable::NotBuilt)
}

#[cfg(not(feature = "live"))]
mod without {
    /// A compiled filter: there is none.
    pub enum Program {}

    impl Program {
        pub fn compile(_: i32, _: &str) -> Result<Program, String> {
            // Not reached, because nothing is compiled where `load` fails.
            Err(String::new())
        }

        pub fn matches(&self, _: u32, _: &[u8]) -> bool {
            match *self {}
        }
    }
}
