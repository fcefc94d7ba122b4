package bwe

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// scene is a random receiver, which can be copied with its memory.
type scene struct {
	Allocator
	videos []*Video
	now    time.Time
}

func (s *scene) copy() *scene {
	c := &scene{now: s.now}
	for _, v := range s.videos {
		twin := *v
		twin.Levels = append([]Level(nil), v.Levels...)
		twin.costs.names = append([]Level(nil), v.costs.names...)
		twin.costs.of = append([]levelCost(nil), v.costs.of...)
		twin.path = nil
		c.videos = append(c.videos, &twin)
	}
	return c
}

func (s *scene) allocate(available Bitrate) (demand Bitrate, changed bool) {
	return s.Allocate(s.videos, available, s.now)
}

func randomScene(r *rand.Rand) *scene {
	s := &scene{now: time.Unix(1000, 0)}
	for range 1 + r.IntN(20) {
		s.videos = append(s.videos, randomVideo(r))
	}
	return s
}

func randomVideo(r *rand.Rand) *Video {
	v := video(Priority(r.IntN(5)-2), nil)
	v.Prefer = Preference(r.IntN(3))
	if r.IntN(3) == 0 {
		v.MaxWidth, v.MaxHeight = uint16(r.IntN(1500)), uint16(r.IntN(1000))
	}
	if r.IntN(4) == 0 {
		v.MaxSpatial, v.MaxTemporal = uint8(r.IntN(3)), uint8(r.IntN(3))
	}
	var rates []Bitrate
	for range r.IntN(4) {
		rates = append(rates, Bitrate(30_000+r.IntN(2_000_000)))
	}
	v.Levels = encodings(rates...)
	for i := range v.Levels {
		if r.IntN(20) == 0 {
			v.Levels[i].Bitrate = 0
		}
	}
	return v
}

// live changes something, as it happens in a call.
func (s *scene) live(r *rand.Rand) {
	s.now = s.now.Add(time.Duration(r.IntN(3000)) * time.Millisecond)
	at := r.IntN(len(s.videos))
	v := s.videos[at]
	switch r.IntN(6) {
	case 0:
		v.Priority = Priority(r.IntN(5) - 2)
	case 1:
		v.MaxWidth = uint16(r.IntN(1500))
	case 2:
		v.Levels = randomVideo(r).Levels
	case 3:
		s.videos[at] = randomVideo(r)
	default:
		for i := range v.Levels {
			v.Levels[i].Bitrate = v.Levels[i].Bitrate * Bitrate(70+r.IntN(60)) / 100
		}
	}
}

func randomBitrate(r *rand.Rand) Bitrate {
	return Bitrate(math.Exp(r.Float64() * math.Log(2e7)))
}

// eachScene calls f with thousands of moments of random calls, after Allocate.
func eachScene(t *testing.T, f func(t *testing.T, r *rand.Rand, s *scene, available Bitrate)) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 7))
		s := randomScene(r)
		for range 8 {
			available := randomBitrate(r)
			s.allocate(available)
			if f(t, r, s, available); t.Failed() {
				t.Fatalf("seed %d", seed)
			}
			s.live(r)
		}
	}
}

func TestNeverMoreIsAllocatedThanAvailable(t *testing.T) {
	eachScene(t, func(t *testing.T, _ *rand.Rand, s *scene, available Bitrate) {
		checkSums(t, s.videos, &s.Allocator, available)
	})
}

func checkSums(t *testing.T, videos []*Video, a *Allocator, available Bitrate) {
	t.Helper()
	var measured, spent Bitrate
	for _, v := range videos {
		if l, playing := v.Level(); playing {
			measured += l.Bitrate
			spent += v.spent
		}
	}
	if available = max(available, 0); measured > available || spent != a.Allocated() || spent > available {
		t.Errorf("%v measured and %v allocated, %v in sum, of %v", measured, a.Allocated(), spent, available)
	}
}

func TestTheSameInputChangesNothing(t *testing.T) {
	eachScene(t, func(t *testing.T, _ *rand.Rand, s *scene, available Bitrate) {
		c := s.copy()
		before := shown(c.videos)
		if _, changed := c.allocate(available); changed {
			t.Errorf("at %v %s\nbecame %s", available, before, shown(c.videos))
		}
	})
}

func TestWithoutNewsEverythingComesToRest(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 12))
		s := randomScene(r)
		for range 5 {
			s.allocate(randomBitrate(r))
			s.live(r)
		}
		available := randomBitrate(r)
		for i := range 200 {
			s.now = s.now.Add(time.Second)
			if _, changed := s.allocate(available); changed && i > int((2*peakWindow+longestBackoff).Seconds()) {
				t.Fatalf("seed %d: changed after %d s to %s", seed, i, shown(s.videos))
			}
		}
	}
}

// A video is paused only if it does not fit beside the lowest levels of those that
// come before it. Those that played come before their equals.
func TestNoVideoIsPausedForALessImportantOne(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 8))
		s := randomScene(r)
		s.allocate(20 * Mbps)
		playing := make(map[*Video]bool)
		for _, v := range s.videos {
			_, playing[v] = v.Level()
		}
		available := randomBitrate(r)
		s.allocate(available)
		for _, v := range s.videos {
			if _, plays := v.Level(); plays || !playing[v] {
				continue
			}
			before := Bitrate(0)
			for _, o := range s.videos {
				if _, plays := o.Level(); plays && playing[o] && o.Priority >= v.Priority {
					before += o.path[0].cost
				}
			}
			if lowest := v.path[0].cost; before+lowest <= available {
				t.Fatalf("seed %d: paused, with %v beside %v of %v", seed, lowest, before, available)
			}
		}
	}
}

func TestNobodyIsPausedWhenTheLowestLevelsFit(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 9))
		s := randomScene(r)
		var lowest Bitrate
		for _, v := range s.copy().videos {
			if v.prepare(s.now); v.Priority != PriorityHidden {
				lowest += v.path[0].cost
			}
		}
		for _, available := range []Bitrate{lowest, lowest + randomBitrate(r), lowest} {
			s.now = s.now.Add(time.Second)
			s.allocate(available)
			for _, v := range s.videos {
				if _, playing := v.Level(); !playing && v.Priority != PriorityHidden {
					t.Fatalf("seed %d: paused with %v of %v", seed, lowest, available)
				}
			}
		}
	}
}

// A video that plays is not paused because there is more, unless one that could
// not play before comes before it: a large picture that is important takes the
// place of smaller ones as soon as it fits.
func TestMoreBandwidthPausesOnlyForTheMoreImportant(t *testing.T) {
	eachScene(t, func(t *testing.T, r *rand.Rand, s *scene, _ Bitrate) {
		s.now = s.now.Add(time.Minute)
		less, more := s.copy(), s.copy()
		available := randomBitrate(r)
		less.allocate(available)
		more.allocate(available + randomBitrate(r))
		for i, v := range more.videos {
			if _, plays := v.Level(); plays || !less.videos[i].playing || comesBefore(less, more, i) {
				continue
			}
			t.Errorf("with less %s\nwith more %s", shown(less.videos), shown(more.videos))
		}
	})
}

// comesBefore reports whether a video that plays only with more is at least as
// important as another.
func comesBefore(less, more *scene, than int) bool {
	for i, v := range more.videos {
		if v.playing && !less.videos[i].playing && v.Priority >= more.videos[than].Priority {
			return true
		}
	}
	return false
}

func TestMoreBandwidthPausesNobodyOfTheSameSize(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 10))
		s := &scene{now: time.Unix(1000, 0), videos: several(1+r.IntN(20), PriorityNormal)}
		for _, v := range s.videos {
			v.Priority = Priority(r.IntN(4) - 1)
		}
		s.allocate(randomBitrate(r))
		s.now = s.now.Add(time.Minute)
		less, more := s.copy(), s.copy()
		available := randomBitrate(r)
		less.allocate(available)
		more.allocate(available + randomBitrate(r))
		for i, v := range more.videos {
			if !v.playing && less.videos[i].playing {
				t.Fatalf("seed %d: with less %s\nwith more %s", seed, shown(less.videos), shown(more.videos))
			}
		}
	}
}

func TestTheDemandDoesNotDependOnTheBandwidth(t *testing.T) {
	eachScene(t, func(t *testing.T, r *rand.Rand, s *scene, _ Bitrate) {
		a, b := s.copy(), s.copy()
		demand, _ := a.allocate(randomBitrate(r))
		if other, _ := b.allocate(randomBitrate(r)); other != demand {
			t.Errorf("%v and %v", demand, other)
		}
		a.now = a.now.Add(longestBackoff)
		a.allocate(demand)
		for _, v := range a.videos {
			if v.Reason() == ReasonBandwidth {
				t.Errorf("with all of %v: %s", demand, shown(a.videos))
			}
		}
	})
}

// noises are ways in which the bitrate of a level moves, within 15 percent.
func noises() map[string]func(r *rand.Rand, level int, at time.Duration) float64 {
	return map[string]func(*rand.Rand, int, time.Duration) float64{
		"white": func(r *rand.Rand, _ int, _ time.Duration) float64 { return 2*r.Float64() - 1 },
		"slow": func(_ *rand.Rand, level int, at time.Duration) float64 {
			return math.Sin(2*math.Pi*at.Seconds()/float64(7+level%13) + float64(level))
		},
		"scenes": func(_ *rand.Rand, level int, at time.Duration) float64 {
			scene := uint64(at/(5*time.Second)) + uint64(level/9)*1000 //nolint:gosec // small
			return 2*rand.New(rand.NewPCG(scene, 3)).Float64() - 1
		},
	}
}

func TestNoiseDoesNotMoveLevels(t *testing.T) {
	const every, length = 250 * time.Millisecond, 10 * time.Minute
	for name, noise := range noises() {
		t.Run(name, func(t *testing.T) {
			early, late, videos := 0, 0, 0
			for seed := range uint64(20) {
				r := rand.New(rand.NewPCG(seed, 11))
				s := &scene{now: time.Unix(1000, 0), videos: several(1+r.IntN(12), PriorityNormal)}
				s.videos[0].Priority = Priority(r.IntN(4) - 1)
				available := Bitrate(60_000*len(s.videos) + r.IntN(len(s.videos)*2_000_000))
				s.allocate(available)
				videos += len(s.videos)
				for at := time.Duration(0); at < length; at += every {
					for i, v := range s.videos {
						for j, l := range camera() {
							v.Levels[j].Bitrate = l.Bitrate.Scale(1 + 0.15*noise(r, 9*i+j, at))
						}
					}
					s.now = s.now.Add(every)
					before := levelsOf(s.videos)
					s.allocate(available)
					n := differences(before, levelsOf(s.videos))
					if at < time.Minute {
						early += n
					} else {
						late += n
					}
				}
			}
			t.Logf("%d videos: %d changes in the first minute, %d in nine more", videos, early, late)
			if early > videos || late > videos/10 {
				t.Errorf("%d videos: %d changes in the first minute, %d in nine more", videos, early, late)
			}
		})
	}
}

func levelsOf(videos []*Video) []Level {
	var levels []Level
	for _, v := range videos {
		l, playing := v.Level()
		if !playing {
			l.Spatial = 255
		}
		levels = append(levels, l.name())
	}
	return levels
}

func differences(a, b []Level) (n int) {
	for i := range a {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}
