package testnet

import (
	"net/netip"
	"slices"
	"syscall"
	"time"

	"github.com/atrium-rtc/atrium/internal/link"
)

// segmentKind begins what the links see of a segment: neither STUN, DTLS nor
// media, so that segments have luck of their own and take none of the others'.
const segmentKind = 0x50

// segmentHeader is by how much a segment is larger on the wire than a datagram
// with the same payload.
const segmentHeader = 12

// pump sends what the peer's window has room for. Caller holds net.mu.
func (s *Stream) pump(now time.Time) {
	if s.broken != nil {
		return
	}
	for len(s.unsent) > 0 && s.flying+len(s.peer.inbox) < s.peer.window {
		size := min(segmentSize, len(s.unsent), s.peer.window-s.flying-len(s.peer.inbox))
		if s.flying == 0 {
			s.moved = now
		}
		payload := slices.Clone(s.unsent[:size])
		s.unsent = s.unsent[size:]
		s.flying += size
		at := s.sent
		s.sent += uint64(size)
		s.host.net.ship(s.host, s.peer.host, size, firstRTO, s.alive, func() { s.arrive(at, payload) }, now)
	}
	if len(s.unsent) == 0 {
		s.unsent = nil
		if s.ending {
			s.ending = false
			at := s.sent
			s.host.net.ship(s.host, s.peer.host, 0, firstRTO, s.alive, func() { s.arrive(at, nil) }, now)
		}
	}
	s.changed.Broadcast()
}

// alive reports whether a segment that was lost is worth sending again, and
// breaks a stream that gets nothing through.
func (s *Stream) alive(now time.Time) bool {
	if s.broken == nil && s.flying > 0 && now.Sub(s.moved) > giveUp {
		s.snap(syscall.ETIMEDOUT)
	}
	return s.broken == nil && s.peer.broken == nil
}

// arrive takes a segment in at the peer; one without a payload is the end.
func (s *Stream) arrive(at uint64, payload []byte) {
	to, now := s.peer, time.Now()
	s.flying -= len(payload)
	s.moved = now
	switch {
	case to.broken != nil:
		return
	case to.closed && payload != nil: // nobody reads: RST
		s.snap(syscall.ECONNRESET)
		return
	}
	to.early[at] = payload
	for {
		next, ok := to.early[to.next]
		if !ok {
			break
		}
		delete(to.early, to.next)
		if next == nil {
			to.finish()
			break
		}
		to.inbox = append(to.inbox, next...)
		to.next += uint64(len(next))
	}
	to.changed.Broadcast()
	s.pump(now)
}

// finish is the peer's end. When both have said it, the stream is gone.
func (s *Stream) finish() {
	s.finished = true
	if s.closed {
		for _, end := range []*Stream{s, s.peer} {
			end.host.streams = slices.DeleteFunc(end.host.streams, func(o *Stream) bool { return o == end })
		}
	}
}

// ship carries a segment from a host to another, again and again until it has
// arrived or is not worth it any more. Caller holds n.mu.
func (n *Net) ship(from, to *Host, size int, rto time.Duration, worth func(time.Time) bool, arrive func(), now time.Time) {
	if n.closed {
		return
	}
	shape := make([]byte, size+segmentHeader)
	shape[0] = segmentKind
	again := func(at time.Time) {
		n.schedule(at.Add(rto), func(at time.Time) {
			if worth(at) {
				n.ship(from, to, size, min(2*rto, lastRTO), worth, arrive, at)
			}
		})
	}
	n.segment(from.up, shape, to.addrs[0], now, again, func(at time.Time) {
		n.segment(to.down, shape, from.addrs[0], at, again, func(time.Time) { arrive() })
	})
}

func (n *Net) segment(path *link.Path, shape []byte, peer netip.Addr, now time.Time, lost, passed func(time.Time)) {
	arrival, outcome := path.Carry(shape, peer, now)
	if outcome != link.Passed {
		lost(now)
		return
	}
	n.schedule(arrival, passed)
}
