//! Services over datagrams whose clients wait for no answer, by their protocols' specifications. For these, silence is no
//! evidence against the server.

/// The names of these services in the book.
pub const NAMES: [&str; 35] = [
    // Messages, measurements and traps that nobody acknowledges (RFC 5426, RFC 3416 section 4.2.6, RFC 3954, RFC 7011, and
    // the documentation of sFlow, StatsD, collectd, Graphite, GELF, Ganglia, Jaeger).
    "syslog",
    "snmptrap",
    "snmptls-trap",
    "netflow",
    "ipfix",
    "sflow",
    "statsd",
    "collectd",
    "graphite",
    "gelf",
    "ganglia",
    "jaeger",
    // NetBIOS datagrams (RFC 1002 section 4.4), discard (RFC 863, also Wake-on-LAN), mail notices and who is logged in.
    "netbios-dgm",
    "discard",
    "biff",
    "who",
    // Sound, pictures, light.
    "rtp",
    "rtcp",
    "mpeg-ts",
    "sap",
    "art-net",
    "sacn",
    // Each direction of a session is a flow of its own (RFC 5881, RFC 5883, RFC 7130), and so with clocks (IEEE 1588).
    "bfd-control",
    "bfd-echo",
    "bfd-multi-ctl",
    "bfd-lag",
    "ptp-event",
    "ptp-general",
    // Tunnels, whose answers come back from another port.
    "vxlan",
    "vxlan-gpe",
    "geneve",
    "gue",
    "gre-in-udp",
    "mpls-udp",
    "tzsp",
];
