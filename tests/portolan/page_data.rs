//! The data behind the pictures of a page: laws that tie it to the tables, and scenes in which it has to say something.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::net::IpAddr;

use portolan::analysis::{Decided, Options, analyse};
use portolan::capture::InputName;
use portolan::flow::TimelineOptions;
use portolan::report::{
    FlowRow, MAX_RELATED, MAX_SAMPLED_FLOWS, MAX_TIME_COLUMNS, PageData, PortRow, RangeRow, RelationEnd, Report, ServerRow,
    ServiceRelations, TableName, TimelineRow,
};
use portolan::service::{Confidence, Transport};
use portolan::traffic::Traffic;
use testkit::*;

use crate::any_capture::many_mixed_flows;
use crate::support::Folder;
use crate::totals::sums_by;

/// Asserts all laws of this file.
pub fn assert_page_agrees(decided: &Decided<'_>) {
    let page = Report::new(decided).page();
    columns_add_up_to_the_timeline(decided, &page);
    doors_add_up_to_ports(decided, &page);
    if let Some(relations) = &page.relations {
        sides_of_relations_have_one_sum(decided, relations);
    }
    if decided.collected.closed.is_none() {
        relations_are_those_of_the_flows(decided, &page);
    }
    a_sample_has_every_service(decided, &page);
    counts_are_numbers_of_rows(decided, &page);
}

fn columns_add_up_to_the_timeline(decided: &Decided<'_>, page: &PageData<'_>) {
    let rows = || Report::new(decided).rows::<TimelineRow>().into_iter();
    let Some(time) = &page.time else {
        return assert!(rows().all(|row| !row.start.is_known()));
    };
    assert!((1..=MAX_TIME_COLUMNS).contains(&time.columns.len()));
    let columns = time.columns.iter().chain([&time.without_time]);
    let parts = columns.flat_map(|column| time.categories.iter().copied().zip(column.iter().copied()));
    assert_eq!(sums_by(parts), sums_by(rows().map(|row| (row.category, row.traffic))));
    let of_overview: Vec<&str> = page.overview.categories.iter().map(|part| part.category).collect();
    let of_columns: Vec<&str> = time.categories.iter().copied().filter(|category| *category != "portless").collect();
    assert_eq!(of_columns, of_overview);
}

fn doors_add_up_to_ports(decided: &Decided<'_>, page: &PageData<'_>) {
    let rows = || Report::new(decided).rows::<PortRow>().into_iter();
    let doors = &page.doors.doors;
    assert!(doors.is_sorted_by(|one, other| one.port < other.port));
    let sums = |parts: &mut dyn Iterator<Item = (u16, u64)>| {
        parts.fold(BTreeMap::<u16, u64>::new(), |mut sums, (port, number)| {
            *sums.entry(port).or_default() += number;
            sums
        })
    };
    assert_eq!(
        doors.iter().map(|door| (door.port, door.traffic)).collect::<BTreeMap<_, _>>(),
        rows().fold(BTreeMap::<u16, Traffic>::new(), |mut sums, row| {
            sums.entry(row.port).or_default().merge(row.sum.traffic);
            sums
        })
    );
    let as_server = sums(&mut rows().map(|row| (row.port, row.sum.as_server)));
    assert_eq!(sums(&mut doors.iter().map(|door| (door.port, door.flows_as_server))), as_server);
    let as_client = sums(&mut rows().map(|row| (row.port, row.sum.as_client)));
    assert_eq!(sums(&mut doors.iter().map(|door| (door.port, door.flows_as_client))), as_client);
    for door in doors {
        assert_eq!(door.services.is_empty(), door.flows_as_server == 0, "{door:?}");
    }
    let servers: Vec<_> = Report::new(decided).rows::<ServerRow>().into_iter().collect();
    if !decided.collected.closed_ports && servers.iter().all(|row| row.server_port.is_some()) {
        let served: BTreeSet<u16> = servers.iter().filter_map(|row| row.server_port).collect();
        assert_eq!(doors.iter().filter(|door| door.is_served()).map(|door| door.port).collect::<BTreeSet<_>>(), served);
    }
}

fn sides_of_relations_have_one_sum(decided: &Decided<'_>, relations: &ServiceRelations<'_>) {
    let ServiceRelations { clients, servers, services, from_clients, to_servers } = relations;
    let ranges = Report::new(decided).rows::<RangeRow>().into_iter().filter(|row| row.range.is_some());
    let whole: u64 = ranges.map(|row| row.traffic.part.wire_bytes).sum();
    let bytes = |ends: &[RelationEnd<'_>]| ends.iter().map(|end| end.bytes).collect::<Vec<_>>();
    let (of_clients, of_servers) = (bytes(clients), bytes(servers));
    let of_services: Vec<u64> = services.iter().map(|service| service.bytes).collect();
    let is_other = [
        clients.iter().map(|end| end.host.is_none()).collect::<Vec<_>>(),
        servers.iter().map(|end| end.host.is_none()).collect(),
        services.iter().map(|service| service.name.is_none()).collect(),
    ];
    for (side, is_other) in [&of_clients, &of_servers, &of_services].into_iter().zip(is_other) {
        assert_eq!(side.iter().sum::<u64>(), whole);
        assert!(side.iter().all(|bytes| *bytes > 0));
        assert!(is_other.iter().rev().skip(1).all(|is_other| !is_other));
        let named: Vec<u64> = side.iter().zip(&is_other).filter(|(_, is_other)| !**is_other).map(|(bytes, _)| *bytes).collect();
        assert!(named.len() <= MAX_RELATED && named.is_sorted_by(|one, other| one >= other));
        assert!(named.iter().sum::<u64>() * 2 >= whole);
    }
    let rows = |between: &[Vec<u64>]| between.iter().map(|row| row.iter().sum()).collect::<Vec<u64>>();
    let columns = |between: &[Vec<u64>], len: usize| {
        (0..len).map(|column| between.iter().map(|row| row[column]).sum()).collect::<Vec<u64>>()
    };
    assert_eq!((rows(from_clients), columns(from_clients, services.len())), (of_clients, of_services.clone()));
    assert_eq!((rows(to_servers), columns(to_servers, servers.len())), (of_services, of_servers));
}

/// The machines with the most bytes, each with its bytes, and the sum of all.
fn largest(uses: impl Iterator<Item = (Option<IpAddr>, u64)>) -> (Vec<(IpAddr, u64)>, u64) {
    let mut sums: BTreeMap<IpAddr, u64> = BTreeMap::new();
    uses.for_each(|(host, bytes)| *sums.entry(host.unwrap()).or_default() += bytes);
    let whole = sums.values().sum();
    let mut sums: Vec<(IpAddr, u64)> = sums.into_iter().filter(|(_, bytes)| *bytes > 0).collect();
    sums.sort_by_key(|(host, bytes)| (Reverse(*bytes), *host));
    sums.truncate(MAX_RELATED);
    (sums, whole)
}

/// Found by adding up all machines.
fn relations_are_those_of_the_flows(decided: &Decided<'_>, page: &PageData<'_>) {
    let flows = || {
        let rows = Report::new(decided).rows::<FlowRow>().into_iter();
        let has_server = |row: &FlowRow<'_>| row.server_port.is_some() && row.confidence != Some(Confidence::None);
        let bytes = |row: &FlowRow<'_>| row.from_client.wire_bytes + row.from_server.wire_bytes;
        rows.filter(has_server).map(move |row| (row.client_ip, row.server_ip, bytes(&row)))
    };
    let (clients, whole) = largest(flows().map(|(client, _, bytes)| (client, bytes)));
    let (servers, _) = largest(flows().map(|(_, server, bytes)| (server, bytes)));
    let is_half = |hosts: &[(IpAddr, u64)]| whole > 0 && hosts.iter().map(|(_, bytes)| bytes).sum::<u64>() * 2 >= whole;
    match &page.relations {
        Some(relations) => {
            let named =
                |ends: &[RelationEnd<'_>]| ends.iter().filter_map(|end| Some((end.host?.address, end.bytes))).collect::<Vec<_>>();
            assert_eq!((named(&relations.clients), named(&relations.servers)), (clients, servers));
        }
        // There are fewer services than would be too many in most captures.
        None => assert!(!is_half(&clients) || !is_half(&servers) || page.counts.services > MAX_RELATED as u64),
    }
}

fn a_sample_has_every_service(decided: &Decided<'_>, page: &PageData<'_>) {
    let report = Report::new(decided);
    let rows: Vec<FlowRow<'_>> = report.rows::<FlowRow>().into_iter().collect();
    let numbers = &page.flows.numbers;
    assert_eq!(page.flows.all, rows.len() as u64);
    assert_eq!(numbers.len(), rows.len().min(MAX_SAMPLED_FLOWS));
    assert_eq!(numbers.iter().collect::<HashSet<_>>().len(), numbers.len());
    let bytes = |row: &FlowRow<'_>| row.from_client.wire_bytes + row.from_server.wire_bytes;
    assert!(numbers.is_sorted_by_key(|number| (Reverse(bytes(&rows[*number])), *number)));
    let services: BTreeSet<_> = rows.iter().map(|row| (row.service, row.category)).collect();
    let sampled: BTreeSet<_> = numbers.iter().map(|number| (rows[*number].service, rows[*number].category)).collect();
    assert!(sampled == services || services.len() > 600, "{sampled:?} of {services:?}");
    for (of_rows, of_sample) in [
        (
            rows.iter().map(|row| row.evidence.unwrap().code()).collect::<BTreeSet<_>>(),
            numbers.iter().map(|number| rows[*number].evidence.unwrap().code()).collect(),
        ),
        (
            rows.iter().filter_map(|row| row.tcp_state).collect(),
            numbers.iter().filter_map(|number| rows[*number].tcp_state).collect(),
        ),
    ] {
        // A state is no outcome, but nearly one.
        assert!(of_rows == of_sample || rows.len() > MAX_SAMPLED_FLOWS, "{of_rows:?}, {of_sample:?}");
    }
    let (table, flows) = (report.sampled_flows(&page.flows), report.table(TableName::Flows));
    assert_eq!((table.len(), table.fields.len()), (numbers.len(), flows.fields.len()));
    let mut of_table = Vec::new();
    table.visit(0..numbers.len(), |values| of_table.push(format!("{values:?}")));
    for (number, values) in numbers.iter().zip(of_table) {
        flows.visit(*number..number + 1, |expected| assert_eq!(format!("{expected:?}"), values));
    }
}

fn counts_are_numbers_of_rows(decided: &Decided<'_>, page: &PageData<'_>) {
    let report = Report::new(decided);
    let counts = page.counts;
    assert_eq!(counts.flows_with_ports, report.rows::<RangeRow>().into_iter().map(|row| row.flows).sum::<u64>());
    if decided.collected.closed.is_none() {
        assert_eq!(counts.flows_with_ports + counts.flows_without_ports, page.flows.all);
        let is_portless = |row: &FlowRow<'_>| Transport::from_protocol(row.ip_protocol).is_none();
        assert_eq!(counts.flows_without_ports, report.rows::<FlowRow>().into_iter().filter(is_portless).count() as u64);
    }
}

fn analysed(capture: &[u8], threads: usize) -> Decided<'static> {
    let folder = Folder::new();
    let inputs = vec![InputName::File(folder.file("capture.pcap", capture).into())];
    analyse(&Options { inputs, threads, timeline: Some(TimelineOptions::default()), ..Options::new(Vec::new()) })
}

#[test]
fn a_page_of_more_flows_than_it_shows_agrees_for_any_number_of_threads() {
    let capture = many_mixed_flows();
    let decided = analysed(&capture, 1);
    assert_page_agrees(&decided);
    let parts = |decided: &Decided<'_>| {
        let PageData { time, doors, relations, flows, counts, .. } = Report::new(decided).page();
        format!("{:?}", (time, doors, relations, flows, counts))
    };
    assert!(parts(&decided) == parts(&analysed(&capture, 3)));
}

#[test]
fn doors_tell_servers_from_ports_that_were_only_tried() {
    let mut scene = Scene::new();
    for port in 1..=100 {
        if port == 80 {
            scene.frames(connection((C, 50_000 + port), (S, port), 1));
        } else {
            scene.frames([
                tcp((C, 50_000 + port), (S, port), "S", 1, 0, b""),
                tcp((S, port), (C, 50_000 + port), "RA", 0, 2, b""),
            ]);
        }
    }
    let decided = analysed(&scene.pcap(), 1);
    let page = Report::new(&decided).page();
    let (tried, others): (Vec<_>, Vec<_>) = page.doors.doors.iter().partition(|door| door.is_only_tried);
    assert!(tried.iter().map(|door| door.port).eq((1..=100).filter(|port| *port != 80)));
    let (served, used): (Vec<_>, Vec<_>) = others.into_iter().partition(|door| door.is_served());
    assert_eq!(
        served.iter().map(|door| (door.port, &door.services[..])).collect::<Vec<_>>(),
        [(80, &[(Transport::Tcp, "http", "web")][..])]
    );
    assert!(used.iter().all(|door| door.flows_as_server == 0 && door.flows_as_client == 1 && door.services.is_empty()));
    let relations = page.relations.unwrap();
    let services: Vec<_> = relations.services.iter().map(|service| (service.name, service.category)).collect();
    assert_eq!(services, [(Some("scan"), "scan"), (Some("http"), "web")]);
}

#[test]
fn the_largest_machines_are_found_among_many_small_ones() {
    // A machine with half of the bytes, and more others than have a place of their own in the first pass.
    let address = |number: usize| format!("10.1.{}.{}", number >> 8, number & 255);
    let addresses: Vec<&'static str> = (0..9000).map(|number| &*address(number).leak()).collect();
    let scene = |is_one_large: bool| {
        let mut scene = Scene::new();
        for (number, client) in addresses.iter().copied().enumerate() {
            scene.frame(udp((client, 50_000), (S, 53), &[0; 20][..10 + number % 3]));
            if is_one_large {
                scene.frame(udp((C, 50_000), (S, 53), &[0; 100]));
            }
        }
        scene.pcap()
    };
    let decided = analysed(&scene(true), 2);
    assert_page_agrees(&decided);
    let relations = Report::new(&decided).page().relations.unwrap();
    let clients: Vec<String> =
        relations.clients.iter().map(|end| end.host.map_or_else(String::new, |host| host.address.to_string())).collect();
    let expected: Vec<String> = (0..11).map(|number| address(2 + 3 * number)).collect();
    assert_eq!((clients[0].as_str(), &clients[1..12], clients[12].as_str()), (C, &expected[..], ""));
    let decided = analysed(&scene(false), 2);
    assert_page_agrees(&decided);
    assert_eq!(Report::new(&decided).page().relations, None);
}
