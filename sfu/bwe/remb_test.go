package bwe

import "testing"

func TestREMBLimitsForFiveSeconds(t *testing.T) {
	var r rembLimit
	if rate, ok := r.limit(sentAt(0)); ok {
		t.Errorf("limit of %v before any", rate)
	}
	r.set(Mbps, sentAt(0))
	for after, want := range map[float64]bool{0: true, 5000: true, 5001: false} {
		if rate, ok := r.limit(sentAt(after)); ok != want || ok && rate != Mbps {
			t.Errorf("after %v ms: %v (valid: %v), want %v", after, rate, ok, want)
		}
	}
	r.set(2*Mbps, sentAt(6000))
	if rate, ok := r.limit(sentAt(7000)); !ok || rate != 2*Mbps {
		t.Errorf("%v (valid: %v), want the second", rate, ok)
	}
	r.set(0, sentAt(8000))
	if rate, ok := r.limit(sentAt(8000)); ok {
		t.Errorf("limit of %v after it was taken away", rate)
	}
}

func TestAReceiversEstimateIsWithinTheBounds(t *testing.T) {
	for _, flows := range []int{0, 1} {
		now := sentAt(0)
		e := NewEstimator(Config{Min: 30 * Kbps, Max: 5 * Mbps}, now)
		for range flows {
			e.NewFlow(now)
		}
		for _, c := range []struct{ rate, least, most Bitrate }{{1, 30 * Kbps, 30 * Kbps}, {maxBitrate, 30 * Kbps, 5 * Mbps}} {
			e.REMB(c.rate, now)
			if got := e.Target(); got < c.least || got > c.most {
				t.Errorf("%d flows: %v after %v, want %v to %v", flows, got, c.rate, c.least, c.most)
			}
		}
	}
}
