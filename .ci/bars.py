#!/usr/bin/env python3
"""Holds the reports of check_totals.py and score_roles.py against what Portolan promises.

usage: bars.py totals REPORT | bars.py roles REPORT

Prints the report without its closing line and each bar with its value; exit status 1 if one is missed.
"""
import re
import sys

# Captures where the reading that check_totals.py compares with is held to be wrong, and why. At most five.
DISPUTED = {
    "tcpdump/tests/atm-oam-loopback-print-overrun.pcap":
        "1544488577 s and 1159821166 us are 1544489736.821166 s, not what is left of them in 32 bits; and the record says "
        "65622 bytes on the wire, ATM header included",
    "pcapplusplus/Tests/Fuzzers/RegressionTests/clusterfuzz-testcase-minimized-FuzzTarget-4683685084594176":
        "the record says 4294967072 bytes on the wire, which the other reading cuts at 2^31 - 1",
    "pcapplusplus/Tests/Pcap++Test/PcapExamples/pcapng-example.pcapng":
        "a timestamp in the year 586524, which RFC 3339 cannot write; it is held at the end of the range",
    "pcapplusplus/Tests/Pcap++Test/PcapExamples/file_heuristics/pcapng-example.pcapng.zst":
        "the same capture, compressed",
}
# score_roles.py: (line, field, least or most, value in per cent of flows).
ROLE_BARS = [
    ("roles with", "right", "least", 99.8),
    ("roles without", "right", "least", 97.5),
    ("roles without", "wrong", "most", 1.0),
    ("roles without>=1024", "right", "least", 94.0),
    ("roles without>=1024", "wrong", "most", 2.0),
    ("names against content", "agree", "least", 80.0),
    ("names against content", "other name", "most", 9.0),
]


def totals(report):
    passed, failed = map(int, re.search(r"^(\d+) passed, (\d+) failed$", report, re.M).groups())
    failures = re.findall(r"^(\S+): .*: got .*, want .*$", report, re.M)
    disputed = {path for path in failures if path in DISPUTED}
    for path in sorted(disputed):
        print(f"disputed: {path}: {DISPUTED[path]}")
    met = len(failures) == failed and disputed == set(failures) and len(DISPUTED) <= 5
    print(f"bar: {passed} of {passed + failed} checks hold, and all others are of disputed captures: {'met' if met else 'MISSED'}")
    return met


def roles(report):
    met_all = True
    for line, field, kind, value in ROLE_BARS:
        got = float(re.search(rf"^{line} .*?{field} +([\d.]+)", report, re.M).group(1))
        met = got >= value if kind == "least" else got <= value
        met_all &= met
        print(f"bar: {line}, {field} {got} %, at {kind} {value} %: {'met' if met else 'MISSED'}")
    return met_all


def main():
    report = open(sys.argv[2], encoding="utf-8").read()
    print("\n".join(line for line in report.splitlines() if not re.fullmatch(r"\d+ passed, \d+ failed", line)))
    return 0 if {"totals": totals, "roles": roles}[sys.argv[1]](report) else 1


if __name__ == "__main__":
    sys.exit(main())
