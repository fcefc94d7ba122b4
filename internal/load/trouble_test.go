package load

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/signaling"
	"github.com/atrium-rtc/atrium/signaling/api"
)

const trouble = `
duration: 9s
ramp: 0s
networks:
  lossy: {loss: 10%}
groups:
  speakers: {count: 2, publish: {size: 320x180}}
  audience: {count: 3}
phases:
  - do:
      - mute: speakers
        media: both
        count: 1
        after: 2s
        for: 2s
      - layer: audience
        to: low
        count: 1
        after: 2s
      - read_slowly: audience
        speed: 0B/s
        count: 1
        after: 2s
        for: 1s
      - republish: speakers
        count: 1
        after: 6s
      - vanish: audience
        count: 1
        after: 5s
`

// What a scenario can do to people is done, and what is done on purpose is
// nobody's freeze.
func TestScenarioIsCarriedOut(t *testing.T) {
	t.Parallel()
	s, err := scenario.Read("trouble.yaml", []byte(trouble))
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Plan()
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t)
	_, run := h.play(t, p)
	ends := make(map[string]int)
	for _, c := range run.Clients {
		ends[c.Ended]++
	}
	if diff := cmp.Diff(map[string]int{"stayed": 4, "vanished": 1}, ends); diff != "" {
		t.Errorf("how clients ended (-want +got):\n%s", diff)
	}
	if len(run.Errors) != 0 {
		t.Errorf("errors %v", run.Errors)
	}
	// One listener asked for a layer of both speakers, and of the one who published
	// anew, unless it was the one who had vanished by then.
	asked := h.server.Stats().Requests[signaling.RequestOutcome{Method: api.SetPreferredLayers}]
	if asked < 2 || asked > 3 {
		t.Errorf("%d requests for a layer, want 2 or 3", asked)
	}
	// Two speakers receive each other, three listeners both; everybody who was
	// still there received the second publication too: one speaker, two listeners.
	if run.Total.Subscriptions != 2+6+3 {
		t.Errorf("%d subscriptions, want 11", run.Total.Subscriptions)
	}
	var most result.Millis
	for _, c := range run.Clients {
		most = max(most, c.Summary.LongestFreeze)
	}
	// The mute lasted two seconds. A crowded machine makes shorter freezes itself.
	if most >= 1500 {
		t.Errorf("a freeze of %v ms: the mute was taken for one", most)
	}
}
