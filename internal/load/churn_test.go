package load

import (
	"runtime"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
)

// comings is make churn in small: it takes a few seconds and judges no times, but that
// everybody gets in and nothing is left over.
const comings = `
rooms: 4
duration: 5500ms
groups:
  speakers: {count: 1, publish: {size: 320x180, bitrate: 60kbit/s, fps: 10}}
  guests: {count: 4, connections: 50%}
  burst: {count: 5, connections: 40%}
phases:
  - for: 1s
    do: [{join: speakers}, {join: guests, over: 500ms}]
  - for: 3s
    do: [{churn: guests, rate: 6/s, away: 500ms}]
  - for: 1500ms
    do: [{join: burst, over: 200ms}]
`

// No t.Parallel: it counts the goroutines and files of the process.
func TestComingsAndGoingsLeaveNothingBehind(t *testing.T) {
	h := newHouse(t)
	goThrough(t, h, `{duration: 1s, ramp: 100ms, groups: {speakers: {count: 1, publish: true}, guests: {count: 1}}}`) // what is made once
	goroutines, files := settled(t, 1<<30, 1<<30)
	run := goThrough(t, h, comings)
	if n := run.Total.Join.Count; n < 4+16+14+20 {
		t.Errorf("%d joins, the plan has more", n)
	}
	if run.Total.JoinFailures > 0 || len(run.Errors) > 0 {
		t.Errorf("%d failures: %v", run.Total.JoinFailures, run.Errors)
	}
	if now := h.rooms.Stats(); now.Participants+now.Rooms > 0 {
		t.Errorf("%d participants in %d rooms are still there", now.Participants, now.Rooms)
	}
	settled(t, goroutines, files)
}

func goThrough(t *testing.T, h *house, text string) *result.Run {
	t.Helper()
	s, err := scenario.Read("", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Plan()
	if err != nil {
		t.Fatal(err)
	}
	_, run := h.play(t, p)
	return run
}

// settled waits until the process has at most so many goroutines and files, and
// both have not changed for half a second.
func settled(t *testing.T, mostGoroutines, mostFiles int) (goroutines, files int) {
	t.Helper()
	again, late := time.NewTicker(50*time.Millisecond), time.After(30*time.Second)
	defer again.Stop()
	for same := 0; same < 10; {
		select {
		case <-again.C:
		case <-late:
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines and %d files, before there were %d and %d:\n%s", goroutines, files, mostGoroutines, mostFiles,
				stacks[:runtime.Stack(stacks, true)])
		}
		g, f := runtime.NumGoroutine(), openFiles()
		if same++; g != goroutines || f != files || g > mostGoroutines || f > mostFiles {
			same = 0
		}
		goroutines, files = g, f
	}
	return goroutines, files
}
