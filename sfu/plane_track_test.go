package sfu_test

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/ingress"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// planeTrack stands between ingress and egress as sfu.Track does, without a
// connection: it limits keyframe requests, and says which encodings may rest.
type planeTrack struct {
	*ingress.Track
	plane  *plane
	wanted atomic.Uint32

	mu    sync.Mutex
	sinks map[packet.Sink]uint8

	// owned by the loop
	keyframes [simulcast.MaxEncodings]simulcast.KeyframeRequests
	rest      *simulcast.Rest
	next      time.Time // of the scheduled tick
	requests  [simulcast.MaxEncodings][]time.Time
}

var _ egress.Source = (*planeTrack)(nil)

func newPlaneTrack(p *plane, t *ingress.Track) *planeTrack {
	return &planeTrack{
		Track: t, plane: p, sinks: map[packet.Sink]uint8{}, rest: simulcast.NewRest(t.Encodings()),
	}
}

// RequestKeyframe implements egress.Source, on any shard.
func (t *planeTrack) RequestKeyframe(layer packet.Layer) {
	bits := uint32(1)<<t.Encodings() - 1
	if layer != simulcast.None {
		bits &= 1 << layer
	}
	t.wanted.Or(bits)
}

// Use implements egress.Source, on any shard.
func (t *planeTrack) Use(sink packet.Sink, encodings uint8) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sinks[sink] = encodings
	if encodings == 0 {
		delete(t.sinks, sink)
	}
}

// RemoveSink implements egress.Source.
func (t *planeTrack) RemoveSink(sink packet.Sink) {
	t.Track.RemoveSink(sink)
	t.Use(sink, 0)
}

func (t *planeTrack) used() (encodings uint8) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.sinks {
		encodings |= e
	}
	return encodings
}

// tick does what sfu.Publication does when it is woken: it sends the requests
// that are due. It runs on the loop.
func (t *planeTrack) tick(now time.Time) {
	if !t.Codec().IsVideo() {
		return
	}
	wait := time.Duration(0)
	sooner := func(d time.Duration) {
		if d > 0 && (wait == 0 || d < wait) {
			wait = d
		}
	}
	wanted := t.wanted.Swap(0)
	for i := range t.Encodings() {
		layer := packet.Layer(i)
		if wanted>>layer&1 != 0 {
			t.keyframes[i].Want()
		}
		if t.SSRC(layer) == 0 {
			if t.keyframes[i].Wanted() {
				sooner(simulcast.KeyframeInterval)
			}
			continue
		}
		send, again := t.keyframes[i].Due(now, t.Keyframes(layer), t.interval(layer))
		if send {
			t.requests[i] = append(t.requests[i], now)
			t.plane.SendRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: t.SSRC(layer)}})
			again = t.interval(layer)
		}
		sooner(again)
	}
	if t.plane.rests && t.Encodings() > 1 {
		changed, again := t.rest.Update(t.used()|1<<t.lowest(), now)
		if changed {
			t.plane.publisher.told(t.rest.Active())
		}
		sooner(again)
	}
	t.schedule(now, wait)
}

// schedule makes sure that tick runs after wait, unless it is to run sooner.
func (t *planeTrack) schedule(now time.Time, wait time.Duration) {
	if wait == 0 || t.next.After(now) && !now.Add(wait).Before(t.next) {
		return
	}
	t.next = now.Add(wait)
	t.plane.at(t.next, func() { t.tick(time.Now()) })
}

func (t *planeTrack) interval(layer packet.Layer) time.Duration {
	if layer == t.lowest() {
		return simulcast.KeyframeInterval
	}
	return simulcast.LargeKeyframeInterval
}

// lowest returns the encoding with the smallest picture, as far as is known.
func (t *planeTrack) lowest() packet.Layer {
	sizes := t.Sizes(time.Now())
	if len(sizes) == 0 {
		return 0
	}
	return slices.MinFunc(sizes, func(a, b simulcast.RungSize) int {
		return cmp.Compare(int(a.Width)*int(a.Height), int(b.Width)*int(b.Height))
	}).Layer
}

// Reception implements egress.Source.
func (t *planeTrack) Reception() egress.Reception { return egress.Reception{} }

// Room implements egress.Source.
func (t *planeTrack) Room() string { return t.plane.room }
