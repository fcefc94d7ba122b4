package egress

import (
	"net/netip"
	"slices"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/bwe"
)

const (
	// settling is how long after its beginning a downlink is looked at with every
	// tick: the first probes decide how soon a newcomer's pictures are sharp.
	settling = 5 * time.Second
	// deaf is how long a receiver that agreed to transport-wide feedback may send
	// none before its downlink counts as one that is not measured.
	deaf = 2 * time.Second
	// allocateInterval is how often layers are given out anew without a reason.
	allocateInterval = 200 * time.Millisecond
	// worthwhile is the change of the estimate, as a share, with which they are
	// before that.
	worthwhile = 0.05
)

// downlink is the way to one receiver, which all its subscribers share: an
// estimate of what it carries, the pace at which packets go out, and who of its
// videos gets how much. It belongs to the shard.
type downlink struct {
	// What every packet touches.
	pacer     bwe.Pacer
	estimator *bwe.Estimator // nil while no stream is measured
	silent    bool           // nothing comes back
	waiting   []*Stream      // that have packets which wait for the pacer

	shard      *Shard
	session    string     // empty for one of its own
	ipv4, ipv6 netip.Addr // of the receiver, as far as known
	subs       []*Subscriber
	pacing     bool // it is in the shard's list
	probe      probe

	allocator bwe.Allocator
	videos    []*bwe.Video // reused
	demand    bwe.Bitrate  // with which all videos would be at their best
	sound     bwe.Bitrate
	used      bwe.Bitrate // the estimate that the allocation was made with
	allocated time.Time
	began     time.Time // of measuring

	counted  Downlinks // in the shard's totals
	observed time.Time // the estimate, the last time
}

// join puts the subscriber on the downlink to an address: that of its session, if
// there is one, else one of its own, as before the address is known.
func (s *Subscriber) join(remote netip.Addr) {
	if s.link != nil {
		if s.session == "" || s.link.leadsTo(remote) {
			return
		}
		s.leave()
	}
	l := s.shard.downlinkTo(s.session, remote)
	l.subs = append(l.subs, s)
	s.link = l
	for _, st := range s.streams {
		s.measure(st.cfg)
	}
}

// downlinkTo returns the downlink of a session to an address, a new one if there is
// none. A machine has addresses of both families, and one connection may go to the
// one and the next to the other: a session's downlink has one of each.
func (s *Shard) downlinkTo(session string, remote netip.Addr) *downlink {
	if session == "" || !remote.IsValid() {
		return &downlink{shard: s}
	}
	for _, l := range s.downlinks[session] {
		if l.leadsTo(remote) {
			return l
		}
	}
	for _, l := range s.downlinks[session] {
		if at := l.address(remote); !at.IsValid() {
			*at = remote
			return l
		}
	}
	l := &downlink{shard: s, session: session}
	*l.address(remote) = remote
	s.downlinks[session] = append(s.downlinks[session], l)
	return l
}

// forget takes a session's downlink out.
func (s *Shard) forget(l *downlink) {
	left := slices.DeleteFunc(s.downlinks[l.session], func(x *downlink) bool { return x == l })
	if s.downlinks[l.session] = left; len(left) == 0 {
		delete(s.downlinks, l.session)
	}
}

// address returns where the downlink's address of the family of a is kept.
func (l *downlink) address(a netip.Addr) *netip.Addr {
	if a.Is4() {
		return &l.ipv4
	}
	return &l.ipv6
}

// leadsTo reports whether the downlink is known to lead to an address.
func (l *downlink) leadsTo(remote netip.Addr) bool {
	return remote.IsValid() && *l.address(remote) == remote
}

// leave takes the subscriber off its downlink, which ends with the last one.
func (s *Subscriber) leave() {
	l := s.link
	for _, st := range s.streams {
		st.dropWaiting()
	}
	if s.flow != nil {
		s.countArrivals()
		s.told = delivered{}
		l.estimator.Remove(s.flow)
		s.flow = nil
	}
	if l.probe.sub == s {
		l.probe = probe{}
	}
	l.subs = slices.DeleteFunc(l.subs, func(x *Subscriber) bool { return x == s })
	if len(l.subs) == 0 && l.session != "" {
		s.shard.forget(l)
	}
	if len(l.subs) == 0 {
		l.withdraw()
	}
	l.allocated = time.Time{}
}

// measure begins to measure the subscriber's packets, if the stream's are
// numbered for that.
func (s *Subscriber) measure(cfg StreamConfig) {
	if s.flow != nil || !s.shard.estimates || cfg.Extensions.TransportSequence == 0 && !cfg.CongestionFeedback {
		return
	}
	now := time.Now()
	if s.link.estimator == nil {
		s.link.begin(s.most, now)
	}
	s.flow = s.link.estimator.NewFlow(now)
}

// begin starts to estimate, at most so much; 0 is the estimator's own bound.
func (l *downlink) begin(most bwe.Bitrate, now time.Time) {
	l.estimator = bwe.NewEstimator(bwe.Config{Max: most}, now)
	l.began = now
	l.follow(now)
}

// measured reports whether the estimate governs what is sent: the receiver says
// what arrives, or is given the time to.
func (l *downlink) measured(now time.Time) bool {
	return l.estimator != nil && (l.estimator.Measured() || now.Sub(l.began) < deaf)
}

// follow takes over the estimate.
func (l *downlink) follow(now time.Time) {
	target := l.estimator.Target()
	switch {
	case !l.measured(now) || !l.shard.paces:
		l.pacer.SetRate(unlimited, now)
	case l.allocator.Allocated()+l.sound > target:
		l.pacer.SetRate(target, now) // until the streams have changed layers
	default:
		l.pacer.SetRate(target.Scale(bwe.PacingFactor), now)
	}
}

// watch stops all video while nothing comes back from the receiver, and lets it go
// on with a keyframe when something does: what is sent meanwhile fills queues that
// are no use when they drain. Sound goes on, so that it is seen when the link is
// back.
func (l *downlink) watch(now time.Time) {
	silent := l.estimator.Silent(now)
	if silent == l.silent {
		return
	}
	l.silent = silent
	for _, sub := range l.subs {
		for _, st := range sub.streams {
			switch {
			case st.video == nil:
			case silent:
				st.sub.shard.stats.tally.add(eventPausedPacket, st.dropWaiting())
				st.selector.Interrupt()
				st.notePause()
			default:
				st.askForKeyframe(now)
				st.notePause()
			}
		}
	}
}

// leads reports whether the downlink is looked at with this subscriber: the first
// whose connection is up.
func (l *downlink) leads(s *Subscriber) bool {
	for _, sub := range l.subs {
		if sub.started {
			return sub == s
		}
	}
	return false
}

// readFeedback takes one RTCP packet about what arrived.
func (s *Subscriber) readFeedback(b []byte, now time.Time) {
	if s.flow == nil {
		return
	}
	defer s.contain()
	var err error
	if b[0]&0x1f == rtcp.FormatTCC {
		err = s.flow.ReadTransportFeedback(b, now)
	} else {
		err = s.flow.ReadCongestionFeedback(b, now)
	}
	if err != nil {
		s.malformed++
		return
	}
	s.link.heard(now)
}

// heard follows the estimate after feedback.
func (l *downlink) heard(now time.Time) {
	l.watch(now)
	l.follow(now)
	target := l.estimator.Target()
	change := float64(target-l.used) / float64(max(l.used, 1))
	if target < l.allocator.Allocated()+l.sound || change > worthwhile || change < -worthwhile {
		l.allocate(now)
	}
	l.startProbe(now)
}

// tick does what is due without a packet and reports whether to look again soon.
func (l *downlink) tick(now time.Time) (soon bool) {
	defer l.publish(now)
	if l.estimator == nil {
		l.allocateEvery(now)
		return false
	}
	l.estimator.Tick(now)
	l.watch(now)
	l.follow(now)
	l.allocateEvery(now)
	l.startProbe(now)
	return now.Sub(l.began) < settling || l.demand > l.estimator.Target() || len(l.waiting) > 0
}

func (l *downlink) allocateEvery(now time.Time) {
	if now.Sub(l.allocated) >= allocateInterval {
		l.allocate(now)
	}
}
