package nack_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/atrium-rtc/atrium/sfu/nack"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// wantVerdict requests a packet, and counts it as sent again when it may be.
func wantVerdict(t *testing.T, h *nack.History, out uint16, now time.Time, rtt time.Duration, want nack.Verdict) {
	t.Helper()
	_, got := h.Request(out, now, rtt)
	if got != want {
		t.Errorf("request for %d at %v: %v, want %v", out, now.Sub(start), got, want)
	}
	if got == nack.Resend {
		h.Resent(out, now)
	}
}

func TestRequestFindsTheSource(t *testing.T) {
	h := nack.NewHistory(1024)
	want := nack.Source{Seq: 70000, Timestamp: 90000, Layer: 2}
	h.Sent(7, want, start)
	got, verdict := h.Request(7, at(50*ms), 40*ms)
	if got != want || verdict != nack.Resend {
		t.Errorf("got %+v %v, want %+v %v", got, verdict, want, nack.Resend)
	}
}

func TestRequestForWhatWasNeverSentIsUnknown(t *testing.T) {
	h := nack.NewHistory(1024)
	wantVerdict(t, h, 0, start, 0, nack.Unknown)
	h.Sent(7, nack.Source{Seq: 1}, start)
	wantVerdict(t, h, 8, start, 0, nack.Unknown)
	wantVerdict(t, h, 7+1024, start, 0, nack.Unknown)
}

func TestRequestForAnOverwrittenPacketIsUnknown(t *testing.T) {
	h := nack.NewHistory(4)
	for out := range uint16(5) {
		h.Sent(out, nack.Source{Seq: packet.ExtSeq(out)}, start)
	}
	wantVerdict(t, h, 0, start, 0, nack.Unknown)
	wantVerdict(t, h, 1, start, 0, nack.Resend)
}

func TestRequestAfterTwoSecondsIsUnknown(t *testing.T) {
	h := nack.NewHistory(4)
	h.Sent(1, nack.Source{Seq: 1}, start)
	h.Sent(2, nack.Source{Seq: 2}, start)
	wantVerdict(t, h, 1, at(2*time.Second), 0, nack.Resend)
	wantVerdict(t, h, 2, at(2*time.Second+ms), 0, nack.Unknown)
}

func TestSecondResendWaitsUntilTheFirstCanBeMissed(t *testing.T) {
	tests := []struct {
		name      string
		rtt, wait time.Duration
	}{
		{"short path", 20 * ms, 40 * ms},
		{"path", 90 * ms, 100 * ms},
		{"long path", 300 * ms, 225 * ms},
		{"unknown path", 0, 100 * ms},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := nack.NewHistory(4)
			h.Sent(1, nack.Source{Seq: 1}, start)
			wantVerdict(t, h, 1, at(ms), tt.rtt, nack.Resend)
			wantVerdict(t, h, 1, at(ms+tt.wait-ms), tt.rtt, nack.TooSoon)
			wantVerdict(t, h, 1, at(ms+tt.wait+ms), tt.rtt, nack.Resend)
		})
	}
}

func TestFourthResendIsRefused(t *testing.T) {
	h := nack.NewHistory(4)
	h.Sent(1, nack.Source{Seq: 1}, start)
	for i := range nack.MaxResends {
		wantVerdict(t, h, 1, at(time.Duration(i)*200*ms), 50*ms, nack.Resend)
	}
	wantVerdict(t, h, 1, at(900*ms), 50*ms, nack.TooOften)
}

func TestOnlyWhatWasSentAgainCounts(t *testing.T) {
	h := nack.NewHistory(4)
	h.Sent(1, nack.Source{Seq: 1}, start)
	for range 10 { // refused by the budget, say
		if _, got := h.Request(1, at(ms), 50*ms); got != nack.Resend {
			t.Fatalf("verdict %v, want %v", got, nack.Resend)
		}
	}
	h.Resent(2, at(ms)) // was never sent
	wantVerdict(t, h, 1, at(ms), 50*ms, nack.Resend)
	wantVerdict(t, h, 1, at(2*ms), 50*ms, nack.TooSoon)
}

func TestNewPacketWithTheSameNumberStartsAfresh(t *testing.T) {
	h := nack.NewHistory(4)
	h.Sent(1, nack.Source{Seq: 1}, start)
	wantVerdict(t, h, 1, at(ms), 0, nack.Resend)
	h.Sent(1, nack.Source{Seq: 65537}, at(2*ms))
	got, verdict := h.Request(1, at(3*ms), 0)
	if got.Seq != 65537 || verdict != nack.Resend {
		t.Errorf("got %+v %v", got, verdict)
	}
}

func TestVerdictsHaveNames(t *testing.T) {
	for v, want := range map[nack.Verdict]string{
		0: "invalid", nack.Resend: "resend", nack.TooSoon: "too soon", nack.TooOften: "too often", nack.Unknown: "unknown",
	} {
		if got := v.String(); got != want {
			t.Errorf("%d is %q, want %q", v, got, want)
		}
	}
}

// TestCapsHoldForAnyRequests sends random requests, floods among them, and
// checks the figures of the retransmission rule: three per packet, spaced by at
// least min(100 ms, 2 RTT).
func TestCapsHoldForAnyRequests(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := nack.NewHistory(16)
		type record struct {
			source nack.Source
			count  int
			last   time.Time
		}
		records := map[uint16]*record{}
		now, out := start, rapid.Uint16().Draw(t, "first")
		rtt := time.Duration(rapid.IntRange(0, 200_000).Draw(t, "rtt")) * time.Microsecond
		spacing := min(100*ms, 2*rtt)
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40_000).Draw(t, "wait")) * time.Microsecond)
			if rapid.IntRange(0, 3).Draw(t, "action") == 0 {
				out++
				source := nack.Source{Seq: packet.ExtSeq(rapid.Uint32().Draw(t, "src")), Layer: 1}
				h.Sent(out, source, now)
				records[out] = &record{source: source}
				continue
			}
			asked := out - uint16(rapid.IntRange(0, 20).Draw(t, "back"))
			source, verdict := h.Request(asked, now, rtt)
			if verdict != nack.Resend {
				continue
			}
			h.Resent(asked, now)
			r := records[asked]
			if r == nil || r.source != source {
				t.Fatalf("resend of %d as %+v, which was %+v", asked, source, r)
			}
			if r.count++; r.count > nack.MaxResends {
				t.Fatalf("%d resent %d times", asked, r.count)
			}
			if r.count > 1 && now.Sub(r.last) < spacing {
				t.Fatalf("%d resent after %v, want %v", asked, now.Sub(r.last), spacing)
			}
			r.last = now
		}
	})
}

// At any rate a History remembers what may still be asked for, up to its limit.
func TestHistoryGrowsWithTheRate(t *testing.T) {
	for _, tt := range []struct {
		name       string
		limit      int
		interval   time.Duration
		remembered int // at least
	}{
		{"sound, 50 a second", 256, 20 * ms, 100},
		{"video, 100 a second", 1024, 10 * ms, 200},
		{"more than the limit", 1024, ms, 1024},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := nack.NewHistory(tt.limit)
			const sent = 40000 // with a wrap
			for i := range sent {
				h.Sent(uint16(30000+i), nack.Source{Seq: packet.ExtSeq(i)}, at(time.Duration(i)*tt.interval))
			}
			now := at((sent - 1) * tt.interval)
			for back := range tt.remembered {
				i := sent - 1 - back
				source, verdict := h.Request(uint16(30000+i), now, 0)
				if verdict != nack.Resend || source.Seq != packet.ExtSeq(i) {
					t.Fatalf("%d packets back: %v from %d, want %v from %d", back, verdict, source.Seq, nack.Resend, i)
				}
			}
		})
	}
}

func TestHistoryDoesNotAllocate(t *testing.T) {
	h := nack.NewHistory(1024)
	var out uint16
	resent := 0
	if allocs := testing.AllocsPerRun(2000, func() {
		h.Sent(out, nack.Source{Seq: packet.ExtSeq(out)}, start)
		if _, verdict := h.Request(out, start, 0); verdict == nack.Resend {
			h.Resent(out, start)
			resent++
		}
		out++
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
	if resent == 0 {
		t.Error("nothing was resent")
	}
}

func BenchmarkHistorySent(b *testing.B) {
	h := nack.NewHistory(1024)
	b.ReportAllocs()
	var out uint16
	for b.Loop() {
		h.Sent(out, nack.Source{Seq: packet.ExtSeq(out)}, start)
		out++
	}
}

func BenchmarkHistoryRequest(b *testing.B) {
	h := nack.NewHistory(1024)
	for out := range uint16(1024) {
		h.Sent(out, nack.Source{Seq: packet.ExtSeq(out)}, start)
	}
	b.ReportAllocs()
	var out uint16
	for b.Loop() {
		h.Request(out&1023, at(ms), 50*ms)
		out++
	}
}
