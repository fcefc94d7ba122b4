package sfu

import (
	"sync"

	"github.com/atrium-rtc/atrium/sfu/bwe"
	"github.com/atrium-rtc/atrium/sfu/egress"
)

// wish is what a subscriber said of its video, for a stream that does not exist yet: on a
// Downlink it comes with an answer. Any goroutine.
type wish struct {
	mu                sync.Mutex
	layered, shown    bool // whether it said anything of the two
	spatial, temporal uint8
	preference        egress.VideoPreference
}

func (w *wish) preferLayers(spatial, temporal uint8) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.layered, w.spatial, w.temporal = true, spatial, temporal
}

func (w *wish) prefer(p egress.VideoPreference) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shown, w.preference = true, p
}

// apply tells a stream that has begun what was said.
func (w *wish) apply(st *egress.Stream) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.layered {
		st.SetPreferredLayers(w.spatial, w.temporal)
	}
	if w.shown {
		st.SetPreference(w.preference)
	}
}

// inEgress is the preference as the stream takes it.
func (p VideoPreference) inEgress() egress.VideoPreference {
	return egress.VideoPreference{
		MaxWidth: p.MaxWidth, MaxHeight: p.MaxHeight,
		Priority: bwe.Priority(p.Priority), Prefer: bwe.Preference(p.Prefer),
	}
}
