package dumbbell

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/bwe"
)

// maxPadding is the most padding of one packet (RFC 3550 section 5.1).
const maxPadding = 255

// probe is a cluster on its way: what is sent anyway, and padding beside it, as
// sfu/egress sends it. There is none while its ID is 0.
type probe struct {
	bwe.Cluster
	began   time.Duration
	packets int
	octets  int
}

// nextProbe begins a probe if there should be one.
func (s *Sender) nextProbe() {
	if s.probe.ID != 0 {
		return
	}
	if c, ok := s.cc.NextProbe(s.net.time()); ok {
		s.net.trace.probed(s.id, c.Rate)
		s.probe = probe{Cluster: c, began: s.net.now}
		s.pad()
	}
}

// pad sends what of the probe is due: a packet at first, then as much as its rate
// carries in the time since, and at the end the packets that are missing.
func (s *Sender) pad() {
	p := &s.probe
	elapsed := s.net.now - p.began
	due := min(p.Rate.Octets(elapsed), p.MinOctets)
	over := elapsed >= p.MinDuration
	for p.packets == 0 || p.octets < due || over && p.packets < p.MinPackets {
		s.transmit(bwe.ClassPadding, headerOctets+min(maxPadding, max(due-p.octets, 64)))
	}
	if over {
		*p = probe{}
		return
	}
	s.net.after(paceInterval, s.pad)
}

func (p *probe) sent(octets int) {
	p.octets += octets
	p.packets++
}
