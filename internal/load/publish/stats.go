package publish

import (
	"sync/atomic"

	"github.com/atrium-rtc/atrium/internal/load/histogram"
)

// Stats is what a Sender has done so far.
type Stats struct {
	Audio StreamStats
	Video []StreamStats // one for each encoding, lowest first
	// Stalls is how often the owner was more than a second late; Skipped is the
	// audio packets and captures of video that were left out to catch up.
	Stalls, Skipped uint64
	// Rejected is RTCP that could not be read.
	Rejected uint64
	// Lateness is how far behind schedule frames and audio packets left, pacing
	// not counted. It goes on counting; any goroutine may read it.
	Lateness *histogram.Histogram
}

// StreamStats counts one SSRC and its retransmissions.
type StreamStats struct {
	Packets, Octets  uint64 // sent for the first time; octets of RTP payload
	Frames           uint64 // audio: packets
	Keyframes        uint64
	KeyframeRequests uint64 // PLI and FIR, repeated FIR once
	NACKed           uint64 // packets asked for
	Retransmitted    uint64 // packets
	Target           int    // bit/s; 0 for audio and for an encoding that Adapt stopped
}

// streamCounters is written by the Sender's owner and read by any goroutine.
type streamCounters struct {
	packets, octets, frames, keyframes, requests, nacked, retransmitted atomic.Uint64
	target                                                              atomic.Int64
}

func (c *streamCounters) stats() StreamStats {
	return StreamStats{
		Packets:          c.packets.Load(),
		Octets:           c.octets.Load(),
		Frames:           c.frames.Load(),
		Keyframes:        c.keyframes.Load(),
		KeyframeRequests: c.requests.Load(),
		NACKed:           c.nacked.Load(),
		Retransmitted:    c.retransmitted.Load(),
		Target:           int(c.target.Load()),
	}
}

// Stats returns the counters. Any goroutine may call it; each figure is right,
// though they are not all of the same moment.
func (s *Sender) Stats() Stats {
	stats := Stats{
		Stalls: s.stalls.Load(), Skipped: s.skipped.Load(), Rejected: s.rejected.Load(), Lateness: s.lateness,
	}
	if s.voice != nil {
		stats.Audio = s.voice.stream.counters.stats()
	}
	if s.video != nil {
		for _, e := range s.video.encodings {
			stats.Video = append(stats.Video, e.stream.counters.stats())
		}
	}
	return stats
}
