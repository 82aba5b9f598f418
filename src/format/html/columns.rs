//! The traffic over time as stacked columns, once by packets and once by bytes, each with its numbers in a table.

use std::io;

use super::PageDocument;
use super::markup::Markup;
use super::palette::Palette;
use crate::messages::{Messages, PageMeasure};
use crate::report::TimeColumns;
use crate::time::{NANOSECONDS, Zone};
use crate::traffic::Traffic;

/// The size of the picture in its own units.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 220.0;
/// The room for the scale on the left, above the columns, and for times below.
const LEFT: f64 = 66.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 24.0;
/// The gap between columns.
const GAP: f64 = 0.6;
/// Steps of the scale.
const STEPS: u64 = 4;
/// Labels of times.
const LABELS: usize = 5;
/// Lengths of time in nanoseconds.
const MINUTE: i64 = 60 * NANOSECONDS;
const DAY: i64 = 86_400 * NANOSECONDS;
/// Round ends of a scale between two powers of ten, in tenths. More of them than the usual 1, 2 and 5, which leave half of a picture
/// empty.
const ROUND: [u64; 11] = [10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100];

/// Writes both pictures.
pub fn write(markup: &mut Markup<'_>, document: &PageDocument<'_, '_>, palette: &Palette<'_>) -> io::Result<()> {
    let messages = document.view.messages;
    let Some(time) = &document.page.time else { return Ok(()) };
    palette.write(markup, messages)?;
    markup.element("p", &[("class", &"lead only-js"), ("hidden", &"")], messages.page_time_hint())?;
    markup.open("p", &[("class", &"only-js"), ("hidden", &"")])?;
    for (measure, is_pressed) in [(PageMeasure::Packets, "true"), (PageMeasure::Bytes, "false")] {
        let attributes: [(&str, &dyn std::fmt::Display); 3] =
            [("type", &"button"), ("data-shows", &id(measure)), ("aria-pressed", &is_pressed)];
        markup.element("button", &attributes, messages.page_measure(measure))?;
    }
    markup.close("p")?;
    for measure in [PageMeasure::Packets, PageMeasure::Bytes] {
        let picture = Picture { time, measure, zone: document.view.zone, messages };
        markup.open("figure", &[("id", &id(measure)), ("class", &"time")])?;
        let clock = picture.zone.clock_time(time.first).to_string();
        let date = clock.split_once('T').map_or(&clock[..], |(date, _)| date);
        markup.element("figcaption", &[], messages.page_time_caption(measure, time.width, date, picture.zone.name()))?;
        picture.write(markup, palette)?;
        markup.element("p", &[("class", &"says only-js"), ("aria-live", &"polite"), ("hidden", &"")], "")?;
        picture.write_numbers(markup)?;
        markup.close("figure")?;
    }
    Ok(())
}

fn id(measure: PageMeasure) -> &'static str {
    match measure {
        PageMeasure::Packets => "time-packets",
        PageMeasure::Bytes => "time-bytes",
    }
}

/// One of the pictures.
struct Picture<'p> {
    time: &'p TimeColumns<'p>,
    measure: PageMeasure,
    zone: &'static Zone,
    messages: &'static dyn Messages,
}

impl Picture<'_> {
    fn of(&self, traffic: Traffic) -> u64 {
        match self.measure {
            PageMeasure::Packets => traffic.packets,
            PageMeasure::Bytes => traffic.wire_bytes,
        }
    }

    fn number(&self, number: u64) -> String {
        let mut text = String::new();
        match self.measure {
            PageMeasure::Packets => self.messages.append_count(number, &mut text),
            PageMeasure::Bytes => self.messages.append_bytes(number, &mut text),
        }
        text
    }

    fn write(&self, markup: &mut Markup<'_>, palette: &Palette<'_>) -> io::Result<()> {
        let columns = &self.time.columns;
        let sum = |column: &Vec<Traffic>| column.iter().map(|traffic| self.of(*traffic)).fold(0, u64::saturating_add);
        let end = round_up(columns.iter().map(sum).max().unwrap_or(0));
        let (room, width) = (HEIGHT - TOP - BOTTOM, (WIDTH - LEFT) / columns.len().max(1) as f64);
        let (size, label) = (format!("0 0 {WIDTH} {HEIGHT}"), self.messages.page_time_description(self.measure));
        markup.open("div", &[("class", &"plot"), ("role", &"group"), ("aria-label", &label)])?;
        let attributes: [(&str, &dyn std::fmt::Display); 5] =
            [("class", &"wide"), ("viewBox", &size), ("role", &"img"), ("aria-label", &label), ("data-left", &LEFT)];
        markup.open("svg", &attributes)?;
        self.write_scale(markup, end, room)?;
        markup.shape("rect", &[("class", &"cursor"), ("x", &-999), ("y", &TOP), ("width", &fixed(width)), ("height", &room)])?;
        self.write_columns(markup, palette, width, room / end as f64)?;
        self.write_times(markup)?;
        markup.close("svg")?;
        markup.close("div")
    }

    /// Writes the columns: one shape for each category, which is a few bytes for each of its parts.
    fn write_columns(&self, markup: &mut Markup<'_>, palette: &Palette<'_>, width: f64, scale: f64) -> io::Result<()> {
        let columns = &self.time.columns;
        let mut tops = vec![HEIGHT - BOTTOM; columns.len()];
        let shown = fixed((width - GAP).max(GAP));
        for (place, category) in self.time.categories.iter().enumerate() {
            let mut path = String::new();
            for (number, (top, column)) in tops.iter_mut().zip(columns).enumerate() {
                let height = scale * self.of(column[place]) as f64;
                if height > 0.0 {
                    *top -= height;
                    let (x, y, height) = (fixed(LEFT + number as f64 * width), fixed(*top), fixed(height));
                    path.push_str(&format!("M{x} {y}h{shown}v{height}h-{shown}z"));
                }
            }
            if !path.is_empty() {
                markup.shape("path", &[("class", &palette.class(category)), ("d", &path)])?;
            }
        }
        Ok(())
    }

    fn write_scale(&self, markup: &mut Markup<'_>, end: u64, room: f64) -> io::Result<()> {
        for step in 0..=STEPS {
            let y = TOP + room * (STEPS - step) as f64 / STEPS as f64;
            let (height, text_y) = (fixed(y), fixed(y + 4.0));
            markup.shape("line", &[("class", &"grid"), ("x1", &LEFT), ("x2", &WIDTH), ("y1", &height), ("y2", &height)])?;
            // Few packets have no quarters.
            let value = u128::from(end) * u128::from(step);
            if value % u128::from(STEPS) == 0 {
                let text = self.number((value / u128::from(STEPS)) as u64);
                markup.element(
                    "text",
                    &[("class", &"axis"), ("x", &(LEFT - 6.0)), ("y", &text_y), ("text-anchor", &"end")],
                    text,
                )?;
            }
        }
        Ok(())
    }

    fn write_times(&self, markup: &mut Markup<'_>) -> io::Result<()> {
        let columns = self.time.columns.len();
        for label in 0..=LABELS {
            // The place of the label in columns, rounded to the start of one.
            let column = columns * label / LABELS;
            if label > 0 && column == columns * (label - 1) / LABELS {
                continue;
            }
            let x = fixed(LEFT + (WIDTH - LEFT) * column as f64 / columns.max(1) as f64);
            let anchor = match label {
                0 => "start",
                LABELS => "end",
                _ => "middle",
            };
            let text = self.clock(column);
            markup.element("text", &[("class", &"axis"), ("x", &x), ("y", &(HEIGHT - 6.0)), ("text-anchor", &anchor)], text)?;
        }
        Ok(())
    }

    /// The time at which a column starts, as clocks of the zone show it: the time of day, the date, or both.
    fn clock(&self, column: usize) -> String {
        let start = self.time.start(column);
        let clock = self.zone.clock_time(start).to_string();
        let (date, time) = clock.split_once('T').unwrap_or(("", &clock));
        let up_to = |characters: usize| time.get(..characters).unwrap_or(time);
        match self.time.width {
            DAY.. => date.to_owned(),
            MINUTE.. if self.is_long() => format!("{date} {}", up_to(5)),
            _ if self.is_long() => format!("{date} {}", up_to(8)),
            NANOSECONDS.. => up_to(8).to_owned(),
            _ => up_to(12).to_owned(),
        }
    }

    /// True if the time of day does not tell all columns from each other.
    fn is_long(&self) -> bool {
        i128::from(self.time.width) * self.time.columns.len() as i128 > i128::from(DAY)
    }

    fn write_numbers(&self, markup: &mut Markup<'_>) -> io::Result<()> {
        markup.open("details", &[])?;
        markup.element("summary", &[], self.messages.page_numbers())?;
        markup.open(
            "div",
            &[("class", &"scroll"), ("tabindex", &0), ("role", &"region"), ("aria-label", &self.messages.page_numbers())],
        )?;
        markup.open("table", &[("class", &"sortable numbers")])?;
        markup.open("thead", &[])?;
        markup.open("tr", &[])?;
        markup.element("th", &[("scope", &"col")], self.messages.page_time_start(self.zone.name()))?;
        for category in &self.time.categories {
            markup.element("th", &[("scope", &"col")], category)?;
        }
        markup.close("tr")?;
        markup.close("thead")?;
        markup.open("tbody", &[])?;
        for (number, column) in self.time.columns.iter().enumerate() {
            markup.cell("tr", &[])?;
            markup.cell("td", &[])?;
            markup.text(self.clock(number))?;
            for traffic in column {
                match (self.of(*traffic), self.measure) {
                    (bytes @ 1000.., PageMeasure::Bytes) => markup.cell("td", &[("data-k", &bytes)])?,
                    _ => markup.cell("td", &[])?,
                }
                if self.of(*traffic) > 0 {
                    markup.text(self.number(self.of(*traffic)))?;
                }
            }
        }
        markup.close("tbody")?;
        markup.close("table")?;
        markup.close("div")?;
        markup.close("details")
    }
}

/// A length with two digits after the decimal point.
fn fixed(length: f64) -> String {
    format!("{length:.2}")
}

/// The end of a scale that shows numbers up to `peak`.
fn round_up(peak: u64) -> u64 {
    let peak = u128::from(peak.max(1));
    let mut power: u128 = 1;
    loop {
        if let Some(end) = ROUND.iter().map(|round| u128::from(*round) * power / 10).find(|end| *end >= peak) {
            return u64::try_from(end).unwrap_or(u64::MAX);
        }
        power *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers_not_far_above_the_peak() {
        let ends = [0, 1, 3, 7, 9, 11, 13, 101, 1999, 2001, 99_999].map(round_up);
        assert_eq!(ends, [1, 1, 3, 8, 10, 12, 16, 120, 2000, 2400, 100_000]);
        assert_eq!(round_up(u64::MAX), u64::MAX);
    }
}
