package sfu

import (
	"context"
	"fmt"
	"slices"

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
		description, err = u.peer.answerOffer(ctx, client.asOffer())
		u.peer.connecting.answer(ctx)
	case u.remote.credentials != client.credentials:
		client.setup = u.remote.setup
		description, err = u.peer.answerRestart(ctx, client.asOffer())
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
	u.peer.addCandidates(slices.Concat(client.candidates, early))
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

// asOffer writes the offer of a connection without media, which is all that Pion sees. It
// has two sections: of one Pion believes that all unknown sources belong in it.
func (t remoteTransport) asOffer() string {
	d := newDescription(1, []string{transportMID, "idle"})
	d.line("a=fingerprint:%s", t.fingerprint)
	d.lite(t.lite)
	for _, s := range []struct{ kind, pt, name, mid string }{{"audio", "111", "opus/48000/2", transportMID}, {"video", "96", "VP8/90000", "idle"}} {
		d.line("m=%s 9 UDP/TLS/RTP/SAVPF %s", s.kind, s.pt)
		d.line("c=IN IP4 0.0.0.0")
		d.line("a=rtpmap:%s %s", s.pt, s.name)
		d.line("a=mid:%s", s.mid)
		d.line("a=rtcp-mux")
		d.line("a=inactive")
		d.credentials(t.credentials)
		if t.setup != "" {
			d.line("a=setup:%s", t.setup)
		}
	}
	return d.String()
}
