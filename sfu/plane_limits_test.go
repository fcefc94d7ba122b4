package sfu_test

import "time"

// limits are what a scenario is judged by. The control viewer has a perfect link.
type limits struct {
	gap, control                [gapKinds]time.Duration // the longest time without a new picture
	frozen, controlFrozen       float64                 // of the time, at most
	concealed, controlConcealed float64                 // of the sound, at most
	recovered                   float64                 // of the video packets that the downlinks lost, at least
	settle                      time.Duration           // until a viewer must have the layers that it asked for
	jitter                      time.Duration           // what arrivals may vary by
}

// notJudged is a share that anything is within. How long a picture stands depends
// on the jitter buffer, which with much loss grows to what repairs take; the one
// here does not (see viewLog.play).
const notJudged = 1

// lossless are the limits where every packet arrives: no gap is longer than four
// frames through any number of switches, except where what is shown is sent no
// more, or everything begins. A layer counts as gone after 300 ms, and the keyframe
// of another may have to wait for half a second since the last request.
func lossless() limits {
	return limits{
		gap:     [gapKinds]time.Duration{150 * time.Millisecond, 900 * time.Millisecond, 1200 * time.Millisecond},
		control: [gapKinds]time.Duration{60 * time.Millisecond, 900 * time.Millisecond, 1200 * time.Millisecond},
		settle:  2 * time.Second, jitter: 500 * time.Millisecond,
	}
}

// freezing allows pictures to stand for a part of the time, which they do where
// layers vanish.
func (l limits) freezing(share float64) limits {
	l.frozen, l.controlFrozen = max(l.frozen, share), max(l.controlFrozen, share)
	return l
}

// later allows so much more of each time.
func (l limits) later(by time.Duration) limits {
	for kind := range l.gap {
		l.gap[kind] += by
		l.control[kind] += by
	}
	return l
}

// downLoss adapts the limits to downlinks that lose packets: the longest gap, the
// part of the time that the picture stands, and the part of lost packets that is
// repaired.
func (l limits) downLoss(gap time.Duration, frozen, recovered, concealed float64) limits {
	l.gap = gapsOf(gap)
	l.frozen, l.recovered, l.concealed = frozen, recovered, concealed
	return l.slower()
}

// upLoss adapts them to an uplink that loses packets, which is everybody's loss.
func (l limits) upLoss(gap time.Duration, frozen, concealed float64) limits {
	l.control, l.controlFrozen, l.controlConcealed = gapsOf(gap), frozen, concealed
	for kind := range l.gap {
		l.gap[kind] = max(l.gap[kind], l.control[kind])
	}
	l.frozen, l.concealed = max(l.frozen, frozen), max(l.concealed, concealed)
	return l.slower()
}

func (l limits) slower() limits {
	l.settle, l.jitter = 3*time.Second, time.Second
	return l
}

func gapsOf(gap time.Duration) [gapKinds]time.Duration {
	return [gapKinds]time.Duration{gap, gap + 800*time.Millisecond, gap + 1200*time.Millisecond}
}

// late is for packets that come so late: what a publisher lost before it fell
// silent is noticed behind that, and with much loss a repair takes several tries.
func (l limits) late(longest time.Duration) limits {
	l.jitter = longest
	return l
}
