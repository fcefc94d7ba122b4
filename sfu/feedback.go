package sfu

import (
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/ingress"
)

// rttInterval is how often the round trip to a publisher is read from ICE.
const rttInterval = 2 * time.Second

// SendRTCP implements ingress.Feedback.
func (p *Publication) SendRTCP(pkts []rtcp.Packet) {
	_ = p.peer.WriteRTCP(pkts) // what is lost here is sent again, like anything on the network
}

// KeyframeNeeded implements ingress.Feedback.
func (p *Publication) KeyframeNeeded(t *ingress.Track) {
	for _, own := range p.tracks {
		if own.Track == t {
			own.RequestKeyframe()
		}
	}
}

// tick sends the keyframe requests that are due. It runs on the peer's
// goroutine.
func (p *Publication) tick(now time.Time) time.Duration {
	if !p.peer.connected {
		return 0
	}
	if !now.Before(p.nextRTT) {
		p.nextRTT = now.Add(rttInterval)
		p.measureRTT()
	}
	next := p.nextRTT.Sub(now)
	for _, t := range p.tracks {
		if t.wanted.Swap(false) {
			t.throttle.want()
		}
		if t.SSRC() == 0 && t.throttle.wanted {
			next = min(next, keyframeInterval) // nothing came yet that could be referred to
			continue
		}
		send, wait := t.throttle.due(now)
		if send {
			p.requested.Add(1)
			p.SendRTCP([]rtcp.Packet{t.keyframeRequest(p.ssrc)})
		} else if wait > 0 {
			next = min(next, wait)
		}
	}
	return next
}

// measureRTT tells the tracks the round trip that ICE's checks measured, which
// spaces repeated NACKs.
func (p *Publication) measureRTT() {
	stats, ok := p.peer.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePairStats()
	if !ok || stats.CurrentRoundTripTime <= 0 {
		return
	}
	rtt := time.Duration(stats.CurrentRoundTripTime * float64(time.Second))
	for _, t := range p.tracks {
		t.SetRTT(rtt)
	}
}
