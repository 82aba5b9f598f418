//! Texts that live as long as the program: keys and titles of columns that are put together at run time.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// All interned texts.
static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// Returns an equal text that lives as long as the program. The memory is never freed, so callers pass texts of a small, fixed set,
/// and none that comes from outside.
pub fn intern(text: &str) -> &'static str {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = known.get(text) {
        return text;
    }
    let text: &'static str = Box::leak(text.into());
    known.insert(text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_their_memory() {
        let [one, again, other] =
            [String::from("a_packets"), String::from("a_packets"), String::from("b_packets")].map(|text| intern(&text));
        assert_eq!((one, other), ("a_packets", "b_packets"));
        assert!(std::ptr::eq(one, again));
    }
}
