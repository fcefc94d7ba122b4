package egress

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// A newcomer is begun from the ring when the last keyframe is recent and complete
// there with all that came since: it sees a picture at once, and the publisher is
// not asked for a keyframe. How recent follows from the publisher's side: within
// the least interval between two requests it would have to wait anyway. The
// octets bound the burst, which a narrow link has to take.
const (
	replayAge    = time.Second
	replayOctets = 128 << 10
)

// replay sends what the ring has since the last keyframe of the wanted encoding.
func (st *Stream) replay(now time.Time) {
	layer := st.selector.Target().Layer
	if layer == packet.NoLayer || st.selector.Paused() || st.begun {
		return
	}
	first := st.feed.recent[layer]
	if first.at.IsZero() || now.Sub(first.at) > replayAge {
		return
	}
	ring := st.feed.ring(layer)
	newest, ok := st.replayable(ring, first.seq)
	if !ok {
		return
	}
	st.replayed = newest
	for seq := first.seq; seq <= ring.Highest(); seq++ {
		p := ring.Get(seq)
		if st.sub.link.estimator != nil && st.mustWait(now) {
			st.wait([]*packet.Packet{p}, nil, now)
		} else {
			st.forward(p, now)
		}
	}
	if st.begun {
		st.replayed = 0
	}
	st.stats.replays.Add(1)
}

// replayable reports whether all packets from first on are there and not too
// many octets, and returns the timestamp of the last.
func (st *Stream) replayable(ring *packet.Ring, first packet.ExtSeq) (newest uint32, ok bool) {
	octets := 0
	for seq := first; seq <= ring.Highest(); seq++ {
		p := ring.Get(seq)
		if p == nil {
			return 0, false // what is behind the gap may need it
		}
		octets += len(p.Payload())
		newest = p.Timestamp
	}
	return newest, octets > 0 && octets <= replayOctets
}
