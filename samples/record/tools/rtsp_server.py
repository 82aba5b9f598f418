#!/usr/bin/env python3
"""A yard camera: an RTSP server on port 554 with a small test picture and a tone."""
import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer

Gst.init(None)
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(
    "( videotestsrc is-live=true pattern=ball ! video/x-raw,width=160,height=120,framerate=8/1"
    " ! x264enc tune=zerolatency speed-preset=ultrafast bitrate=48 key-int-max=16"
    " ! rtph264pay name=pay0 pt=96 config-interval=1"
    " audiotestsrc is-live=true ! audio/x-raw,rate=8000,channels=1"
    " ! alawenc ! rtppcmapay name=pay1 pt=8 min-ptime=40000000 max-ptime=40000000 )"
)
factory.set_shared(True)
server = GstRtspServer.RTSPServer(address="0.0.0.0", service="554")
server.get_mount_points().add_factory("/yard", factory)
server.attach(None)
GLib.MainLoop().run()
