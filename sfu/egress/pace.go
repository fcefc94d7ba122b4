package egress

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

const (
	// paceInterval is how often a shard looks at packets that wait for a pacer. All
	// that may go to one receiver in it leaves as one run.
	paceInterval = 5 * time.Millisecond
	// maxWait is how long a packet of video waits, and maxWaiting how many of one
	// stream do: then the picture is given up, and begins anew with a keyframe.
	maxWait    = time.Second
	maxWaiting = 1024
)

// waiting is a packet that waits for the pacer. It was not looked at yet: which
// layers go out is decided when it is its turn, by what is wanted then, and its
// number is given then.
type waiting struct {
	pkt     *packet.Packet
	padding uint8
	since   time.Time
}

// mustWait reports whether a packet of the stream has to wait.
func (st *Stream) mustWait(now time.Time) bool {
	return st.waitingFrom < len(st.waiting) || st.sub.link.pacer.Room(now) <= 0
}

// wait keeps those packets that may be for this receiver.
func (st *Stream) wait(pkts []*packet.Packet, padding []uint8, now time.Time) {
	tally := &st.sub.shard.stats.tally
	for i, p := range pkts {
		if !st.selector.Concerns(p) {
			tally.add(st.ignored(p), 1)
			continue
		}
		if st.takesOver(p) {
			tally.add(eventOtherLayer, st.dropWaiting()) // the old encoding need not be sent to its end
		}
		p.Retain()
		w := waiting{pkt: p, since: now}
		if st.cfg.Padding && padding != nil {
			w.padding = padding[i]
		}
		st.waiting = append(st.waiting, w)
	}
	if st.waitingFrom < len(st.waiting) {
		st.sub.link.enqueue(st)
	}
}

// takesOver reports whether the stream changes to another encoding with p.
func (st *Stream) takesOver(p *packet.Packet) bool {
	return p.Keyframe && p.FrameStart && p.Layer == st.selector.Target().Layer && p.Layer != st.selector.Current().Layer
}

// enqueue has the shard look at the stream's packets.
func (l *downlink) enqueue(st *Stream) {
	if !st.queued {
		st.queued = true
		l.waiting = append(l.waiting, st)
	}
	l.pace()
}

// pace has the shard look at the link every paceInterval.
func (l *downlink) pace() {
	if !l.pacing {
		l.pacing = true
		l.shard.pacing = append(l.shard.pacing, l)
	}
}

// pace sends what may go now, and reports whether there is more.
func (s *Shard) pace(now time.Time) {
	kept := s.pacing[:0]
	for _, l := range s.pacing {
		l.drain(now)
		l.sendProbe(now)
		if l.pacing = len(l.waiting) > 0 || l.probe.active(); l.pacing {
			kept = append(kept, l)
		}
	}
	clear(s.pacing[len(kept):])
	s.pacing = kept
}

// drain sends what waits, as far as there is room: repairs before pictures, and of
// these the one that has waited longest.
func (l *downlink) drain(now time.Time) {
	for _, st := range l.waiting {
		st.answerPostponed(now)
	}
	for len(l.waiting) > 0 && l.pacer.Room(now) > 0 {
		l.first().sendWaiting(now)
		l.forgetDone()
	}
	for i := 0; i < len(l.waiting); {
		if st := l.waiting[i]; st.overdue(now) {
			st.abandon(now) // which takes it off the list
		} else {
			i++
		}
	}
}

// first returns the stream whose packet has waited longest.
func (l *downlink) first() *Stream {
	first := l.waiting[0]
	for _, st := range l.waiting[1:] {
		if st.waiting[st.waitingFrom].since.Before(first.waiting[first.waitingFrom].since) {
			first = st
		}
	}
	return first
}

// forgetDone takes streams off the list that have nothing waiting.
func (l *downlink) forgetDone() {
	kept := l.waiting[:0]
	for _, st := range l.waiting {
		if st.queued = st.waitingFrom < len(st.waiting); st.queued {
			kept = append(kept, st)
		}
	}
	clear(l.waiting[len(kept):])
	l.waiting = kept
}

// sendWaiting sends the packets of the stream's next picture that wait, while there
// is room.
func (st *Stream) sendWaiting(now time.Time) {
	first := st.waiting[st.waitingFrom]
	picture, since := first.pkt.Timestamp, first.since
	latency, sent := &st.sub.shard.latency, &st.sub.shard.stats.tally.counts[eventPacket+st.kind]
	before := *sent
	for st.waitingFrom < len(st.waiting) && st.sub.link.pacer.Room(now) > 0 {
		w := st.waiting[st.waitingFrom]
		if w.pkt.Timestamp != picture {
			break
		}
		if w.since != since {
			latency.waited(now.Sub(since), *sent-before)
			since, before = w.since, *sent
		}
		st.waiting[st.waitingFrom] = waiting{}
		st.waitingFrom++
		st.header.PaddingSize = w.padding
		if st.forward(w.pkt, now) {
			st.catchUpWaiting(w.pkt, now)
		}
		w.pkt.Release()
	}
	latency.waited(now.Sub(since), *sent-before)
	st.header.PaddingSize, st.header.Padding = 0, false
	if st.waitingFrom == len(st.waiting) {
		st.waiting, st.waitingFrom = st.waiting[:0], 0
	}
}

// catchUpWaiting puts the packets after start that came before it in front of those
// that wait: see catchUp.
func (st *Stream) catchUpWaiting(start *packet.Packet, now time.Time) {
	rest := st.waiting[st.waitingFrom:]
	var list []waiting
	st.after(start, func(p *packet.Packet) {
		p.Retain()
		list = append(list, waiting{pkt: p, since: now})
	})
	for _, w := range rest {
		if w.pkt.Layer == start.Layer && w.pkt.Seq > start.Seq {
			w.pkt.Release() // it is among those of the ring
			continue
		}
		list = append(list, w)
	}
	st.waiting, st.waitingFrom = list, 0
}

// overdue reports whether the stream's packets wait too long, or too many do.
func (st *Stream) overdue(now time.Time) bool {
	n := len(st.waiting) - st.waitingFrom
	return n > maxWaiting || n > 0 && now.Sub(st.waiting[st.waitingFrom].since) > maxWait
}

// abandon gives up what waits: the stream goes on with a keyframe.
func (st *Stream) abandon(now time.Time) {
	lost := st.dropWaiting()
	st.stats.abandoned.Add(uint64(lost)) //nolint:gosec // not negative
	st.sub.shard.stats.tally.add(eventLate, lost)
	st.selector.Interrupt()
	st.askForKeyframe(now)
}

// dropWaiting releases what waits, and returns how many packets it was.
func (st *Stream) dropWaiting() (packets int) {
	packets = len(st.waiting) - st.waitingFrom
	for _, w := range st.waiting[st.waitingFrom:] {
		w.pkt.Release()
	}
	clear(st.waiting)
	st.waiting, st.waitingFrom = st.waiting[:0], 0
	if l := st.sub.link; l != nil && st.queued {
		l.forgetDone()
	}
	return packets
}
