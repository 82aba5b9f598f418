//! What compiles filters: libpcap, or nothing, where the program was built without it.

#[cfg(feature = "live")]
pub use portolan_libpcap::{Program, load};

#[cfg(not(feature = "live"))]
pub use without::{Program, load};

#[cfg(not(feature = "live"))]
mod without {
    use crate::text;

    /// A compiled filter: there is none.
    pub enum Program {}

    impl Program {
        pub fn compile(_: i32, _: &str) -> Result<Program, String> {
            Err(text::BUILT_WITHOUT_LIBPCAP.into())
        }

        pub fn matches(&self, _: u32, _: &[u8]) -> bool {
            match *self {}
        }
    }

    pub fn load() -> Result<(), &'static str> {
        Err(text::BUILT_WITHOUT_LIBPCAP)
    }
}
