#!/usr/bin/env python3
"""Check the tables of this directory against the rules in README.md, overlay.tsv above all.

usage: python3 data/check.py          prints a summary; exit code 1 and one line per fault if something is wrong
"""
import collections
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TRANSPORTS = ["tcp", "udp", "sctp", "dccp"]
CATEGORIES = (
    "web mail file-transfer file-sharing name-resolution printing streaming voip messaging games remote-access database "
    "directory management time-and-address routing vpn-and-tunnels peer-to-peer industrial security other"
).split()
COLUMNS = {
    "services.tsv": "port transport name aliases description",
    "overlay.tsv": "ports transports name category curated origin source note",
    "ip_protocols.tsv": "number name description",
    "icmp.tsv": "family type code name reference",
    "ethertypes.tsv": "ethertype name description source",
    "llc_saps.tsv": "sap name description",
    "snap_cisco.tsv": "pid name description",
    "arp_opcodes.tsv": "opcode name",
    "link_types.tsv": "number name description",
    "rpc_programs.tsv": "number name category description",
    "dcerpc_interfaces.tsv": "uuid name category source description",
}
MAY_BE_EMPTY = {("services.tsv", 3)}  # aliases
NAME = re.compile(r"[a-z0-9.+/_-]+")
# The first column of the plain tables: its form and its largest value.
NUMBERS = {
    "ip_protocols.tsv": (r"\d+", 255),
    "ethertypes.tsv": (r"0x[0-9a-f]{4}", 0xFFFF),
    "llc_saps.tsv": (r"0x[0-9a-f]{2}", 0xFF),
    "snap_cisco.tsv": (r"0x[0-9a-f]{4}", 0xFFFF),
    "arp_opcodes.tsv": (r"\d+", 0xFFFF),
    "link_types.tsv": (r"\d+", 0xFFFF),
    "rpc_programs.tsv": (r"\d+", 0xFFFFFFFF),
}
faults = []


def fault(where, what):
    faults.append(f"{where}: {what}")


def load(table):
    """(place, cells) of every data row; faults of form on the way."""
    with open(os.path.join(HERE, table), encoding="utf-8", newline="") as f:
        text = f.read()
    if not text.endswith("\n") or "\r" in text:
        fault(table, "lines must end in LF, the last one too")
    rows, comments = [], []
    width = len(COLUMNS[table].split())
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{table}:{number}"
        if line.startswith("#"):
            comments.append(line)
            if rows:
                fault(where, "comments stand at the top only")
            continue
        if line != line.rstrip():
            fault(where, "white space at the end")
        if not line.isascii():
            fault(where, "not ASCII")
        cells = line.split("\t")
        if len(cells) != width:
            fault(where, f"{len(cells)} columns, not {width}")
            continue
        for i, cell in enumerate(cells):
            if cell != cell.strip() or (not cell and (table, i) not in MAY_BE_EMPTY):
                fault(where, f"column {i + 1} is empty or has white space around it")
        rows.append((where, cells))
    if not comments or comments[-1] != "# " + COLUMNS[table].replace(" ", "\t"):
        fault(table, "the last comment line must name the columns")
    return rows


def check_services():
    registered, order = {}, []
    for where, (port, transport, name, _, _) in load("services.tsv"):
        if not port.isdigit() or not 0 < int(port) <= 49151 or transport not in TRANSPORTS:
            fault(where, f"port {port}/{transport}")
            continue
        key = (int(port), transport)
        if key in registered:
            fault(where, f"{port}/{transport} twice")
        registered[key] = name
        order.append((key[0], TRANSPORTS.index(transport)))
    if order != sorted(order):
        fault("services.tsv", "not sorted")
    return registered


def check_overlay(registered):
    taken, order = {}, []
    curated, by_category = collections.Counter(), collections.Counter()
    curated_ports = set()
    for where, (ports, transports, name, category, is_curated, origin, source, note) in load("overlay.tsv"):
        match = re.fullmatch(r"(\d+)(?:-(\d+))?", ports)
        if not match:
            fault(where, f"ports {ports!r}")
            continue
        low, high = int(match[1]), int(match[2] or match[1])
        if not 0 < low <= high <= 65535 or (match[2] and low == high):
            fault(where, f"ports {ports!r}")
            continue
        listed = transports.split(",")
        if [t for t in TRANSPORTS if t in listed] != listed:
            fault(where, f"transports {transports!r}: of {','.join(TRANSPORTS)}, in this order")
            continue
        if not NAME.fullmatch(name):
            fault(where, f"name {name!r}")
        if category not in CATEGORIES:
            fault(where, f"category {category!r}")
        if is_curated not in ("yes", "no"):
            fault(where, f"curated {is_curated!r}")
        if origin not in ("iana", "customary"):
            fault(where, f"origin {origin!r}")
        if not note.endswith("."):
            fault(where, "the note is a sentence and ends with a full stop")
        by_category[category] += 1
        order.append((low, TRANSPORTS.index(listed[0]), high))
        for port in range(low, high + 1):
            for transport in listed:
                key = (port, transport)
                if key in taken:
                    fault(where, f"{port}/{transport} is also in {taken[key]}")
                taken[key] = where
                if origin == "iana" and key not in registered:
                    fault(where, f"{port}/{transport} is not registered at IANA: origin customary")
                if origin == "customary" and registered.get(key, "").lower() == name:
                    fault(where, f"{port}/{transport} is registered as {name}: origin iana")
                if is_curated == "yes":
                    curated[transport, "below 1024" if port < 1024 else "1024 and above"] += 1
                    curated_ports.add(port)
        # a customary use must tell what IANA assigned the port to; what a note says of IANA must be so
        assigned = {registered[port, t] for port in range(low, high + 1) for t in listed if (port, t) in registered}
        match = re.search(r"IANA: ([^;.)]+)", note)
        said = set(re.split(r", | and ", match[1])) if match else set()
        said = {re.sub(r"^\d+ ", "", word) for word in said}
        if origin == "customary" and assigned - said:
            fault(where, f"assigned to {', '.join(sorted(assigned))}: the note must end so (\"IANA: ...\")")
        if said - assigned:
            fault(where, f"the note says IANA: {match[1]}, the registry {', '.join(sorted(assigned)) or 'nothing'}")
    if order != sorted(order):
        fault("overlay.tsv", "not sorted by port, transport")
    print(f"overlay.tsv: {len(order)} rows, {len(taken)} (port, transport) pairs")
    for (transport, side), n in sorted(curated.items(), key=lambda x: (x[0][1], TRANSPORTS.index(x[0][0]))):
        print(f"  curated, {side}: {n} {transport}")
    print(f"  curated ports: {sum(p < 1024 for p in curated_ports)} below 1024, {sum(p >= 1024 for p in curated_ports)} above")
    print("  rows by category: " + ", ".join(f"{c} {by_category[c]}" for c in CATEGORIES))
    for category in CATEGORIES:
        if not by_category[category]:
            fault("overlay.tsv", f"no row with category {category}")


def check_icmp():
    seen, order = set(), []
    rows = load("icmp.tsv")
    for where, (family, kind, code, name, _) in rows:
        if family not in ("icmp", "icmpv6") or not kind.isdigit() or int(kind) > 255 or not re.fullmatch(r"\*|\d+", code):
            fault(where, "family, type or code")
            continue
        if not NAME.fullmatch(name):
            fault(where, f"name {name!r}")
        key = (family, int(kind), -1 if code == "*" else int(code))
        if key in seen or key[2] > 255:
            fault(where, "twice, or code above 255")
        if key[2] >= 0 and (family, key[1], -1) not in seen:
            fault(where, "the type's own row (code *) must come first")
        seen.add(key)
        order.append(key)
    if order != sorted(order):
        fault("icmp.tsv", "not sorted")
    print(f"icmp.tsv: {len(rows)} rows")


def check_numbers(table):
    form, largest = NUMBERS[table]
    numbers, names = [], set()
    for where, cells in load(table):
        if not re.fullmatch(form, cells[0]) or int(cells[0], 0) > largest:
            fault(where, f"number {cells[0]!r}")
            continue
        numbers.append(int(cells[0], 0))
        if not NAME.fullmatch(cells[1]):
            fault(where, f"name {cells[1]!r}")
        if cells[1] in names:
            fault(where, f"name {cells[1]!r} twice")
        names.add(cells[1])
        if COLUMNS[table].split()[2:3] == ["category"] and cells[2] not in CATEGORIES:
            fault(where, f"category {cells[2]!r}")
    if numbers != sorted(set(numbers)):
        fault(table, "not sorted, or a number twice")
    print(f"{table}: {len(numbers)} rows")


def check_interfaces():
    rows = load("dcerpc_interfaces.tsv")
    for where, (uuid, name, category, _, _) in rows:
        if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", uuid):
            fault(where, f"UUID {uuid!r}")
        if not NAME.fullmatch(name) or category not in CATEGORIES:
            fault(where, f"name {name!r} or category {category!r}")
    uuids = [cells[0] for _, cells in rows]
    if uuids != sorted(set(uuids)):
        fault("dcerpc_interfaces.tsv", "not sorted, or a UUID twice")
    print(f"dcerpc_interfaces.tsv: {len(rows)} rows")


registered = check_services()
print(f"services.tsv: {len(registered)} rows")
check_overlay(registered)
check_icmp()
for table in NUMBERS:
    check_numbers(table)
check_interfaces()
for line in faults:
    print(line, file=sys.stderr)
sys.exit(1 if faults else 0)
