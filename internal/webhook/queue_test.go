package webhook

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/feed"
)

// TestNoEventIsLostUncountedOrOvertaken has a queue live through random times.
func TestNoEventIsLostUncountedOrOvertaken(t *testing.T) {
	for seed := range uint64(200) {
		dice := rand.New(rand.NewPCG(seed, 1))
		now := time.Unix(0, 0)
		q := newQueue(limits{events: 20, bytes: 1000, keep: 10 * time.Minute, parallel: 4})
		var flying []*lane
		var put, delivered, told uint64
		last := make(map[string]string)
		step := func(v verdict) {
			i := dice.IntN(len(flying))
			l := flying[i]
			flying = append(flying[:i], flying[i+1:]...)
			if it := l.items[0]; v.cause == "" && it.event != nil {
				delivered++
				if it.event.ID <= last[l.room] {
					t.Fatalf("seed %d: %s after %s", seed, it.event.ID, last[l.room])
				}
				last[l.room] = it.event.ID
			} else if v.cause == "" {
				told += it.lost
			}
			q.settle(l, v, dice.Float64(), now)
		}
		verdicts := []verdict{{}, {}, {}, {cause: Broken}, {cause: Rejected}, {cause: Unreachable, whole: true}, {cause: Throttled, whole: true, asked: time.Minute}}
		for range 2000 {
			switch dice.IntN(3) {
			case 0:
				put++
				room := fmt.Sprint("room-", dice.IntN(6))
				q.put(&feed.Event{ID: fmt.Sprintf("%08d", put), Room: room, JSON: make([]byte, dice.IntN(100))}, now)
			case 1:
				if len(flying) > 0 {
					step(verdicts[dice.IntN(len(verdicts))])
				}
			case 2:
				now = now.Add(time.Duration(dice.IntN(60)) * time.Second)
			}
			for {
				l, _ := q.next(now)
				if l == nil {
					break
				}
				flying = append(flying, l)
			}
			if len(flying) > 4 || q.events > 20 || q.bytes > 1000 || len(q.lanes) > 7 {
				t.Fatalf("seed %d: %d in flight, %d events, %d octets, %d lanes", seed, len(flying), q.events, q.bytes, len(q.lanes))
			}
		}
		for len(flying) > 0 || !q.idle() {
			if len(flying) > 0 {
				step(verdict{})
			}
			l, wait := q.next(now)
			if l != nil {
				flying = append(flying, l)
			}
			now = now.Add(max(wait, time.Second))
		}
		var dropped uint64
		for _, n := range q.dropped {
			dropped += n
		}
		if delivered+dropped != put || told > dropped || q.events != 0 || q.bytes != 0 {
			t.Fatalf("seed %d: %d put, %d delivered, %d dropped, %d told of", seed, put, delivered, dropped, told)
		}
	}
}

func TestRetriesComeLaterAndLaterUpToABound(t *testing.T) {
	for failures, want := range map[int]time.Duration{
		1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 9: 256 * time.Second, 10: 5 * time.Minute, 1000: 5 * time.Minute,
	} {
		if got := backoff(failures, 0); got != want {
			t.Errorf("after %d failures: %v", failures, got)
		}
		if got := backoff(failures, 1); got != want/2 {
			t.Errorf("after %d failures at least: %v", failures, got)
		}
	}
}

func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "0": 0, "120": 2 * time.Minute, " 7 ": 7 * time.Second, "999999": time.Hour, "-1": 0, "1.5": 0, "soon": 0, "99999999999999999999": 0,
		"Sat, 28 Nov 2026 12:05:00 GMT": 5 * time.Minute,
		"Sat, 28 Nov 2026 11:05:00 GMT": 0,
		"Sat, 28 Nov 2099 11:05:00 GMT": time.Hour,
		"Sat Nov 28 12:00:09 2026":      9 * time.Second,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"120", "Sat, 28 Nov 2026 12:05:00 GMT", "-1", "4294967296", ""} {
		f.Add(seed)
	}
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, header string) {
		if got := retryAfter(header, now); got < 0 || got > longestAsked {
			t.Errorf("%q: %v", header, got)
		}
	})
}
