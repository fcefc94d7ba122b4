package scenario

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/link"
)

func TestNetworksChangeAndChangeBack(t *testing.T) {
	p := plan(t, `
networks:
  home: {delay: 10ms}
  train: {loss: 5%}
groups: {a: {count: 1, network: home}, b: {count: 1}}
phases:
  - for: 20s
    do:
      - network: a           # before it comes: it starts with it
        to: train
      - join: everybody
        after: 1s
      - network: a
        to: as it is
        after: 5s
        for: 5s
      - network: b
        to: train
        after: 5s
        for: 5s
      - network: b           # the same again changes nothing
        to: train
        after: 6s
      - leave: b
        after: 8s
`)
	if got, want := stepsOf(t, p, "a-1"), `1s join a-1; 5s change network ""; 10s change network "home"`; got != want {
		t.Errorf("a-1: %s, want %s", got, want)
	}
	if got, want := stepsOf(t, p, "b-1"), `1s join b-1; 5s change network "train"; 8s leave; 10s change network ""`; got != want {
		t.Errorf("b-1: %s, want %s", got, want)
	}
	if p.Clients[0].Network.Name != "train" {
		t.Errorf("a-1 begins with %q", p.Clients[0].Network.Name)
	}
	want := [][]string{{"10ms delay", "5 % loss"}, {"5 % loss"}}
	if diff := cmp.Diff(want, [][]string{p.Clients[0].Faults, p.Clients[1].Faults}); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func TestNetworksAreLinksWithWhatDiffersEachWay(t *testing.T) {
	s := parse(t, `
duration: 10s
groups: {a: {count: 1}}
networks:
  even: {loss: 5%, reorder: 1%}
  uneven:
    delay: 40ms
    jitter: 10ms
    loss: 1%
    rate: 2Mbit/s
    up: {rate: 100kbit/s, queue: 50ms, loss: 0%}
    down: {reorder: 2%, reorder_by: 5ms}
  plain: {up: , down: {}}
`)
	even := link.Link{Loss: 0.05, Reorder: 0.01, ReorderBy: 20 * time.Millisecond}
	want := []Network{
		{Name: "even", Up: even, Down: even},
		{
			Name: "uneven",
			Up:   link.Link{Delay: 40e6, Jitter: 10e6, RateBitsPerSecond: 100_000, QueueBytes: 3000},
			Down: link.Link{
				Delay: 40e6, Jitter: 10e6, Loss: 0.01, RateBitsPerSecond: 2_000_000, QueueBytes: 50_000,
				Reorder: 0.02, ReorderBy: 5e6,
			},
		},
		{Name: "plain"},
	}
	if diff := cmp.Diff(want, s.Networks); diff != "" {
		t.Errorf("networks (-want +got):\n%s", diff)
	}
}
