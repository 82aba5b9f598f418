//! `interfaces`: what can be captured from, as `portolan interfaces` shows it.

use super::table::{Cell, Column, Row, Table};
use crate::machine::{Interface, Machine, Obstacle};
use crate::service::protocols;

const COLUMNS: &[Column] = &[
    Column::always("interface"),
    Column::always("addresses").with_enough(50),
    Column::with_room("link_type", 3),
    Column::with_room("up", 1),
    Column::with_room("running", 2),
    Column::with_room("loopback", 4),
    Column::always("may_capture"),
    Column::always("reason"),
];

/// The table of a computer's interfaces.
pub fn interfaces(machine: &Machine) -> Table<'_> {
    Table::stored("interfaces", COLUMNS, machine.interfaces.iter().map(|interface| row(machine, interface)).collect())
}

fn row<'m>(machine: &Machine, interface: &'m Interface) -> Row<'m> {
    let yes_or_no = |is: bool| Cell::text(if is { "yes" } else { "no" });
    let addresses: Vec<String> = interface.addresses.iter().map(ToString::to_string).collect();
    let obstacle = machine.obstacle(interface);
    vec![
        Cell::Outside((&*interface.name).into()),
        Cell::text_or_empty(addresses.join(" ")),
        interface.link_type.map_or(Cell::Empty, |link_type| Cell::text(protocols::link_type(link_type))),
        yes_or_no(interface.is_up),
        yes_or_no(interface.is_running),
        yes_or_no(interface.is_loopback),
        yes_or_no(obstacle.is_none()),
        obstacle.map_or(Cell::Empty, |obstacle| Cell::text(reason(obstacle))),
    ]
}

fn reason(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Libpcap => "no libpcap",
        Obstacle::Right => "no right",
        Obstacle::Down => "down",
    }
}
