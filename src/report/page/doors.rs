//! The ports, as doors: who served behind them and who used them. The sums are those of the table `ports`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::analysis::Decided;
use crate::report::{FromDecided, PortRow};
use crate::service::Transport;
use crate::traffic::Traffic;

/// The 65,536 ports: who served behind them and who used them. A door is a port of all transports together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doors<'a> {
    /// The ports that were used, in the order of their numbers.
    pub doors: Vec<Door<'a>>,
}

/// A port of all transports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Door<'a> {
    /// The port.
    pub port: u16,
    /// Flows whose server had the port, those included that nobody answered.
    pub flows_as_server: u64,
    /// Flows whose client had the port.
    pub flows_as_client: u64,
    /// Packets from or to the port.
    pub traffic: Traffic,
    /// The transports over which the port was a server's in any flow, each with the name of the port and its category, the one with
    /// the most packets first.
    pub services: Vec<(Transport, &'a str, &'a str)>,
    /// True if others asked for the port, and it was silent or refused all of them, as a scan finds most ports: nobody serves there.
    pub is_only_tried: bool,
}

impl<'a> Doors<'a> {
    /// Computes the doors from the rows of the table `ports`.
    pub(super) fn new(decided: &'a Decided<'_>) -> Doors<'a> {
        Doors::from_rows(PortRow::rows(decided))
    }

    fn from_rows(rows: impl IntoIterator<Item = PortRow<'a>>) -> Doors<'a> {
        let mut by_port: BTreeMap<u16, Vec<PortRow<'a>>> = BTreeMap::new();
        for row in rows {
            by_port.entry(row.port).or_default().push(row);
        }
        Doors { doors: by_port.into_values().map(Door::of_transports).collect() }
    }
}

impl<'a> Door<'a> {
    /// The door of a port from its rows, one for each transport.
    fn of_transports(mut rows: Vec<PortRow<'a>>) -> Door<'a> {
        rows.sort_unstable_by_key(|row| (Reverse(row.sum.traffic.packets), row.transport));
        let (mut door, mut serving) = (Door::default(), 0);
        for PortRow { transport, port, service, category, sum, .. } in rows {
            door.port = port;
            door.flows_as_server += sum.as_server;
            door.flows_as_client += sum.as_client;
            door.traffic.merge(sum.traffic);
            serving += sum.serving;
            if sum.as_server > 0 {
                door.services.push((transport, service, category));
            }
        }
        door.is_only_tried = door.flows_as_server > 0 && serving == 0;
        door
    }

    /// True if somebody served behind the door.
    pub fn is_served(&self) -> bool {
        self.flows_as_server > 0 && !self.is_only_tried
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::flows::PortSum;

    fn row(transport: Transport, port: u16, packets: u64, [as_server, serving, as_client]: [u64; 3]) -> PortRow<'static> {
        let traffic = Traffic { packets, wire_bytes: 100 * packets };
        let sum = PortSum { traffic, as_server, as_client, serving, ..PortSum::default() };
        PortRow { transport, port, service: transport.name(), category: "web", sum, named_by: None }
    }

    #[test]
    fn a_door_is_a_port_of_all_transports() {
        let rows = [
            row(Transport::Tcp, 443, 5, [2, 1, 1]),
            row(Transport::Udp, 443, 7, [1, 0, 0]),
            row(Transport::Udp, 22, 1, [0, 0, 4]),
            row(Transport::Tcp, 22, 3, [3, 0, 0]),
        ];
        let doors = Doors::from_rows(rows).doors;
        assert_eq!(doors.iter().map(|door| door.port).collect::<Vec<_>>(), [22, 443]);
        let [ssh, https] = &doors[..] else { panic!() };
        assert_eq!((https.flows_as_server, https.flows_as_client, https.traffic.packets), (3, 1, 12));
        assert_eq!(https.services.iter().map(|service| service.0).collect::<Vec<_>>(), [Transport::Udp, Transport::Tcp]);
        assert!(https.is_served() && !https.is_only_tried);
        assert_eq!((ssh.services.len(), ssh.is_served(), ssh.is_only_tried), (1, false, true));
        let of_client = Doors::from_rows([row(Transport::Udp, 50_000, 1, [0, 0, 4])]).doors;
        assert!(!of_client[0].is_served() && !of_client[0].is_only_tried);
    }
}
