package bwe

import "time"

const (
	// sendGroupLength is how much later than the first packet of a group another
	// may have been sent and still belong to it (libwebrtc: kSendTimeGroupLength).
	sendGroupLength = 5 * time.Millisecond
	// burstGap and maxBurst bound what a queue sent on as one burst (libwebrtc:
	// kBurstDeltaThreshold, kMaxBurstDuration).
	burstGap = 5 * time.Millisecond
	maxBurst = 100 * time.Millisecond
	// clockJump is how much further than our clock the receiver's may go from
	// group to group (libwebrtc: kArrivalTimeOffsetThreshold).
	clockJump = 3 * time.Second
	// maxReordered packets may begin a group while the last two groups have
	// changed places (libwebrtc: kReorderedResetThreshold).
	maxReordered = 3
)

// arrivalGroups joins packets to groups, by when they were sent, and says how much
// further apart two groups are where they arrive than where they were sent. One
// packet alone says little: a burst leaves at once and comes out of the bottleneck
// one by one (libwebrtc: goog_cc/inter_arrival_delta.cc). The zero value is ready.
type arrivalGroups struct {
	current, previous arrivalGroup
	reordered         uint8
}

// arrivalGroup is a run of packets that were sent, or left a queue, as one.
type arrivalGroup struct {
	firstSent, lastSent       time.Time
	firstArrived, lastArrived time.Duration
	heard                     time.Time // when feedback told of the last one
	octets                    int
	packets                   int
}

// groupDelta is the difference of a group to the one before.
type groupDelta struct {
	sent    time.Duration // between the last packets of the two, by our clock
	arrived time.Duration // the same by the receiver's clock, never negative
	size    int           // octets
}

// add takes a packet that was received, of which feedback told now. Packets come
// in the order of arrival. When this one begins a group, and two were complete
// before, it returns the difference of those.
//
// A packet sent before the group at hand is ignored. When the receiver's clock
// jumps, forward or back, all begins anew.
func (g *arrivalGroups) add(r Result, now time.Time) (d groupDelta, ok bool) {
	switch {
	case g.current.packets == 0:
		g.current = newArrivalGroup(r)
	case r.Sent.Before(g.current.firstSent):
		return groupDelta{}, false
	case !g.current.holds(r):
		if g.previous.packets > 0 {
			if d, ok = g.delta(); !ok {
				return groupDelta{}, false
			}
		}
		g.previous = g.current
		g.current = newArrivalGroup(r)
	}
	g.current.add(r, now)
	return d, ok
}

// delta returns the difference of the two complete groups, unless it means
// nothing. The packet at hand is lost to the groups then.
func (g *arrivalGroups) delta() (d groupDelta, ok bool) {
	d = groupDelta{
		sent:    g.current.lastSent.Sub(g.previous.lastSent),
		arrived: g.current.lastArrived - g.previous.lastArrived,
		size:    g.current.octets - g.previous.octets,
	}
	if d.arrived < 0 {
		if g.reordered++; g.reordered >= maxReordered {
			*g = arrivalGroups{}
		}
		return groupDelta{}, false
	}
	if d.arrived-clockJump >= g.current.heard.Sub(g.previous.heard) {
		*g = arrivalGroups{}
		return groupDelta{}, false
	}
	g.reordered = 0
	return d, true
}

func newArrivalGroup(r Result) arrivalGroup {
	return arrivalGroup{firstSent: r.Sent, lastSent: r.Sent, firstArrived: r.Arrived}
}

// holds reports whether a packet belongs to the group: sent with it, or come out
// of a queue with it.
func (g *arrivalGroup) holds(r Result) bool {
	return r.Sent.Sub(g.firstSent) <= sendGroupLength || g.bursts(r)
}

// bursts reports whether a packet arrived right behind the group, and closer to
// it than it was sent: both stood in a queue.
func (g *arrivalGroup) bursts(r Result) bool {
	sent, arrived := r.Sent.Sub(g.lastSent), r.Arrived-g.lastArrived
	if sent == 0 {
		return true
	}
	return arrived < sent && arrived <= burstGap && r.Arrived-g.firstArrived < maxBurst
}

func (g *arrivalGroup) add(r Result, now time.Time) {
	if r.Sent.After(g.lastSent) {
		g.lastSent = r.Sent
	}
	g.lastArrived, g.heard = r.Arrived, now
	g.octets += r.Size
	g.packets++
}
