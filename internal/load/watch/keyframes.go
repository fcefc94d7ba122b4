package watch

import "time"

// When libwebrtc asks for a keyframe (VideoReceiveStream2,
// RtpVideoStreamReceiver2): at once when a stream begins with something else or
// a gap is given up; while nothing was decoded yet, every 200 ms; later, when
// nothing could be decoded for three seconds. Not while one is coming in, and
// not of a source that has been silent.
const (
	firstKeyframeWait = 200 * time.Millisecond
	laterKeyframeWait = 3 * time.Second
	keyframeComing    = 200 * time.Millisecond
	sourceSilent      = 5 * time.Second
)

// keyframes decides when to ask for a keyframe.
type keyframes struct {
	urgent bool // a gap that will not be repaired

	began   time.Time // the first packet of the source
	packet  time.Time // the last
	coming  time.Time // the last packet of a keyframe
	current uint32    // timestamp of that keyframe
	shown   time.Time // the last frame decoded
	asked   time.Time
}

// received records a packet.
func (k *keyframes) received(timestamp uint32, keyframe bool, now time.Time) {
	if k.began.IsZero() {
		k.began = now
	}
	k.packet = now
	if keyframe {
		k.current = timestamp
	}
	if keyframe || (!k.coming.IsZero() && timestamp == k.current) {
		k.coming = now
	}
}

// decoded records a frame.
func (k *keyframes) decoded(now time.Time) {
	k.shown, k.urgent = now, false
}

// due reports whether to ask now, and if so counts it as done.
func (k *keyframes) due(now time.Time) bool {
	if !k.wanted(now) {
		return false
	}
	k.asked, k.urgent = now, false
	return true
}

func (k *keyframes) wanted(now time.Time) bool {
	if k.began.IsZero() || now.Sub(k.packet) >= sourceSilent {
		return false
	}
	sinceAsked := now.Sub(k.asked) // very long when never
	if k.urgent {
		return sinceAsked >= firstKeyframeWait
	}
	if !k.coming.IsZero() && now.Sub(k.coming) < keyframeComing {
		return false
	}
	if k.shown.IsZero() {
		return min(sinceAsked, now.Sub(k.began)) >= firstKeyframeWait
	}
	return min(sinceAsked, now.Sub(k.shown)) >= laterKeyframeWait
}
