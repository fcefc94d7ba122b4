package egress

import (
	"encoding/binary"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/bwe"
)

// transport numbers the packets of one subscriber's connection, all streams
// together, for the receiver's feedback
// (draft-holmer-rmcat-transport-wide-cc-extensions).
type transport struct {
	seq      uint16 // of the next packet
	numbered bool   // the last packet was given one

	// written by the shard now and then, read anywhere
	received, lost             atomic.Uint64 // packets
	estimate, demand, sentRate atomic.Int64  // bits per second
	remb                       atomic.Int64
}

func (t *transport) next() uint16 {
	seq := t.seq
	t.seq++
	t.numbered = true
	return seq
}

// Feedback takes one RTCP packet about what arrived, header included:
// transport-wide feedback, or that of RFC 8888. It may be called from any goroutine
// and does not keep b.
func (s *Subscriber) Feedback(b []byte) { s.shard.inbox.put(s, b) }

// account takes note of a packet that went out, with so many octets behind its
// header.
func (st *Stream) account(class bwe.Class, h *rtp.Header, octets int, now time.Time) {
	sub := st.sub
	link := sub.link
	octets += headerOctets
	link.pacer.Spend(octets)
	if st.cfg.CongestionFeedback && sub.flow != nil {
		sub.flow.SentAs(h.SSRC, h.SequenceNumber, sub.transport.next())
	}
	if sub.transport.numbered && sub.flow != nil {
		sub.transport.numbered = false
		sub.flow.Sent(sub.transport.seq-1, class, octets, link.probe.id(sub), now)
	}
	link.probe.sent(sub, octets)
}

func (st *Stream) class() bwe.Class {
	if st.video == nil {
		return bwe.ClassAudio
	}
	return bwe.ClassVideo
}

// number gives a packet without media what feedback needs.
func (st *Stream) number(h *rtp.Header) {
	h.Extension, h.ExtensionProfile, h.Extensions = false, 0, h.Extensions[:0]
	if id := st.cfg.Extensions.TransportSequence; id != 0 {
		scratch := st.sub.shard.transport[:2]
		binary.BigEndian.PutUint16(scratch, st.sub.transport.next())
		set(h, id, scratch)
	}
}

// estimated takes a receiver's estimate of the link (REMB).
func (s *Subscriber) estimated(p *rtcp.ReceiverEstimatedMaximumBitrate) {
	if p.Bitrate <= 0 {
		return
	}
	rate := bwe.Bitrate(min(p.Bitrate, float32(unlimited)))
	s.transport.remb.Store(int64(rate))
	s.request(func() {
		if s.removed || !s.shard.estimates {
			return
		}
		now := time.Now()
		if s.link.estimator == nil {
			s.link.begin(s.most, now)
		}
		s.link.estimator.REMB(rate, now)
		s.link.heard(now)
	})
}

// publish lets others see how the link is.
func (l *downlink) publish(now time.Time) {
	l.contribute(now)
	for _, sub := range l.subs {
		sub.countArrivals()
		sub.publish()
	}
}

func (s *Subscriber) publish() {
	t, l := &s.transport, s.link
	if s.flow != nil {
		var received, lost uint64
		for _, c := range [...]bwe.Class{bwe.ClassAudio, bwe.ClassVideo, bwe.ClassRepair, bwe.ClassPadding} {
			r, n := s.flow.Counts(c)
			received, lost = received+r, lost+n
		}
		t.received.Store(received)
		t.lost.Store(lost)
	}
	t.estimate.Store(int64(l.estimate()))
	t.demand.Store(int64(l.demand))
	t.sentRate.Store(int64(l.allocator.Allocated() + l.sound))
}

// mayRepair reports whether there is room for a repair now.
func (l *downlink) mayRepair(now time.Time) bool {
	return l.estimator == nil || l.pacer.Room(now) > 0
}

// changed has the link given out anew with the next tick.
func (l *downlink) changed() {
	l.allocated = time.Time{}
	for _, sub := range l.subs {
		sub.hurry()
	}
}
