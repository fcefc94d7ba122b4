package egress

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/bwe"
)

// maxProbePadding is the most padding of one packet (RFC 3550 section 5.1).
const maxProbePadding = 255

// probe is a cluster that is being sent: padding on the repair stream of one video,
// which receivers throw away (RFC 4588 has no packet without a payload), beside the
// media that goes out anyway and counts too.
type probe struct {
	cluster bwe.Cluster
	sub     *Subscriber // whose packets are counted; nil while nothing is probed
	stream  *Stream
	began   time.Time
	octets  int // sent since
	packets int
}

func (p *probe) active() bool { return p.sub != nil }

// id returns the cluster that packets of a subscriber belong to.
func (p *probe) id(sub *Subscriber) bwe.ProbeID {
	if p.sub != sub {
		return 0
	}
	return p.cluster.ID
}

// sent counts a packet of the subscriber that is probed.
func (p *probe) sent(sub *Subscriber, octets int) {
	if p.sub == sub {
		p.octets += octets
		p.packets++
	}
}

// startProbe begins the next cluster that the estimator wants, if the receiver has
// a stream that can carry it.
func (l *downlink) startProbe(now time.Time) {
	if l.probe.active() || l.estimator == nil {
		return
	}
	st := l.carrier()
	if st == nil {
		return
	}
	cluster, ok := l.estimator.NextProbe(now)
	if !ok {
		return
	}
	l.probe = probe{cluster: cluster, sub: st.sub, stream: st, began: now}
	l.shard.stats.tally.add(eventProbe, 1)
	l.sendProbe(now)
	l.pace()
}

// carrier returns a video that has a repair stream to pad, one that has begun if
// there is any.
func (l *downlink) carrier() (found *Stream) {
	for _, sub := range l.subs {
		if sub.flow == nil {
			continue
		}
		for _, st := range sub.streams {
			switch {
			case !st.started || st.cfg.RTXPayloadType == 0 || st.video == nil:
			case st.begun:
				return st
			case found == nil:
				found = st
			}
		}
	}
	return found
}

// sendProbe sends what of the cluster is due: one packet at first, then as many
// octets as its rate carries in the time since. Media may bring all the octets in a
// few packets: those that are missing follow at the end, since a cluster that waits
// for more media measures the bitrate of that.
func (l *downlink) sendProbe(now time.Time) {
	p := &l.probe
	if !p.active() {
		return
	}
	elapsed := now.Sub(p.began)
	due := min(p.cluster.Rate.Octets(elapsed), p.cluster.MinOctets)
	over := elapsed >= p.cluster.MinDuration
	for p.packets == 0 || p.octets < due || over && p.packets < p.cluster.MinPackets {
		p.stream.pad(min(maxProbePadding, max(due-p.octets, 64)), now)
	}
	if over {
		*p = probe{}
	}
}

// pad sends one packet of padding on the repair stream.
func (st *Stream) pad(octets int, now time.Time) {
	h := &st.rtx.header
	h.SequenceNumber = st.rtx.seq
	st.rtx.seq++
	h.Marker, h.Timestamp = false, st.header.Timestamp
	h.Padding, h.PaddingSize = true, uint8(octets) //nolint:gosec // maxProbePadding at most
	st.number(h)
	err := st.cfg.Sealer.WriteRTP(h, nil)
	h.Padding, h.PaddingSize = false, 0
	st.account(bwe.ClassPadding, h, octets, now)
	if err != nil {
		st.stats.failed.Add(1)
		return
	}
	st.stats.padded.Add(1)
	st.sub.shard.stats.tally.add(eventPadding, octets)
}
