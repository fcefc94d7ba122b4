package ingress

import (
	"sync/atomic"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Stats counts what one publisher sent, since its start.
type Stats struct {
	Malformed uint64 // not RTP
	Unrouted  uint64 // belongs to no negotiated track
	Tracks    []TrackStats
}

// TrackStats counts one published track, since its start.
type TrackStats struct {
	EncodingStats        // of all encodings together
	Foreign       uint64 // payload types that were not agreed
	Encodings     []EncodingStats
}

// EncodingStats counts one encoding of a track, since its start.
type EncodingStats struct {
	Packets, Octets uint64 // forwarded, payload octets, repaired ones included
	Keyframes       uint64
	// Lost counts packets that did not come at first, as far as that was noticed: those
	// asked for, once each, and those that a copy brought before. Nacked counts every
	// sequence number of every request, Retransmitted the packets of the repair stream.
	Lost, Nacked, Retransmitted uint64
	Repaired                    uint64 // packets that a retransmission or a redundant copy brought
	Unrepaired                  uint64 // times a gap was given up
	GivenUp                     uint64 // packets in those gaps
	Duplicates                  uint64
	Padding                     uint64 // repair packets that repair nothing
	Restarts                    uint64 // times the source began anew
	// Malformed counts payloads that do not parse. Unusable are those of them that were
	// not forwarded: with the others, the decoder decides.
	Malformed, Unusable uint64
}

// Totals are the counters of any number of publications together.
type Totals struct {
	Codecs                       [codec.AV1 + 1]EncodingStats // by codec.Codec
	Malformed, Unrouted, Foreign uint64                       // packets that are of no track, or not of its codec
}

// All returns the counters of all codecs together.
func (t *Totals) All() (sum EncodingStats) {
	for _, c := range t.Codecs {
		sum.add(c)
	}
	return sum
}

type receiverCounters struct{ malformed, unrouted atomic.Uint64 }

type trackCounters struct{ foreign atomic.Uint64 }

type encodingCounters struct {
	packets, octets, keyframes, duplicates, padding, malformed, unusable, restarts atomic.Uint64
	lost, nacked, retransmitted, repaired, unrepaired, givenUp                     atomic.Uint64
}

// Stats returns a snapshot. Any goroutine.
func (r *Receiver) Stats() Stats {
	s := Stats{Malformed: r.stats.malformed.Load(), Unrouted: r.stats.unrouted.Load()}
	for _, t := range r.Tracks() {
		s.Tracks = append(s.Tracks, t.Stats())
	}
	return s
}

// AddTo adds what the publisher has sent so far, on tracks that were removed too. Any
// goroutine.
func (r *Receiver) AddTo(sum *Totals) {
	r.mu.Lock()
	defer r.mu.Unlock()
	sum.Malformed += r.stats.malformed.Load()
	sum.Unrouted += r.stats.unrouted.Load()
	sum.Foreign += r.past.Foreign
	for i, c := range r.past.Codecs {
		sum.Codecs[i].add(c)
	}
	for _, list := range [][]*Track{r.Tracks(), r.retired} {
		for _, t := range list {
			t.addTo(sum)
		}
	}
}

func (t *Track) addTo(sum *Totals) {
	sum.Foreign += t.stats.foreign.Load()
	for _, e := range t.encodings {
		sum.Codecs[t.cfg.Codec].add(e.stats.snapshot())
	}
}

// Stats returns a snapshot. Any goroutine.
func (t *Track) Stats() TrackStats {
	st := TrackStats{Foreign: t.stats.foreign.Load()}
	for _, e := range t.encodings {
		one := e.stats.snapshot()
		st.add(one)
		st.Encodings = append(st.Encodings, one)
	}
	return st
}

func (c *encodingCounters) snapshot() EncodingStats {
	return EncodingStats{
		Packets: c.packets.Load(), Octets: c.octets.Load(), Keyframes: c.keyframes.Load(),
		Lost: c.lost.Load(), Nacked: c.nacked.Load(), Retransmitted: c.retransmitted.Load(),
		Repaired: c.repaired.Load(), Unrepaired: c.unrepaired.Load(), GivenUp: c.givenUp.Load(),
		Duplicates: c.duplicates.Load(), Padding: c.padding.Load(),
		Malformed: c.malformed.Load(), Unusable: c.unusable.Load(), Restarts: c.restarts.Load(),
	}
}

func (s *EncodingStats) add(o EncodingStats) {
	s.Packets += o.Packets
	s.Octets += o.Octets
	s.Keyframes += o.Keyframes
	s.Lost += o.Lost
	s.Nacked += o.Nacked
	s.Retransmitted += o.Retransmitted
	s.Repaired += o.Repaired
	s.Unrepaired += o.Unrepaired
	s.GivenUp += o.GivenUp
	s.Duplicates += o.Duplicates
	s.Padding += o.Padding
	s.Malformed += o.Malformed
	s.Unusable += o.Unusable
	s.Restarts += o.Restarts
}
