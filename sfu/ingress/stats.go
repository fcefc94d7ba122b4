package ingress

import "sync/atomic"

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
	Nacked          uint64 // sequence numbers asked for
	Repaired        uint64 // packets that a retransmission or a redundant copy brought
	Unrepaired      uint64 // times a gap was given up
	Duplicates      uint64
	Padding         uint64 // repair packets without payload
	Restarts        uint64 // times the source began anew
	Malformed       uint64 // payloads that do not parse
}

type receiverCounters struct{ malformed, unrouted atomic.Uint64 }

type trackCounters struct{ foreign atomic.Uint64 }

type encodingCounters struct {
	packets, octets, keyframes, nacked, repaired, unrepaired, duplicates, padding, malformed, restarts atomic.Uint64
}

// Stats returns a snapshot. Any goroutine.
func (r *Receiver) Stats() Stats {
	s := Stats{Malformed: r.stats.malformed.Load(), Unrouted: r.stats.unrouted.Load()}
	for _, t := range r.tracks {
		s.Tracks = append(s.Tracks, t.Stats())
	}
	return s
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
		Nacked: c.nacked.Load(), Repaired: c.repaired.Load(), Unrepaired: c.unrepaired.Load(),
		Duplicates: c.duplicates.Load(), Padding: c.padding.Load(),
		Malformed: c.malformed.Load(), Restarts: c.restarts.Load(),
	}
}

func (s *EncodingStats) add(o EncodingStats) {
	s.Packets += o.Packets
	s.Octets += o.Octets
	s.Keyframes += o.Keyframes
	s.Nacked += o.Nacked
	s.Repaired += o.Repaired
	s.Unrepaired += o.Unrepaired
	s.Duplicates += o.Duplicates
	s.Padding += o.Padding
	s.Malformed += o.Malformed
	s.Restarts += o.Restarts
}
