package sfu

import "time"

// keyframeInterval is the shortest time between two keyframe requests for one
// track, however many subscribers ask (R7 of the reliability figures): a
// keyframe costs the publisher several times a frame, and serves everybody.
const keyframeInterval = 500 * time.Millisecond

// keyframeThrottle spaces the keyframe requests for one track.
type keyframeThrottle struct {
	last   time.Time
	wanted bool
}

// want notes a request.
func (k *keyframeThrottle) want() { k.wanted = true }

// due reports whether a request is to be sent now, and if not, after how long
// to look again; 0 means that nothing is wanted.
func (k *keyframeThrottle) due(now time.Time) (send bool, wait time.Duration) {
	if !k.wanted {
		return false, 0
	}
	if elapsed := now.Sub(k.last); !k.last.IsZero() && elapsed < keyframeInterval {
		return false, keyframeInterval - elapsed
	}
	k.wanted, k.last = false, now
	return true, 0
}
