//! Examples at the end of each command's help. A test runs those that need no live capture.

/// Examples of `portolan read`.
pub const READ: &str = "Examples:
  portolan read samples/office.pcapng
  portolan read samples/office.pcapng --table servers,hosts
  portolan read samples/office.pcapng --csv tables --json office.json
  portolan read samples/office.pcapng --xlsx office.xlsx
  portolan read samples/office.pcapng --table services,servers --markdown office.md
  tcpdump -U -w - | portolan read";

/// Examples of `portolan explain`.
pub const EXPLAIN: &str = "Examples:
  portolan explain samples/office.pcapng 7
  portolan explain samples/office.pcapng packet:597
  portolan explain samples/office.pcapng 10.20.0.150:42084
  portolan explain samples/office.pcapng --category games";

/// Examples of `portolan compare`.
pub const COMPARE: &str = "Examples:
  portolan compare samples/handshake.pcap samples/one-address-many-servers.pcap
  portolan compare samples/coin-toss.pcap samples/known-elsewhere.pcap --table servers,services --csv changes
  portolan compare samples/coin-toss.pcap samples/known-elsewhere.pcap --all --sort b_packets --columns service,change,a_packets,b_packets
  portolan compare samples/coin-toss.pcap samples/two-doors.pcap --markdown changes.md
  portolan compare monday*.pcap --with tuesday*.pcap";

/// Examples of `portolan services`.
pub const SERVICES: &str = "Examples:
  portolan services 443
  portolan services 53/udp 6881-6889 mail
  portolan services --csv ports.csv
  portolan services mail --markdown -";

/// Examples of `portolan live`.
#[cfg(feature = "live")]
pub const LIVE: &str = "Examples:
  sudo portolan live
  sudo portolan live --interface eth0 --every 60 --csv tables
  sudo portolan live --every 60 --markdown now.md
  sudo portolan live --write capture.pcapng --rotate-size 100 --keep 10";

/// Examples of `portolan interfaces`.
#[cfg(feature = "live")]
pub const INTERFACES: &str = "Examples:
  portolan interfaces
  portolan interfaces --json -";
