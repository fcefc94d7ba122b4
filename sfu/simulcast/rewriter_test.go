package simulcast_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

const videoClock = 90000

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func wantRewrite(t *testing.T, r *simulcast.Rewriter, seq packet.ExtSeq, ts uint32, outSeq uint16, outTS uint32) {
	t.Helper()
	gotSeq, gotTS, ok := r.Rewrite(seq, ts)
	if !ok || gotSeq != outSeq || gotTS != outTS {
		t.Errorf("%d/%d became %d/%d %v, want %d/%d", seq, ts, gotSeq, gotTS, ok, outSeq, outTS)
	}
}

func wantRefused(t *testing.T, r *simulcast.Rewriter, seq packet.ExtSeq, ts uint32) {
	t.Helper()
	if outSeq, outTS, ok := r.Rewrite(seq, ts); ok {
		t.Errorf("%d/%d became %d/%d, want it refused", seq, ts, outSeq, outTS)
	}
}

func TestStreamBeginsWithTheGivenNumbers(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 65535, 7)
	wantRefused(t, r, 500, 1000)
	r.Switch(500, 1000, start)
	wantRewrite(t, r, 500, 1000, 65535, 7)
	wantRewrite(t, r, 501, 1000, 0, 7)
	wantRewrite(t, r, 502, 4000, 1, 3007)
}

func TestLossAndReorderingInsideASourceStay(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 0)
	r.Switch(500, 0, start)
	wantRewrite(t, r, 500, 0, 100, 0)
	wantRewrite(t, r, 503, 90, 103, 90)
	wantRewrite(t, r, 501, 0, 101, 0)
}

func TestSwitchContinuesSequenceAndTime(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 1000)
	r.Switch(500, 50_000, start)
	wantRewrite(t, r, 500, 50_000, 100, 1000)
	wantRewrite(t, r, 501, 53_000, 101, 4000)
	r.Switch(9000, 4_000_000_000, start.Add(100*time.Millisecond))
	wantRewrite(t, r, 9000, 4_000_000_000, 102, 1000+9000)
	wantRewrite(t, r, 9001, 4_000_003_000, 103, 1000+12_000)
}

func TestSwitchBehindTheTimelineStillAdvances(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 1000)
	r.Switch(500, 0, start)
	wantRewrite(t, r, 500, 0, 100, 1000)
	wantRewrite(t, r, 501, 30_000, 101, 31_000) // media ahead of the clock
	r.Switch(900, 0, start)
	wantRewrite(t, r, 900, 0, 102, 31_090)
}

func TestPacketsFromBeforeTheSwitchAreRefused(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 1000)
	r.Switch(500, 0, start)
	wantRewrite(t, r, 500, 0, 100, 1000)
	r.Switch(900, 0, start.Add(time.Second))
	wantRefused(t, r, 899, 0)
	wantRewrite(t, r, 900, 0, 101, 91_000)
}

func TestPauseLeavesNoGapInTheSequence(t *testing.T) {
	r := simulcast.NewRewriter(48000, 100, 0)
	r.Switch(500, 0, start)
	wantRewrite(t, r, 500, 0, 100, 0)
	r.Switch(800, 288_000, start.Add(6*time.Second)) // 300 packets later
	wantRewrite(t, r, 800, 288_000, 101, 288_000)
}

func TestSwitchSurvivesAPauseLongerThanATimestampCycle(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 0)
	r.Switch(500, 0, start)
	wantRewrite(t, r, 500, 0, 100, 0)
	pause := 100 * time.Hour
	r.Switch(600, 0, start.Add(pause))
	ticks := uint64(pause/time.Second) * videoClock // more than 2^32, and behind the last one modulo 2^32
	wantRewrite(t, r, 600, 0, 101, uint32(ticks))
}

func TestSenderReportsFollowTheSource(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 1000)
	if _, ok := r.Timestamp(0); ok {
		t.Error("a timestamp before the first packet")
	}
	if _, ok := r.TimestampAt(start); ok {
		t.Error("a time before the first packet")
	}
	r.Switch(500, 50_000, start)
	if ts, ok := r.Timestamp(50_900); !ok || ts != 1900 {
		t.Errorf("timestamp %d %v, want 1900", ts, ok)
	}
	if ts, ok := r.TimestampAt(start.Add(1500 * time.Millisecond)); !ok || ts != 1000+135_000 {
		t.Errorf("timestamp %d %v, want 136000", ts, ok)
	}
}

// TestOutgoingStreamIsContinuous drives a Rewriter with random sources, loss,
// reordering and pauses: every number is used for one packet only, each source
// begins right after the highest number of the one before, distances inside a
// source are kept, and time never goes back between sources.
func TestOutgoingStreamIsContinuous(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		firstSeq := rapid.Uint16().Draw(t, "firstSeq")
		r := simulcast.NewRewriter(videoClock, firstSeq, rapid.Uint32().Draw(t, "firstTS"))
		used := map[uint16]bool{}
		now, next := start, firstSeq
		var lastTS uint32
		for source := range rapid.IntRange(1, 6).Draw(t, "sources") {
			now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "pause")) * time.Millisecond)
			seq := packet.ExtSeq(rapid.Uint32Range(1<<16, 1<<20).Draw(t, "seq"))
			ts := rapid.Uint32().Draw(t, "ts")
			r.Switch(seq, ts, now)
			base, baseSeq, baseTS := next, seq, ts
			order := rapid.Permutation(offsets(rapid.IntRange(0, 30).Draw(t, "packets"))).Draw(t, "order")
			for i, offset := range append([]int{0}, order...) {
				if i > 0 && rapid.IntRange(0, 9).Draw(t, "lost") == 0 {
					continue
				}
				outSeq, outTS, ok := r.Rewrite(baseSeq+packet.ExtSeq(offset), baseTS+uint32(offset)*3000)
				if !ok || used[outSeq] || outSeq != base+uint16(offset) {
					t.Fatalf("source %d offset %d became %d %v (used %v), base %d", source, offset, outSeq, ok, used[outSeq], base)
				}
				used[outSeq] = true
				if int16(outSeq+1-next) > 0 {
					next = outSeq + 1
				}
				if i == 0 && source > 0 && int32(outTS-lastTS) <= 0 {
					t.Fatalf("source %d begins at %d, not after %d", source, outTS, lastTS)
				}
				if (source == 0 && i == 0) || int32(outTS-lastTS) > 0 {
					lastTS = outTS
				}
			}
			if _, _, ok := r.Rewrite(baseSeq-1, baseTS); ok {
				t.Fatal("a packet from before the switch got a number")
			}
		}
	})
}

// offsets returns 1 to n.
func offsets(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i + 1
	}
	return list
}

func TestRewriteDoesNotAllocate(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 1, 1)
	seq, now := packet.ExtSeq(500), start
	if allocs := testing.AllocsPerRun(1000, func() {
		if seq%100 == 0 {
			now = now.Add(time.Second)
			r.Switch(seq, uint32(seq), now)
		}
		if _, _, ok := r.Rewrite(seq, uint32(seq)); !ok {
			t.Fatal("refused")
		}
		seq++
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func BenchmarkRewrite(b *testing.B) {
	r := simulcast.NewRewriter(videoClock, 1, 1)
	r.Switch(500, 0, start)
	b.ReportAllocs()
	seq := packet.ExtSeq(500)
	for b.Loop() {
		r.Rewrite(seq, uint32(seq))
		seq++
	}
}

func TestResumeKeepsTheTimelineOfTheSource(t *testing.T) {
	r := simulcast.NewRewriter(90000, 100, 5000)
	r.Resume(7) // nothing to resume yet
	if _, _, ok := r.Rewrite(7, 0); ok {
		t.Error("a packet passed before the first source")
	}
	start := time.Unix(1e9, 0)
	r.Switch(1000, 90000, start)
	r.Rewrite(1000, 90000)
	r.Resume(1031)
	seq, ts, ok := r.Rewrite(1031, 180000)
	if !ok || seq != 101 || ts != 95000 {
		t.Errorf("resumed with %d at %d (%v), want 101 at 95000", seq, ts, ok)
	}
	if _, _, ok := r.Rewrite(1030, 177000); ok {
		t.Error("a packet from the pause passed")
	}
}

// SRTP would seal another payload under a number already used, if the numbers
// jumped by nearly a cycle.
func TestFarJumpOfTheSourceIsNotPassedOn(t *testing.T) {
	r := simulcast.NewRewriter(90000, 100, 5000)
	r.Switch(70000, 0, time.Unix(1e9, 0))
	for _, step := range []struct {
		seq  packet.ExtSeq
		want uint16
	}{{70000, 100}, {70001, 101}, {70001 + 65534, 102}, {70001 + 65535, 103}, {70001 + 65535 + 1000, 1103}} {
		if got, _, ok := r.Rewrite(step.seq, 0); !ok || got != step.want {
			t.Errorf("%d goes out as %d (%v), want %d", step.seq, got, ok, step.want)
		}
	}
	if _, _, ok := r.Rewrite(70002, 0); ok {
		t.Error("a packet from before the jump passed")
	}
}
