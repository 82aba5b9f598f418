//! Clients, services and servers as three columns of bars, with bands for the traffic between them.

use std::io;

use super::PageDocument;
use super::machines;
use super::markup::Markup;
use super::palette::Palette;
use crate::format::overview::{common_domain, without_domain};
use crate::format::wrap::shortened;
use crate::messages::{Messages, PageSection};
use crate::report::{NamedHost, RelationEnd, ServiceRelations};

/// The size of the picture in its own units, without its height.
const WIDTH: f64 = 1000.0;
/// The left side of each column of bars, and the width of a bar.
const COLUMNS: [f64; 3] = [230.0, 494.0, 758.0];
const BAR: f64 = 12.0;
/// The height of all bars of a column together, the room above for heads, and the least distance of two bars, which have a line of text
/// each.
const HEIGHT: f64 = 420.0;
const TOP: f64 = 26.0;
const GAP: f64 = 9.0;
const LINE: f64 = 15.0;
/// The longest label.
const LABEL: usize = 30;

/// Writes the picture.
pub fn write(markup: &mut Markup<'_>, document: &PageDocument<'_, '_>, palette: &Palette<'_>) -> io::Result<()> {
    let Some(relations) = &document.page.relations else { return Ok(()) };
    palette.write(markup, document.view.messages)?;
    let picture =
        Picture { relations, palette, messages: document.view.messages, domain: common_domain(&document.page.overview) };
    // A narrow screen scrolls the picture.
    let label = document.view.messages.page_section_title(PageSection::Relations);
    markup.within("figure", &[("tabindex", &0), ("aria-label", &label)], |markup| picture.write(markup))
}

/// A bar.
struct Node {
    label: String,
    class: &'static str,
    bytes: u64,
    top: f64,
    height: f64,
}

struct Picture<'p, 'a> {
    relations: &'p ServiceRelations<'a>,
    palette: &'p Palette<'p>,
    messages: &'static dyn Messages,
    /// A domain that is left out of names.
    domain: Option<String>,
}

impl Picture<'_, '_> {
    fn write(&self, markup: &mut Markup<'_>) -> io::Result<()> {
        let ServiceRelations { clients, services, servers, from_clients, to_servers, .. } = self.relations;
        let whole = services.iter().map(|service| service.bytes).fold(0, u64::saturating_add).max(1);
        let clients = placed(clients.iter().map(|end| (self.end(end), "node", end.bytes)), whole);
        let services = placed(
            services.iter().map(|service| {
                let name = service.name.unwrap_or(self.messages.page_all_others());
                (name.to_owned(), self.palette.class(service.category), service.bytes)
            }),
            whole,
        );
        let servers = placed(servers.iter().map(|end| (self.end(end), "node", end.bytes)), whole);
        let bottom = [&clients, &services, &servers].into_iter().filter_map(|nodes| nodes.last());
        let height = bottom.map(|node| node.top + node.height.max(LINE)).fold(TOP, f64::max) + 4.0;
        let (size, label) = (format!("0 0 {WIDTH} {height:.0}"), self.messages.page_relations_description());
        markup.open("svg", &[("class", &"wide"), ("viewBox", &size), ("role", &"img"), ("aria-label", &label)])?;
        let share = HEIGHT / whole as f64;
        self.write_bands(markup, [&clients, &services], 0, share, &|client, service| from_clients[client][service])?;
        self.write_bands(markup, [&services, &servers], 1, share, &|service, server| to_servers[service][server])?;
        for (column, nodes) in [&clients, &services, &servers].into_iter().enumerate() {
            self.write_nodes(markup, column, nodes)?;
        }
        markup.close("svg")
    }

    /// The label of a client or a server. The domain that most names share goes without saying.
    fn end(&self, end: &RelationEnd<'_>) -> String {
        let Some(host) = &end.host else { return self.messages.page_all_others().to_owned() };
        let name = host.name.map(|name| without_domain(name, self.domain.as_deref()));
        machines::text(&NamedHost { name, ..*host })
    }

    /// Writes the bands between two neighbouring columns, in the colours of the services.
    fn write_bands(
        &self,
        markup: &mut Markup<'_>,
        [from, to]: [&[Node]; 2],
        column: usize,
        share: f64,
        bytes: &dyn Fn(usize, usize) -> u64,
    ) -> io::Result<()> {
        let (left, right) = (COLUMNS[column] + BAR, COLUMNS[column + 1]);
        let middle = (left + right) / 2.0;
        let mut ends: Vec<f64> = to.iter().map(|node| node.top).collect();
        for (start, one) in from.iter().enumerate() {
            let mut top = one.top;
            for (end, other) in to.iter().enumerate() {
                let bytes = bytes(start, end);
                let height = bytes as f64 * share;
                if height < 0.05 {
                    continue;
                }
                let [from_top, from_end, to_top, to_end] = [top, top + height, ends[end], ends[end] + height];
                let path = format!(
                    "M{left:.1} {from_top:.1}C{middle:.1} {from_top:.1} {middle:.1} {to_top:.1} {right:.1} {to_top:.1}V{to_end:.1}\
                     C{middle:.1} {to_end:.1} {middle:.1} {from_end:.1} {left:.1} {from_end:.1}Z"
                );
                let class = format!("band {}", if column == 0 { other.class } else { one.class });
                markup.open("path", &[("class", &class), ("d", &path)])?;
                let mut size = String::new();
                self.messages.append_bytes(bytes, &mut size);
                let [from, to] = [one, other].map(|node| shortened(&node.label, LABEL));
                markup.element("title", &[], format_args!("{from} → {to}: {size}"))?;
                markup.close("path")?;
                (top, ends[end]) = (from_end, to_end);
            }
        }
        Ok(())
    }

    fn write_nodes(&self, markup: &mut Markup<'_>, column: usize, nodes: &[Node]) -> io::Result<()> {
        let left = COLUMNS[column];
        let (x, anchor) = match column {
            0 => (left - 6.0, "end"),
            1 => (left + BAR / 2.0, "middle"),
            _ => (left + BAR + 6.0, "start"),
        };
        let heads = self.messages.page_relation_heads();
        markup.element("text", &[("class", &"head"), ("x", &x), ("y", &14), ("text-anchor", &anchor)], heads[column])?;
        for node in nodes.iter().filter(|node| node.bytes > 0) {
            let (top, height) = (format!("{:.1}", node.top), format!("{:.1}", node.height.max(1.0)));
            let bar: [(&str, &dyn std::fmt::Display); 5] =
                [("class", &node.class), ("x", &left), ("y", &top), ("width", &BAR), ("height", &height)];
            markup.shape("rect", &bar)?;
            let y = format!("{:.1}", node.top + node.height.max(LINE) / 2.0 + 4.0);
            let label: [(&str, &dyn std::fmt::Display); 4] =
                [("class", &"label"), ("x", &x), ("y", &y), ("text-anchor", &anchor)];
            markup.open("text", &label)?;
            let mut size = String::new();
            self.messages.append_bytes(node.bytes, &mut size);
            markup.element("title", &[], format_args!("{}: {size}", node.label))?;
            markup.text(shortened(&node.label, LABEL))?;
            markup.close("text")?;
        }
        Ok(())
    }
}

/// Places bars below each other.
fn placed(nodes: impl Iterator<Item = (String, &'static str, u64)>, whole: u64) -> Vec<Node> {
    let mut top = TOP;
    let place = |(label, class, bytes): (String, &'static str, u64)| {
        let height = HEIGHT * bytes as f64 / whole as f64;
        let node = Node { label, class, bytes, top, height };
        // Others without traffic have no bar, but keep their number.
        top += if bytes > 0 { height.max(LINE) + GAP } else { 0.0 };
        node
    };
    nodes.map(place).collect()
}
