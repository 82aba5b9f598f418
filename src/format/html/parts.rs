//! A bar of one hundred per cent that is divided into parts.

use std::io;

use super::markup::Markup;
use crate::messages::Messages;
use crate::report::Share;

/// The width of the bar in its own units. The page shows it as wide as there is room.
const WIDTH: f64 = 1000.0;
/// The height of the bar.
const HEIGHT: f64 = 26.0;
/// The width of a character of a label, about.
const CHARACTER: f64 = 9.0;

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
    let (label, size) = (messages.page_parts(&described), format!("0 0 {WIDTH} {HEIGHT}"));
    markup.open(
        "svg",
        &[("class", &"wide parts"), ("viewBox", &size), ("preserveAspectRatio", &"none"), ("role", &"img"), ("aria-label", &label)],
    )?;
    let mut start = 0.0;
    for (part, (name, share)) in shown.iter().zip(&described) {
        let width = WIDTH * part.share.part as f64 / part.share.whole.max(1) as f64;
        markup.open("g", &[])?;
        markup.element("title", &[], format_args!("{name} {share}"))?;
        let (x, shown_width) = (format!("{start:.1}"), format!("{width:.1}"));
        markup.shape("rect", &[("class", &part.class), ("x", &x), ("width", &shown_width), ("height", &HEIGHT)])?;
        if width > CHARACTER * (name.chars().count() as f64 + 1.0) {
            let middle = format!("{:.1}", start + width / 2.0);
            markup.element("text", &[("x", &middle), ("y", &17.5), ("text-anchor", &"middle")], name)?;
        }
        markup.close("g")?;
        start += width;
    }
    markup.close("svg")
}
