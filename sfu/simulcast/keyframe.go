package simulcast

import "time"

// The least time between two keyframe requests for one encoding, however many
// subscribers ask (R7 of the reliability figures): a keyframe costs the publisher
// several times a frame, and serves everybody.
const (
	KeyframeInterval      = 500 * time.Millisecond // of the smallest picture
	LargeKeyframeInterval = time.Second            // of the others
)

// keyframeTries is how often a request is repeated by itself. Who still waits
// after that asks again.
const keyframeTries = 4

// KeyframeRequests is the policy for the keyframe requests of one encoding. All
// that want a keyframe while one is on its way get that one; a request that was
// lost, or came to nothing, is repeated. It is owned by one goroutine.
type KeyframeRequests struct {
	wanted   bool
	waiting  bool   // sent, and nothing has come
	came     uint64 // keyframes, when the last request was sent
	last     time.Time
	attempts int
}

// Want notes that somebody wants a keyframe.
func (k *KeyframeRequests) Want() { k.wanted = true }

// Wanted reports whether somebody wants a keyframe for which nothing was sent.
func (k *KeyframeRequests) Wanted() bool { return k.wanted }

// Due reports whether a request is to be sent now, and if not, after how long to
// look again; 0 means that nothing is wanted. came is how many keyframes of the
// encoding have come so far, interval the least time between two requests.
func (k *KeyframeRequests) Due(now time.Time, came uint64, interval time.Duration) (send bool, wait time.Duration) {
	if k.waiting && came != k.came {
		k.waiting = false
	}
	switch {
	case k.waiting && k.wanted:
		k.wanted, k.attempts = false, 1 // the one on its way will do
	case k.waiting && k.attempts >= keyframeTries:
		k.waiting = false
	}
	if !k.waiting && !k.wanted {
		return false, 0
	}
	if elapsed := now.Sub(k.last); !k.last.IsZero() && elapsed < interval {
		return false, interval - elapsed
	}
	if k.wanted {
		k.attempts = 0
	}
	k.attempts++
	k.wanted, k.waiting, k.last, k.came = false, true, now, came
	return true, 0
}
