package load

import (
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/scenario"
)

// Everybody sends and receives everybody, on two connections each, and the counts
// are those of the server.
func TestPairedConnectionsCarryEverything(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := plan(t, func(f *scenario.Flags) {
		f.Publishers, f.Subscribers, f.PublishersReceive, f.Connections = 3, 2, true, scenario.Paired
		f.Simulcast, f.Duration = true, 4*time.Second
	})
	r, run := h.play(t, p)
	total := run.Total
	if total.JoinFailures != 0 || len(run.Errors) > 0 {
		t.Errorf("%d failures: %v", total.JoinFailures, run.Errors)
	}
	if total.Joined != 5 || total.Subscriptions != 3*2+2*3 || total.FirstKeyframe.Count != 12 {
		t.Errorf("%d joined, %d subscriptions, %d pictures", total.Joined, total.Subscriptions, total.FirstKeyframe.Count)
	}
	if n := r.handshakes.Load(); n != 3+5 {
		t.Errorf("%d media connections, want one for each that sends and one for each that receives", n)
	}
	sent := h.engine.Stats().Egress.Sent
	if served := sent.Audio.Packets + sent.Video.Packets; total.Packets+total.Lost != served || total.Packets == 0 {
		t.Errorf("received %d packets and lost %d, the server sent %d", total.Packets, total.Lost, served)
	}
	if group, err := run.Group("paired"); err != nil || group.Clients != 5 {
		t.Errorf("the group of the paired: %+v, %v", group, err)
	}
}

// A mixture comes, goes, publishes anew, vanishes, loses packets and chooses
// layers; whoever is there sees everybody.
func TestPairedAndSeparateConnectionsMeet(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	run := goThrough(t, h, `
duration: 7s
networks: {lossy: {loss: 5%}}
groups:
  people:
    count: 4
    connections: 50%
    publish: {size: 640x360, simulcast: true, bitrate: 200kbit/s, fps: 15}
  audience: {count: 4, connections: 50%, network: {lossy: 50%}}
phases:
  - for: 1500ms
    do: [{join: everybody, over: 500ms}]
  - for: 3s
    do:
      - {churn: audience, rate: 1/s, away: 300ms}
      - {republish: people, count: 2, every: 2s}
      - {layer: audience, to: [low, high], every: 1s}
      - {vanish: people, count: 1, after: 1s, for: 1s}
  - for: 2500ms
`)
	if run.Total.JoinFailures > 0 {
		t.Errorf("%d failures: %v", run.Total.JoinFailures, run.Errors)
	}
	last := run.Timeline[len(run.Timeline)-1]
	if last.Clients != 8 || last.Subscriptions < 4*3+4*4 {
		t.Errorf("in the end %d clients receive %d streams", last.Clients, last.Subscriptions)
	}
	// How smoothly it comes is the machine's; that it comes is not.
	if last.Packets == 0 {
		t.Error("in the last second nothing came")
	}
}

func TestPairedConnectionsAreNotOfWHIP(t *testing.T) {
	p := plan(t, func(f *scenario.Flags) { f.Publishers, f.Connections = 1, scenario.Paired })
	if _, err := NewRunner(Options{Target: Target{Rooms: false}, Plan: p}); err == nil {
		t.Error("no error")
	}
}
