//! The overview as text: labels on the left, and as many rows as the screen has room for.

use std::io::{self, Write};
use std::net::IpAddr;

use anstyle::{AnsiColor, Style};

use super::terminal::{View, emphasised};
use super::wrap::{hanging, padded, shortened, width_of};
use crate::messages::{Messages, OverviewPart};
use crate::report::{CategoryPart, MAX_MACHINES, NamedHost, Overview, Share, StripColumn};
use crate::untrusted::clean;

/// The screen that an overview is laid out for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// The rows of a terminal; `None` for a pipe.
    pub rows: Option<usize>,
    /// True if block characters can be shown.
    pub has_blocks: bool,
}

/// Columns between a label or a column of text and the next one.
const GAP: usize = 2;
/// Columns of a bar.
const BAR: usize = 12;
/// The most columns of the strip of traffic.
const STRIP: usize = 64;
/// The narrowest text that is laid out. On a narrower terminal, lines are longer than the screen.
const NARROWEST: usize = 40;
/// The width from which on labels stand on the left, and categories have bars. Below it, labels have lines of their own.
const ROOMY: usize = 60;
/// The width from which on the bytes of a category have a column.
const WIDE: usize = 100;
/// The room that text has below a label.
const BELOW_LABEL: usize = 2;
/// The most columns of a machine's address and name.
const MACHINE: usize = 44;
/// Machines of one kind in a pipe.
const PIPE_MACHINES: usize = 10;
/// Machines and scans in one line.
const IN_ONE_LINE: usize = 6;
/// The fewest rows of categories and of servers on a screen that is too small.
const FEWEST: usize = 2;
/// The most items of a list in a pipe.
const PIPE_ITEMS: usize = 24;
/// The most lines of one server.
const LINES_OF_SERVER: usize = 3;
/// Private machines with names in the same domain from which on the domain goes without saying.
const SAME_DOMAIN: usize = 3;
/// The longest name of a file.
const FILE: usize = 40;

/// The levels of a strip, from nothing to the peak.
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const CHARACTERS: [char; 9] = [' ', '.', ':', '-', '=', '+', '*', '%', '#'];
/// The last part of a bar, in eighths of a column.
const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
/// The colours of the largest categories. The others have none.
const COLOURS: [AnsiColor; 6] =
    [AnsiColor::Cyan, AnsiColor::Yellow, AnsiColor::Green, AnsiColor::Magenta, AnsiColor::Blue, AnsiColor::Red];

/// Writes an overview.
pub fn write(overview: &Overview<'_>, view: View, screen: Screen, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let page = Page::new(overview, view, screen);
    page.lines().iter().try_for_each(|line| writeln!(output, "{line}"))
}

/// An overview with the properties of its screen.
struct Page<'o, 'a> {
    overview: &'o Overview<'a>,
    view: View,
    screen: Screen,
    /// Columns on the left of text: those of a label with the gap behind it, unless it has a line of its own.
    indent: usize,
    /// A domain that is left out of names.
    domain: Option<String>,
}

impl<'o, 'a> Page<'o, 'a> {
    fn new(overview: &'o Overview<'a>, view: View, screen: Screen) -> Page<'o, 'a> {
        let labels = OverviewPart::ALL.map(|part| width_of(view.messages.overview_label(part)));
        let view = View { width: if view.wide { usize::MAX / 2 } else { view.width.max(NARROWEST) }, ..view };
        let indent = if view.width < ROOMY { BELOW_LABEL } else { labels.into_iter().max().unwrap_or(0) + GAP };
        Page { overview, view, screen, indent, domain: common_domain(overview) }
    }

    fn messages(&self) -> &'static dyn Messages {
        self.view.messages
    }

    /// True if labels have lines of their own.
    fn is_narrow(&self) -> bool {
        self.view.width < ROOMY
    }

    /// Columns for text behind a label, or below it.
    fn room(&self) -> usize {
        self.view.width.saturating_sub(self.indent)
    }

    fn lines(&self) -> Vec<String> {
        let Overview { facts, .. } = self.overview;
        let mut above: Vec<String> = hanging("", 0, &self.facts(), self.view.width);
        above.iter_mut().for_each(|line| *line = emphasised(line, self.view));
        let missing = self.messages().overview_missing(&facts.missing, facts.part.as_ref());
        above.extend(self.part(OverviewPart::Missing, missing.as_deref()));
        if facts.traffic.packets == 0 {
            let why = facts.part.as_ref().map(|part| self.messages().overview_of_nothing(part, self.view.zone));
            above.extend(why.iter().flat_map(|why| hanging("", 0, why, self.view.width)));
            return above;
        }
        let below = self.below();
        let (categories, servers) = self.rows(above.len() + below.len());
        above.extend(self.labelled(OverviewPart::Categories, self.categories(categories)));
        if self.has_ports() {
            above.extend(self.labelled(OverviewPart::Servers, self.servers(servers)));
        }
        above.extend(below);
        above
    }

    /// The sentence about the inputs.
    fn facts(&self) -> String {
        let facts = &self.overview.facts;
        let file = facts.file.as_deref().map(|file| clean(file).into_owned());
        let selection = facts.part.as_ref().and_then(|part| part.selection.as_deref()).map(clean);
        let facts_of = |file: Option<&str>| {
            let file = file.map(|file| shortened(file, FILE));
            self.messages().overview_facts(facts, file.as_deref(), selection.as_deref(), self.view.zone)
        };
        // Without its folder, the name of a file may fit into the line.
        let last = file.as_deref().map(|file| file.rsplit(['/', '\\']).next().unwrap_or(file));
        let sentence = Some(facts_of(file.as_deref())).filter(|sentence| width_of(sentence) <= self.view.width);
        sentence.unwrap_or_else(|| facts_of(last))
    }

    /// True if there are flows with ports, which can have servers.
    fn has_ports(&self) -> bool {
        self.overview.certainty.flows > 0
    }

    /// The lines below categories and servers.
    fn below(&self) -> Vec<String> {
        let Overview { certainty, portless_traffic, .. } = self.overview;
        let mut lines = self.labelled(OverviewPart::Clients, self.clients());
        lines.extend(self.labelled(OverviewPart::OverTime, self.strip()));
        if portless_traffic.part.packets > 0 {
            lines.extend(self.labelled(OverviewPart::Portless, self.portless()));
        }
        lines.extend(self.labelled(OverviewPart::Scans, self.scans()));
        lines.extend(self.part(OverviewPart::Refused, self.refusals().as_deref()));
        if self.has_ports() {
            lines.extend(self.part(OverviewPart::Certainty, Some(&self.messages().certainty(*certainty))));
        }
        lines.extend(self.part(OverviewPart::More, Some(self.messages().more_tables())));
        lines
    }

    /// The most lines of categories and of servers, if there are so many `other` lines.
    fn rows(&self, other: usize) -> (usize, usize) {
        let wanted_of =
            |number: usize| if self.view.top == Some(0) { number } else { self.view.top.unwrap_or(number).min(number) };
        let categories = wanted_of(self.overview.categories.len().max(1));
        let Some(rows) = self.screen.rows.filter(|_| self.view.top.is_none() && !self.view.wide) else {
            return (categories, usize::MAX);
        };
        // The last row is for the prompt.
        let free = rows.saturating_sub(other + 1).max(2 * FEWEST);
        let servers = if self.has_ports() { self.servers(usize::MAX).len() } else { 0 };
        let of_servers = servers.min(free - categories.min(free / 2));
        (categories.min(free - of_servers), of_servers)
    }

    /// Lines with the label of a part in front of the first one, or above it.
    fn labelled(&self, part: OverviewPart, lines: Vec<String>) -> Vec<String> {
        let label = self.messages().overview_label(part);
        let below = " ".repeat(self.indent);
        if self.is_narrow() {
            let above = Some(emphasised(label, self.view)).filter(|_| !lines.is_empty());
            return above.into_iter().chain(lines.iter().map(|line| format!("{below}{line}"))).collect();
        }
        let label = emphasised(&padded(label, self.indent), self.view);
        let line = |(number, line): (usize, String)| format!("{}{line}", if number == 0 { &label } else { &below });
        lines.into_iter().enumerate().map(line).map(|line| line.trim_end().to_owned()).collect()
    }

    /// A sentence with the label of a part.
    fn part(&self, part: OverviewPart, text: Option<&str>) -> Vec<String> {
        text.map_or_else(Vec::new, |text| self.labelled(part, hanging("", 0, text, self.room())))
    }

    fn categories(&self, most: usize) -> Vec<String> {
        let categories = &self.overview.categories;
        if categories.is_empty() {
            return vec![self.messages().no_categories().to_owned()];
        }
        // The last line is for all others, if they have no room.
        let shown = if categories.len() <= most { categories.len() } else { most.saturating_sub(1) };
        let name = categories[..shown].iter().map(|part| width_of(part.category)).max().unwrap_or(0);
        let mut lines: Vec<String> = categories[..shown].iter().map(|part| self.category(part, name)).collect();
        let others: Vec<String> = categories[shown..].iter().map(|part| part.category.to_owned()).collect();
        lines.extend(self.filled(&others, self.room(), 1));
        lines
    }

    fn category(&self, part: &CategoryPart<'_>, name: usize) -> String {
        let messages = self.messages();
        let share = messages.rounded_share(part.bytes());
        let mut line = format!("{}  {share:>5}  ", padded(part.category, name));
        let mut places = name + 2 + 5 + 2;
        if !self.is_narrow() {
            line.push_str(&self.coloured(&padded(&self.bar(part.bytes()), BAR), Some(part.category)));
            line.push_str("  ");
            places += BAR + 2;
        }
        if self.view.width >= WIDE {
            let mut bytes = String::new();
            messages.append_bytes(part.traffic.part.wire_bytes, &mut bytes);
            line.push_str(&format!("{bytes:>9}  "));
            places += 9 + 2;
        }
        let services: Vec<String> = match messages.unnamed_category(part.category) {
            Some(meaning) => vec![meaning.to_owned()],
            None => part.services.iter().map(|service| service.to_string()).collect(),
        };
        let room = self.room().saturating_sub(places);
        let mut lines = self.filled(&services, room, 1);
        if self.is_narrow() {
            // What has no room is left out.
            lines.truncate(1);
            lines.retain(|text| width_of(text) <= room);
            lines.iter_mut().for_each(|text| text.truncate(text.trim_end_matches(',').len()));
        }
        line.extend(lines);
        line.trim_end().to_owned()
    }

    /// A bar for a share. Whatever is more than nothing can be seen.
    fn bar(&self, share: Share) -> String {
        let eighths = (share.basis_points() as usize * BAR * 8).div_ceil(10_000).clamp(usize::from(share.part > 0), BAR * 8);
        match self.screen.has_blocks {
            true => {
                let mut bar = "█".repeat(eighths / 8);
                bar.extend(Some(EIGHTHS[eighths % 8]).filter(|last| *last != ' '));
                bar
            }
            false => "#".repeat(eighths.div_ceil(8)),
        }
    }

    /// The text in the colour of a category.
    fn coloured(&self, text: &str, category: Option<&str>) -> String {
        let place = self.overview.categories.iter().position(|part| Some(part.category) == category);
        match place.and_then(|place| COLOURS.get(place)).filter(|_| self.view.styled) {
            Some(colour) => {
                let style = Style::new().fg_color(Some((*colour).into()));
                format!("{style}{text}{style:#}")
            }
            None => text.to_owned(),
        }
    }

    fn servers(&self, most: usize) -> Vec<String> {
        let servers = &self.overview.servers;
        if servers.first.is_empty() {
            return vec![self.messages().no_servers().to_owned()];
        }
        let wanted = match (self.view.top, self.screen.rows) {
            (Some(0), _) | (None, Some(_)) => MAX_MACHINES,
            (Some(top), _) => top,
            (None, None) => PIPE_MACHINES,
        };
        let most_of_name = if self.is_narrow() { self.room() / 2 } else { MACHINE };
        let mut machines: Vec<String> =
            servers.first.iter().take(wanted).map(|server| self.machine(&server.host, most_of_name)).collect();
        let width = machines.iter().map(|name| width_of(name)).max().unwrap_or(0).min(self.room() / 2);
        machines.iter_mut().for_each(|name| *name = shortened(name, width).into_owned());
        let mut lines: Vec<String> = Vec::new();
        let mut shown = 0;
        for (server, name) in servers.first.iter().zip(&machines) {
            let services = server.services.iter().map(|service| match service.port {
                Some(port) => format!("{port} {}", service.name),
                None => service.name.to_owned(),
            });
            let of_server = self.filled(&services.collect::<Vec<_>>(), self.room().saturating_sub(width + GAP), LINES_OF_SERVER);
            // A line is kept for the number of machines without room.
            let rest = usize::from(shown + 1 < servers.number);
            if lines.len().saturating_add(of_server.len() + rest) > most && shown > 0 {
                break;
            }
            for (number, line) in of_server.iter().enumerate() {
                lines.push(format!("{}{line}", padded(if number == 0 { name } else { "" }, width + GAP)));
            }
            shown += 1;
        }
        if shown < servers.number {
            lines.push(self.messages().servers_left_out(servers.number - shown));
        }
        lines
    }

    fn clients(&self) -> Vec<String> {
        let clients = &self.overview.clients;
        let item = |(host, bytes): &(NamedHost<'_>, u64)| self.messages().with_bytes(&self.machine(host, MACHINE), *bytes);
        let items: Vec<String> = clients.first.iter().take(IN_ONE_LINE).map(item).collect();
        let more = |left_out: usize| self.messages().clients_left_out(left_out);
        self.filled_with(&items, clients.number, (self.room(), 2), &more)
    }

    fn strip(&self) -> Vec<String> {
        let Overview { strip, facts, .. } = self.overview;
        let columns = strip.as_ref().map_or_else(Vec::new, |strip| strip.columns(STRIP.min(self.room().max(1))));
        // The time of a single point is in the sentence about the inputs.
        if facts.span.first == facts.span.last {
            return Vec::new();
        }
        let Some(peak) = columns.iter().copied().reduce(|peak, column| if column.bytes > peak.bytes { column } else { peak })
        else {
            return Vec::new();
        };
        let caption = hanging("", 0, &self.messages().strip_caption(facts.span, peak, self.view.zone), self.room());
        // One column is no strip.
        if columns.len() < 2 {
            return caption;
        }
        let mut lines = vec![columns.iter().map(|column| self.level(column, peak.bytes)).collect::<String>()];
        lines.extend(caption);
        lines
    }

    /// The character of a column. Whatever is more than nothing can be seen.
    fn level(&self, column: &StripColumn<'_>, peak: u64) -> String {
        let levels = if self.screen.has_blocks { BLOCKS } else { CHARACTERS };
        let level = (u128::from(column.bytes) * (levels.len() as u128 - 1)).div_ceil(u128::from(peak.max(1)));
        self.coloured(&levels[(level as usize).min(levels.len() - 1)].to_string(), column.category)
    }

    fn portless(&self) -> Vec<String> {
        let Overview { portless, portless_traffic, .. } = self.overview;
        let share = self.messages().portless_share(portless_traffic.wire_bytes(), portless_traffic.part);
        let protocols: Vec<String> = portless.iter().map(|(name, _)| name.to_string()).collect();
        let head = format!("{share}: ");
        let mut lines = self.filled(&protocols, self.room().saturating_sub(width_of(&head)), 1);
        lines.iter_mut().for_each(|line| line.insert_str(0, &head));
        lines
    }

    fn scans(&self) -> Vec<String> {
        let scans = &self.overview.scans;
        let most = if self.screen.rows.is_some() { 2 } else { PIPE_MACHINES };
        let line = |scan: &crate::report::ScanSummary<'_>| {
            let target = scan.target.map(|target| self.machine(&target, MACHINE));
            let text = self.messages().scan_summary(scan, &self.machine(&scan.scanner, MACHINE), target.as_deref());
            hanging("", 0, &text, self.room())
        };
        let mut lines: Vec<String> = scans.iter().take(most).flat_map(line).collect();
        if scans.len() > most {
            lines.push(self.messages().scans_left_out(scans.len() - most));
        }
        lines
    }

    fn refusals(&self) -> Option<String> {
        let refusals = self.overview.refusals?;
        let ends = refusals.first.map(|(client, server, ..)| [client, server].map(|host| self.machine(&host, MACHINE)));
        let ends = ends.as_ref().map(|[client, server]| [client.as_str(), server.as_str()]);
        Some(self.messages().refusals(&refusals, ends))
    }

    /// The address of a machine, and its name if there is one, in at most `most` columns. On a narrow screen, a name that does not
    /// fit is left out, because an address that is cut says nothing.
    fn machine(&self, host: &NamedHost<'_>, most: usize) -> String {
        let address = host.address.to_string();
        let Some(name) = host.name else { return address };
        let name = clean(without_domain(name, self.domain.as_deref()));
        let room = most.saturating_sub(width_of(&address) + 1);
        match self.is_narrow() && width_of(&name) > room {
            true => address,
            false => format!("{address} {}", shortened(&name, room.max(8))),
        }
    }

    /// Items in at most `lines` lines of `width` columns, and the number of those without room.
    fn filled(&self, items: &[String], width: usize, lines: usize) -> Vec<String> {
        self.filled_with(items, items.len(), (width, lines), &|left_out| self.messages().items_left_out(left_out))
    }

    /// Some of `number` items in at most so many lines of a width, and `more` for those without room. The first item is always there.
    fn filled_with(
        &self,
        items: &[String],
        number: usize,
        (width, most_lines): (usize, usize),
        more: &dyn Fn(usize) -> String,
    ) -> Vec<String> {
        // An item, a comma and a blank take at least three columns.
        let may_fit = most_lines.saturating_mul(width.saturating_add(GAP)) / 3 + 1;
        let most = if self.screen.rows.is_none() && !self.view.wide { PIPE_ITEMS } else { items.len() };
        let mut shown = items.len().min(may_fit).min(most);
        loop {
            let mut parts: Vec<String> = items[..shown].to_vec();
            if shown < number {
                parts.push(more(number - shown));
            }
            let lines = in_lines(&parts, width);
            if lines.len() <= most_lines || shown <= 1 {
                return lines;
            }
            shown -= 1;
        }
    }
}

/// Items with commas between them, in lines of a width. An item that is wider has a line of its own.
fn in_lines(items: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (number, item) in items.iter().enumerate() {
        let comma = if number + 1 < items.len() { "," } else { "" };
        match lines.last_mut() {
            Some(line) if width_of(line) + 1 + width_of(item) + comma.len() <= width => {
                line.push(' ');
                line.push_str(item);
                line.push_str(comma);
            }
            _ => lines.push(format!("{item}{comma}")),
        }
    }
    lines
}

/// A name without a domain, if it is in there.
pub(super) fn without_domain<'n>(name: &'n str, domain: Option<&str>) -> &'n str {
    domain.and_then(|domain| name.strip_suffix(domain)?.strip_suffix('.')).unwrap_or(name)
}

/// The domain that the names of several private machines share. It says nothing about a single one of them.
pub(super) fn common_domain(overview: &Overview<'_>) -> Option<String> {
    let servers = overview.servers.first.iter().map(|server| server.host);
    let mut hosts: Vec<NamedHost<'_>> = servers.chain(overview.clients.first.iter().map(|(host, _)| *host)).collect();
    hosts.sort_by_key(|host| host.address);
    hosts.dedup_by_key(|host| host.address);
    let private = hosts.iter().filter(|host| is_private(host.address));
    let mut domains: Vec<&str> = private.filter_map(|host| Some(host.name?.split_once('.')?.1)).collect();
    domains.sort_unstable();
    let shared = domains.chunk_by(|one, other| one == other).filter(|same| same.len() >= SAME_DOMAIN);
    shared.max_by_key(|same| same.len()).map(|same| same[0].to_owned())
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local(),
    }
}
