package sfu

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/inspect"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// Inspect returns what can be seen of the publication. Any goroutine may call it:
// it reads counters, and neither waits for media nor makes it wait.
func (p *Publication) Inspect() inspect.Publication {
	now := time.Now()
	seen := inspect.Publication{KeyframeRequests: p.requested.Load(), Tracks: []inspect.Track{}}
	if p.peer != nil {
		seen.Transport = p.peer.transport.inspect()
	}
	for _, t := range p.tracks {
		seen.RoundTrip = max(seen.RoundTrip, t.RTT().Seconds())
		seen.Tracks = append(seen.Tracks, t.inspect(now))
	}
	return seen
}

func (t *Track) inspect(now time.Time) inspect.Track {
	seen := inspect.Track{Kind: t.kind.String(), Codec: t.Codec().String()}
	used := t.usedEncodings()
	for i, st := range t.Stats().Encodings {
		layer := packet.Layer(i) //nolint:gosec // few
		seen.Encodings = append(seen.Encodings, inspect.Encoding{
			RID: t.RID(layer), Alive: !t.Silent(layer, now), Used: used>>i&1 != 0,
			BitsPerSecond: float64(t.Rate(layer, now)),
			Packets:       st.Packets, Bytes: st.Octets, Keyframes: st.Keyframes,
			Lost: st.Lost, Repaired: st.Repaired, Unrepaired: st.GivenUp,
		})
	}
	for _, size := range t.Sizes(now) {
		e := &seen.Encodings[size.Layer]
		if size.Width > 0 {
			e.SpatialLayers = append(e.SpatialLayers, inspect.Size{Width: size.Width, Height: size.Height})
			e.Width, e.Height = max(e.Width, size.Width), max(e.Height, size.Height)
		}
	}
	for i := range seen.Encodings {
		if e := &seen.Encodings[i]; len(e.SpatialLayers) == 1 {
			e.SpatialLayers = nil // says no more than the encoding's size
		}
	}
	return seen
}

// usedEncodings returns, as bits, the encodings that somebody receives or is about
// to. Without simulcast nobody keeps account, and who gets any gets the one.
func (t *Track) usedEncodings() uint8 {
	switch {
	case t.rest != nil:
		return t.uses.all()
	case t.Watched():
		return 1
	}
	return 0
}

// Inspect returns what can be seen of the subscription, under the rules of
// Publication.Inspect. What is felt was judged in the last second.
func (s *Subscription) Inspect() inspect.Subscription {
	link := s.subscriber.Stats()
	seen := inspect.Subscription{
		Transport: s.peer.transport.inspect(),
		Downlink: inspect.Downlink{
			Estimate: float64(link.Estimate), Demand: float64(link.Demand), Allocated: float64(link.Allocated),
		},
		Tracks: []inspect.Reception{},
	}
	for _, kind := range []Kind{Audio, Video} {
		for _, snd := range s.senders {
			if st := snd.stream.Load(); st != nil && snd.track.kind == kind {
				seen.Tracks = append(seen.Tracks, reception(kind, st.Quality(), st.Stats()))
			}
		}
	}
	return seen
}

// reception describes one stream.
func reception(kind Kind, q egress.Quality, st egress.StreamStats) inspect.Reception {
	felt := trackQuality(kind, q)
	return inspect.Reception{
		Kind: kind.String(), Score: felt.Score, Cause: string(felt.Cause), Paused: pauseInWords(q.Pause),
		Layer: layerOf(felt.Layer, q.Size), Wanted: layerOf(felt.Wanted, q.WantedSize),
		Loss: felt.Loss, RoundTrip: felt.RoundTrip.Seconds(),
		Freezes: felt.Freezes, Frozen: felt.Frozen.Seconds(), FirstFrame: felt.FirstFrame.Seconds(),
		BitsPerSecond: float64(q.Rate),
		Packets:       st.Packets, Bytes: st.Octets, Retransmitted: st.Retransmitted,
		NACKs: st.NACKs, PLIs: st.PLIs, Switches: st.Switches,
	}
}

func layerOf(at LayerIndex, size egress.Size) *inspect.Layer {
	if at.Spatial < 0 {
		return nil
	}
	return &inspect.Layer{Spatial: at.Spatial, Temporal: at.Temporal, Width: size.Width, Height: size.Height}
}

// pauseInWords names a reason for the outside.
func pauseInWords(p egress.Pause) string {
	switch p {
	case egress.PausedMuted:
		return "muted"
	case egress.PausedHidden:
		return "hidden"
	case egress.PausedBandwidth:
		return "bandwidth"
	case egress.PausedSilent:
		return "silent"
	case egress.Flowing:
	}
	return ""
}
