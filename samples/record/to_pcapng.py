#!/usr/bin/env python3
"""Join classic pcap files into one pcapng file, sorted by time.

    to_pcapng.py OUT.pcapng IN.pcap [IN.pcap ...]

tcpdump and dumpcap write the machine's system and hardware into the section
header; this writes only the fixed texts below, so the sample says nothing
about the machine it was recorded on.
"""
import struct
import sys

APPLICATION = b"Portolan office scene"
INTERFACE = b"office"
SNAPLEN = 262144
LINKTYPE_ETHERNET = 1

# The first four bytes of a pcap file tell byte order and time unit.
MAGIC = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000),  # microseconds, little endian
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),     # nanoseconds, little endian
    b"\xa1\xb2\x3c\x4d": (">", 1),
}


def read_pcap(path):
    """Yield (time in ns, length on the wire, bytes) of each packet."""
    with open(path, "rb") as f:
        head = f.read(24)
        order, unit = MAGIC[head[:4]]
        linktype = struct.unpack(order + "I", head[20:24])[0] & 0xFFFF
        if linktype != LINKTYPE_ETHERNET:
            sys.exit(f"{path}: not Ethernet (link type {linktype})")
        while len(record := f.read(16)) == 16:
            sec, frac, kept, wire = struct.unpack(order + "IIII", record)
            data = f.read(kept)
            if len(data) < kept:  # tcpdump was cut off in the middle of a packet
                break
            yield sec * 10**9 + frac * unit, wire, data


def padded(data):
    return data + b"\0" * (-len(data) % 4)


def option(code, value):
    return struct.pack("<HH", code, len(value)) + padded(value)


END_OF_OPTIONS = struct.pack("<HH", 0, 0)


def block(kind, body):
    length = 12 + len(body)
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def main(out, inputs):
    packets = [p for path in inputs for p in read_pcap(path)]
    packets.sort(key=lambda p: p[0])  # stable: equal times keep their order
    with open(out, "wb") as f:
        # Section header: byte-order magic, version 1.0, length not given.
        f.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)
                      + option(4, APPLICATION) + END_OF_OPTIONS))
        # Interface description: if_name (2), if_tsresol (9) = 10^-9 s.
        f.write(block(1, struct.pack("<HHI", LINKTYPE_ETHERNET, 0, SNAPLEN)
                      + option(2, INTERFACE) + option(9, b"\x09") + END_OF_OPTIONS))
        # Enhanced packets.
        for time, wire, data in packets:
            f.write(block(6, struct.pack("<IIIII", 0, time >> 32, time & 0xFFFFFFFF,
                                         len(data), wire) + padded(data)))
    print(f"{len(packets)} packets")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
