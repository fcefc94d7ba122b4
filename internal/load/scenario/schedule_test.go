package scenario

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// stepsOf returns the steps of one client of a plan.
func stepsOf(t *testing.T, p *Plan, name string) string {
	t.Helper()
	for _, c := range p.Clients {
		if c.Name == name {
			return steps(c)
		}
	}
	t.Fatalf("there is no client %q", name)
	return ""
}

func TestVanishedClientsReturnUnderANewName(t *testing.T) {
	p := plan(t, `
groups: {a: {count: 1}}
phases:
  - for: 60s
    do:
      - join: a
      - vanish: a
        after: 10s
        every: 10s
        for: 2s
      - leave: a
        after: 35s
        for: 1s
`)
	want := "0s join a-1; 10s vanish; 12s join a-1~2; 20s vanish; 22s join a-1~3; 30s vanish; 32s join a-1~4; " +
		"35s leave; 36s join a-1~4; 40s vanish; 42s join a-1~5; 50s vanish; 52s join a-1~6"
	if diff := cmp.Diff(want, stepsOf(t, p, "a-1")); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if !slices.Equal(p.Clients[0].Faults, []string{"vanishes"}) {
		t.Errorf("faults %q, want one", p.Clients[0].Faults)
	}
}

func TestWhatWasDoneHoldsForTheNextStay(t *testing.T) {
	p := plan(t, `
groups: {a: {count: 1, publish: true}}
phases:
  - for: 60s
    do:
      - mute: a              # before it comes
        media: both
      - join: a
        after: 1s
      - layer: a
        to: low
        after: 2s
      - read_slowly: a
        speed: 10B/s
        after: 2s
      - leave: a
        after: 10s
        for: 10s
      - unmute: a            # while it is away
        after: 15s
      - layer: a
        to: [high, middle]
        after: 30s
        every: 5s
        for: 4s
      - read_slowly: a
        speed: 0B/s
        after: 50s
        for: 5s
`)
	want := "1s join a-1; 1s mute audio; 1s mute video; 2s request layer 0; 2s read slowly 10; 10s leave; " +
		"20s join a-1; 20s mute video; 20s request layer 0; 20s read slowly 10; " +
		"30s request layer 2; 34s request layer -1; 35s request layer 1; 39s request layer -1; " +
		"40s request layer 2; 44s request layer -1; 45s request layer 1; 49s request layer -1; " +
		"50s read slowly 0; 50s request layer 2; 54s request layer -1; 55s read normally; 55s request layer 1; 59s request layer -1"
	if diff := cmp.Diff(want, stepsOf(t, p, "a-1")); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

func TestMutingTwiceIsMutingOnce(t *testing.T) {
	p := plan(t, `
groups: {a: {count: 1, publish: {video: false}}}
phases: [{for: 20s, do: [{mute: a, after: 5s}, {mute: a, media: both, after: 6s, for: 3s}, {republish: a, every: 8s, after: 1s}]}]
`)
	want := "0s join a-1; 1s republish; 5s mute audio; 9s unmute audio; 9s republish; 17s republish"
	if diff := cmp.Diff(want, stepsOf(t, p, "a-1")); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

func TestALaterLeaveCancelsAReturn(t *testing.T) {
	p := plan(t, `
groups: {a: {count: 1}, b: {count: 1}}
phases:
  - for: 30s
    do:
      - join: everybody
      - leave: a
        after: 1s
        for: 10s
      - vanish: b
        after: 1s
        for: 10s
      - join: b              # sooner than it would come back by itself
        after: 5s
      - churn: a
        stay: 2s
        after: 15s
`)
	if got, want := stepsOf(t, p, "b-1"), "0s join b-1; 1s vanish; 5s join b-1~2"; got != want {
		t.Errorf("b-1: %s, want %s", got, want)
	}
	p = plan(t, `
groups: {a: {count: 2}}
phases:
  - for: 10s
    do: [{join: a}]
  - for: 5s
    do: [{churn: a, rate: 1/s, away: 1s}]
  - for: 15s
    do: [{leave: a, after: 500ms}]
`)
	for at := 16 * time.Second; at < 30*time.Second; at += time.Second {
		if n := present(p, "a", at); n > 1 {
			t.Errorf("at %v %d are there, though whoever was in the room left", at, n)
		}
	}
}

func TestPublishersGetWhatTheScenarioLeavesOut(t *testing.T) {
	p := plan(t, `
duration: 10s
groups:
  plain: {count: 1, publish: true}
  layers: {count: 1, publish: {simulcast: true, codec: AV1, bitrate: 2 Mbit/s}, receive: 3}
  voice: {count: 1, publish: {video: false}, receive: none}
  silent: {count: 1, publish: false}
`)
	var got []string
	for _, c := range p.Clients {
		text := "nothing"
		if c.Publish != nil {
			text = c.Publish.String()
		}
		got = append(got, text+", receives "+c.Receive.String())
	}
	want := []string{
		"VP8 640x360, 30 fps + Opus, receives all",
		"AV1 1280x720 simulcast, 30 fps, 2 Mbit/s + Opus, receives 3",
		"Opus, receives none",
		"nothing, receives all",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("clients (-want +got):\n%s", diff)
	}
	if p := p.Clients[0].Publish; p.PacketSize != 1100 || p.FramesPerSecond != 30 || p.Size != (Size{640, 360}) {
		t.Errorf("defaults left open: %+v", p)
	}
}
