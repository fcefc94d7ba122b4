package dumbbell

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/bwe"
)

// longestProbe ends a probe that never has enough.
const longestProbe = time.Second

// probe is a cluster on its way: packets of media while some wait, and padding.
type probe struct {
	bwe.Cluster
	begin   time.Duration
	packets int
	octets  int
}

// nextProbe begins a probe if there should be one.
func (s *Sender) nextProbe() {
	if s.probe != nil {
		return
	}
	if c, ok := s.cc.NextProbe(s.net.time()); ok {
		s.probe = &probe{Cluster: c, begin: s.net.now}
		s.probeOn()
	}
}

// probeOn sends the next run of packets of the probe.
func (s *Sender) probeOn() {
	p := s.probe
	for chunk := p.Rate.Octets(p.MinDelta); chunk >= 0; {
		var size int
		if len(s.waiting) > 0 {
			size = s.media(p.ID)
		} else {
			size = min(max(p.MinOctets/max(p.MinPackets, 1), audioOctets), packetOctets)
			s.transmit(bwe.ClassPadding, size, p.ID)
		}
		chunk -= size
		p.octets += size
		p.packets++
	}
	if p.enough(s.net.now) {
		s.probe = nil
		s.pump()
		return
	}
	s.net.at(p.begin+p.Rate.Time(p.octets), s.probeOn)
}

func (p *probe) enough(now time.Duration) bool {
	return p.packets >= p.MinPackets && p.octets >= p.MinOctets || now-p.begin > longestProbe
}
