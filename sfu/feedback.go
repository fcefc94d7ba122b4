package sfu

import (
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/ingress"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// rttInterval is how often the round trip to a publisher is read from ICE.
const rttInterval = 2 * time.Second

// SendRTCP implements ingress.Feedback.
func (p *Publication) SendRTCP(pkts []rtcp.Packet) {
	_ = p.upstream.WriteRTCP(pkts) // what is lost here is sent again, like anything on the network
}

// KeyframeNeeded implements ingress.Feedback.
func (p *Publication) KeyframeNeeded(t *ingress.Track, layer packet.Layer) {
	for _, own := range p.tracks {
		if own.Track == t {
			own.RequestKeyframe(layer)
		}
	}
}

// tick sends the keyframe requests that are due, and says which encodings may
// rest. It runs on the peer's goroutine.
func (p *Publication) tick(now time.Time) time.Duration {
	if !p.peer.connected {
		return 0
	}
	if !now.Before(p.nextRTT) {
		p.nextRTT = now.Add(rttInterval)
		p.measureRTT()
	}
	return sooner(p.nextRTT.Sub(now), p.tickTracks(now))
}

// tickTracks does what is due of the tracks and returns when to look again, 0 for
// never.
func (p *Publication) tickTracks(now time.Time) (next time.Duration) {
	for _, t := range p.tracks {
		next = sooner(next, t.requestKeyframes(now))
		next = sooner(next, t.tellSubscribed(now))
	}
	return next
}

// measureRTT tells the tracks the round trip that ICE's checks measured, which
// spaces repeated NACKs.
func (p *Publication) measureRTT() {
	if rtt, ok := p.peer.roundTrip(); ok {
		p.setRTT(rtt)
	}
}

func (p *Publication) setRTT(rtt time.Duration) {
	for _, t := range p.tracks {
		t.SetRTT(rtt)
	}
}

// roundTrip returns what ICE's checks measured; false before. It runs on the owner goroutine.
func (p *Peer) roundTrip() (time.Duration, bool) {
	stats, ok := p.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePairStats()
	if !ok || stats.CurrentRoundTripTime <= 0 {
		return 0, false
	}
	return time.Duration(stats.CurrentRoundTripTime * float64(time.Second)), true
}
