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
	Packets, Octets uint64 // forwarded, payload octets, repaired ones included
	Keyframes       uint64
	Nacked          uint64 // sequence numbers asked for
	Repaired        uint64 // packets that a retransmission brought
	Unrepaired      uint64 // times a gap was given up
	Duplicates      uint64
	Padding         uint64 // repair packets without payload
	Foreign         uint64 // payload types that were not agreed
	Restarts        uint64 // times the source began anew
	Malformed       uint64 // payloads that do not parse
}

type receiverCounters struct{ malformed, unrouted atomic.Uint64 }

type trackCounters struct {
	packets, octets, keyframes, nacked, repaired, unrepaired, duplicates, padding, foreign, malformed, restarts atomic.Uint64
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
	c := &t.stats
	return TrackStats{
		Packets: c.packets.Load(), Octets: c.octets.Load(), Keyframes: c.keyframes.Load(),
		Nacked: c.nacked.Load(), Repaired: c.repaired.Load(), Unrepaired: c.unrepaired.Load(),
		Duplicates: c.duplicates.Load(), Padding: c.padding.Load(),
		Foreign: c.foreign.Load(), Malformed: c.malformed.Load(), Restarts: c.restarts.Load(),
	}
}
