#!/usr/bin/env python3
"""Makes the seeds of the fuzz targets from saved captures: fuzz/seeds.py [FOLDER ...]

FOLDERs are searched for captures; without any, samples/ is. The seeds go to fuzz/corpus/TARGET, where cargo fuzz looks for them.
zstd and lz4 seeds are made where these commands are installed.
"""
import gzip, hashlib, lzma, os, shutil, struct, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
# Larger files cost executions and hold little that smaller ones do not.
MOST_BYTES = 4096
MAGICS = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x34\xcd\xb2\xa1", b"\xa1\xb2\xcd\x34",
          b"\x0a\x0d\x0d\x0a", b"snoop\0\0\0")


def channels():
    """IP protocol and port of each control channel that Portolan reads; the library knows them."""
    command = ["cargo", "run", "--quiet", "--example", "channels", "--manifest-path", os.path.join(HERE, "..", "Cargo.toml")]
    lines = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()
    return {tuple(int(number) for number in line.split()) for line in lines}


def captures(folders):
    for folder in folders:
        for where, _, names in sorted(os.walk(folder)):
            for name in sorted(names):
                path = os.path.join(where, name)
                if os.path.isfile(path) and 24 <= os.path.getsize(path) <= 1 << 20:
                    with open(path, "rb") as file:
                        data = file.read()
                    if data.startswith(MAGICS):
                        yield data


def frames(data):
    """Link type and bytes of each packet of a pcap file; pcapng files are left out here."""
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}.get(data[:4])
    if order is None:
        return
    link_type = struct.unpack(order + "I", data[20:24])[0] & 0xFFFF
    offset = 24
    while offset + 16 <= len(data):
        _, _, captured, wire = struct.unpack(order + "4I", data[offset : offset + 16])
        if captured > len(data) - offset - 16:
            return
        yield link_type, data[offset + 16 : offset + 16 + captured], wire
        offset += 16 + captured


def payload(link_type, frame):
    """IP protocol, ports and payload of a plain IPv4 packet in Ethernet, or nothing."""
    if link_type != 1 or frame[12:14] != b"\x08\x00" or len(frame) < 42:
        return
    ip = frame[14:]
    ip = ip[: struct.unpack(">H", ip[2:4])[0]]
    if len(ip) < 20:
        return
    protocol, transport = ip[9], ip[(ip[0] & 15) * 4 :]
    if protocol not in (6, 17) or len(transport) < 20:
        return
    header = 8 if protocol == 17 else (transport[12] >> 4) * 4
    yield protocol, struct.unpack(">HH", transport[:4]), transport[header:]


def conversations(data, known):
    """Inputs of the target `content`, of the channels in `known`: the protocol and port of a channel, then the packets, each with a
    length, a byte of flags, and the payload."""
    packets = {}
    for link_type, frame, _ in frames(data):
        for protocol, ports, text in payload(link_type, frame):
            for channel in sorted({(protocol, port) for port in ports} & known):
                if text:
                    text = text[:1020]
                    text += bytes(-len(text) % 4)
                    flags = 0 if ports[1] == channel[1] else 1
                    head = struct.pack(">BH", *channel)
                    packets.setdefault(channel, bytearray(head)).extend(bytes([len(text) // 4, flags]) + text)
    return (bytes(found[:MOST_BYTES]) for found in packets.values())


def compressed(data):
    yield gzip.compress(data, mtime=0)
    yield gzip.compress(data[:1000], mtime=0) + gzip.compress(data[1000:], mtime=0) + bytes(64)
    yield lzma.compress(data)
    for command in (["zstd", "-c"], ["zstd", "-c", "-1", "--check"], ["lz4", "-c"], ["lz4", "-c", "-B4", "-BX", "--content-size"], ["lz4", "-c", "-l"]):
        if shutil.which(command[0]):
            yield subprocess.run(command, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout


def save(target, seed):
    folder = os.path.join(HERE, "corpus", target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, hashlib.sha1(seed).hexdigest()), "wb") as file:
        file.write(seed)


def main():
    folders = sys.argv[1:] or [os.path.join(HERE, "..", "samples")]
    small, known = [], channels()
    for data in captures(folders):
        for conversation in conversations(data, known):
            save("content", conversation)
        for link_type, frame, wire in list(frames(data))[:3]:
            missing = min(255, max(0, wire - len(frame)))
            save("frame", struct.pack("<HBB", link_type, 0, missing) + frame[:MOST_BYTES])
        if len(data) <= MOST_BYTES:
            save("capture", data)
            small.append(data)
            for stream in compressed(data):
                # Read at once, and in pieces of seven bytes.
                save("compressed", b"\xff" + stream)
                save("compressed", b"\x07" + stream)
    for number in range(0, len(small), 3):
        some = small[number : number + 3]
        save("files", b"".join(struct.pack("<H", len(data)) + data for data in some))
        save("files", b"".join(struct.pack("<H", len(data)) + data for data in some[:1] * 2))
    for text in ("=1+1", "\x1b[31m", "\u202e", "a;b", "a\tb", "\uff1d1"):
        save("text", text.encode())
    for target in sorted(os.listdir(os.path.join(HERE, "corpus"))):
        print(target, len(os.listdir(os.path.join(HERE, "corpus", target))))


if __name__ == "__main__":
    main()
