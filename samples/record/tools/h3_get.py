#!/usr/bin/env python3
"""Fetch pages over HTTP/3:  h3_get.py CA.pem HOST PATH..."""
import asyncio
import sys

from aioquic.asyncio.client import connect
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import DataReceived, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration


class Client(QuicConnectionProtocol):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.http = H3Connection(self._quic)
        self.got = {}    # stream number -> bytes of the body so far
        self.done = {}   # stream number -> future

    def quic_event_received(self, event):
        for h3 in self.http.handle_event(event):
            if isinstance(h3, HeadersReceived):
                print(dict(h3.headers).get(b":status"), flush=True)
            elif isinstance(h3, DataReceived):
                self.got[h3.stream_id] = self.got.get(h3.stream_id, 0) + len(h3.data)
            if getattr(h3, "stream_ended", False) and h3.stream_id in self.done:
                self.done[h3.stream_id].set_result(self.got.get(h3.stream_id, 0))

    async def get(self, host, path):
        stream = self._quic.get_next_available_stream_id()
        self.done[stream] = asyncio.get_running_loop().create_future()
        self.http.send_headers(stream, [
            (b":method", b"GET"), (b":scheme", b"https"),
            (b":authority", host.encode()), (b":path", path.encode()),
            (b"user-agent", b"aioquic")], end_stream=True)
        self.transmit()
        return await asyncio.wait_for(self.done[stream], 10)


async def main(ca, host, paths):
    config = QuicConfiguration(is_client=True, alpn_protocols=H3_ALPN)
    config.load_verify_locations(ca)
    async with connect(host, 443, configuration=config, create_protocol=Client) as client:
        for path in paths:
            print(path, await client.get(host, path), "bytes")


asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
