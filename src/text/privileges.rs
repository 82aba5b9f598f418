//! What is said of the system-call filter.

/// Why there is no filter on systems that are not Linux.
pub const NO_SECCOMP: &str = "this system has no seccomp";

/// Why there is no filter on other processors.
pub const NO_FILTER_FOR_PROCESSOR: &str = "there is one only for 64-bit x86, ARM and RISC-V";

/// Why there is no filter where it cannot be compiled.
pub fn no_filter_made(error: &str) -> String {
    format!("it could not be made ({error})")
}

/// Why there is no filter where the kernel has none, or a container forbids it.
pub fn filter_refused(error: &str) -> String {
    format!("the system refuses it ({error})")
}

/// What the filter has let through.
pub fn in_spite_of_filter(done: &str) -> String {
    format!("{done}, in spite of the system-call filter")
}
