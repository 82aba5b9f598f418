//! The traffic over time as stacked columns, once by packets and once by bytes, each with its numbers in a table.

use std::io;

use super::Document;
use super::markup::Markup;
use super::palette::Palette;
use crate::messages::{Messages, PageMeasure};
use crate::report::TimeColumns;
use crate::time::{NANOSECONDS, Time, Zone};
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
/// Round ends of a scale between two powers of ten, in tenths. More of them than the usual 1, 2 and 5, which leave half of a picture
/// empty.
const ROUND: [u64; 11] = [10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100];

/// Writes both pictures.
pub fn write(markup: &mut Markup<'_>, document: &Document<'_, '_>, palette: &Palette<'_>) -> io::Result<()> {
    let messages = document.view.messages;
    let Some(time) = &document.page.time else { return Ok(()) };
    palette.write(markup, messages)?;
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
        markup.element("figcaption", &[], messages.page_time_caption(measure, time.width, document.view.zone.name()))?;
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
    time: &'p TimeColumns,
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
        for (number, column) in columns.iter().enumerate() {
            let x = fixed(LEFT + number as f64 * width);
            let mut y = HEIGHT - BOTTOM;
            for (category, traffic) in self.time.categories.iter().zip(column) {
                let height = room * self.of(*traffic) as f64 / end as f64;
                if height <= 0.0 {
                    continue;
                }
                y -= height;
                let class = palette.class(category);
                let (y, width, height) = (fixed(y), fixed((width - GAP).max(GAP)), fixed(height));
                markup.shape("rect", &[("class", &class), ("x", &x), ("y", &y), ("width", &width), ("height", &height)])?;
            }
        }
        self.write_times(markup)?;
        markup.close("svg")?;
        markup.close("div")
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
            let text = self.clock(column, label == 0);
            markup.element("text", &[("class", &"axis"), ("x", &x), ("y", &(HEIGHT - 6.0)), ("text-anchor", &anchor)], text)?;
        }
        Ok(())
    }

    /// The time at which a column starts, as clocks of the zone show it.
    fn clock(&self, column: usize, with_date: bool) -> String {
        let start = i128::from(self.time.width) * column as i128;
        let time = Time::from_wide_nanoseconds(self.time.first.nanoseconds().map_or(0, i128::from) + start);
        let clock = self.zone.clock_time(time).to_string();
        let (date, time) = clock.split_once('T').unwrap_or(("", &clock));
        const DAY: i64 = 86_400 * NANOSECONDS;
        let digits = match self.time.width {
            ..NANOSECONDS => 12,
            _ => 8,
        };
        let time = time.get(..digits).unwrap_or(time);
        let is_long = i128::from(self.time.width) * self.time.columns.len() as i128 > i128::from(DAY);
        match self.time.width {
            DAY.. => date.to_owned(),
            _ if with_date || is_long => format!("{date} {time}"),
            _ => time.to_owned(),
        }
    }

    fn write_numbers(&self, markup: &mut Markup<'_>) -> io::Result<()> {
        markup.open("details", &[])?;
        markup.element("summary", &[], self.messages.page_numbers())?;
        markup.open("div", &[("class", &"scroll"), ("tabindex", &0), ("role", &"region"), ("aria-label", &self.messages.page_numbers())])?;
        markup.open("table", &[("class", &"sortable")])?;
        markup.open("thead", &[])?;
        markup.open("tr", &[])?;
        markup.element("th", &[("scope", &"col")], self.messages.page_time_start(self.zone.name()))?;
        for category in &self.time.categories {
            markup.element("th", &[("scope", &"col"), ("class", &"n")], category)?;
        }
        markup.close("tr")?;
        markup.close("thead")?;
        markup.open("tbody", &[])?;
        for (number, column) in self.time.columns.iter().enumerate() {
            markup.open("tr", &[])?;
            markup.element("td", &[], self.clock(number, true))?;
            for traffic in column {
                match (self.of(*traffic), self.measure) {
                    (0, _) => markup.element("td", &[], "")?,
                    (packets, PageMeasure::Packets) => markup.element("td", &[("class", &"n")], self.number(packets))?,
                    (bytes, PageMeasure::Bytes) => {
                        markup.element("td", &[("class", &"n"), ("data-k", &bytes)], self.number(bytes))?;
                    }
                }
            }
            markup.close("tr")?;
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
