//! Tools for speed or safety that know nothing of packets. Each does what the standard library does in a plainer way,
//! and is tested against it.
//!
//! They are public only for the binary, benches and fuzz targets, and are no part of the library's interface.

pub mod atomic_write;
pub mod chunked_vec;
pub mod hash_index;
pub mod int_set;
pub mod intern;
pub mod parallel;
pub mod paths;
pub mod prefetch;
