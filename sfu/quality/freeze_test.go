package quality_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/sfu/quality"
)

// film is a video whose frames go out to one viewer.
type film struct {
	freezes quality.Freezes
	now     time.Duration
}

// newFilm returns one that runs: a keyframe went out after 100 ms.
func newFilm() *film {
	f := &film{}
	f.freezes.Start(at(0))
	f.now = 100 * ms
	f.freezes.Keyframe(at(f.now))
	return f
}

// play sends frames every 40 ms for a while.
func (f *film) play(d time.Duration) {
	for end := f.now + d; f.now < end; {
		f.now += 40 * ms
		f.freezes.Frame(at(f.now))
	}
}

func (f *film) frameAfter(d time.Duration) {
	f.now += d
	f.freezes.Frame(at(f.now))
}

func (f *film) keyframeAfter(d time.Duration) {
	f.now += d
	f.freezes.Keyframe(at(f.now))
}

func (f *film) want(t *testing.T, count uint32, frozen time.Duration) {
	t.Helper()
	s := f.freezes.At(at(f.now))
	if s.Count != count || s.Frozen != frozen {
		t.Errorf("%d freezes of %v at %v, want %d of %v", s.Count, s.Frozen, f.now, count, frozen)
	}
}

func TestSteadyFramesDoNotFreeze(t *testing.T) {
	f := newFilm()
	f.play(10 * time.Second)
	f.want(t, 0, 0)
}

// TestFreezeIsLongerThanTheAverageBy150ms plays at 25 frames a second. With an
// interval d among the 30, the average is (29*40 ms + d)/30, and d is longer by 150 ms
// from 196 ms on.
func TestFreezeIsLongerThanTheAverageBy150ms(t *testing.T) {
	f := newFilm()
	f.play(4 * time.Second)
	f.frameAfter(195 * ms)
	f.want(t, 0, 0)
	f.play(4 * time.Second)
	f.frameAfter(196 * ms)
	f.want(t, 1, 196*ms)
}

// TestFreezeOfSlowVideoIsThreeTimesTheAverage plays at 5 frames a second: d is three
// times (29*200 ms + d)/30 from 644.5 ms on.
func TestFreezeOfSlowVideoIsThreeTimesTheAverage(t *testing.T) {
	f := newFilm()
	for range 40 {
		f.frameAfter(200 * ms)
	}
	f.frameAfter(644 * ms)
	f.want(t, 0, 0)
	for range 40 {
		f.frameAfter(200 * ms)
	}
	f.frameAfter(645 * ms)
	f.want(t, 1, 645*ms)
}

func TestNothingIsComparedBeforeThereAreFiveIntervals(t *testing.T) {
	f := newFilm()
	f.frameAfter(40 * ms)
	f.frameAfter(40 * ms)
	f.frameAfter(1900 * ms)
	f.want(t, 0, 0)
	f.frameAfter(2000 * ms) // nobody waits so long without a thought
	f.want(t, 1, 2000*ms)
}

func TestFreezeCountsWhileItGoesOn(t *testing.T) {
	f := newFilm()
	f.play(4 * time.Second)
	for _, tt := range []struct {
		after, frozen time.Duration
		count         uint32
	}{{100 * ms, 0, 0}, {200 * ms, 200 * ms, 1}, {5 * time.Second, 5 * time.Second, 1}} {
		s := f.freezes.At(at(f.now + tt.after))
		if s.Count != tt.count || s.Frozen != tt.frozen || s.Ongoing != (tt.count > 0) {
			t.Errorf("after %v: %+v", tt.after, s)
		}
	}
	f.frameAfter(6 * time.Second)
	f.want(t, 1, 6*time.Second)
	if f.freezes.At(at(f.now)).Ongoing {
		t.Error("the freeze did not end with a frame")
	}
}

func TestPauseIsNoFreeze(t *testing.T) {
	f := newFilm()
	f.play(4 * time.Second)
	f.freezes.Pause(at(f.now + 100*ms))
	f.now += time.Minute
	f.want(t, 0, 0)
	f.freezes.Resume(at(f.now))
	f.keyframeAfter(1500 * ms) // had to be asked for
	f.play(time.Second)
	f.want(t, 0, 0)
	if s := f.freezes.At(at(f.now)); s.Paused != time.Minute-100*ms {
		t.Errorf("paused for %v", s.Paused)
	}
	if s := f.freezes.At(at(f.now)); s.Watched != f.now-100*ms-s.Paused {
		t.Errorf("watched for %v of %v, the first 100 ms of which were waited for", s.Watched, f.now)
	}
}

func TestFreezeEndsWithAPause(t *testing.T) {
	f := newFilm()
	f.play(4 * time.Second)
	f.now += 3 * time.Second
	f.freezes.Pause(at(f.now))
	f.now += time.Minute
	f.want(t, 1, 3*time.Second)
}

func TestLongWaitAfterAPauseIsAFreeze(t *testing.T) {
	f := newFilm()
	f.play(4 * time.Second)
	f.freezes.Pause(at(f.now))
	f.freezes.Resume(at(f.now + time.Minute))
	f.now += time.Minute + 1999*ms
	f.want(t, 0, 0)
	f.now += ms
	f.want(t, 1, 2*time.Second)
}

func TestFramesThatDoNotDecodeDoNotCount(t *testing.T) {
	f := newFilm()
	f.play(4 * time.Second)
	last := f.now
	f.now += 20 * ms
	f.freezes.Broken(at(f.now), 0)
	f.play(time.Second)
	f.freezes.Broken(at(f.now), 0)
	f.play(time.Second)
	if !f.freezes.At(at(f.now)).Ongoing {
		t.Error("frames without a keyframe ended the freeze")
	}
	f.keyframeAfter(10 * ms)
	f.want(t, 1, f.now-last)
	f.play(4 * time.Second)
	f.want(t, 1, 2030*ms)
}

func TestQuickKeyframeLeavesNoFreeze(t *testing.T) {
	f := newFilm()
	f.play(4 * time.Second)
	f.freezes.Broken(at(f.now), 0)
	f.play(80 * ms)
	f.keyframeAfter(40 * ms)
	f.play(time.Second)
	f.want(t, 0, 0)
}

// TestRequestFromBeforeAKeyframeArrivedIsIgnored has two requests cross a keyframe
// on the way.
func TestRequestFromBeforeAKeyframeArrivedIsIgnored(t *testing.T) {
	f := newFilm()
	f.play(4 * time.Second)
	f.keyframeAfter(40 * ms)
	f.freezes.Broken(at(f.now+99*ms), 100*ms)
	f.play(4 * time.Second)
	f.want(t, 0, 0)
	f.freezes.Broken(at(f.now), 100*ms)
	f.play(time.Second)
	if !f.freezes.At(at(f.now)).Ongoing {
		t.Error("a request long after a keyframe was ignored")
	}
}

func TestReceiverThatStopsAskingHasWhatItMissed(t *testing.T) {
	f := newFilm()
	f.play(4 * time.Second)
	f.freezes.Broken(at(f.now), 0)
	f.play(10 * time.Second)
	f.want(t, 1, 3*time.Second)
}

func TestFirstFrameIsTheFirstKeyframe(t *testing.T) {
	var f quality.Freezes
	f.Start(at(0))
	f.Frame(at(100 * ms))
	f.Broken(at(200*ms), 0)
	if s := f.At(at(300 * ms)); !s.Waiting || s.FirstFrame != 300*ms || s.Count != 0 {
		t.Errorf("while waiting: %+v", s)
	}
	f.Keyframe(at(400 * ms))
	f.Frame(at(440 * ms))
	if s := f.At(at(time.Second)); s.Waiting || s.FirstFrame != 400*ms || s.Frames != 2 {
		t.Errorf("after the first frame: %+v", s)
	}
}

func TestPauseBeforeTheFirstFrameIsNotWaitedFor(t *testing.T) {
	var f quality.Freezes
	f.Start(at(0))
	f.Pause(at(100 * ms))
	if s := f.At(at(time.Minute)); s.FirstFrame != 100*ms {
		t.Errorf("paused: %+v", s)
	}
	f.Resume(at(time.Minute))
	f.Keyframe(at(time.Minute + 50*ms))
	if s := f.At(at(time.Minute + 50*ms)); s.FirstFrame != 150*ms {
		t.Errorf("resumed: %+v", s)
	}
}

func TestRecentFreezesAreForgottenAfterTenSeconds(t *testing.T) {
	f := newFilm()
	f.play(3900 * ms)
	f.frameAfter(2 * time.Second) // from 4.02 to 6.02 s
	ended := f.now
	for ; f.now < ended+12*time.Second; f.frameAfter(40 * ms) {
		s := f.freezes.At(at(f.now))
		since := f.now - ended
		if since < 7*time.Second && s.RecentFrozen != 2*time.Second {
			t.Fatalf("after %v: %v are left of 2s", since, s.RecentFrozen)
		}
		if gone := s.RecentCount == 0 && s.RecentFrozen == 0; gone && since < 8*time.Second || !gone && since > 10*time.Second {
			t.Fatalf("after %v: %d freezes of %v", since, s.RecentCount, s.RecentFrozen)
		}
	}
	f.want(t, 1, 2*time.Second)
}

func TestRecentTimeIsNeverMoreThanTenSeconds(t *testing.T) {
	f := newFilm()
	f.play(4 * time.Second)
	f.now += time.Hour
	if s := f.freezes.At(at(f.now)); s.RecentFrozen < 9*time.Second || s.RecentFrozen > 10*time.Second || s.RecentCount != 1 {
		t.Errorf("in an hour's freeze: %+v", s)
	}
	f.keyframeAfter(0)
	if s := f.freezes.At(at(f.now)); s.RecentFrozen < 9*time.Second || s.RecentFrozen > 10*time.Second {
		t.Errorf("after it: %+v", s)
	}
}

// event does one of the things that can happen to a video.
func event(f *quality.Freezes, kind uint8, now time.Time) {
	switch kind % 8 {
	case 0:
		f.Start(now)
	case 1:
		f.Keyframe(now)
	case 2:
		f.Broken(now, 50*ms)
	case 3:
		f.Pause(now)
	case 4:
		f.Resume(now)
	default:
		f.Frame(now)
	}
}

// check compares two looks at the same video, the second one not earlier.
func check(t *testing.T, before, after quality.FreezeStats, elapsed time.Duration) {
	t.Helper()
	switch {
	case after.Count < before.Count, after.Frozen < before.Frozen, after.Paused < before.Paused, after.Frames < before.Frames, after.Watched < before.Watched:
		t.Fatalf("%+v after %+v", after, before)
	case after.Frozen+after.Paused > elapsed, after.Frozen > after.Watched, after.Watched+after.Paused > elapsed, after.FirstFrame > elapsed:
		t.Fatalf("%+v within %v", after, elapsed)
	case after.RecentFrozen > 10*time.Second, after.RecentFrozen < 0, after.RecentFrozen > after.Frozen:
		t.Fatalf("%+v", after)
	}
}

// TestFreezesOnlyGrow throws events in any order, and looks at any time.
func TestFreezesOnlyGrow(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		var f quality.Freezes
		var before quality.FreezeStats
		elapsed := time.Duration(0)
		for range 300 {
			step := time.Duration(rnd.Int64N(int64(60 * ms)))
			if rnd.IntN(30) == 0 {
				step *= 100
			}
			elapsed += step
			kind := uint8(rnd.IntN(40)) // mostly frames
			if kind >= 5 {
				kind = 5
			}
			event(&f, kind, at(elapsed))
			if rnd.IntN(3) == 0 {
				continue
			}
			after := f.At(at(elapsed))
			check(t, before, after, elapsed)
			before = after
		}
	}
}

// TestLookingChangesNothing compares a video that is looked at with one that is not.
func TestLookingChangesNothing(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	for range 200 {
		var a, b quality.Freezes
		a.Start(at(0))
		b.Start(at(0))
		now := time.Duration(0)
		for range 200 {
			now += time.Duration(rnd.Int64N(int64(120 * ms)))
			a.At(at(now))
			now += time.Duration(rnd.Int64N(int64(120 * ms)))
			kind := uint8(rnd.IntN(32))
			event(&a, kind, at(now))
			event(&b, kind, at(now))
		}
		if diff := cmp.Diff(b.At(at(now)), a.At(at(now))); diff != "" {
			t.Fatalf("(-not looked at +looked at):\n%s", diff)
		}
	}
}

// FuzzFreezes takes any events at any times, also such that go back.
func FuzzFreezes(f *testing.F) {
	f.Add([]byte{0, 0, 1, 10, 5, 4, 5, 4, 5, 4, 5, 4, 5, 4, 5, 200, 3, 9, 4, 8, 1, 7})
	f.Add([]byte{1, 0, 2, 60, 5, 4, 1, 3, 3, 255, 2, 1, 4, 1})
	f.Fuzz(func(t *testing.T, script []byte) {
		var freezes quality.Freezes
		var before quality.FreezeStats
		now, latest := time.Duration(0), time.Duration(0)
		for ; len(script) >= 2; script = script[2:] {
			now += time.Duration(int8(script[1])) * 10 * ms
			if now < 0 {
				now = 0
			}
			latest = max(latest, now)
			event(&freezes, script[0], at(now))
			after := freezes.At(at(now))
			check(t, before, after, latest+10*time.Second) // the first time may not be the earliest
			before = after
		}
	})
}
