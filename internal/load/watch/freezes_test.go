package watch

import (
	"testing"
	"time"
)

const ms = time.Millisecond

var begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// shownEvery shows n+1 frames, n gaps apart, and returns when the last one was.
func (f *freezes) shownEvery(gap time.Duration, n int, from time.Time) time.Time {
	f.shown(from, false)
	for range n {
		from = from.Add(gap)
		f.shown(from, false)
	}
	return from
}

// TestFreezeThreshold: with 29 gaps of g before it, a gap x is in an average of
// (29g+x)/30. It is a freeze if x >= average+150 ms, which is x >= g+155.17 ms,
// and x >= 3*average, which is x >= 29g*3/27 = 3.22g.
func TestFreezeThreshold(t *testing.T) {
	tests := []struct {
		name   string
		pace   time.Duration
		gap    time.Duration
		freeze bool
	}{
		{"30 frames a second, just below", 33 * ms, 188 * ms, false}, // 33+155.17 = 188.17
		{"30 frames a second, just above", 33 * ms, 189 * ms, true},
		{"10 frames a second, just below", 100 * ms, 322 * ms, false}, // 322.2
		{"10 frames a second, just above", 100 * ms, 323 * ms, true},
		{"1 frame a second, just below", time.Second, 3222 * ms, false},
		{"1 frame a second, just above", time.Second, 3223 * ms, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var f freezes
			last := f.shownEvery(tt.pace, 29, begin)
			if open := f.open(last.Add(tt.gap)); (open == tt.gap) != tt.freeze || (open == 0) == tt.freeze {
				t.Errorf("open freeze of %v", open)
			}
			f.shown(last.Add(tt.gap), false)
			if (f.count == 1) != tt.freeze {
				t.Errorf("%d freezes", f.count)
			}
			if tt.freeze && (f.total != tt.gap || f.longest != tt.gap) {
				t.Errorf("%v frozen, longest %v", f.total, f.longest)
			}
		})
	}
}

// TestFreezeAverageForgetsOldGaps: after thirty gaps of 100 ms nothing of the
// pace of 10 ms before is left in the average.
func TestFreezeAverageForgetsOldGaps(t *testing.T) {
	var f freezes
	last := f.shownEvery(10*ms, 40, begin)
	for range 30 {
		last = last.Add(100 * ms)
		f.shown(last, false)
	}
	if f.count != 0 || f.sum != 3*time.Second {
		t.Errorf("%d freezes, gaps of %v in the average", f.count, f.sum)
	}
	if f.isFreeze(322*ms) || !f.isFreeze(323*ms) {
		t.Error("the threshold is not that of 100 ms")
	}
}

func TestFewFramesMakeNoFreeze(t *testing.T) {
	var f freezes
	if f.open(begin.Add(time.Hour)) != 0 {
		t.Error("frozen before the first frame")
	}
	last := f.shownEvery(33*ms, 3, begin)
	f.shown(last.Add(10*time.Second), false) // the fourth gap
	if f.count != 0 {
		t.Error("a freeze among four gaps")
	}
	last = f.shownEvery(33*ms, 4, last.Add(10*time.Second+33*ms))
	if f.open(last.Add(60*time.Second)) == 0 {
		t.Error("no freeze behind more")
	}
}

func TestFreezesAddUp(t *testing.T) {
	var f freezes
	last := f.shownEvery(33*ms, 29, begin)
	for _, gap := range []time.Duration{500 * ms, 900 * ms, 700 * ms} {
		last = last.Add(gap)
		f.shown(last, false)
		last = f.shownEvery(33*ms, 30, last.Add(33*ms))
	}
	if f.count != 3 || f.total != 2100*ms || f.longest != 900*ms {
		t.Errorf("%d freezes, %v, longest %v", f.count, f.total, f.longest)
	}
}

func TestPausesAreNotInTheAverage(t *testing.T) {
	var f freezes
	last := f.shownEvery(33*ms, 30, begin)
	sum := f.sum
	last = last.Add(time.Minute)
	f.shown(last, true)
	f.pause()
	if f.open(last.Add(time.Minute)) != 0 {
		t.Error("frozen while paused")
	}
	f.shown(last.Add(30*time.Second), false)
	f.resume(last.Add(time.Minute))
	if f.count != 0 || f.sum != sum {
		t.Errorf("%d freezes, average of %v", f.count, f.sum)
	}
	if got := f.open(last.Add(time.Minute + 2*time.Second)); got != 2*time.Second {
		t.Errorf("frozen for %v since the end of the pause", got)
	}
}
