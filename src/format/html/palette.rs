//! The colours of categories: one for each of the largest, the same wherever a category appears.

use std::io;

use super::markup::Markup;
use crate::analysis::PORTLESS;
use crate::messages::Messages;
use crate::report::Overview;

/// The colours of the largest categories; all other categories share one. They are those of Okabe and Ito (2008), which people with
/// any kind of colour blindness can tell apart. The style sheet has their values for light and dark.
const CLASSES: [&str; 7] = ["c0", "c1", "c2", "c3", "c4", "c5", "c6"];
/// The class of all other categories.
const OTHERS: &str = "cx";
/// The class of traffic without ports.
const WITHOUT_PORTS: &str = "cp";
/// Categories that say that nothing better is known. They have no colour of their own.
const UNCOLOURED: [&str; 2] = ["unassigned", "undetermined"];

/// The categories that have a colour.
pub struct Palette<'o> {
    coloured: Vec<&'o str>,
    has_others: bool,
    has_portless: bool,
}

impl<'o> Palette<'o> {
    /// Gives colours to the largest categories.
    pub fn new(overview: &'o Overview<'_>) -> Palette<'o> {
        let keys = overview.categories.iter().map(|part| part.category);
        let coloured: Vec<&str> = keys.filter(|key| !UNCOLOURED.contains(key)).take(CLASSES.len()).collect();
        let has_others = overview.categories.len() > coloured.len();
        Palette { coloured, has_others, has_portless: overview.portless_traffic.part.packets > 0 }
    }

    /// The class of a category's shapes.
    pub fn class(&self, category: &str) -> &'static str {
        match self.coloured.iter().position(|coloured| *coloured == category) {
            Some(place) => CLASSES[place],
            None if category == PORTLESS => WITHOUT_PORTS,
            None => OTHERS,
        }
    }

    /// The categories with a colour of their own, each with its class.
    pub fn coloured(&self) -> impl Iterator<Item = (&'o str, &'static str)> {
        self.coloured.iter().copied().zip(CLASSES)
    }

    /// Writes the list of all colours and their categories.
    pub fn write(&self, markup: &mut Markup<'_>, messages: &dyn Messages) -> io::Result<()> {
        let coloured = self.coloured().map(|(category, class)| (class, category));
        let others = self.has_others.then(|| (OTHERS, messages.page_other_categories()));
        let portless = self.has_portless.then_some((WITHOUT_PORTS, PORTLESS));
        markup.open("ul", &[("class", &"colours")])?;
        for (class, name) in coloured.chain(others).chain(portless) {
            markup.open("li", &[])?;
            write_square(markup, class)?;
            markup.element("span", &[], name)?;
            markup.close("li")?;
        }
        markup.close("ul")
    }
}

/// Writes a square in the colour of a class.
pub fn write_square(markup: &mut Markup<'_>, class: &'static str) -> io::Result<()> {
    markup.element("i", &[("class", &format_args!("dot {class}"))], "")
}
