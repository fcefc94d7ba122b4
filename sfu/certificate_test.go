package sfu

import (
	"testing"
	"time"
)

func TestCertificateIsSharedForAWeekAndThenReplaced(t *testing.T) {
	start := time.Date(2030, time.March, 1, 12, 0, 0, 0, time.UTC)
	var c certificates
	first, err := c.current(start)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		after time.Duration
		same  bool
	}{
		{0, true},
		{7*24*time.Hour - time.Nanosecond, true},
		{7 * 24 * time.Hour, false},
	} {
		got, err := c.current(start.Add(tt.after))
		if err != nil {
			t.Fatal(err)
		}
		if got.Equals(first) != tt.same {
			t.Errorf("after %v: the first certificate again: %t, want %t", tt.after, !tt.same, tt.same)
		}
	}
}

// A connection keeps its certificate as long as it lasts, and clocks differ.
func TestCertificateIsValidForAnyCallAndClock(t *testing.T) {
	start := time.Date(2030, time.March, 1, 12, 0, 0, 0, time.UTC)
	var c certificates
	if _, err := c.current(start); err != nil {
		t.Fatal(err)
	}
	last := start.Add(7*24*time.Hour - time.Nanosecond) // the last to get it
	cert, err := c.current(last)
	if err != nil {
		t.Fatal(err)
	}
	if left := cert.Expires().Sub(last); left < 30*24*time.Hour {
		t.Errorf("a certificate handed out is valid for %v more, want a month at least", left)
	}
	x, err := newCertificate(start)
	if err != nil {
		t.Fatal(err)
	}
	if prints, err := x.GetFingerprints(); err != nil || len(prints) == 0 || prints[0].Algorithm != "sha-256" {
		t.Errorf("fingerprints %v, %v, want sha-256", prints, err)
	}
}

// No two servers have one key, and none is kept anywhere: it is made at the first connection and goes with the process.
func TestEveryServerMakesAKeyOfItsOwn(t *testing.T) {
	var one, other certificates
	a, err := one.current(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	b, err := other.current(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if a.Equals(b) {
		t.Error("two servers have the same certificate")
	}
}
