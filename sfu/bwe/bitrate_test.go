package bwe

import (
	"math"
	"testing"
	"time"
)

func TestBitrateConverts(t *testing.T) {
	for _, c := range []struct {
		octets int
		d      time.Duration
		want   Bitrate
	}{
		{1000, time.Second, 8 * Kbps},
		{1250, time.Millisecond, 10 * Mbps},
		{0, time.Second, 0},
		{1, 0, maxBitrate},
		{1 << 40, time.Nanosecond, maxBitrate},
	} {
		if got := RateOf(c.octets, c.d); got != c.want {
			t.Errorf("RateOf(%d, %v) = %v, want %v", c.octets, c.d, got, c.want)
		}
	}
	if got := Mbps.Octets(8 * time.Millisecond); got != 1000 {
		t.Errorf("1 Mbit/s carries %d octets in 8 ms, want 1000", got)
	}
	if got := Mbps.Time(1000); got != 8*time.Millisecond {
		t.Errorf("1 Mbit/s needs %v for 1000 octets, want 8ms", got)
	}
	if got := Bitrate(0).Time(1); got != time.Hour {
		t.Errorf("nothing needs %v, want an hour", got)
	}
	if got := Bitrate(-5).Octets(time.Second); got != 0 {
		t.Errorf("a negative bitrate carries %d octets, want none", got)
	}
}

func TestBitrateStaysWithinBounds(t *testing.T) {
	for _, factor := range []float64{0, -1, math.NaN(), math.Inf(1), 1e300} {
		if got := Mbps.Scale(factor); got < 0 || got > maxBitrate {
			t.Errorf("scaled by %v: %d", factor, got)
		}
	}
}

func TestBitrateReadsWell(t *testing.T) {
	for rate, want := range map[Bitrate]string{
		180_400: "180 kbit/s", 2_449_000: "2.4 Mbit/s", 0: "0 kbit/s", 999_400: "999 kbit/s",
	} {
		if got := rate.String(); got != want {
			t.Errorf("%d reads %q, want %q", int64(rate), got, want)
		}
	}
}
