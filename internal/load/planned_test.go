package load

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
)

func TestPlannedCountsWhatEverybodyWouldReceive(t *testing.T) {
	p := plan(t, func(f *scenario.Flags) { f.Rooms, f.Publishers, f.Subscribers = 2, 3, 4 })
	want := result.Planned{
		Rooms: 2, Clients: 14, Publishers: 6,
		Subscriptions: 2 * (3*2 + 4*3), // publishers receive the two others
		Media:         "VP8 640x360, 30 fps + Opus",
	}
	if diff := cmp.Diff(want, planned(p.Clients)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i := range p.Clients {
		p.Clients[i].Receive.Streams = 1
	}
	if got := planned(p.Clients).Subscriptions; got != 14 {
		t.Errorf("%d subscriptions of one stream each, want 14", got)
	}
}
