package sfu

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// begin makes the connection, if there is none yet.
func (u *Uplink) begin(client remoteTransport) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.begun:
		return nil
	case u.peer.isClosing():
		return fmt.Errorf("negotiate: %w", ErrClosed)
	}
	media, err := transportEngine()
	if err != nil {
		return err
	}
	pc, err := u.engine.newPeerConnection(media, u.peer, u.inlet)
	if err != nil {
		return err
	}
	if err := u.engine.census.adopt(u.peer, u); err != nil {
		_ = pc.Close()
		return err
	}
	u.begun = true
	u.remote.setup = client.setup
	u.peer.attach(pc, transportMID)
	return nil
}

// connect begins the transport, or ICE anew, or does nothing because both are as they were.
func (u *Uplink) connect(ctx context.Context, client remoteTransport) error {
	var description string
	var err error
	switch {
	case u.remote.fingerprint == "":
		description, err = u.peer.answerOffer(ctx, client.describe())
		u.peer.connecting.answer(ctx)
	case u.remote.credentials != client.credentials:
		client.setup = u.remote.setup
		description, err = u.peer.answerRestart(ctx, client.describe())
	default:
		return nil
	}
	if err != nil {
		return err
	}
	u.remote, u.own = client, localTransportOf(description)
	u.mu.Lock()
	early := u.early
	u.early, u.open = nil, true
	u.mu.Unlock()
	for _, c := range slices.Concat(client.candidates, early) {
		if use, err := c.usable(); use && err == nil {
			u.peer.addCandidate(webrtc.ICECandidateInit{Candidate: c.Candidate})
		}
	}
	return nil
}

// transportMID names the section in which Pion sees the transport.
const transportMID = "transport"

// transportEngine knows what transportOffer offers.
func transportEngine() (*webrtc.MediaEngine, error) {
	m := &webrtc.MediaEngine{}
	for _, c := range []offeredCodec{{codec: codec.Opus, payloadType: 111}, {codec: codec.VP8, payloadType: 96}} {
		if err := register(m, c, nil); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// describe writes the offer of a connection without media, which is all that Pion sees. It
// has two sections: of one Pion believes that all unknown sources belong in it.
func (t remoteTransport) describe() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	line("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0")
	line("a=group:BUNDLE %s idle", transportMID)
	line("a=fingerprint:%s", t.fingerprint)
	if t.lite {
		line("a=%s", sdp.AttrKeyICELite)
	}
	for _, s := range []struct{ kind, pt, name, mid string }{{"audio", "111", "opus/48000/2", transportMID}, {"video", "96", "VP8/90000", "idle"}} {
		line("m=%s 9 UDP/TLS/RTP/SAVPF %s\r\nc=IN IP4 0.0.0.0", s.kind, s.pt)
		line("a=rtpmap:%s %s", s.pt, s.name)
		line("a=mid:%s\r\na=%s\r\na=%s", s.mid, sdp.AttrKeyRTCPMux, sdp.AttrKeyInactive)
		line("%s%s\r\n%s%s", ufragLine, t.credentials.Ufrag, passwordLine, t.credentials.Password)
		if t.setup != "" {
			line("a=%s:%s", sdp.AttrKeyConnectionSetup, t.setup)
		}
	}
	return b.String()
}
