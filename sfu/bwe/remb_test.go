package bwe

import (
	"math/rand/v2"
	"testing"

	"github.com/pion/rtcp"
)

func TestREMBIsThatOfPion(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 10_000 {
		p := rtcp.ReceiverEstimatedMaximumBitrate{
			SenderSSRC: random.Uint32(),
			Bitrate:    float32(random.Uint64() >> (27 + random.IntN(37))), // below 2^37
			SSRCs:      make([]uint32, random.IntN(5)),
		}
		b, err := p.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		var back rtcp.ReceiverEstimatedMaximumBitrate
		if err := back.Unmarshal(b); err != nil {
			t.Fatal(err)
		}
		want := min(Bitrate(back.Bitrate), maxBitrate)
		if p.Bitrate == 0 {
			want = 0 // which Pion reads as 2^23
		}
		if got, ok := ReadREMB(b); !ok || got != want {
			t.Fatalf("%d (ok: %v), want %d", got, ok, want)
		}
	}
}

func TestREMBIsBounded(t *testing.T) {
	b := rembOf(t, 1e6)
	for exponent := range byte(64) {
		b[17], b[18], b[19] = exponent<<2|3, 0xff, 0xff
		want := maxBitrate
		if exponent < 19 { // 2^37 is beyond
			want = (1<<18 - 1) << exponent
		}
		if got, ok := ReadREMB(b); !ok || got != want {
			t.Errorf("exponent %d: %d (ok: %v), want %d", exponent, got, ok, want)
		}
	}
	b[17], b[18], b[19] = 63<<2, 0, 0
	if got, ok := ReadREMB(b); !ok || got != 0 {
		t.Errorf("no mantissa: %d (ok: %v), want 0", got, ok)
	}
}

func TestOtherPacketsAreNoREMB(t *testing.T) {
	for name, change := range map[string]func(b []byte) []byte{
		"empty":               func([]byte) []byte { return nil },
		"header only":         func(b []byte) []byte { return b[:4] },
		"cut short":           func(b []byte) []byte { return b[:len(b)-1] },
		"version":             func(b []byte) []byte { b[0] &= 0x3f; return b },
		"transport layer":     func(b []byte) []byte { b[1] = 205; return b },
		"picture loss":        func(b []byte) []byte { b[0] = 2<<6 | 1; return b },
		"another application": func(b []byte) []byte { b[12] = 'X'; return b },
		"more sources":        func(b []byte) []byte { b[16]++; return b },
		"fewer sources":       func(b []byte) []byte { b[16]--; return b },
		"too short":           func(b []byte) []byte { b[3] = 3; return b[:16] },
		"padding of nothing":  func(b []byte) []byte { b[0] |= 0x20; b[len(b)-1] = 0; return b },
	} {
		if rate, ok := ReadREMB(change(rembOf(t, 1e6))); ok {
			t.Errorf("%s: read as %v", name, rate)
		}
	}
}

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

func TestREMBDoesNotAllocate(t *testing.T) {
	b := rembOf(t, 1e6)
	read := 0
	if allocs := testing.AllocsPerRun(100, func() {
		if rate, ok := ReadREMB(b); ok && rate == Mbps {
			read++
		}
	}); allocs != 0 || read < 100 {
		t.Errorf("%v allocations, %d read", allocs, read)
	}
}

func rembOf(tb testing.TB, rate float32) []byte {
	tb.Helper()
	b, err := rtcp.ReceiverEstimatedMaximumBitrate{SenderSSRC: 1, Bitrate: rate, SSRCs: []uint32{2}}.Marshal()
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func BenchmarkReadREMB(b *testing.B) {
	packet := rembOf(b, 1e6)
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := ReadREMB(packet); !ok {
			b.Fatal("refused")
		}
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
