package scenario

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLimitsCountSocketsAndBits(t *testing.T) {
	p := plan(t, `
duration: 10s
rooms: 2
groups:
  speakers: {count: 3, publish: {audio: false, bitrate: 900kbit/s}}
  audience: {count: 10}
  curious: {count: 1, receive: 2}
  deaf: {count: 1, receive: none}
`)
	const rate = 950_000 // with headers
	want := Limits{
		Clients: 30, Publishers: 6, Websockets: 30,
		Subscriptions: 2 * (3*2 + 10*3 + 2),
		Connections:   6 + 76,
		Files:         64 + 30 + 6 + 76,
		Up:            6 * rate, Down: 76 * rate,
	}
	if diff := cmp.Diff(want, p.Limits()); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
	const text = "30 clients, 6 publishers, 76 subscriptions: 176 file descriptors, about 5.7 Mbit/s to the server and 72 Mbit/s from it"
	if got := p.Limits().String(); got != text {
		t.Errorf("in words: %s", got)
	}
}

func TestLimitsCountTheSocketsOfVanishedClientsAgain(t *testing.T) {
	const groups = "groups: {s: {count: 1, publish: true}, a: {count: 1}}\nphases: [{for: 60s, do: ["
	calm := plan(t, groups+"{leave: a, after: 6s, every: 10s, for: 2s}]}]\n").Limits()
	ghosts := plan(t, groups+"{vanish: a, after: 6s, every: 10s, for: 2s}]}]\n").Limits()
	if calm.Files != 64+4 {
		t.Errorf("%d files for two clients of whom one leaves properly, want 68", calm.Files)
	}
	if ghosts.Files != 64+4+6*2 {
		t.Errorf("%d files when it vanishes six times, want %d", ghosts.Files, 64+4+6*2)
	}
}

func TestLimitsKnowTheClips(t *testing.T) {
	up := func(publish string) Bitrate {
		return plan(t, "duration: 5s\ngroups: {s: {count: 1, publish: "+publish+"}}\n").Limits().Up.rough()
	}
	for publish, want := range map[string]Bitrate{
		"{video: false}":                   50_000,
		"{audio: false, size: 320x180}":    130_000,
		"{audio: false}":                   320_000,
		"{audio: false, size: 1280x720}":   740_000,
		"{audio: false, simulcast: true}":  1_200_000,
		"{simulcast: true, size: 640x360}": 500_000,
	} {
		if got := up(publish); got != want {
			t.Errorf("%s: %v up, want %v", publish, got, want)
		}
	}
}
