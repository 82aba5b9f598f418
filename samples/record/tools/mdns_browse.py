#!/usr/bin/env python3
"""Ask for a kind of service by multicast DNS:  mdns_browse.py _printer._tcp.local."""
import sys
import time

from zeroconf import IPVersion, ServiceBrowser, Zeroconf


class Listener:
    def add_service(self, zc, kind, name):
        info = zc.get_service_info(kind, name)
        print(name, info and info.parsed_addresses(), info and info.port)

    def update_service(self, *_): pass
    def remove_service(self, *_): pass


zc = Zeroconf(ip_version=IPVersion.V4Only)
ServiceBrowser(zc, sys.argv[1], Listener())
time.sleep(2)
zc.close()
