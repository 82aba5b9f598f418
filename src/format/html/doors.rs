//! The ports as doors: the first 1,024 with their numbers, and all 65,536.

use std::io;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::PageDocument;
use super::markup::Markup;
use super::palette::Palette;
use crate::messages::{DoorKind, Messages};
use crate::report::Door;

/// The system ports (RFC 6335 section 6).
const SYSTEM_PORTS: u16 = 1024;
/// The first dynamic port (RFC 6335 section 6).
const FIRST_DYNAMIC: u16 = 49_152;
/// System ports in a row, and the side of the square of one.
const SYSTEM_ROW: u16 = 64;
const SYSTEM_SIDE: u16 = 15;
/// All ports in a row, and the side of the square of one.
const ROW: u16 = 256;
const SIDE: u16 = 3;
/// The side of the picture of all ports, and the room for labels beside it.
const SQUARE: u32 = ROW as u32 * SIDE as u32;
const LABELS: u32 = 112;
/// The height of a line of a label.
const LINE: u32 = 14;
/// The most doors without a server that are drawn one by one. More become an image.
const MAX_SHAPES: usize = 3000;
/// The most doors of clients that say which they are.
const MAX_TITLES: usize = 250;
/// The most servers in the picture of all ports, the largest first.
const MAX_SERVERS: usize = 500;
/// Shades of doors in the image, from a flow to the most flows of a door.
const MIN_ALPHA: f64 = 70.0;
const MAX_ALPHA: f64 = 255.0;
/// The colours of doors in the image, readable on light and dark: used by clients, and tried in vain.
const CLIENT: [u8; 3] = [120, 124, 130];
const TRIED: [u8; 3] = [196, 70, 90];

/// Writes both pictures.
pub fn write(markup: &mut Markup<'_>, document: &PageDocument<'_, '_>, palette: &Palette<'_>) -> io::Result<()> {
    let pictures = Pictures { doors: &document.page.doors.doors, palette, messages: document.view.messages };
    palette.write(markup, document.view.messages)?;
    pictures.write_kinds(markup)?;
    // A narrow screen scrolls the picture.
    markup.open("figure", &[("tabindex", &0)])?;
    markup.element("figcaption", &[], document.view.messages.page_system_doors())?;
    pictures.write_system_doors(markup)?;
    markup.close("figure")?;
    markup.open("figure", &[("tabindex", &0)])?;
    markup.element("figcaption", &[], document.view.messages.page_all_doors())?;
    pictures.write_all_doors(markup)?;
    markup.close("figure")
}

struct Pictures<'p, 'a> {
    doors: &'p [Door<'a>],
    palette: &'p Palette<'p>,
    messages: &'static dyn Messages,
}

fn kind(door: &Door<'_>) -> DoorKind {
    match door.flows_as_server {
        0 => DoorKind::Client,
        _ if door.is_only_tried => DoorKind::Tried,
        _ => DoorKind::Server,
    }
}

impl Pictures<'_, '_> {
    fn number(&self, wanted: DoorKind) -> usize {
        self.doors.iter().filter(|door| kind(door) == wanted).count()
    }

    fn class(&self, door: &Door<'_>) -> &'static str {
        match kind(door) {
            DoorKind::Server => door.services.first().map_or("cx", |(_, _, category)| self.palette.class(category)),
            DoorKind::Client => "client",
            DoorKind::Tried => "tried",
        }
    }

    /// Writes the shapes and numbers of the kinds of doors.
    fn write_kinds(&self, markup: &mut Markup<'_>) -> io::Result<()> {
        markup.open("ul", &[("class", &"colours")])?;
        for kind in [DoorKind::Server, DoorKind::Client, DoorKind::Tried] {
            let number = self.number(kind);
            if number == 0 {
                continue;
            }
            markup.open("li", &[])?;
            markup.open("svg", &[("class", &"mark"), ("width", &10), ("height", &10), ("aria-hidden", &"true")])?;
            match kind {
                DoorKind::Server => markup.shape("circle", &[("class", &"outline"), ("cx", &5), ("cy", &5), ("r", &4)])?,
                DoorKind::Client => markup.shape("circle", &[("class", &"client"), ("cx", &5), ("cy", &5), ("r", &2)])?,
                DoorKind::Tried => markup.shape("path", &[("class", &"tried"), ("d", &"M1 1L9 9M9 1L1 9")])?,
            }
            markup.close("svg")?;
            markup.element("span", &[], self.messages.page_doors(kind, number as u64))?;
            markup.close("li")?;
        }
        markup.close("ul")
    }

    fn title(&self, door: &Door<'_>) -> String {
        let services: Vec<(&str, &str)> =
            door.services.iter().map(|(transport, service, _)| (transport.name(), *service)).collect();
        self.messages.page_door(door.port, &services, door.flows_as_server, door.flows_as_client, kind(door))
    }

    fn write_system_doors(&self, markup: &mut Markup<'_>) -> io::Result<()> {
        let (width, height) = (SYSTEM_ROW * SYSTEM_SIDE, SYSTEM_PORTS / SYSTEM_ROW * SYSTEM_SIDE);
        let size = format!("0 0 {width} {height}");
        let label = self.messages.page_system_doors();
        markup.open("svg", &[("class", &"wide"), ("viewBox", &size), ("role", &"img"), ("aria-label", &label)])?;
        markup.shape("rect", &[("class", &"bg"), ("width", &width), ("height", &height)])?;
        let lines: String = (0..=height / SYSTEM_SIDE)
            .map(|row| format!("M0 {}H{width}", row * SYSTEM_SIDE))
            .chain((0..=SYSTEM_ROW).map(|column| format!("M{} 0V{height}", column * SYSTEM_SIDE)))
            .collect();
        markup.shape("path", &[("class", &"lattice"), ("d", &lines)])?;
        for door in self.doors.iter().take_while(|door| door.port < SYSTEM_PORTS) {
            let (x, y) = (door.port % SYSTEM_ROW * SYSTEM_SIDE, door.port / SYSTEM_ROW * SYSTEM_SIDE);
            markup.open("g", &[])?;
            markup.element("title", &[], self.title(door))?;
            let class = self.class(door);
            match kind(door) {
                DoorKind::Server => {
                    let side = SYSTEM_SIDE - 2;
                    let square: [(&str, &dyn std::fmt::Display); 6] =
                        [("class", &class), ("x", &(x + 1)), ("y", &(y + 1)), ("width", &side), ("height", &side), ("rx", &2)];
                    markup.shape("rect", &square)?;
                    let (middle, base) = (f64::from(x) + 7.5, f64::from(y) + 10.0);
                    markup.element(
                        "text",
                        &[("class", &"tiny"), ("x", &middle), ("y", &base), ("text-anchor", &"middle")],
                        door.port,
                    )?;
                }
                DoorKind::Client => {
                    let (x, y) = (f64::from(x) + 7.5, f64::from(y) + 7.5);
                    markup.shape("circle", &[("class", &class), ("cx", &x), ("cy", &y), ("r", &3)])?;
                }
                DoorKind::Tried => markup.shape("path", &[("class", &class), ("d", &cross(x + 4, y + 4, 7))])?,
            }
            markup.close("g")?;
        }
        markup.close("svg")
    }

    fn write_all_doors(&self, markup: &mut Markup<'_>) -> io::Result<()> {
        let size = format!("0 0 {} {SQUARE}", SQUARE + LABELS);
        let numbers = [DoorKind::Server, DoorKind::Client, DoorKind::Tried].map(|kind| self.number(kind) as u64);
        let label = self.messages.page_doors_description(numbers);
        markup.open("svg", &[("class", &"doors"), ("viewBox", &size), ("role", &"img"), ("aria-label", &label)])?;
        markup.shape("rect", &[("class", &"bg"), ("width", &SQUARE), ("height", &SQUARE)])?;
        let (servers, others): (Vec<&Door<'_>>, Vec<&Door<'_>>) =
            self.doors.iter().partition(|door| kind(door) == DoorKind::Server);
        if others.len() > MAX_SHAPES {
            self.write_image(markup, &others)?;
        } else {
            self.write_shapes(markup, &others)?;
        }
        self.write_ranges(markup)?;
        let mut largest = servers;
        largest.sort_by_key(|door| (std::cmp::Reverse(door.traffic.packets), door.port));
        largest.truncate(MAX_SERVERS);
        largest.sort_by_key(|door| door.port);
        for door in largest {
            let (x, y) = middle(door.port);
            markup.open("circle", &[("class", &self.class(door)), ("cx", &x), ("cy", &y), ("r", &5)])?;
            markup.element("title", &[], self.title(door))?;
            markup.close("circle")?;
        }
        markup.close("svg")
    }

    fn write_shapes(&self, markup: &mut Markup<'_>, doors: &[&Door<'_>]) -> io::Result<()> {
        // Neighbours of a scan differ only in their place, so that one shape is enough for all of them.
        let tried: String = doors
            .iter()
            .filter(|door| kind(door) == DoorKind::Tried)
            .map(|door| cross(door.port % ROW * SIDE, door.port / ROW * SIDE, SIDE))
            .collect();
        if !tried.is_empty() {
            markup.shape("path", &[("class", &"tried thin"), ("d", &tried)])?;
        }
        let clients = || doors.iter().filter(|door| kind(door) == DoorKind::Client);
        if clients().count() > MAX_TITLES {
            let dots: String = clients().map(|door| middle(door.port)).map(|(x, y)| format!("M{x} {y}h0")).collect();
            return markup.shape("path", &[("class", &"clients"), ("d", &dots)]);
        }
        for door in clients() {
            let (x, y) = middle(door.port);
            markup.open("circle", &[("class", &"client"), ("cx", &x), ("cy", &y), ("r", &2)])?;
            markup.element("title", &[], self.title(door))?;
            markup.close("circle")?;
        }
        Ok(())
    }

    /// Writes an image with a dot for each door. The more flows, the darker it is, by the logarithm: a scale of flows would show
    /// only the busiest doors, and no scale one grey square.
    fn write_image(&self, markup: &mut Markup<'_>, doors: &[&Door<'_>]) -> io::Result<()> {
        let flows = |door: &Door<'_>| door.flows_as_client.saturating_add(door.flows_as_server).max(1) as f64;
        let most = doors.iter().map(|door| flows(door)).fold(2.0, f64::max).ln();
        let mut pixels = vec![0_u8; usize::from(ROW) * usize::from(ROW) * 4];
        for door in doors {
            let [red, green, blue] = if kind(door) == DoorKind::Tried { TRIED } else { CLIENT };
            let alpha = MIN_ALPHA + (MAX_ALPHA - MIN_ALPHA) * flows(door).ln() / most;
            let start = usize::from(door.port) * 4;
            pixels[start..start + 4].copy_from_slice(&[red, green, blue, alpha as u8]);
        }
        let image = format!("data:image/png;base64,{}", BASE64_STANDARD.encode(png(&pixels)?));
        markup.shape("image", &[("class", &"pixels"), ("width", &SQUARE), ("height", &SQUARE), ("href", &image)])
    }

    fn write_ranges(&self, markup: &mut Markup<'_>) -> io::Result<()> {
        let top = |port: u16| u32::from(port / ROW * SIDE);
        let edges = format!("M0 {0}H{SQUARE}M0 {1}H{SQUARE}", top(SYSTEM_PORTS), top(FIRST_DYNAMIC));
        markup.shape("path", &[("class", &"edge"), ("d", &edges)])?;
        // The system ports are only a narrow strip: the next label is below theirs.
        let labels = [0, top(SYSTEM_PORTS) + 2 * LINE, top(FIRST_DYNAMIC)];
        for (top, (numbers, name)) in labels.into_iter().zip(self.messages.page_port_ranges()) {
            for (line, text) in (1..).zip([numbers, name]) {
                let y = top + LINE * line;
                markup.element("text", &[("class", &"axis"), ("x", &(SQUARE + 8)), ("y", &y)], text)?;
            }
        }
        Ok(())
    }
}

/// A cross in a square.
fn cross(x: u16, y: u16, side: u16) -> String {
    format!("M{x} {y}l{side} {side}m0-{side}l-{side} {side}")
}

/// The middle of a door in the picture of all ports.
fn middle(port: u16) -> (f64, f64) {
    let middle = |place: u16| f64::from(place * SIDE) + f64::from(SIDE) / 2.0;
    (middle(port % ROW), middle(port / ROW))
}

/// A picture of all ports in PNG, from the colours of its pixels with their opacity.
fn png(pixels: &[u8]) -> io::Result<Vec<u8>> {
    let mut image = Vec::new();
    let mut encoder = png::Encoder::new(&mut image, u32::from(ROW), u32::from(ROW));
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.write_header()?.write_image_data(pixels)?;
    Ok(image)
}
