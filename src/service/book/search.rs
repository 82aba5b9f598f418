//! Searching the book by words: names, categories, and names that are nearly the word.

use std::borrow::Cow;

use super::{Book, Page};
use crate::service::{Category, Transport};

/// The number of similar names that are suggested.
const MAX_NEAR_NAMES: usize = 5;

impl<'b> Book<'b> {
    /// The pages with exactly this name or of this category; otherwise those with the word in their name; otherwise those with
    /// the word in their description.
    pub(super) fn pages_named(&self, word: &str, transport: Option<Transport>) -> Vec<Page<'b>> {
        let mut pages = self.pages_in(&(0..=u16::MAX), transport);
        let is_exact = |page: &Page| page.category == Some(word) || page.names().any(|name| name == word);
        let in_name = |page: &Page| page.names().any(|name| name.contains(word));
        let in_description = |page: &Page| page.words().is_some_and(|words| words.to_lowercase().contains(word));
        let tests: [&dyn Fn(&Page) -> bool; 3] = [&is_exact, &in_name, &in_description];
        match tests.into_iter().find(|test| pages.iter().any(test)) {
            Some(test) => pages.retain(test),
            None => pages.clear(),
        }
        pages
    }

    /// Names and categories similar to a word, the most similar first.
    pub fn near_names(&self, word: &str) -> Vec<String> {
        let mut names: Vec<String> = Category::SERVICES.iter().map(|category| category.name().to_owned()).collect();
        names.extend(self.registry.own_categories().iter().map(|category| category.name.clone()));
        names.extend(self.pages().iter().flat_map(|page| page.names().map(Cow::into_owned).collect::<Vec<_>>()));
        names.sort_unstable();
        names.dedup();
        let len = word.chars().count();
        // A third of the characters may be wrong; more would make any short name similar to any other.
        let max_distance = (len / 3).max(1);
        // The first character is seldom the wrong one.
        let begins_otherwise = |name: &str| name.chars().next() != word.chars().next();
        let similar_len = names.into_iter().filter(|name| name.chars().count().abs_diff(len) <= max_distance);
        let mut near: Vec<_> =
            similar_len.map(|name| (strsim::osa_distance(word, &name), begins_otherwise(&name), name)).collect();
        near.retain(|(distance, ..)| *distance <= max_distance);
        near.sort();
        near.into_iter().map(|(.., name)| name).take(MAX_NEAR_NAMES).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Registry;

    #[test]
    fn near_names_are_similar() {
        let registry = Registry::shared();
        let book = Book::open(&registry);
        assert_eq!(book.near_names("htps")[0], "https");
        assert!(book.near_names("gamse").contains(&"games".to_owned()), "neighbours that changed places are one mistake");
        assert!(book.near_names("qqqqqqqqqqqq").is_empty());
        assert!(!book.near_names("scann").contains(&"scan".to_owned()), "no port has a category that is a verdict");
    }
}
