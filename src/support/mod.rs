//! Floor 0: tools that are there for speed or safety and know nothing of packets: each does what the standard library does in a plainer
//! way, which is what it is tested against.
//!
//! They are public for the binary, benches and fuzz targets alone, and no part of the library's interface.

pub mod atomic_write;
pub mod chunked_vec;
pub mod hash_index;
pub mod int_set;
pub mod parallel;
pub mod prefetch;
