package bwe

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// encodings returns the levels of a simulcast with these bitrates, from 320x180 on,
// each with three temporal layers of 40, 60 and 100 percent.
func encodings(rates ...Bitrate) []Level {
	var levels []Level
	for i, rate := range rates {
		for j, share := range []Bitrate{40, 60, 100} {
			levels = append(levels, Level{
				Spatial: uint8(i), Temporal: uint8(j), Width: 320 << i, Height: 180 << i,
				Bitrate: rate * share / 100,
			})
		}
	}
	return levels
}

func camera() []Level { return encodings(150*Kbps, 500*Kbps, 1700*Kbps) }

func video(p Priority, levels []Level) *Video {
	return &Video{Priority: p, MaxSpatial: NoLimit, MaxTemporal: NoLimit, Levels: levels}
}

func several(n int, p Priority) []*Video {
	videos := make([]*Video, n)
	for i := range videos {
		videos[i] = video(p, camera())
	}
	return videos
}

// stage is an allocator with its videos at a moment.
type stage struct {
	t *testing.T
	Allocator
	videos []*Video
	now    time.Time
	demand Bitrate
}

func newStage(t *testing.T, videos ...*Video) *stage {
	return &stage{t: t, videos: videos, now: time.Unix(1000, 0)}
}

// after lets time pass, with a call each 100 ms, and returns what is sent then:
// the level of each video as "spatial.temporal", "-" for a paused one.
func (s *stage) after(d time.Duration, available Bitrate) string {
	s.t.Helper()
	for end := s.now.Add(d); ; s.now = s.now.Add(100 * time.Millisecond) {
		s.demand, _ = s.Allocate(s.videos, available, s.now)
		if s.Allocated() > available {
			s.t.Fatalf("%v allocated of %v", s.Allocated(), available)
		}
		if !s.now.Before(end) {
			return shown(s.videos)
		}
	}
}

func (s *stage) want(got, want string) {
	s.t.Helper()
	if got != want {
		s.t.Errorf("sent: %s\nwant: %s", got, want)
	}
}

func shown(videos []*Video) string {
	var levels []string
	for _, v := range videos {
		if l, playing := v.Level(); playing {
			levels = append(levels, fmt.Sprintf("%d.%d", l.Spatial, l.Temporal))
		} else {
			levels = append(levels, "-")
		}
	}
	return strings.Join(levels, " ")
}

func TestOneOfTwentyIsSharpAndNoneStarves(t *testing.T) {
	videos := several(20, PriorityThumbnail)
	videos[7].Priority = PriorityPinned
	s := newStage(t, videos...)
	small := func(n int, level string) string { return strings.TrimSpace(strings.Repeat(level+" ", n)) }

	// 20 lowest levels take 1.2 Mbit/s, and 0.6 are left to go up with.
	s.want(s.after(0, 2*Mbps), small(5, "0.1")+" 0.0 0.0 1.2 "+small(12, "0.0"))
	s.want(s.after(time.Second, 3800*Kbps), small(7, "0.1")+" 2.2 "+small(12, "0.1"))
	s.want(s.after(time.Second, s.demand), small(20, "2.2"))
}

func TestEverybodyComesFirst(t *testing.T) {
	for _, c := range []struct {
		name      string
		available Bitrate
		want      string // pinned, speaker, normal, thumbnail; 60 kbit/s each at least
	}{
		{"nothing", 0, "- - - -"},
		{"one", 66 * Kbps, "0.0 - - -"},
		{"two", 120 * Kbps, "0.0 0.0 - -"},
		{"all", 240 * Kbps, "0.0 0.0 0.0 0.0"},
		{"a step for the pinned", 300 * Kbps, "0.1 0.0 0.0 0.0"},
		{"the pinned takes the rest", 2100 * Kbps, "2.2 0.0 0.0 0.0"},
		{"then the speaker", 2600 * Kbps, "2.2 1.2 0.0 0.0"},
		{"then the others", 4500 * Kbps, "2.2 2.2 1.2 0.2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, video(PriorityPinned, camera()), video(PrioritySpeaker, camera()),
				video(PriorityNormal, camera()), video(PriorityThumbnail, camera()))
			s.want(s.after(0, c.available), c.want)
		})
	}
}

func TestEqualsGoUpInTurn(t *testing.T) {
	s := newStage(t, several(3, PriorityNormal)...)
	s.want(s.after(0, 1200*Kbps), "1.1 1.1 1.1")
	s.want(s.after(time.Second, 1300*Kbps), "1.2 1.1 1.1")
	s.videos = s.videos[:1]
	s.want(s.after(time.Second, 1900*Kbps), "2.2")
	s.videos = append(s.videos, several(2, PriorityNormal)...)
	s.want(s.after(0, 1900*Kbps), "1.2 1.2 1.2")
}

func TestWhatIsPausedDoesNotKeepOthersFromPlaying(t *testing.T) {
	s := newStage(t, video(PriorityPinned, encodings(4*Mbps)), video(PriorityThumbnail, camera()))
	s.want(s.after(0, Mbps), "- 1.2")
}

func TestPreferenceOrdersTheSteps(t *testing.T) {
	for _, c := range []struct {
		prefer Preference
		want   string
	}{
		{PreferBalanced, "0.0 0.1 0.2 1.1 1.2 2.1 2.2"},
		{PreferSharpness, "0.0 1.0 2.0 2.1 2.2"},
		{PreferMotion, "0.0 0.1 0.2 1.2 2.2"},
	} {
		v := video(PriorityNormal, camera())
		v.Prefer = c.prefer
		if diff := cmp.Diff(c.want, steps(v)); diff != "" {
			t.Errorf("preference %d: %s", c.prefer, diff)
		}
	}
}

func TestLevelsThatCostMoreThanBetterOnesAreSkipped(t *testing.T) {
	for _, c := range []struct {
		name  string
		rates []Bitrate
		want  string
	}{
		{"inverted", []Bitrate{900 * Kbps, 500 * Kbps, 300 * Kbps}, "2.1 2.2"},
		{"a small one too large", []Bitrate{500 * Kbps, 300 * Kbps, 1700 * Kbps}, "1.1 1.2 2.1 2.2"},
		{"equal", []Bitrate{500 * Kbps, 500 * Kbps}, "0.0 1.1 1.2"},
	} {
		if diff := cmp.Diff(c.want, steps(video(PriorityNormal, encodings(c.rates...)))); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// steps returns the path of a video.
func steps(v *Video) string {
	v.prepare(time.Unix(1000, 0))
	var levels []string
	for _, s := range v.path {
		levels = append(levels, fmt.Sprintf("%d.%d", v.Levels[s.level].Spatial, v.Levels[s.level].Temporal))
	}
	return strings.Join(levels, " ")
}

func TestTheViewerLimitsTheBest(t *testing.T) {
	for _, c := range []struct {
		name   string
		set    func(*Video)
		want   string
		reason Reason
	}{
		{"no limit", func(*Video) {}, "2.2", ReasonNone},
		{"a tile of just that size", func(v *Video) { v.MaxWidth, v.MaxHeight = 320, 180 }, "0.2", ReasonSize},
		{"a larger tile", func(v *Video) { v.MaxWidth, v.MaxHeight = 321, 180 }, "1.2", ReasonSize},
		{"the tallest", func(v *Video) { v.MaxHeight = 300 }, "1.2", ReasonSize},
		{"larger than all", func(v *Video) { v.MaxWidth, v.MaxHeight = 3840, 2160 }, "2.2", ReasonNone},
		{"spatial", func(v *Video) { v.MaxSpatial = 1 }, "1.2", ReasonPreferred},
		{"temporal", func(v *Video) { v.MaxTemporal = 1 }, "2.1", ReasonPreferred},
		{"size below spatial", func(v *Video) { v.MaxSpatial, v.MaxWidth = 1, 100 }, "0.2", ReasonSize},
		{"spatial below size", func(v *Video) { v.MaxSpatial, v.MaxWidth = 0, 640 }, "0.2", ReasonPreferred},
		{"below what is sent", func(v *Video) { v.MaxSpatial, v.Levels = 0, v.Levels[3:] }, "1.2", ReasonPreferred},
		{"hidden", func(v *Video) { v.Priority = PriorityHidden }, "-", ReasonHidden},
		{"sizes unknown", func(v *Video) {
			v.MaxWidth = 640
			for i := 3; i < 9; i++ {
				v.Levels[i].Width, v.Levels[i].Height = 0, 0
			}
		}, "1.2", ReasonSize},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := video(PriorityNormal, camera())
			c.set(v)
			s := newStage(t, v)
			s.want(s.after(0, 10*Mbps), c.want)
			if v.Reason() != c.reason {
				t.Errorf("reason %d, want %d", v.Reason(), c.reason)
			}
		})
	}
}

func TestBandwidthIsTheReasonOfWhatDoesNotFit(t *testing.T) {
	s := newStage(t, video(PriorityPinned, camera()), video(PriorityNormal, camera()))
	for _, available := range []Bitrate{100 * Kbps, Mbps} {
		s.after(time.Second, available)
		for i, v := range s.videos {
			if v.Reason() != ReasonBandwidth {
				t.Errorf("at %v video %d: reason %d", available, i, v.Reason())
			}
		}
	}
}

func TestAHiddenVideoCostsNothing(t *testing.T) {
	s := newStage(t, several(2, PriorityNormal)...)
	s.after(0, 10*Mbps)
	all := s.demand
	s.videos[0].Priority = PriorityHidden
	s.want(s.after(0, 10*Mbps), "- 2.2")
	if s.demand*2 != all || s.Allocated() != 1700*Kbps {
		t.Errorf("demand %v, allocated %v", s.demand, s.Allocated())
	}
	s.videos[0].Priority = PriorityNormal
	s.want(s.after(0, 10*Mbps), "2.2 2.2")
}

func TestGoingUpNeedsHeadroom(t *testing.T) {
	s := newStage(t, video(PriorityNormal, encodings(100*Kbps)))
	s.want(s.after(time.Minute, 111*Kbps), "0.1")
	s.want(s.after(0, 112*Kbps), "0.2")
	s.want(s.after(time.Minute, 100*Kbps), "0.2")
	s.want(s.after(0, 99*Kbps), "0.1")
}

func TestAReducedVideoWaits(t *testing.T) {
	s := newStage(t, video(PriorityNormal, encodings(100*Kbps)))
	s.after(0, Mbps)
	for _, seconds := range []int{2, 4, 8, 16, 30, 30} {
		wait := time.Duration(seconds) * time.Second
		s.want(s.after(0, 90*Kbps), "0.1")
		s.want(s.after(wait-100*time.Millisecond, Mbps), "0.1")
		s.want(s.after(100*time.Millisecond, Mbps), "0.2")
		s.after(5*time.Second, Mbps)
	}
	s.after(time.Minute, Mbps)
	s.after(0, 90*Kbps)
	s.want(s.after(2*time.Second, Mbps), "0.2")
}

func TestAPausedVideoComesBack(t *testing.T) {
	s := newStage(t, several(2, PriorityNormal)...)
	s.after(0, 10*Mbps)
	s.want(s.after(0, 119*Kbps), "0.1 -")
	s.want(s.after(time.Minute, 130*Kbps), "0.1 -") // no headroom
	s.want(s.after(0, 134*Kbps), "0.0 0.0")
}

func TestAVideoThatGaveWayIsPausedForASecond(t *testing.T) {
	s := newStage(t, video(PriorityNormal, camera()))
	s.want(s.after(0, 100*Kbps), "0.1")
	s.videos = append(s.videos, video(PriorityPinned, camera()))
	s.want(s.after(0, 100*Kbps), "- 0.1")
	s.want(s.after(900*time.Millisecond, Mbps), "- 1.2")
	s.want(s.after(100*time.Millisecond, Mbps), "1.1 1.2")
}

func TestWhoMustWaitKeepsItsPlace(t *testing.T) {
	s := newStage(t, video(PriorityPinned, camera()), video(PriorityThumbnail, camera()))
	s.want(s.after(0, 2200*Kbps), "2.2 0.2")
	s.want(s.after(0, 1200*Kbps), "2.1 0.2")
	s.want(s.after(1900*time.Millisecond, 2200*Kbps), "2.1 0.2")
	s.want(s.after(100*time.Millisecond, 2200*Kbps), "2.2 0.2")
}

func TestWhatTheViewerAsksForTakesEffectAtOnce(t *testing.T) {
	s := newStage(t, several(2, PriorityNormal)...)
	s.after(0, 10*Mbps)
	s.want(s.after(0, 1300*Kbps), "1.2 1.2")
	s.videos[1].Priority = PriorityPinned
	s.want(s.after(0, 2*Mbps), "1.1 2.2")
	s.videos[0].Priority, s.videos[1].Priority = PriorityPinned, PriorityNormal
	s.want(s.after(0, 2*Mbps), "2.2 1.1")
	s.videos[0].MaxWidth = 320
	s.want(s.after(0, 2*Mbps), "0.2 2.1")
}

func TestANewcomerIsSeenAtOnce(t *testing.T) {
	s := newStage(t, video(PriorityNormal, nil), video(PriorityNormal, nil))
	s.want(s.after(0, 299*Kbps), "0.0 -")
	s.want(s.after(time.Second, 334*Kbps), "0.0 0.0")
	if s.Allocated() != 2*assumedBitrate {
		t.Errorf("%v allocated", s.Allocated())
	}
	s.videos[0].Levels = camera()
	s.want(s.after(0, 10*Mbps), "2.2 0.0")
}

func TestUnknownBitratesAreGuessed(t *testing.T) {
	levels := camera()
	for i := range levels {
		levels[i].Bitrate = 0
	}
	levels[3].Bitrate = 200 * Kbps
	levels[6].Width = 0 // and its size unknown
	v := video(PriorityNormal, levels)
	v.prepare(time.Unix(1000, 0))
	var got []Bitrate
	for _, c := range v.costs.of {
		got = append(got, c.cost/Kbps)
	}
	if diff := cmp.Diff([]Bitrate{150, 225, 337, 200, 300, 450, 800, 1200, 1800}, got); diff != "" {
		t.Error(diff)
	}
	levels[3].Bitrate, levels[0].Bitrate = 0, 50*Kbps
	v = video(PriorityNormal, levels)
	v.prepare(time.Unix(1000, 0))
	if got := v.costs.of[3].cost; got != 200*Kbps {
		t.Errorf("four times the pixels cost %v", got)
	}
}

func TestAPeakCountsForAWhile(t *testing.T) {
	s := newStage(t, video(PriorityNormal, encodings(100*Kbps)))
	s.after(0, Mbps)
	s.videos[0].Levels[2].Bitrate = 150 * Kbps
	s.after(0, Mbps)
	s.videos[0].Levels[2].Bitrate = 100 * Kbps
	if s.after(peakWindow, Mbps); s.Allocated() != 150*Kbps {
		t.Errorf("%v after %v", s.Allocated(), peakWindow)
	}
	if s.after(peakWindow, Mbps); s.Allocated() != 100*Kbps {
		t.Errorf("%v after %v", s.Allocated(), 2*peakWindow)
	}
	s.videos[0].Levels[2].Bitrate = 0 // resting
	if s.after(time.Minute, Mbps); s.Allocated() != 100*Kbps {
		t.Errorf("%v when it rests", s.Allocated())
	}
}

func TestALadderMayChangeWhileItIsSent(t *testing.T) {
	v := video(PriorityNormal, camera()[3:])
	for i := range v.Levels {
		v.Levels[i].Spatial-- // the smallest encoding comes last
	}
	s := newStage(t, v)
	s.want(s.after(0, 600*Kbps), "0.2")
	v.Levels = camera()
	s.want(s.after(0, 500*Kbps), "1.2") // the same pictures; a raise would not fit
	v.Levels = v.Levels[:3]
	s.want(s.after(0, 500*Kbps), "0.2")
	v.Levels = camera()
	s.want(s.after(0, 600*Kbps), "1.2") // at once: it was not for want of bandwidth
	v.Levels = nil
	s.want(s.after(0, 600*Kbps), "0.0")
}

func TestAllocateTellsWhatChanged(t *testing.T) {
	videos := several(2, PriorityNormal)
	var a Allocator
	now := time.Unix(1000, 0)
	changes := func(available Bitrate, want bool) {
		t.Helper()
		now = now.Add(100 * time.Millisecond)
		if _, changed := a.Allocate(videos, available, now); changed != want {
			t.Errorf("changed %t, sent %s", changed, shown(videos))
		}
	}
	changes(10*Mbps, true)
	changes(10*Mbps, false)
	videos[0].MaxWidth = 5000 // asked, but nothing comes of it
	changes(10*Mbps, false)
	changes(Mbps, true)
	videos[1].Priority = PriorityHidden
	changes(Mbps, true)
	changes(Mbps, false)
}

func TestAllocateDoesNotAllocate(t *testing.T) {
	videos := several(50, PriorityNormal)
	var a Allocator
	now := time.Unix(1000, 0)
	a.Allocate(videos, 20*Mbps, now)
	available := 20 * Mbps
	if n := testing.AllocsPerRun(1000, func() {
		now, available = now.Add(250*time.Millisecond), 30*Mbps-available
		a.Allocate(videos, available, now)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAllocate(b *testing.B) {
	for _, c := range []struct {
		name      string
		available Bitrate
	}{{"narrow", 5 * Mbps}, {"half", 40 * Mbps}, {"wide", 200 * Mbps}} {
		b.Run(c.name, func(b *testing.B) {
			videos := several(50, PriorityNormal)
			videos[3].Priority, videos[9].Priority = PriorityPinned, PrioritySpeaker
			var a Allocator
			now := time.Unix(1000, 0)
			b.ReportAllocs()
			for range b.N {
				now = now.Add(100 * time.Millisecond)
				a.Allocate(videos, c.available, now)
			}
		})
	}
}

// What is only guessed is no peak: otherwise the guess would count for half a minute
// after the level turned out to be cheaper, and all levels of a rung would cost the
// same, so that the lower ones were never chosen.
func TestAGuessCountsUntilTheLevelIsMeasured(t *testing.T) {
	guesses := encodings(120 * Kbps)
	for i := range guesses {
		guesses[i].Bitrate, guesses[i].Guess = 120*Kbps, true
	}
	s := newStage(t, video(PriorityNormal, guesses), video(PriorityNormal, guesses))
	s.want(s.after(0, 170*Kbps), "0.2 -")
	for _, v := range s.videos {
		v.Levels = encodings(100 * Kbps) // 40 kbit/s with one temporal layer
	}
	s.want(s.after(10*time.Second, 170*Kbps), "0.2 0.1")
}
