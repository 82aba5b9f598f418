//! Categories that the user's port table declares.

use super::category::{Category, PORTLESS};
use crate::error::RuleProblem;
use crate::untrusted;

/// The most categories that a table may declare.
pub const MAX_OWN_CATEGORIES: usize = 200;
/// The most characters of a category's name.
pub const MAX_NAME: usize = 32;
/// The most characters of a category's meaning.
pub const MAX_MEANING: usize = 200;

/// A category that the user's port table declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnCategory {
    /// The name, in the form of the built-in ones: lower-case ASCII letters, digits and hyphens.
    pub name: String,
    /// The meaning in the user's words; often none.
    pub meaning: Option<String>,
}

/// The number of a category in its table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct OwnCategoryId(u8);

impl OwnCategoryId {
    /// The place among the table's categories, from 0.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// The categories that a port table declares, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnCategories(Vec<OwnCategory>);

impl OwnCategories {
    /// The number of categories.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All categories.
    pub fn iter(&self) -> impl Iterator<Item = &OwnCategory> {
        self.0.iter()
    }

    /// The category with a number of this table.
    pub fn get(&self, id: OwnCategoryId) -> &OwnCategory {
        &self.0[id.index()]
    }

    /// The category with this name.
    pub fn find(&self, name: &str) -> Option<OwnCategoryId> {
        let place = self.0.iter().position(|category| category.name == name)?;
        u8::try_from(place).ok().map(OwnCategoryId)
    }

    /// Adds a category; an empty meaning is none. The caller knows that no other has the name.
    pub(super) fn declare(&mut self, name: &str, meaning: &str) -> Result<(), RuleProblem> {
        if is_reserved(name) {
            return Err(RuleProblem::ReservedCategory(name.to_owned()));
        }
        if Category::of_service(name).is_some() {
            return Err(RuleProblem::BuiltInCategory(name.to_owned()));
        }
        if !is_category_name(name) {
            return Err(RuleProblem::NoCategoryName { name: name.to_owned(), limit: MAX_NAME });
        }
        if meaning.chars().count() > MAX_MEANING || untrusted::clean(meaning) != meaning {
            return Err(RuleProblem::NoMeaning { name: name.to_owned(), limit: MAX_MEANING });
        }
        if self.0.len() == MAX_OWN_CATEGORIES {
            return Err(RuleProblem::TooManyCategories { limit: MAX_OWN_CATEGORIES });
        }
        let meaning = Some(meaning.to_owned()).filter(|meaning| !meaning.is_empty());
        self.0.push(OwnCategory { name: name.to_owned(), meaning });
        Ok(())
    }
}

/// True for the name of a category that no port table may give a service.
pub(super) fn is_reserved(name: &str) -> bool {
    name == PORTLESS || Category::VERDICTS.iter().any(|verdict| verdict.name() == name)
}

/// True if a category of the user's own can have this name: the built-in names have the same form.
pub fn is_category_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.len() <= MAX_NAME
        && name.bytes().all(fits)
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && !name.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_names_have_the_form_of_own_ones() {
        assert!(Category::ALL.into_iter().all(|category| is_category_name(category.name())));
        for wrong in ["", "ERP", "2nd", "-erp", "erp-", "lab_equipment", "lab equipment", "büro", &"x".repeat(MAX_NAME + 1)] {
            assert!(!is_category_name(wrong), "{wrong}");
        }
        assert!(is_category_name(&"x".repeat(MAX_NAME)));
    }

    #[test]
    fn a_number_leads_to_its_category() {
        let mut categories = OwnCategories::default();
        for number in 0..MAX_OWN_CATEGORIES {
            categories.declare(&format!("own-{number}"), "").unwrap();
        }
        let last = categories.find("own-199").unwrap();
        assert_eq!((last.index(), &*categories.get(last).name), (199, "own-199"));
        assert_eq!(categories.declare("one-more", ""), Err(RuleProblem::TooManyCategories { limit: MAX_OWN_CATEGORIES }));
    }
}
