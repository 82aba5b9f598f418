#!/usr/bin/env python3
"""Talk over XMPP:  xmpp_talk.py USER PASSWORD PEER SECONDS LINE...

Says one LINE after each message from PEER.  Whose first LINE is a question
starts by himself.
"""
import asyncio
import sys

import slixmpp

user, password, peer, seconds = sys.argv[1:5]
lines = sys.argv[5:]


class Talker(slixmpp.ClientXMPP):
    def __init__(self):
        super().__init__(f"{user}@office.example/desk", password)
        self.add_event_handler("session_start", self.start)
        self.add_event_handler("message", self.answer)

    async def start(self, _):
        self.send_presence()
        await self.get_roster()
        if lines[0].endswith("?"):
            self.say()
        await asyncio.sleep(float(seconds))
        self.disconnect()

    def say(self):
        if lines:
            self.send_message(mto=f"{peer}@office.example", mbody=lines.pop(0), mtype="chat")

    async def answer(self, message):
        print(message["from"], message["body"])
        await asyncio.sleep(0.4)
        self.say()


talker = Talker()
# No TLS, so that the talk can be read in the capture; the server allows it.
talker.connect(("chat.office.example", 5222), force_starttls=False, disable_starttls=True)
talker.process(forever=False)
