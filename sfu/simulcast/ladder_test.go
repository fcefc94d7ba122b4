package simulcast_test

import (
	"slices"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// track sends frames of rungs to a Ladder, at a time of its own.
type track struct {
	simulcast.Ladder
	now time.Time
}

func newTrack() *track { return &track{now: start} }

// send observes one packet that begins a frame of a rung, with the size of its
// picture, 0 while it is not known.
func (t *track) send(at simulcast.Rung, width, height uint16) {
	t.Observe(&packet.Packet{
		Layer: at.Layer, Spatial: at.Spatial, FrameStart: true, Needed: packet.AllTargets, Width: width, Height: height,
	}, t.now)
}

// run sends frames of rungs whose sizes are known, 30 a second.
func (t *track) run(d time.Duration, rungs ...simulcast.Rung) {
	for end := t.now.Add(d); t.now.Before(end); t.now = t.now.Add(time.Second / 30) {
		for _, at := range rungs {
			t.send(at, 0, 0)
		}
		t.Expire(t.now)
	}
}

// order returns the rungs from the smallest picture up.
func (t *track) order() []simulcast.Rung {
	list := make([]simulcast.Rung, t.Len())
	for _, layer := range []simulcast.Layer{0, 1, 2, 3} {
		for spatial := range uint8(4) {
			at := simulcast.Rung{Layer: layer, Spatial: spatial}
			if i, ok := t.Position(at); ok {
				list[i] = at
			}
		}
	}
	return list
}

func rung(layer simulcast.Layer, spatial uint8) simulcast.Rung {
	return simulcast.Rung{Layer: layer, Spatial: spatial}
}

var (
	none = simulcast.Rung{Layer: simulcast.None}

	quarter, half, full = rung(0, 0), rung(1, 0), rung(2, 0)
)

// newSimulcastTrack has three encodings, all of which have come.
func newSimulcastTrack() *track {
	t := newTrack()
	t.send(quarter, 320, 180)
	t.send(half, 640, 360)
	t.send(full, 1280, 720)
	return t
}

func wantPicks(t *testing.T, l *track, want ...simulcast.Rung) {
	t.Helper()
	for highest, at := range want {
		if got := l.Pick(uint8(highest)); got != at {
			t.Errorf("up to position %d: %+v, want %+v", highest, got, at)
		}
	}
}

func TestEmptyLadderHasNothingToPick(t *testing.T) {
	l := newTrack()
	wantPicks(t, l, none, none)
	if l.Len() != 0 || l.Lower(9) != 0 || l.Alive(0) || l.Alive(simulcast.None) || l.Lowest().Known() {
		t.Error("the ladder has something")
	}
	if _, ok := l.Position(quarter); ok {
		t.Error("a rung that was never seen has a position")
	}
	if none.Known() || !quarter.Known() {
		t.Error("a rung is known by its encoding")
	}
}

func TestLadderStandsInTheOrderOfItsPictures(t *testing.T) {
	type sent struct {
		at            simulcast.Rung
		width, height uint16
	}
	for _, tt := range []struct {
		name string
		sent []sent
		want []simulcast.Rung
	}{
		{"smallest first", []sent{{rung(0, 0), 320, 180}, {rung(1, 0), 640, 360}}, []simulcast.Rung{rung(0, 0), rung(1, 0)}},
		{"offered the other way round", []sent{{rung(0, 0), 1280, 720}, {rung(1, 0), 640, 360}, {rung(2, 0), 320, 180}}, []simulcast.Rung{rung(2, 0), rung(1, 0), rung(0, 0)}},
		{"by pixels, not by width", []sent{{rung(0, 0), 720, 1280}, {rung(1, 0), 1000, 500}}, []simulcast.Rung{rung(1, 0), rung(0, 0)}},
		{"sizes not known: as offered", []sent{{rung(2, 0), 0, 0}, {rung(0, 0), 0, 0}, {rung(1, 0), 0, 0}}, []simulcast.Rung{rung(0, 0), rung(1, 0), rung(2, 0)}},
		{"size known later", []sent{{rung(0, 0), 0, 0}, {rung(1, 0), 640, 360}, {rung(0, 0), 320, 180}}, []simulcast.Rung{rung(0, 0), rung(1, 0)}},
		{"one size not known: the largest", []sent{{rung(0, 0), 0, 0}, {rung(1, 0), 640, 360}}, []simulcast.Rung{rung(1, 0), rung(0, 0)}},
		{"a size once known stays", []sent{{rung(0, 0), 320, 180}, {rung(1, 0), 640, 360}, {rung(0, 0), 0, 0}}, []simulcast.Rung{rung(0, 0), rung(1, 0)}},
		{"equal sizes: as offered", []sent{{rung(1, 0), 640, 360}, {rung(0, 0), 640, 360}}, []simulcast.Rung{rung(0, 0), rung(1, 0)}},
		{"the largest that there can be", []sent{{rung(0, 0), 65535, 65535}, {rung(1, 0), 640, 360}}, []simulcast.Rung{rung(1, 0), rung(0, 0)}},
		{"spatial layers", []sent{{rung(0, 0), 320, 180}, {rung(0, 1), 640, 360}, {rung(0, 2), 1280, 720}}, []simulcast.Rung{rung(0, 0), rung(0, 1), rung(0, 2)}},
		{"spatial layers without sizes", []sent{{rung(0, 1), 0, 0}, {rung(0, 0), 0, 0}}, []simulcast.Rung{rung(0, 0), rung(0, 1)}},
		{"spatial layers of two encodings", []sent{{rung(0, 0), 320, 180}, {rung(0, 1), 1280, 720}, {rung(1, 0), 640, 360}}, []simulcast.Rung{rung(0, 0), rung(1, 0), rung(0, 1)}},
		{"more spatial layers than are told apart", []sent{{rung(0, 7), 640, 360}, {rung(0, 0), 320, 180}}, []simulcast.Rung{rung(0, 0), rung(0, 3)}},
		{"encodings that there cannot be", []sent{{none, 320, 180}, {rung(4, 0), 320, 180}}, []simulcast.Rung{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newTrack()
			for _, s := range tt.sent {
				l.send(s.at, s.width, s.height)
			}
			if got := l.order(); !slices.Equal(got, tt.want) {
				t.Errorf("order %+v, want %+v", got, tt.want)
			}
			wantPicks(t, l, tt.want...)
		})
	}
}

func TestPickTakesTheNearestBelowOrElseTheLowest(t *testing.T) {
	l := newSimulcastTrack()
	wantPicks(t, l, quarter, half, full, full)
	if l.Pick(255) != full {
		t.Error("no limit is not the largest")
	}
	l.run(time.Second, quarter, full) // half dies
	wantPicks(t, l, quarter, quarter, full)
	l.run(time.Second, full)
	wantPicks(t, l, full, full, full)
}

func TestLowerNamesTheEncodingsUpToAPosition(t *testing.T) {
	l := newTrack()
	l.send(rung(2, 0), 160, 90)
	l.send(rung(0, 0), 320, 180)
	l.send(rung(0, 1), 640, 360)
	for highest, want := range []uint8{0b100, 0b101, 0b101, 0b101} {
		if got := l.Lower(uint8(highest)); got != want {
			t.Errorf("up to %d: %03b, want %03b", highest, got, want)
		}
	}
	if got := l.Lower(255); got != 0b101 {
		t.Errorf("without limit: %03b", got)
	}
}

func TestPaddingMakesNoRung(t *testing.T) {
	l := newTrack()
	l.Observe(&packet.Packet{Layer: 0}, l.now)
	if l.Len() != 0 {
		t.Error("a packet that nobody needs made a rung")
	}
}

func TestEncodingThatComesLateTakesItsPlace(t *testing.T) {
	l := newTrack()
	l.send(half, 640, 360)
	version := l.Version()
	wantPicks(t, l, half, half)
	l.run(time.Minute, half)
	if l.Version() != version {
		t.Error("the version changed without a change")
	}
	l.send(quarter, 320, 180)
	if l.Version() == version {
		t.Error("the version did not change")
	}
	wantPicks(t, l, quarter, half)
}

func TestPictureThatChangesItsSizeChangesThePlace(t *testing.T) {
	l := newSimulcastTrack()
	version := l.Version()
	l.send(full, 160, 90)
	if l.Version() == version {
		t.Error("the version did not change")
	}
	wantPicks(t, l, full, quarter, half)
}

func TestEncodingThatStopsDies(t *testing.T) {
	l := newSimulcastTrack()
	l.run(time.Second, quarter, half, full)
	version := l.Version()
	l.run(time.Second, quarter, half)
	if l.Alive(2) || !l.Alive(0) || !l.Alive(1) {
		t.Errorf("alive: %v %v %v", l.Alive(0), l.Alive(1), l.Alive(2))
	}
	if l.Version() != version+1 {
		t.Errorf("the version changed %d times", l.Version()-version)
	}
	wantPicks(t, l, quarter, half, half)
	if l.Len() != 3 || l.Lower(2) != 0b111 {
		t.Error("a dead rung lost its place in the order")
	}
}

// TestDeathTakesTimeAndFramesOfOthers pins down both conditions.
func TestDeathTakesTimeAndFramesOfOthers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		others int // frames of others since the last packet
		after  time.Duration
		dead   bool
	}{
		{"neither", 5, 299 * time.Millisecond, false},
		{"frames only", 60, 299 * time.Millisecond, false},
		{"time only", 5, time.Hour, false},
		{"both", 6, 300 * time.Millisecond, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newSimulcastTrack()
			l.send(quarter, 0, 0)
			l.now = l.now.Add(tt.after)
			for i := range tt.others {
				l.send([]simulcast.Rung{half, full}[i%2], 0, 0)
			}
			l.Expire(l.now)
			if l.Alive(0) == tt.dead {
				t.Errorf("dead %v, want %v", !l.Alive(0), tt.dead)
			}
		})
	}
}

func TestEncodingThatComesBackIsAliveAtOnce(t *testing.T) {
	l := newSimulcastTrack()
	l.run(time.Second, quarter, half)
	version := l.Version()
	l.send(full, 0, 0)
	if !l.Alive(2) || l.Version() != version+1 {
		t.Errorf("alive %v, the version changed %d times", l.Alive(2), l.Version()-version)
	}
	wantPicks(t, l, quarter, half, full)
	l.run(time.Second, quarter, half) // and may die again
	wantPicks(t, l, quarter, half, half)
}

func TestTrackThatIsSilentAsAWholeStaysAlive(t *testing.T) {
	l := newSimulcastTrack()
	l.run(time.Second, quarter, half, full)
	for range 1000 {
		l.now = l.now.Add(time.Second)
		l.Expire(l.now)
	}
	wantPicks(t, l, quarter, half, full)
	l.run(time.Second, full, half, quarter) // none counts the silence against another
	wantPicks(t, l, quarter, half, full)
}

func TestSlowTrackStaysAlive(t *testing.T) {
	l := newSimulcastTrack()
	for range 100 {
		for _, at := range []simulcast.Rung{quarter, half, full} {
			l.now = l.now.Add(time.Second) // a slide show, and its encodings do not come at once
			l.send(at, 0, 0)
			l.Expire(l.now)
		}
	}
	wantPicks(t, l, quarter, half, full)
}

func TestLastEncodingNeverDies(t *testing.T) {
	l := newSimulcastTrack()
	l.run(time.Second, quarter)
	l.now = l.now.Add(time.Hour)
	l.Expire(l.now)
	wantPicks(t, l, quarter, quarter, quarter)
	l.run(time.Second, full)
	wantPicks(t, l, full, full, full)
}

func TestSpatialLayerThatStopsDiesAlone(t *testing.T) {
	l := newTrack()
	low, middle, high := rung(0, 0), rung(0, 1), rung(0, 2)
	l.send(low, 320, 180)
	l.send(middle, 640, 360)
	l.send(high, 1280, 720)
	l.run(time.Second, low, middle)
	wantPicks(t, l, low, middle, middle)
	if !l.Alive(0) {
		t.Error("the encoding died with its layer")
	}
	l.run(time.Second, low, middle, high)
	wantPicks(t, l, low, middle, high)
}

func TestObserveDoesNotAllocate(t *testing.T) {
	l := newSimulcastTrack()
	p := &packet.Packet{FrameStart: true, Needed: packet.AllTargets, Width: 320, Height: 180}
	if allocs := testing.AllocsPerRun(1000, func() {
		p.Width ^= 1 // changes the order, too
		l.Observe(p, l.now)
		l.Expire(l.now)
		l.Pick(2)
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func TestSeededLadderKnowsWhatWasSentBefore(t *testing.T) {
	l := newTrack()
	version := l.Version()
	l.Seed(nil, l.now)
	if l.Version() != version {
		t.Error("the version changed without a change")
	}
	l.Seed([]simulcast.RungSize{{Rung: full, Width: 1280, Height: 720}, {Rung: quarter, Width: 320, Height: 180}}, l.now)
	if l.Version() == version {
		t.Error("the version did not change")
	}
	wantPicks(t, l, quarter, full)
	l.run(200*time.Millisecond, quarter)
	wantPicks(t, l, quarter, full)
	l.run(200*time.Millisecond, quarter) // full had ended
	wantPicks(t, l, quarter, quarter)
}

func TestLowestIsTheSmallestPictureDeadOrAlive(t *testing.T) {
	l := newSimulcastTrack()
	l.run(time.Second, half, full)
	if got := l.Lowest(); got != quarter {
		t.Errorf("lowest %+v, want %+v", got, quarter)
	}
}

// TestWantedNamesWhatMayHaveThePosition: the encoding that has it, and while that
// may be another one, those that were never seen.
func TestWantedNamesWhatMayHaveThePosition(t *testing.T) {
	for _, tt := range []struct {
		name    string
		seen    []simulcast.Rung
		highest uint8
		want    uint8
	}{
		{"nothing was seen", nil, 0, 0b111},
		{"the position is known", []simulcast.Rung{quarter, half, full}, 1, 0b010},
		{"as high as there is", []simulcast.Rung{quarter, half, full}, 255, 0b100},
		{"above what was seen", []simulcast.Rung{quarter, full}, 2, 0b110},
		{"below one that was never seen", []simulcast.Rung{quarter, full}, 0, 0b001},
		{"spatial layers", []simulcast.Rung{rung(0, 0), rung(0, 1)}, 1, 0b001},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newTrack()
			for i, at := range tt.seen {
				l.send(at, uint16(320<<i), 180)
			}
			if got := l.Wanted(tt.highest, 3); got != tt.want {
				t.Errorf("wanted %03b, want %03b", got, tt.want)
			}
		})
	}
}

func TestEncodingsAreComparedByTheirLargestPictures(t *testing.T) {
	l := newTrack()
	if l.Larger(0, 1) || l.Larger(1, 0) {
		t.Error("one of two encodings that never came is larger")
	}
	l.send(quarter, 320, 180)
	l.send(half, 160, 90) // not in the order of the offer
	l.send(rung(1, 1), 640, 360)
	if !l.Larger(1, 0) || l.Larger(0, 1) || l.Larger(1, 1) {
		t.Error("the encoding with the larger picture is not the larger one")
	}
	if !l.Larger(0, 2) || l.Larger(2, 0) {
		t.Error("an encoding that never came is larger")
	}
}
