//! `interfaces`: the interfaces for live capture, as `portolan interfaces` shows them.

use std::net::IpAddr;

use super::column::{Column, Kind, Record};
use super::rows::Rows;
use super::table::Table;
use super::table_id::TableId;
use super::value::Value;
use crate::platform::machine::{LocalInterface, Machine, Obstacle};
use crate::service::protocols;

/// An interface of this computer.
#[derive(Clone, Debug)]
pub struct InterfaceRow<'a> {
    /// The name. Untrusted text.
    pub interface: &'a str,
    /// The addresses, in order.
    pub addresses: &'a [IpAddr],
    /// The name of the link type that a capture on the interface has, if known.
    pub link_type: Option<String>,
    /// The interface is switched on.
    pub is_up: bool,
    /// The interface can carry traffic.
    pub is_running: bool,
    /// The interface leads only back to this computer.
    pub is_loopback: bool,
    /// The obstacle to a capture on the interface; none, if capture is possible.
    pub obstacle: Option<Obstacle>,
}

impl Record for InterfaceRow<'static> {
    type Row<'a> = InterfaceRow<'a>;
    const ID: TableId = TableId::Interfaces;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::key("interface", Kind::Untrusted, |row| Value::Untrusted(row.interface)),
        Column::attribute("addresses", Kind::List(&Kind::Address), |row| Value::List(&row.addresses)),
        Column::attribute("link_type", Kind::Text, |row| row.link_type.as_ref().into()),
        Column::attribute("up", Kind::Boolean, |row| row.is_up.into()),
        Column::attribute("running", Kind::Boolean, |row| row.is_running.into()),
        Column::attribute("loopback", Kind::Boolean, |row| row.is_loopback.into()),
        Column::attribute("may_capture", Kind::Boolean, |row| row.obstacle.is_none().into()),
        Column::attribute("reason", Kind::Text, |row| row.obstacle.map(reason).into()),
    ];
}

/// Creates the table of a computer's interfaces.
pub fn interfaces(machine: &Machine) -> Table<'_> {
    let row = |interface| row(machine, interface);
    Rows::<InterfaceRow<'static>>::stored(machine.interfaces.iter().map(row).collect()).into()
}

fn row<'m>(machine: &Machine, interface: &'m LocalInterface) -> InterfaceRow<'m> {
    InterfaceRow {
        interface: &interface.name,
        addresses: &interface.addresses,
        link_type: interface.link_type.map(protocols::link_type),
        is_up: interface.is_up,
        is_running: interface.is_running,
        is_loopback: interface.is_loopback,
        obstacle: machine.obstacle(interface),
    }
}

fn reason(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Libpcap => "no libpcap",
        Obstacle::Privilege => "no right",
        Obstacle::Down => "down",
    }
}
