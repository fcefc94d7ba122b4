package nack_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/atrium-rtc/atrium/sfu/nack"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

const ms = time.Millisecond

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func at(d time.Duration) time.Time { return start.Add(d) }

func seqs(numbers ...packet.ExtSeq) []packet.ExtSeq { return numbers }

func wantDue(t *testing.T, d *nack.Detector, now time.Time, rtt time.Duration, want []packet.ExtSeq) {
	t.Helper()
	if diff := cmp.Diff(want, d.Due(nil, now, rtt)); diff != "" {
		t.Errorf("due at %v (-want +got):\n%s", now.Sub(start), diff)
	}
}

func TestNothingIsDueWithoutGaps(t *testing.T) {
	d := nack.NewDetector()
	for seq := packet.ExtSeq(100); seq < 200; seq++ {
		d.Received(seq, start)
	}
	wantDue(t, d, at(time.Second), 0, nil)
	if d.Missing() != 0 || d.GaveUp() {
		t.Errorf("missing %d", d.Missing())
	}
}

func TestGapIsAskedForOnceThreeNewerPacketsPassed(t *testing.T) {
	d := nack.NewDetector()
	d.Received(100, start)
	d.Received(102, start) // 101 passed by one
	wantDue(t, d, start, 0, nil)
	d.Received(103, start)
	wantDue(t, d, start, 0, nil)
	d.Received(104, start)
	wantDue(t, d, start, 0, seqs(101))
}

func TestLongGapAloneIsNotPassedByThreePackets(t *testing.T) {
	d := nack.NewDetector()
	d.Received(100, start)
	d.Received(110, start)
	wantDue(t, d, start, 0, nil)
}

func TestGapIsAskedForAfterTenMilliseconds(t *testing.T) {
	d := nack.NewDetector()
	d.Received(100, start)
	d.Received(103, start)
	wantDue(t, d, at(9*ms), 0, nil)
	wantDue(t, d, at(10*ms), 0, seqs(101, 102))
}

func TestReorderedPacketIsNotAskedFor(t *testing.T) {
	d := nack.NewDetector()
	d.Received(100, start)
	d.Received(102, start)
	d.Received(101, at(5*ms))
	wantDue(t, d, at(20*ms), 0, nil)
}

func TestPacketFromBeforeTheFirstIsNotMissing(t *testing.T) {
	d := nack.NewDetector()
	d.Received(100, start)
	d.Received(98, start)
	d.Received(101, start)
	wantDue(t, d, at(time.Second/2), 0, nil)
}

func TestRequestsRepeatAfterARoundTripAndAQuarter(t *testing.T) {
	tests := []struct {
		name       string
		rtt, retry time.Duration
	}{
		{"measured", 80 * ms, 100 * ms},
		{"unknown", 0, 125 * ms},
		{"tiny", ms, 20 * ms},
		{"huge", 2 * time.Second, 400 * ms},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := nack.NewDetector()
			d.Received(100, start)
			d.Received(102, start)
			wantDue(t, d, at(10*ms), tt.rtt, seqs(101))
			wantDue(t, d, at(10*ms+tt.retry-ms), tt.rtt, nil)
			wantDue(t, d, at(10*ms+tt.retry), tt.rtt, seqs(101))
		})
	}
}

func TestGivesUpAfterTenRequests(t *testing.T) {
	d := nack.NewDetector()
	d.Received(100, start)
	d.Received(102, start)
	asked := 0
	for now := start; now.Before(at(600 * ms)); now = now.Add(5 * ms) {
		asked += len(d.Due(nil, now, ms))
	}
	if asked != nack.MaxTries {
		t.Errorf("asked %d times, want %d", asked, nack.MaxTries)
	}
	if !d.GaveUp() || d.Missing() != 0 {
		t.Errorf("still waiting for %d", d.Missing())
	}
	if d.GaveUp() {
		t.Error("GaveUp reports the same loss twice")
	}
}

func TestLossesCountEachPacketOnce(t *testing.T) {
	d := nack.NewDetector()
	d.Received(100, start)
	d.Received(105, start) // 101 to 104
	if d.Received(101, at(5*ms)) {
		t.Error("a packet that was merely late had been asked for")
	}
	wantLosses(t, d, nack.Losses{})
	wantDue(t, d, at(10*ms), ms, seqs(102, 103, 104))
	wantDue(t, d, at(40*ms), ms, seqs(102, 103, 104))
	wantLosses(t, d, nack.Losses{Lost: 3})
	if !d.Received(102, at(50*ms)) {
		t.Error("a repaired packet had not been asked for")
	}
	wantDue(t, d, at(nack.MaxAge), ms, nil)
	wantLosses(t, d, nack.Losses{Lost: 3, GivenUp: 2})

	d.Received(107, at(nack.MaxAge)) // 106, and then more than can be waited for
	d.Received(108+nack.MaxMissing, at(nack.MaxAge))
	wantLosses(t, d, nack.Losses{Lost: 4 + nack.MaxMissing, GivenUp: 3 + nack.MaxMissing})
}

func wantLosses(t *testing.T, d *nack.Detector, want nack.Losses) {
	t.Helper()
	if got := d.Losses(); got != want {
		t.Errorf("losses %+v, want %+v", got, want)
	}
}

func TestGivesUpAfterASecond(t *testing.T) {
	d := nack.NewDetector()
	d.Received(100, start)
	d.Received(102, start)
	wantDue(t, d, at(nack.MaxAge-ms), 0, seqs(101))
	wantDue(t, d, at(nack.MaxAge), 0, nil)
	if !d.GaveUp() {
		t.Error("GaveUp is false")
	}
}

func TestGivesUpBehind512Packets(t *testing.T) {
	d := nack.NewDetector()
	d.Received(100, start)
	for seq := packet.ExtSeq(102); seq <= 101+nack.MaxBehind; seq++ {
		d.Received(seq, start)
	}
	wantDue(t, d, start, 0, seqs(101))
	d.Received(102+nack.MaxBehind, start)
	wantDue(t, d, at(500*ms), 0, nil)
	if !d.GaveUp() {
		t.Error("GaveUp is false")
	}
}

func TestListHoldsItsCapAndNotOneMore(t *testing.T) {
	d := nack.NewDetector()
	d.Received(100, start)
	d.Received(101+nack.MaxMissing, start)
	if d.Missing() != nack.MaxMissing || d.GaveUp() {
		t.Fatalf("%d missing at the cap", d.Missing())
	}
	d.Received(103+nack.MaxMissing, start)
	if d.Missing() != 0 || !d.GaveUp() {
		t.Fatalf("%d missing beyond the cap", d.Missing())
	}
}

func TestHugeJumpIsGivenUp(t *testing.T) {
	d := nack.NewDetector()
	d.Received(100, start)
	d.Received(30000, start)
	if d.Missing() != 0 || !d.GaveUp() {
		t.Errorf("%d missing after a jump", d.Missing())
	}
}

// TestDetectorAsksOnlyWithinItsRules runs a stream with random loss, reordering
// and pauses and checks each request against what is known from outside.
func TestDetectorAsksOnlyWithinItsRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := nack.NewDetector()
		received := map[packet.ExtSeq]bool{}
		tries := map[packet.ExtSeq]int{}
		last := map[packet.ExtSeq]time.Time{}
		rtt := time.Duration(rapid.IntRange(0, 500).Draw(t, "rtt")) * ms
		now, next := start, packet.ExtSeq(65536)
		highest := packet.ExtSeq(0)
		for range rapid.IntRange(1, 150).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "wait")) * ms)
			seq := next + packet.ExtSeq(rapid.IntRange(0, 12).Draw(t, "skip"))
			if rapid.Bool().Draw(t, "late") {
				seq = next - packet.ExtSeq(rapid.IntRange(0, 20).Draw(t, "back"))
			}
			d.Received(seq, now)
			received[seq] = true
			highest = max(highest, seq)
			next = max(next, seq+1)
			due := d.Due(nil, now, rtt)
			if !slices.IsSorted(due) || d.Missing() > nack.MaxMissing {
				t.Fatalf("unsorted or too many: %v", due)
			}
			for _, s := range due {
				tries[s]++
				if received[s] || s >= highest || tries[s] > nack.MaxTries {
					t.Fatalf("asked for %d: received %v, highest %d, tries %d", s, received[s], highest, tries[s])
				}
				if asked, ok := last[s]; ok && now.Sub(asked) < 20*ms {
					t.Fatalf("asked for %d again after %v", s, now.Sub(asked))
				}
				last[s] = now
			}
		}
	})
}

func TestDetectorDoesNotAllocate(t *testing.T) {
	d := nack.NewDetector()
	dst := make([]packet.ExtSeq, 0, nack.MaxMissing)
	seq, now := packet.ExtSeq(100), start
	if allocs := testing.AllocsPerRun(2000, func() {
		seq += 1 + seq%5/4 // every fifth packet or so is missing
		now = now.Add(3 * ms)
		d.Received(seq, now)
		dst = d.Due(dst[:0], now, 50*ms)
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
	if len(dst) == 0 {
		t.Error("the run asked for nothing")
	}
}

func BenchmarkDetectorReceivedInOrder(b *testing.B) {
	d := nack.NewDetector()
	b.ReportAllocs()
	seq := packet.ExtSeq(100)
	for b.Loop() {
		d.Received(seq, start)
		seq++
	}
}

func BenchmarkDetectorFivePercentLoss(b *testing.B) {
	d := nack.NewDetector()
	dst := make([]packet.ExtSeq, 0, nack.MaxMissing)
	b.ReportAllocs()
	seq, now := packet.ExtSeq(100), start
	for b.Loop() {
		if seq%20 != 0 {
			d.Received(seq, now)
		}
		seq++
		now = now.Add(3 * ms)
		if seq%4 == 0 {
			dst = d.Due(dst[:0], now, 50*ms)
		}
	}
}
