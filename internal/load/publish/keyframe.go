package publish

import (
	"slices"
	"time"
)

// keyframeSpacing is the least time from any keyframe of an encoding to one that
// is asked for. libwebrtc has the same figure and forgets requests that come
// sooner; here they wait, so that a subscriber who comes in that time is not
// measured by how often its server asks again.
const keyframeSpacing = 300 * time.Millisecond

// keyframes decides when one encoding starts over at its keyframe.
type keyframes struct {
	every int // frames from one keyframe to the next at the most; 0: the whole clip
	asked bool
	last  time.Duration
	fir   firLog
}

// due reports whether the frame of this moment is to be a keyframe, so many
// frames after the last one.
func (k *keyframes) due(at time.Duration, frames int) bool {
	return (k.asked && at-k.last >= keyframeSpacing) || (k.every > 0 && frames >= k.every)
}

// sent records a keyframe, which answers all requests so far.
func (k *keyframes) sent(at time.Duration) { k.asked, k.last = false, at }

// firLog remembers the latest full intra request of each requester. A request
// that repeats its number is the same one, sent again in case it was lost (RFC
// 5104 section 4.3.1.2).
type firLog struct {
	latest []fir // oldest first
}

type fir struct {
	from   uint32 // SSRC of the requester
	number uint8
}

// maxRequesters bounds what a server can make us remember.
const maxRequesters = 16

// isNew records a request and reports whether it is another than the last one.
func (l *firLog) isNew(from uint32, number uint8) bool {
	at := slices.IndexFunc(l.latest, func(f fir) bool { return f.from == from })
	if at >= 0 {
		repeated := l.latest[at].number == number
		l.latest[at].number = number
		return !repeated
	}
	if len(l.latest) == maxRequesters {
		l.latest = slices.Delete(l.latest, 0, 1)
	}
	l.latest = append(l.latest, fir{from, number})
	return true
}
