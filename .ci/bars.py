#!/usr/bin/env python3
"""Holds the reports of check_totals.py and score_roles.py against what Portolan promises.

usage: bars.py totals REPORT | bars.py roles REPORT

Prints the report without its closing line and each bar with its value; exit status 1 if one is missed.
"""
import re
import sys

# Checks of check_totals.py that must pass, in per cent; and those that must never fail.
LEAST_TOTALS = 97.0
NEVER = ("ends by itself", "prints one JSON document", "ledger adds up")
# score_roles.py: (line, field, least or most, value in per cent of flows).
ROLE_BARS = [
    ("with", "right", "least", 99.5),
    ("without", "right", "least", 95.0),
    ("without", "wrong", "most", 2.0),
]


def totals(report):
    passed, failed = map(int, re.search(r"^(\d+) passed, (\d+) failed$", report, re.M).groups())
    share = 100 * passed / (passed + failed)
    met = share >= LEAST_TOTALS
    print(f"bar: {share:.2f} % of the checks pass, at least {LEAST_TOTALS} %: {'met' if met else 'MISSED'}")
    for what in NEVER:
        if re.search(rf"^ *\d+ x {what}", report, re.M):
            print(f"bar: never '{what}': MISSED")
            met = False
    return met


def roles(report):
    met_all = True
    for line, field, kind, value in ROLE_BARS:
        got = float(re.search(rf"^roles {line} .*?{field} +([\d.]+)", report, re.M).group(1))
        met = got >= value if kind == "least" else got <= value
        met_all &= met
        print(f"bar: roles {line} handshake, {field} {got} %, at {kind} {value} %: {'met' if met else 'MISSED'}")
    return met_all


def main():
    report = open(sys.argv[2], encoding="utf-8").read()
    print("\n".join(line for line in report.splitlines() if not re.fullmatch(r"\d+ passed, \d+ failed", line)))
    return 0 if {"totals": totals, "roles": roles}[sys.argv[1]](report) else 1


if __name__ == "__main__":
    sys.exit(main())
