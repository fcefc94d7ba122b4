package egress

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// audience pushes a keyframe and what follows for a while, with somebody there,
// and lets a newcomer in.
func audience(e *Engine, src *fakeSource, since time.Duration, lost packet.ExtSeq) (*fakeWriter, *Stream) {
	started(e, src)
	for i := range packet.ExtSeq(1 + since/(time.Second/30)) {
		if i != lost || i == 0 {
			src.push(1000+i, 3000*uint32(i), i == 0, 500)
		}
		time.Sleep(time.Second / 30)
	}
	w, _, st := started(e, src)
	return w, st
}

func TestNewcomerBeginsWithTheLastKeyframe(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w, st := audience(e, src, 500*time.Millisecond, 0)
		if got := src.requests(); got != 1 {
			t.Errorf("%d keyframe requests, want the first viewer's alone", got)
		}
		src.push(1016, 48000, false, 500)
		synctest.Wait()
		got := w.take()
		if len(got) != 17 || st.Stats().Replays != 1 {
			t.Fatalf("%d packets, stats %+v, want 16 of the past and the next one", len(got), st.Stats())
		}
		for i, p := range got {
			if p.SequenceNumber != uint16(65534+i) {
				t.Errorf("packet %d has number %d", i, p.SequenceNumber)
			}
			if i == 0 {
				continue
			}
			step := p.Timestamp - got[i-1].Timestamp
			if past := i < 16; past && (step == 0 || step > 300) || !past && step != 3000 {
				t.Errorf("packet %d is %d ticks after the one before: the past is near, the present is exact", i, step)
			}
		}
	})
}

func TestOldOrBrokenPastIsNotSent(t *testing.T) {
	for _, tt := range []struct {
		name  string
		since time.Duration
		lost  packet.ExtSeq
	}{
		{"old", replayAge + 100*time.Millisecond, 0},
		{"broken", 500 * time.Millisecond, 7},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
				w, st := audience(e, src, tt.since, tt.lost)
				if got := len(w.take()); got != 0 || st.Stats().Replays != 0 {
					t.Errorf("%d packets of the past", got)
				}
				if got := src.requests(); got < 2 {
					t.Errorf("%d keyframe requests, want one for the newcomer too", got)
				}
			})
		})
	}
}

func TestTooManyOctetsAreNotReplayed(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		started(e, src)
		for i := range packet.ExtSeq(120) { // 144 KB in half a second
			src.push(1000+i, 3000*uint32(i/8), i == 0, 1200)
			time.Sleep(4 * time.Millisecond)
		}
		w, _, st := started(e, src)
		if got := len(w.take()); got != 0 || st.Stats().Replays != 0 {
			t.Errorf("%d packets of the past, stats %+v", got, st.Stats())
		}
	})
}
