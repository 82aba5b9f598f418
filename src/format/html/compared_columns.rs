//! The traffic of several captures over time, on one scale of time and one scale of packets or bytes.

use std::io;

use super::columns::{MEASURES, Picture, id, peak, write_buttons};
use super::comparison::{ComparisonPage, write_side_name};
use super::markup::Markup;
use super::palette::Palette;
use crate::compare::{ComparedTimeline, SideColumns, side_name};
use crate::messages::PageMeasure;

/// Writes the pictures of all sides below each other, once by packets and once by bytes.
pub fn write(
    markup: &mut Markup<'_>,
    page: &ComparisonPage<'_>,
    timeline: &ComparedTimeline,
    palette: &Palette<'_>,
) -> io::Result<()> {
    let messages = page.view.messages;
    if timeline.columns() == 0 {
        return markup.element("p", &[("class", &"empty")], messages.compared_without_time());
    }
    palette.write(markup, messages)?;
    write_buttons(markup, messages)?;
    for measure in MEASURES {
        let highest = timeline.sides.iter().map(|side| peak(&side.columns, measure)).max().unwrap_or(0);
        markup.open("div", &[("id", &id(measure)), ("class", &"measure")])?;
        for (number, side) in timeline.sides.iter().enumerate() {
            write_side(markup, (page, timeline, palette), (number, side), (measure, highest))?;
        }
        markup.close("div")?;
    }
    Ok(())
}

fn write_side(
    markup: &mut Markup<'_>,
    (page, timeline, palette): (&ComparisonPage<'_>, &ComparedTimeline, &Palette<'_>),
    (number, side): (usize, &SideColumns),
    (measure, peak): (PageMeasure, u64),
) -> io::Result<()> {
    let (messages, zone) = (page.view.messages, page.view.zone);
    // The first column may begin a little before the first packet.
    let first = page.comparison.sides.get(number).map_or(side.start, |side| side.span.first);
    let clock = zone.clock_time(first).to_string().replacen('T', " ", 1);
    let start = side.start.is_known().then(|| clock.split('.').next().unwrap_or_default());
    markup.open("figure", &[("class", &"time")])?;
    markup.within("figcaption", &[], |markup| {
        write_side_name(markup, page, number)?;
        markup.text(messages.compared_time_caption(measure, timeline.width, start.map(|start| (start, zone.name()))))
    })?;
    if !side.columns.is_empty() {
        let time = |column: usize| {
            let mut text = String::new();
            messages.append_duration(timeline.width.saturating_mul(column as i64), &mut text);
            text
        };
        let picture = Picture {
            categories: &timeline.categories,
            columns: &side.columns,
            room: timeline.columns(),
            peak,
            measure,
            description: messages.compared_time_description(side_name(number), measure),
            times: messages.compared_time_start().to_owned(),
            time: &time,
            has_sort_keys: true,
            messages,
        };
        picture.write(markup, palette)?;
    }
    markup.close("figure")
}
