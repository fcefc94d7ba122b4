package nack_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/atrium-rtc/atrium/sfu/nack"
)

func TestBudgetIsAQuarterOfTheMedia(t *testing.T) {
	var b nack.Budget
	b.Media(4000, start)
	if !b.Allow(1000, start) {
		t.Error("refused a quarter")
	}
	if b.Allow(1, start) {
		t.Error("allowed an octet more than a quarter")
	}
}

func TestBudgetBeforeAnyMediaIsNothing(t *testing.T) {
	var b nack.Budget
	if b.Allow(1, start) {
		t.Error("allowed a retransmission without media")
	}
}

func TestBudgetForgetsMediaAfterASecond(t *testing.T) {
	var b nack.Budget
	b.Media(4000, start)
	if b.Allow(1, at(time.Second)) {
		t.Error("media of a second ago counts")
	}
}

func TestBudgetReturnsAfterASecond(t *testing.T) {
	var b nack.Budget
	allowed := 0
	for i := range 300 { // 3 s of 100 packets a second, each asked for again at once
		now := at(time.Duration(i) * 10 * ms)
		b.Media(1000, now)
		if b.Allow(1000, now) {
			allowed++
		}
	}
	// A quarter, less what rounding to slots costs.
	if allowed < 60 || allowed > 75 {
		t.Errorf("%d of 300 packets retransmitted, want 60 to 75", allowed)
	}
}

func TestBudgetSurvivesALongSilence(t *testing.T) {
	var b nack.Budget
	b.Media(4000, start)
	b.Media(4000, at(24*365*time.Hour))
	if !b.Allow(1000, at(24*365*time.Hour)) || b.Allow(1, at(24*365*time.Hour)) {
		t.Error("wrong budget after a year")
	}
}

// budgetEvent is one packet of a schedule.
type budgetEvent struct {
	at     time.Duration
	octets int
	resent bool
}

// share returns the octets of media and of retransmission in (end-1s, end].
func share(events []budgetEvent, end time.Duration) (media, resent int) {
	for _, e := range events {
		switch {
		case e.at <= end-time.Second || e.at > end:
		case e.resent:
			resent += e.octets
		default:
			media += e.octets
		}
	}
	return media, resent
}

// TestBudgetHoldsInEverySecondThatEndsWithARetransmission draws arbitrary
// schedules, in which media may stop and burst.
func TestBudgetHoldsInEverySecondThatEndsWithARetransmission(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b nack.Budget
		var events []budgetEvent
		now := time.Duration(0)
		for range rapid.IntRange(1, 300).Draw(t, "events") {
			now += time.Duration(rapid.IntRange(0, 60_000).Draw(t, "wait")) * time.Microsecond
			octets := rapid.IntRange(1, 1500).Draw(t, "octets")
			if rapid.Bool().Draw(t, "media") {
				b.Media(octets, at(now))
				events = append(events, budgetEvent{now, octets, false})
				continue
			}
			if !b.Allow(octets, at(now)) {
				continue
			}
			events = append(events, budgetEvent{now, octets, true})
			if media, resent := share(events, now); resent*nack.BudgetShare > media {
				t.Fatalf("%d of %d octets in the second that ends at %v", resent, media, now)
			}
		}
	})
}

// TestBudgetHoldsInEverySecondOfASteadyStream places the second anywhere in a
// stream of constant rate, under any requests. Such seconds can hold one media
// packet less than those that the budget looked at.
func TestBudgetHoldsInEverySecondOfASteadyStream(t *testing.T) {
	const octets = 1000
	rapid.Check(t, func(t *rapid.T) {
		var b nack.Budget
		var events []budgetEvent
		spacing := time.Duration(rapid.IntRange(5, 20).Draw(t, "spacing")) * ms
		requests := rapid.SliceOfN(rapid.IntRange(0, 6), 1, 100).Draw(t, "requests per packet")
		for i := 0; ; i++ {
			now := time.Duration(i) * spacing
			if now >= 3*time.Second {
				break
			}
			b.Media(octets, at(now))
			events = append(events, budgetEvent{now, octets, false})
			for range requests[i%len(requests)] {
				if b.Allow(octets, at(now)) {
					events = append(events, budgetEvent{now, octets, true})
				}
			}
		}
		for end := time.Second; end < 3*time.Second; end += 7 * ms {
			if media, resent := share(events, end); resent*nack.BudgetShare > media+octets {
				t.Fatalf("%d of %d octets in the second that ends at %v", resent, media, end)
			}
		}
	})
}

func TestBudgetDoesNotAllocate(t *testing.T) {
	var b nack.Budget
	now, allowed := start, 0
	if allocs := testing.AllocsPerRun(1000, func() {
		now = now.Add(ms)
		b.Media(1200, now)
		if b.Allow(1200, now) {
			allowed++
		}
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
	if allowed == 0 {
		t.Error("nothing was allowed")
	}
}

func BenchmarkBudgetMedia(b *testing.B) {
	var budget nack.Budget
	now := start
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(ms)
		budget.Media(1200, now)
	}
}

func BenchmarkBudgetAllow(b *testing.B) {
	var budget nack.Budget
	budget.Media(1<<40, start)
	b.ReportAllocs()
	for b.Loop() {
		if !budget.Allow(1, start) {
			b.Fatal("refused")
		}
	}
}
