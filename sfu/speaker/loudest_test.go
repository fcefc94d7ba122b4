package speaker_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/sfu/speaker"
)

// hall is a Loudest with tracks 0, 1, ... that send at the same moments.
type hall struct {
	*speaker.Loudest[int]
	tracks int
	now    time.Duration
}

func newHall(places, tracks int) *hall {
	h := &hall{Loudest: speaker.NewLoudest[int](places), tracks: tracks}
	for id := range tracks {
		h.Add(id)
	}
	return h
}

// step sends a packet of each track, a quiet one where sounds has none, and
// returns who was forwarded.
func (h *hall) step(sounds map[int]speaker.Sample) (forwarded, opened []int) {
	for id := range h.tracks {
		s, ok := sounds[id]
		if !ok {
			s = level(quiet)
		}
		forward, open := h.Packet(id, s, at(h.now))
		if forward {
			forwarded = append(forwarded, id)
		}
		if open {
			opened = append(opened, id)
		}
	}
	h.now += interval
	return forwarded, opened
}

// say goes on for d and returns who was forwarded last.
func (h *hall) say(d time.Duration, sounds map[int]speaker.Sample) (forwarded []int) {
	for end := h.now + d; h.now < end; {
		forwarded, _ = h.step(sounds)
	}
	return forwarded
}

func want(t *testing.T, what string, got []int, ids ...int) {
	t.Helper()
	if diff := cmp.Diff(ids, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestFewTracksAreAllForwarded(t *testing.T) {
	h := newHall(3, 3)
	for range 200 {
		forwarded, opened := h.step(nil)
		want(t, "silence", forwarded, 0, 1, 2)
		if opened != nil {
			t.Errorf("opened %v, of which no packet was withheld", opened)
		}
	}
}

func TestFirstPacketOfSpeechTakesThePlaceOfTheSilent(t *testing.T) {
	h := newHall(2, 4)
	want(t, "silence", h.say(3*time.Second, map[int]speaker.Sample{0: level(-30)}), 0, 1)
	forwarded, opened := h.step(map[int]speaker.Sample{0: level(-30), 3: level(-40)})
	want(t, "forwarded", forwarded, 0, 1, 3) // 1 had its packet before 3 took the place
	want(t, "opened", opened, 3)
	forwarded, opened = h.step(map[int]speaker.Sample{3: level(-40)})
	want(t, "forwarded then", forwarded, 0, 3)
	if opened != nil {
		t.Errorf("opened %v twice", opened)
	}
}

func TestSilenceTakesNoPlaceAndLosesNone(t *testing.T) {
	h := newHall(2, 4)
	h.say(time.Second, map[int]speaker.Sample{2: level(-30), 3: level(-30)})
	h.say(time.Second, nil)
	for i := range 3000 { // background sounds below the threshold
		forwarded, _ := h.step(map[int]speaker.Sample{0: level(-48 - i%20), 3: level(-90)})
		want(t, "background", forwarded, 2, 3)
	}
}

func TestWhoSpokeLongestAgoGoesFirst(t *testing.T) {
	h := newHall(3, 5)
	for _, id := range []int{2, 0, 1} {
		h.say(time.Second, map[int]speaker.Sample{id: level(-30)})
	}
	h.say(2*time.Second, nil)
	want(t, "after 3", h.say(2*interval, map[int]speaker.Sample{3: level(-30)}), 0, 1, 3)
	want(t, "after 4", h.say(2*interval, map[int]speaker.Sample{4: level(-30)}), 1, 3, 4)
}

func TestWhoSpokeIsKeptForTwoSeconds(t *testing.T) {
	h := newHall(1, 2)
	h.say(time.Second, map[int]speaker.Sample{0: level(-20)})
	quieter := map[int]speaker.Sample{1: level(-45)} // below what is left of the first for longer
	for silent := time.Duration(0); ; silent += interval {
		forwarded, _ := h.step(quieter)
		if slices.Contains(forwarded, 1) {
			if silent < 1500*ms || silent > 2*time.Second {
				t.Errorf("lost its place after %v", silent)
			}
			return
		}
	}
}

func TestLouderTrackGetsInWithinAHundredMilliseconds(t *testing.T) {
	h := newHall(2, 3)
	both := map[int]speaker.Sample{0: level(-30), 1: level(-40)}
	h.say(time.Second, both)
	both[2] = level(-25)
	for i := range 4 {
		forwarded, _ := h.step(both)
		want(t, fmt.Sprint("packet ", i), forwarded, 0, 1)
	}
	forwarded, opened := h.step(both)
	want(t, "with the overlap", forwarded, 0, 1, 2)
	want(t, "opened", opened, 2)
	for i := 20 * ms; i < 300*ms; i += interval {
		forwarded, _ = h.step(both)
		want(t, fmt.Sprint("overlap of ", i), forwarded, 0, 1, 2)
	}
	forwarded, _ = h.step(both)
	want(t, "after the overlap", forwarded, 0, 2)
}

func TestTrackAsLoudDoesNotPush(t *testing.T) {
	h := newHall(2, 3)
	all := map[int]speaker.Sample{0: level(-30), 1: level(-30)}
	h.say(time.Second, all)
	all[2] = level(-28)
	want(t, "ten seconds later", h.say(10*time.Second, all), 0, 1)
}

func TestPlaceOfARemovedTrackGoesToWhoSpokeLast(t *testing.T) {
	h := newHall(2, 5)
	h.say(time.Second, map[int]speaker.Sample{0: level(-20), 1: level(-20)})
	h.say(200*ms, map[int]speaker.Sample{0: level(-20), 1: level(-20), 3: level(-44)})
	h.Remove(1)
	forwarded, opened := h.step(nil)
	want(t, "forwarded", forwarded, 0, 3)
	want(t, "opened", opened, 3)
	h.Remove(0)
	h.Remove(3)
	h.Remove(3)
	want(t, "the last two", h.say(interval, nil), 2, 4)
}

func TestPlacesCanBeTakenAndGiven(t *testing.T) {
	h := newHall(3, 4)
	for id := range 3 {
		h.say(time.Second, map[int]speaker.Sample{id: level(-20)})
	}
	h.Resize(1)
	want(t, "one place", h.say(interval, nil), 2)
	h.Resize(2)
	want(t, "two places", h.say(interval, nil), 1, 2)
	h.Resize(math.MaxInt)
	want(t, "places for all", h.say(interval, nil), 0, 1, 2, 3)
	h.Resize(0)
	want(t, "one place at least", h.say(interval, nil), 2)
}

func TestUnknownTrackIsNotForwarded(t *testing.T) {
	h := newHall(2, 2)
	if forward, opened := h.Packet(7, level(-10), start); forward || opened {
		t.Error("forwarded")
	}
}

func TestTrackOfWhichNothingIsKnownIsHeardInSilence(t *testing.T) {
	h := newHall(1, 3)
	constant := map[int]speaker.Sample{2: octets(80)}
	want(t, "in silence", h.say(time.Second, constant), 2)
	constant[1] = level(-45)
	want(t, "while somebody speaks", h.say(500*ms, constant), 1)
}

// TestBeginningOfSpeechIsNotLost lets people begin to speak in a hall where some
// place is not in use: what comes from 60 ms before the threshold on is forwarded,
// or within the Preroll.
func TestBeginningOfSpeechIsNotLost(t *testing.T) {
	onset := []int{-66, -60, -54, -49, -43, -36, -30, -28} // 20 ms each
	const crossing = 4                                     // the first above the threshold
	for seed := range uint64(10) {
		rng := rand.New(rand.NewPCG(seed, 2))
		h := newHall(4, 30)
		for range 40 {
			id := rng.IntN(h.tracks)
			h.say(2*time.Second+time.Duration(rng.IntN(1000))*ms, nil)
			sent := make([]bool, len(onset))
			for i, dBov := range onset {
				forwarded, opened := h.step(map[int]speaker.Sample{id: level(dBov)})
				sent[i] = slices.Contains(forwarded, id)
				if slices.Contains(opened, id) {
					for j := max(0, i-speaker.Preroll); j < i; j++ {
						sent[j] = true
					}
				}
			}
			if i := slices.Index(sent[crossing-3:], false); i >= 0 {
				t.Fatalf("seed %d: packet %d of the onset is lost: %v", seed, i+crossing-3, sent)
			}
		}
	}
}

// crowd is random speech of many tracks; at most speakers of them at a time.
type crowd struct {
	rng    *rand.Rand
	voices map[int]*voice
	tracks int
}

func (c *crowd) next() map[int]speaker.Sample {
	if c.rng.IntN(20) == 0 {
		id := c.rng.IntN(c.tracks)
		if c.voices[id] != nil {
			delete(c.voices, id)
		} else if len(c.voices) < 8 {
			c.voices[id] = newVoice(c.rng.Uint64(), -44+c.rng.IntN(28))
		}
	}
	sounds := map[int]speaker.Sample{}
	for id := range c.tracks { // in a fixed order
		if v := c.voices[id]; v != nil {
			sounds[id] = v.next()
		}
	}
	return sounds
}

// watch runs a crowd and calls see for each step.
func watch(seed uint64, places, tracks, steps int, see func(h *hall, sounds map[int]speaker.Sample, forwarded, opened []int)) {
	c := &crowd{rng: rand.New(rand.NewPCG(seed, 3)), voices: map[int]*voice{}, tracks: tracks}
	h := newHall(places, tracks)
	for range steps {
		sounds := c.next()
		forwarded, opened := h.step(sounds)
		see(h, sounds, forwarded, opened)
	}
}

// TestAtMostOneMoreThanThePlacesIsForwarded counts the packets of one step. Who
// loses its place in a step may have had its packet before.
func TestAtMostOneMoreThanThePlacesIsForwarded(t *testing.T) {
	const places = 3
	overlaps := 0
	for seed := range uint64(5) {
		var over time.Duration
		watch(seed, places, 20, 3000, func(h *hall, _ map[int]speaker.Sample, forwarded, opened []int) {
			if len(forwarded) < places || len(forwarded) > places+1+len(opened) {
				t.Fatalf("seed %d at %v: %v of which %v are new", seed, h.now, forwarded, opened)
			}
			if len(forwarded) == places || len(opened) > 0 {
				over = 0
				return
			}
			overlaps++
			if over += interval; over > 300*ms {
				t.Fatalf("seed %d at %v: an overlap of %v", seed, h.now, over)
			}
		})
	}
	if overlaps == 0 {
		t.Error("the runs have no overlap")
	}
}

// TestLoudestAreForwarded checks against levels of its own: a packet of speech that
// ends 100 ms in which fewer than n others were within 3 dB is forwarded.
func TestLoudestAreForwarded(t *testing.T) {
	const places, tracks = 3, 20
	checked := 0
	for seed := range uint64(5) {
		levels := make([]speaker.Level, tracks)
		run := make([]int, tracks)
		watch(seed, places, tracks, 3000, func(h *hall, sounds map[int]speaker.Sample, forwarded, _ []int) {
			now := at(h.now - interval)
			for id := range tracks {
				s, ok := sounds[id]
				if !ok {
					s = level(quiet)
				}
				speech := levels[id].Add(s, now) > 0
				near := 0
				for other := range tracks {
					// Levels are rounded, and those of later tracks are a packet old.
					if other != id && levels[other].At(now)+5 >= levels[id].At(now) {
						near++
					}
				}
				if run[id]++; !speech || near >= places {
					run[id] = 0
				}
				if run[id] >= 5 {
					checked++
					if !slices.Contains(forwarded, id) {
						t.Fatalf("seed %d at %v: %d is withheld", seed, h.now, id)
					}
				}
			}
		})
	}
	t.Logf("%d packets", checked)
	if checked < 5000 {
		t.Errorf("only %d packets were checked", checked)
	}
}

func TestLoudestDecidesTheSameEachTime(t *testing.T) {
	once := func() (all [][]int) {
		watch(1, 3, 20, 3000, func(_ *hall, _ map[int]speaker.Sample, forwarded, _ []int) { all = append(all, forwarded) })
		return all
	}
	if diff := cmp.Diff(once(), once()); diff != "" {
		t.Error(diff)
	}
}

func TestLoudestDoesNotAllocate(t *testing.T) {
	h := newHall(3, 50)
	v := newVoice(1, -25)
	now, i := start, 0
	if n := testing.AllocsPerRun(5000, func() {
		now = now.Add(ms)
		h.Packet(i%50, v.next(), now)
		i += 7
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// benchmarkLoudest has 200 tracks of which some speak.
func benchmarkLoudest(b *testing.B, speakers int) {
	const tracks = 200
	l := speaker.NewLoudest[uint64](8)
	var samples [tracks]speaker.Sample
	for id := range tracks {
		l.Add(uint64(id))
		samples[id] = level(quiet)
		if id*speakers%tracks < speakers {
			samples[id] = level(-30 - id%10)
		}
	}
	now, id := start, 0
	b.ReportAllocs()
	for b.Loop() {
		if id++; id == tracks {
			id, now = 0, now.Add(interval)
		}
		l.Packet(uint64(id), samples[id], now)
	}
}

func BenchmarkLoudestOf200Silent(b *testing.B)    { benchmarkLoudest(b, 0) }
func BenchmarkLoudestOf200FourSpeak(b *testing.B) { benchmarkLoudest(b, 4) }
func BenchmarkLoudestOf200AllSpeak(b *testing.B)  { benchmarkLoudest(b, 200) }
