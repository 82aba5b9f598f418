//! HTML and SVG markup. Names of elements and attributes are constants of the program, and every text and value is escaped, so that
//! nothing from outside can become markup.

use std::fmt::{self, Display};
use std::io::{self, Write};

use crate::format::wrap::shortened;
use crate::untrusted::clean;

/// The most places of a text from outside. Most names are shorter; one on the wire may have 255 bytes, of which each may need six.
const MAX_OUTSIDE: usize = 80;
/// The size in bytes that no page exceeds, unless the user asks for more rows.
const MAX_PAGE: u64 = 1_000_000;

/// The attributes of an element. An attribute without a value, such as `hidden`, has an empty one.
pub type Attributes<'a> = &'a [(&'static str, &'a dyn Display)];

/// Text from outside as the page shows it: harmless, and not too long.
pub fn outside(text: &str) -> String {
    shortened(&clean(text), MAX_OUTSIDE).into_owned()
}

/// A writer of markup.
pub struct Markup<'w> {
    output: Counter<'w>,
}

/// An output that counts the bytes written to it.
struct Counter<'w> {
    output: &'w mut dyn Write,
    written: u64,
}

impl Write for Counter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.output.write(bytes)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

impl<'w> Markup<'w> {
    /// Creates a writer of markup to `output`.
    pub fn new(output: &'w mut dyn Write) -> Markup<'w> {
        Markup { output: Counter { output, written: 0 } }
    }

    /// The bytes that are left of the largest page.
    pub fn room(&self) -> u64 {
        MAX_PAGE.saturating_sub(self.output.written)
    }

    /// Writes markup that another writer has made.
    pub fn made(&mut self, markup: &[u8]) -> io::Result<()> {
        self.output.write_all(markup)
    }

    /// Writes the beginning of an element.
    pub fn open(&mut self, tag: &'static str, attributes: Attributes<'_>) -> io::Result<()> {
        self.begin(tag, attributes)?;
        self.output.write_all(b">")
    }

    /// Writes the end of an element.
    pub fn close(&mut self, tag: &'static str) -> io::Result<()> {
        write!(self.output, "</{tag}>")
    }

    /// Writes an element of SVG without content.
    pub fn shape(&mut self, tag: &'static str, attributes: Attributes<'_>) -> io::Result<()> {
        self.begin(tag, attributes)?;
        self.output.write_all(b"/>")
    }

    /// Writes an element with text.
    pub fn element(&mut self, tag: &'static str, attributes: Attributes<'_>, text: impl Display) -> io::Result<()> {
        self.open(tag, attributes)?;
        self.text(text)?;
        self.close(tag)
    }

    /// Writes an element with some content.
    pub fn within(
        &mut self,
        tag: &'static str,
        attributes: Attributes<'_>,
        content: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        self.open(tag, attributes)?;
        content(self)?;
        self.close(tag)
    }

    /// Writes the beginning of a cell of a table, or of a row. Its end may be left out (HTML, section 4.9, <https://html.spec.whatwg.org>):
    /// a page has thousands of them.
    pub fn cell(&mut self, tag: &'static str, attributes: Attributes<'_>) -> io::Result<()> {
        self.open(tag, attributes)
    }

    /// Writes text.
    pub fn text(&mut self, text: impl Display) -> io::Result<()> {
        escape(&mut self.output, text)
    }

    /// Writes text from outside. Its writing direction does not reach the text around it.
    pub fn outside(&mut self, text: &str) -> io::Result<()> {
        self.element("bdi", &[], outside(text))
    }

    /// Writes markup that is a constant of the program.
    pub fn constant(&mut self, markup: &'static str) -> io::Result<()> {
        self.output.write_all(markup.as_bytes())
    }

    /// Writes a script of data in JSON. Inside of a script, HTML knows no escapes, so that strings must not have the beginning of a
    /// tag or of a comment.
    pub fn data(&mut self, id: &'static str, json: &str) -> io::Result<()> {
        self.open("script", &[("type", &"application/json"), ("id", &id)])?;
        let mut rest = json;
        while let Some(at) = rest.find(['<', '\u{2028}', '\u{2029}']) {
            let (before, special) = rest.split_at(at);
            self.output.write_all(before.as_bytes())?;
            let mut characters = special.chars();
            if let Some(special) = characters.next() {
                write!(self.output, "\\u{:04x}", u32::from(special))?;
            }
            rest = characters.as_str();
        }
        self.output.write_all(rest.as_bytes())?;
        self.close("script")
    }

    fn begin(&mut self, tag: &'static str, attributes: Attributes<'_>) -> io::Result<()> {
        write!(self.output, "<{tag}")?;
        for (name, value) in attributes {
            write!(self.output, " {name}=\"")?;
            escape(&mut self.output, value)?;
            self.output.write_all(b"\"")?;
        }
        Ok(())
    }
}

/// Writes text with its special characters escaped.
fn escape(output: &mut dyn Write, text: impl Display) -> io::Result<()> {
    struct Escaping<'o> {
        output: &'o mut dyn Write,
        result: io::Result<()>,
    }

    impl fmt::Write for Escaping<'_> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            let mut rest = text;
            while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
                let escaped = match rest.as_bytes()[at] {
                    b'&' => "&amp;",
                    b'<' => "&lt;",
                    b'>' => "&gt;",
                    b'"' => "&quot;",
                    _ => "&#39;",
                };
                self.write(&rest[..at])?;
                self.write(escaped)?;
                rest = &rest[at + 1..];
            }
            self.write(rest)
        }
    }

    impl Escaping<'_> {
        fn write(&mut self, text: &str) -> fmt::Result {
            self.result = self.output.write_all(text.as_bytes());
            self.result.as_ref().map_or(Err(fmt::Error), |()| Ok(()))
        }
    }

    let mut escaping = Escaping { output, result: Ok(()) };
    match fmt::write(&mut escaping, format_args!("{text}")) {
        Ok(()) => Ok(()),
        Err(fmt::Error) => escaping.result.and(Err(io::ErrorKind::InvalidData.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Markup<'_>) -> io::Result<()>) -> String {
        let mut output = Vec::new();
        write(&mut Markup::new(&mut output)).unwrap();
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn text_and_values_of_attributes_are_escaped() {
        let hostile = "</td><script>alert('1')</script>&amp;\"";
        let cell = written(|markup| markup.element("td", &[("title", &hostile), ("class", &7)], hostile));
        let escaped = "&lt;/td&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;&quot;";
        assert_eq!(cell, format!("<td title=\"{escaped}\" class=\"7\">{escaped}</td>"));
    }

    #[test]
    fn text_from_outside_is_cleaned_and_isolated() {
        assert_eq!(written(|markup| markup.outside("a\u{202e}b<\u{0}")), r"<bdi>a\u{202e}b&lt;\u{0}</bdi>");
    }

    #[test]
    fn data_cannot_end_their_script() {
        let data = written(|markup| markup.data("d", "[\"</script><!--\u{2028}é\"]"));
        assert_eq!(data, r#"<script type="application/json" id="d">["\u003c/script>\u003c!--\u2028é"]</script>"#);
    }

    #[test]
    fn errors_of_the_output_are_kept() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert_eq!(escape(&mut Full, "text").unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
