#!/usr/bin/python3
"""Publishes GStreamer's test picture and test tone by WHIP (RFC 9725) until SIGTERM.

    gstreamer-whip.py URL

GStreamer's webrtcbin does ICE, DTLS, SRTP and RTCP; HTTP is Python's. Debian has all of it: python3-gi,
gir1.2-gst-plugins-bad-1.0, gstreamer1.0-nice and gstreamer1.0-plugins-{base,good,bad}. With --check it says what is
missing and ends.
"""

import signal
import sys
import urllib.parse
import urllib.request

try:
    import gi

    gi.require_version("Gst", "1.0")
    gi.require_version("GstSdp", "1.0")
    gi.require_version("GstWebRTC", "1.0")
    from gi.repository import GLib, Gst, GstSdp, GstWebRTC
except (ImportError, ValueError) as error:
    sys.exit(f"missing: {error}")

NEEDED = "webrtcbin nicesrc dtlssrtpenc srtpenc videotestsrc vp8enc rtpvp8pay audiotestsrc opusenc rtpopuspay".split()

# The stream has one picture and one tone, bundled on one transport, as WHIP demands.
PIPELINE = """
webrtcbin name=peer bundle-policy=max-bundle
videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=180,framerate=25/1
  ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=50 target-bitrate=400000
  ! rtpvp8pay picture-id-mode=15-bit ! application/x-rtp,media=video,encoding-name=VP8,payload=96 ! peer.
audiotestsrc is-live=true freq=440 ! audioconvert ! opusenc
  ! rtpopuspay ! application/x-rtp,media=audio,encoding-name=OPUS,payload=111 ! peer.
"""


class Publisher:
    """One WHIP session, from the offer to DELETE."""

    def __init__(self, endpoint):
        self.endpoint, self.session = endpoint, None
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.parse_launch(PIPELINE)
        self.peer = self.pipeline.get_by_name("peer")
        self.peer.connect("notify::ice-gathering-state", self.gathered)
        self.peer.connect("notify::connection-state", self.changed)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", lambda _, message: self.fail(message.parse_error()))

    def run(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        sendonly = GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY
        for i in range(2):
            self.peer.emit("get-transceiver", i).set_property("direction", sendonly)
        self.peer.emit("create-offer", None, Gst.Promise.new_with_change_func(self.offered, None))
        self.loop.run()
        self.pipeline.set_state(Gst.State.NULL)
        if self.session:
            print("DELETE", self.ask("DELETE", self.session).status, flush=True)

    def offered(self, promise, _):
        reply = promise.get_reply()  # owns the offer
        self.peer.emit("set-local-description", reply.get_value("offer"), Gst.Promise.new())

    def gathered(self, peer, _):
        """Posts the offer once it has all candidates. Runs on webrtcbin's thread."""
        if peer.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            GLib.idle_add(self.post)

    def post(self):
        offer = self.peer.get_property("local-description").sdp.as_text()
        answer = self.ask("POST", self.endpoint, offer)
        self.session = urllib.parse.urljoin(self.endpoint, answer.headers["Location"])
        _, sdp = GstSdp.SDPMessage.new_from_text(answer.read().decode())
        description = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
        self.peer.emit("set-remote-description", description, Gst.Promise.new())

    def changed(self, peer, _):
        state = peer.get_property("connection-state").value_nick
        print("connection", state, flush=True)
        if state == "failed":
            self.fail(state)

    def fail(self, why):
        print("failed:", why, file=sys.stderr, flush=True)
        self.loop.quit()

    @staticmethod
    def ask(method, url, body=None):
        headers = {"Content-Type": "application/sdp"} if body else {}
        request = urllib.request.Request(url, body and body.encode(), headers, method=method)
        return urllib.request.urlopen(request, timeout=20)


def main():
    Gst.init(None)
    if missing := [name for name in NEEDED if not Gst.ElementFactory.find(name)]:
        sys.exit(f"missing: GStreamer's {', '.join(missing)}")
    if sys.argv[1] == "--check":
        return
    publisher = Publisher(sys.argv[1])
    for number in (signal.SIGINT, signal.SIGTERM):
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, publisher.loop.quit)
    publisher.run()


main()
