#!/usr/bin/env python3
"""Wait for new mail with IMAP IDLE:  imap_idle.py HOST USER PASSWORD"""
import socket
import sys

host, user, password = sys.argv[1:]
connection = socket.create_connection((host, 143))
lines = connection.makefile("rw", newline="\r\n")
print(lines.readline())
for tag, command in (("a1", f"LOGIN {user} {password}"), ("a2", "SELECT INBOX"), ("a3", "IDLE")):
    print(f"{tag} {command}", file=lines, flush=True)
    while not (line := lines.readline()).startswith((tag, "+")):
        print(line, end="")
for line in lines:               # told of each new mail, until the scene ends
    print(line, end="", flush=True)
