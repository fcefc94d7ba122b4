package sfu

import (
	"sync"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// AllLayers as a preferred layer means that there is no limit.
const AllLayers = egress.AllLayers

// SubscribedLayer is one encoding of a publisher of simulcast, and whether it is
// to be sent.
type SubscribedLayer struct {
	RID    string
	Active bool
}

// uses are the encodings that each sink of a track has receivers for.
type uses struct {
	mu    sync.Mutex
	sinks map[packet.Sink]uint8
}

// set replaces what a sink uses and reports whether the sum changed.
func (u *uses) set(s packet.Sink, encodings uint8) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	before := u.sum()
	if u.sinks == nil {
		u.sinks = make(map[packet.Sink]uint8)
	}
	u.sinks[s] = encodings
	if encodings == 0 {
		delete(u.sinks, s)
	}
	return u.sum() != before
}

func (u *uses) all() uint8 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.sum()
}

func (u *uses) sum() (encodings uint8) {
	for _, e := range u.sinks {
		encodings |= e
	}
	return encodings
}

// Use implements egress.Source.
func (t *Track) Use(s packet.Sink, encodings uint8) {
	if t.rest != nil && t.uses.set(s, encodings) {
		t.publication.owner.wake()
	}
}

// RemoveSink implements egress.Source.
func (t *Track) RemoveSink(s packet.Sink) {
	t.Track.RemoveSink(s)
	t.Use(s, 0)
}

// tellSubscribed tells the publisher which encodings are to be sent, when that
// has changed, and returns when to look again, 0 for never. The smallest picture
// is always sent: newcomers begin with it. It runs on the publication's goroutine.
func (t *Track) tellSubscribed(now time.Time) (wait time.Duration) {
	pauses := t.codec.has(feedbackPause)
	if t.rest == nil || t.publication.layers == nil && !pauses {
		return 0
	}
	before := t.rest.Active()
	changed, wait := t.rest.Update(t.uses.all()|1<<t.lowest(now), now)
	if changed && t.publication.layers != nil {
		t.publication.layers(t.subscribed())
	}
	if changed && pauses {
		t.pause(before ^ t.rest.Active())
	}
	return wait
}

// pause pauses or resumes, by RTCP, those encodings that have changed.
func (t *Track) pause(changed uint8) {
	for i := range t.Encodings() {
		if ssrc := t.SSRC(packet.Layer(i)); changed>>i&1 != 0 && ssrc != 0 { //nolint:gosec // few
			active := t.rest.Active()>>i&1 != 0
			t.publication.SendRTCP([]rtcp.Packet{t.pauser.request(t.publication.ssrc, ssrc, active)})
		}
	}
}

func (t *Track) subscribed() []SubscribedLayer {
	list := make([]SubscribedLayer, t.Encodings())
	for i := range list {
		list[i] = SubscribedLayer{
			RID:    t.RID(packet.Layer(i)), //nolint:gosec // few
			Active: t.rest.Active()>>i&1 != 0,
		}
	}
	return list
}

// sooner returns the shorter of two waits, where 0 is none.
func sooner(a, b time.Duration) time.Duration {
	switch {
	case a == 0:
		return b
	case b == 0:
		return a
	default:
		return min(a, b)
	}
}
