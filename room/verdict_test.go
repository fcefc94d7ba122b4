package room_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/room"
)

// verdicts remembers what is told of quality, and when.
type verdicts struct {
	room.NopHandler
	start time.Time

	mu   sync.Mutex
	told []toldVerdict
}

type toldVerdict struct {
	At   time.Duration
	To   string
	What []string
}

func (v *verdicts) OnQuality(e room.QualityEvent) {
	v.mu.Lock()
	defer v.mu.Unlock()
	told := toldVerdict{At: time.Since(v.start), To: e.To.User}
	for _, c := range e.Changed {
		told.What = append(told.What, streamOf(c.Publisher, c.Stream)+" "+string(c.Verdict)+" "+string(c.Cause))
	}
	v.told = append(v.told, told)
}

func TestVerdictsAreToldWhenTheyChangeButNotAllTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		v := &verdicts{start: time.Now()}
		h.Handle(v)
		h.join("r", "ann", "cy", "bob", "dan")
		h.publish("ann", "cy")
		h.subscribe("bob", "ann")
		ann := h.media.last(t, "bob").req.Observer
		h.subscribe("bob", "cy")
		cy := h.media.last(t, "bob").req.Observer
		h.subscribe("dan", "ann")
		dan := h.media.last(t, "dan").req.Observer
		say := func(o room.MediaObserver, verdict room.Verdict) {
			o.Verdict(room.MediaVerdict{Verdict: verdict, Kind: room.Video, Score: 2, Cause: room.CauseDownlink})
			synctest.Wait()
		}

		say(ann, room.VerdictGood) // as it was
		say(ann, room.VerdictPoor) // told at once
		time.Sleep(100 * time.Millisecond)
		say(dan, room.VerdictFair) // likewise: others have their own time
		say(ann, room.VerdictFair) // waits
		say(cy, room.VerdictPoor)  // waits
		time.Sleep(time.Second)
		say(ann, room.VerdictPoor) // is back at what was told
		time.Sleep(5 * time.Second)
		say(ann, room.VerdictGood)
		say(cy, room.VerdictGood)
		if err := h.Unsubscribe(t.Context(), id("bob"), "cy", ""); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second) // what has ended is not told of
		wantSame(t, "told", v.told, []toldVerdict{
			{0, "bob", []string{"ann poor downlink"}},
			{100 * time.Millisecond, "dan", []string{"ann fair downlink"}},
			{2 * time.Second, "bob", []string{"cy poor downlink"}},
			{6100 * time.Millisecond, "bob", []string{"ann good downlink"}},
		})
	})
}
