#!/usr/bin/env python3
"""Join a multicast group for a second (IGMP), say a word to it, leave."""
import socket
import sys
import time

group = sys.argv[1]
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + bytes(4))
s.sendto(b"lunch is ready", (group, 41998))
time.sleep(1)
s.setsockopt(socket.IPPROTO_IP, socket.IP_DROP_MEMBERSHIP, socket.inet_aton(group) + bytes(4))
