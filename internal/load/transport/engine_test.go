package transport

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// trickled is an sfu.Observer that gives the server's candidates to a
// connection.
type trickled chan string

func (o trickled) ICECandidate(c sfu.Candidate) { offerTo(o, c.Candidate) }
func (trickled) Failed(string)                  {}

// engine starts our own server, with its candidates at one address.
func (r *rig) engine(at netip.Addr, lite bool) *sfu.Engine {
	r.Helper()
	ports, err := sfu.Listen(r.ctx, sfu.ListenConfig{Addresses: []netip.Addr{at}, DisableTCP: true})
	if err != nil {
		r.Fatal(err)
	}
	engine, err := sfu.New(sfu.Config{Ports: ports, Shards: 1, ICELite: lite})
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() {
		if err := engine.Close(); err != nil {
			r.Error(err)
		}
	})
	return engine
}

// join connects to our server, trickled candidates included.
func (r *rig) join(c *Conn, answer string, candidates trickled) *Media {
	r.Helper()
	done := make(chan struct{})
	r.Cleanup(func() { close(done) })
	go func() {
		for {
			select {
			case text := <-candidates:
				_ = c.AddCandidate(text)
			case <-done:
				return
			}
		}
	}()
	return r.start(c, answer)
}

func TestMediaPassesThroughOurServer(t *testing.T) {
	for name, server := range map[string]struct {
		at   netip.Addr
		lite bool
	}{
		"full ICE": {loopback, false}, "ICE-lite": {loopback, true}, "IPv6": {netip.IPv6Loopback(), false},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := localAddress(server.at); err != nil {
				t.Skip(err)
			}
			r := newRig(t)
			engine := r.engine(server.at, server.lite)
			video := []codec.Codec{codec.VP8, codec.H264}

			sender := r.conn(Options{Server: server.at, Send: true, Audio: true, Video: video, RIDs: []string{"q", "h"}})
			seen := make(trickled, 16)
			publication, err := engine.Publish(r.ctx, sfu.PublishRequest{Offer: r.offer(sender), Observer: seen})
			if err != nil {
				t.Fatal(err)
			}
			sent := r.join(sender, publication.Answer(), seen)
			if v := sent.Video; v.Codec != codec.VP8 || !slices.Equal(v.RIDs, []string{"q", "h"}) || !v.TransportCC || v.Extensions[ExtensionMID] == 0 {
				t.Errorf("published video: %+v", v)
			}

			got := newCapture()
			receiver := r.conn(Options{Server: server.at, Audio: true, Video: video, Handler: got})
			seen = make(trickled, 16)
			subscription, err := engine.Subscribe(r.ctx, publication, sfu.SubscribeRequest{Offer: r.offer(receiver), Observer: seen})
			if err != nil {
				t.Fatal(err)
			}
			received := r.join(receiver, subscription.Answer(), seen)
			if v := received.Video; v.Codec != codec.VP8 || len(v.SSRCs) != 1 || v.RTXPayloadType == 0 {
				t.Errorf("subscribed video: %+v", v)
			}
			forwarded(t, r, sender, sent.Audio, got, received.Audio)
		})
	}
}

// forwarded sends sound until some of it comes out at the other end.
func forwarded(t *testing.T, r *rig, sender *Conn, sent *Stream, got *capture, received *Stream) {
	t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for n := uint16(1); ; n++ {
		p := &rtp.Packet{
			Header: rtp.Header{
				Version: 2, PayloadType: sent.PayloadType, SSRC: sent.SSRCs[0],
				SequenceNumber: n, Timestamp: 960 * uint32(n),
			},
			Payload: []byte{0xf8, 1, 2, 3},
		}
		if err := sender.WriteRTP(marshal(t, p)); err != nil {
			t.Fatal(err)
		}
		select {
		case b := <-got.rtp:
			if err := p.Unmarshal(b); err != nil {
				t.Fatal(err)
			}
			if p.PayloadType != received.PayloadType || p.SSRC != received.SSRCs[0] || p.Payload[0] != 0xf8 {
				t.Errorf("forwarded %v, announced %+v", p, received)
			}
			return
		case <-again.C:
		case <-r.ctx.Done():
			t.Fatal("nothing was forwarded")
		}
	}
}
