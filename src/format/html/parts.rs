//! A bar of one hundred per cent that is divided into parts.

use std::io;

use super::markup::Markup;
use crate::messages::Messages;
use crate::report::Share;

/// The width of a character of a label, about, in per cent of the bar.
const CHARACTER: f64 = 0.9;

/// A part of the bar.
pub struct Part<'a> {
    /// The name of the part.
    pub name: &'a str,
    /// Its share.
    pub share: Share,
    /// The class of its shape.
    pub class: &'static str,
}

/// Writes the bar. Parts of nothing are left out.
pub fn write(markup: &mut Markup<'_>, parts: &[Part<'_>], messages: &dyn Messages) -> io::Result<()> {
    let shown: Vec<&Part<'_>> = parts.iter().filter(|part| part.share.part > 0).collect();
    let described: Vec<(String, String)> =
        shown.iter().map(|part| (part.name.to_owned(), messages.rounded_share(part.share))).collect();
    let label = messages.page_parts(&described);
    markup.open("svg", &[("class", &"parts"), ("role", &"img"), ("aria-label", &label)])?;
    let mut start = 0.0;
    for (part, (name, share)) in shown.iter().zip(&described) {
        let width = 100.0 * part.share.part as f64 / part.share.whole.max(1) as f64;
        markup.open("g", &[])?;
        markup.element("title", &[], format_args!("{name} {share}"))?;
        let (x, shown_width) = (format!("{start:.2}%"), format!("{width:.2}%"));
        markup.shape("rect", &[("class", &part.class), ("x", &x), ("width", &shown_width), ("height", &"100%")])?;
        if width > CHARACTER * (name.chars().count() as f64 + 1.0) {
            let middle = format!("{:.2}%", start + width / 2.0);
            markup.element("text", &[("x", &middle), ("y", &17.5), ("text-anchor", &"middle")], name)?;
        }
        markup.close("g")?;
        start += width;
    }
    markup.close("svg")
}
