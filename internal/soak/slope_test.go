package main

import (
	"math"
	"testing"
	"time"
)

func TestTheLineThroughAHeapThatGrows(t *testing.T) {
	start := time.Unix(1000, 0)
	var samples []heapSample
	for i := range 120 {
		noise := 400_000 * math.Sin(float64(i)) // of collections and comings
		// 50 MB, and 0.5 MB more every 10 minutes.
		octets := 50e6 + 0.5e6*float64(i)*10/600 + noise
		samples = append(samples, heapSample{start.Add(time.Duration(i) * 10 * time.Second), uint64(octets)})
	}
	if growth := fit(samples).growth(10 * time.Minute); math.Abs(growth-0.01) > 0.001 {
		t.Errorf("growth %.4f in 10 minutes, want 0.01", growth)
	}
	if n := len(since(samples, start.Add(5*time.Minute))); n != 90 {
		t.Errorf("%d samples after five minutes, want 90", n)
	}
}

func TestALineThroughTooLittleIsFlat(t *testing.T) {
	at := time.Unix(1000, 0)
	for _, samples := range [][]heapSample{nil, {{at, 5}}, {{at, 5}, {at, 7}}} {
		if growth := fit(samples).growth(time.Hour); growth != 0 {
			t.Errorf("%v: growth %g", samples, growth)
		}
	}
}
