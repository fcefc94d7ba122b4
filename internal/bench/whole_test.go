package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/bench/crowd"
)

// Everything is delivered to three subscribers, by ours and by the naive
// forwarder. How fast is no matter here: other tests run beside this one.
func TestThreeSubscribersReceiveEverything(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs two servers")
	}
	if _, err := exec.LookPath("taskset"); err != nil || runtime.GOOS != "linux" {
		t.Skip("it needs Linux and taskset")
	}
	t.Chdir(filepath.Join("..", ".."))
	if _, err := os.Stat("go.mod"); err != nil {
		t.Fatal(err)
	}
	list, err := subjects(t.Context(), t.TempDir(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	watched := load{rooms: 1, publishers: 1, listeners: 3, media: crowd.Media{Bitrate: 1_000_000}}
	spoken := load{rooms: 2, publishers: 2, mesh: true}
	for name, of := range map[string]struct {
		subject subject
		load    load
	}{
		"ours": {list[0], watched}, "naive": {list[1], watched}, "everybody speaks": {list[0], spoken},
	} {
		t.Run(name, func(t *testing.T) { deliversAll(t, of.subject, of.load) })
	}
}

func deliversAll(t *testing.T, s subject, l load) {
	p := plan{perSecond: 20, window: time.Second, feedback: crowd.BrowserFeedback()}
	got, err := measure(t.Context(), s, l, p)
	if err != nil {
		t.Fatal(err)
	}
	if got.delivered != 1 || got.dropped != 0 {
		t.Errorf("%.2f %% delivered, %d dropped", 100*got.delivered, got.dropped)
	}
	if got.p50 <= 0 || got.p99 < got.p50 || got.join <= 0 || got.rate <= 0 {
		t.Errorf("%+v", got)
	}
}
