//! The library on the machine: found by name, kept for good.

use std::ffi::{CStr, CString};
use std::ptr::NonNull;
use std::sync::OnceLock;

use libc::{RTLD_LOCAL, RTLD_NOW, c_void};

use crate::forward::Functions;

/// Its names: Debian's, that of its own build system and of all others, and that of the development files.
const NAMES: [&CStr; 3] = [c"libpcap.so.0.8", c"libpcap.so.1", c"libpcap.so"];
/// What to do where it is missing. Together with what the system says it fits in an error buffer of libpcap.
const INSTALL: &str = "install it: apt install libpcap0.8 (Debian, Ubuntu), dnf install libpcap, apk add libpcap or the like";

/// A library that is loaded.
#[derive(Clone, Copy)]
pub struct Library(NonNull<c_void>);

impl Library {
    /// Loads the first of these that is there; otherwise says why it is none of them.
    fn open(names: &[&CStr]) -> Result<Library, String> {
        let mut first_failure = None;
        for name in names {
            // SAFETY: the name is a string with its zero. What runs while a library is loaded is that library's own code, which
            // the crate's documentation says is trusted.
            match NonNull::new(unsafe { libc::dlopen(name.as_ptr(), RTLD_NOW | RTLD_LOCAL) }) {
                Some(handle) => return Ok(Library(handle)),
                None => _ = first_failure.get_or_insert_with(last_failure),
            }
        }
        Err(first_failure.unwrap_or_default())
    }

    /// A function of it, if it has one of that name.
    pub fn function(self, name: &CStr) -> Option<NonNull<c_void>> {
        // SAFETY: the handle came from `dlopen` and is never closed; the name is a string with its zero.
        NonNull::new(unsafe { libc::dlsym(self.0.as_ptr(), name.as_ptr()) })
    }
}

/// What the system says about the last failure of this thread.
fn last_failure() -> String {
    // SAFETY: the text, if there is one, is valid until the thread's next call of this kind; it is copied here.
    let text = unsafe {
        let text = libc::dlerror();
        if text.is_null() { return String::new() } else { CStr::from_ptr(text) }
    };
    text.to_string_lossy().into_owned()
}

/// All functions that are passed on; or in a sentence why they cannot be.
pub fn library() -> Result<&'static Functions, &'static str> {
    found().as_ref().map_err(|why| why.to_str().unwrap_or(INSTALL))
}

/// Why there are none; empty where there are. The text is there for good.
pub fn reason() -> &'static CStr {
    found().as_ref().err().map_or(c"", CString::as_c_str)
}

fn found() -> &'static Result<Functions, CString> {
    static FOUND: OnceLock<Result<Functions, CString>> = OnceLock::new();
    FOUND.get_or_init(|| find(&NAMES).map_err(|why| CString::new(why).unwrap_or_default()))
}

fn find(names: &[&CStr]) -> Result<Functions, String> {
    let library = Library::open(names).map_err(|failure| format!("libpcap cannot be loaded ({failure}); {INSTALL}"))?;
    Functions::find(library).map_err(|missing| {
        let missing = missing.to_string_lossy();
        format!("the libpcap of this computer is too old: it has no {missing}, which came with libpcap 1.7.2; {INSTALL}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::PCAP_ERRBUF_SIZE;

    #[test]
    fn what_is_not_there_is_told_with_what_to_install() {
        let why = find(&[c"libno-such-library.so.7", c"libnor-this.so"]).err().unwrap();
        assert!(why.starts_with("libpcap cannot be loaded (libno-such-library.so.7: "), "{why}");
        assert!(why.contains("; install it: apt install libpcap0.8"), "{why}");
        assert!(why.len() < PCAP_ERRBUF_SIZE, "{}", why.len());
    }

    #[test]
    fn another_library_is_not_taken_for_libpcap() {
        let why = find(&[c"libno-such-library.so.7", c"libc.so.6"]).err().unwrap();
        assert!(why.contains("too old: it has no pcap_") && why.len() < PCAP_ERRBUF_SIZE, "{why}");
    }
}
