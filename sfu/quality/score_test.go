package quality_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/sfu/quality"
)

const ms = time.Millisecond

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func at(d time.Duration) time.Time { return start.Add(d) }

// wantNear compares to within half a unit of the last place that tables print.
func wantNear(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s is %.4f, want %.4f", what, got, want)
	}
}

// TestMOSIsThatOfTheTable has the points of G.107 table B.1, and the defaults.
func TestMOSIsThatOfTheTable(t *testing.T) {
	for _, tt := range []struct{ r, want float64 }{
		{93.2, 4.41},
		{90, 4.34},
		{80, 4.03},
		{70, 3.60},
		{60, 3.10},
		{50, 2.58},
		{100, 4.5},
		{120, 4.5},
		{math.Inf(1), 4.5},
		{6.5, 1},
		{3, 1},
		{0, 1},
		{-20, 1},
		{math.NaN(), 1},
	} {
		wantNear(t, "the score", float64(quality.MOS(tt.r)), tt.want, 0.0065)
	}
}

// sound returns one whose way from mouth to ear has the given delay: 86.5 ms are the
// jitter buffer and the codec.
func sound(delay time.Duration, lost float64) quality.Sound {
	return quality.Sound{RTT: 2 * (delay - 86500*time.Microsecond), JitterBuffer: 60 * ms, Lost: lost}
}

// TestDelayImpairsAsTheEModelSays has Idd calculated apart from the code, by
// equations 7-27 and 7-28.
func TestDelayImpairsAsTheEModelSays(t *testing.T) {
	for _, tt := range []struct {
		delay time.Duration
		want  float64
	}{
		{90 * ms, 0},
		{100 * ms, 0},
		{150 * ms, 0.164},
		{200 * ms, 3.044},
		{250 * ms, 8.917},
		{300 * ms, 14.761},
		{400 * ms, 24.070},
		{500 * ms, 30.636},
	} {
		wantNear(t, tt.delay.String(), 93.2-sound(tt.delay, 0).R(), tt.want, 0.0006)
	}
}

func TestLossImpairsAsTheEModelSays(t *testing.T) {
	for _, tt := range []struct {
		lost      float64
		redundant bool
		want      float64
	}{
		{0, false, 0},
		{0.01, false, 95. / 11},
		{0.10, false, 47.5}, // Bpl takes half
		{0.10, true, 95. / 3},
		{0.20, true, 47.5},
		{1, false, 95 * 100. / 110},
	} {
		s := sound(90*ms, tt.lost)
		s.Redundant = tt.redundant
		wantNear(t, "Ie,eff", 93.2-s.R(), tt.want, 1e-9)
	}
}

func TestUnknownJitterBufferIsOfUsualSize(t *testing.T) {
	s := sound(300*ms, 0)
	known := s.R()
	s.JitterBuffer = 0
	if s.R() != known {
		t.Errorf("R is %v, want %v", s.R(), known)
	}
}

// TestSoundIsNeverBetterForBeingWorse draws sounds and makes one thing worse.
func TestSoundIsNeverBetterForBeingWorse(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	wait := func() time.Duration { return time.Duration(rnd.Int64N(int64(2 * time.Second))) }
	for range 20_000 {
		s := quality.Sound{
			Lost: rnd.Float64() * rnd.Float64(), RTT: wait(), UplinkRTT: wait(),
			JitterBuffer: wait() + 1, Redundant: rnd.IntN(2) == 0,
		}
		worse := s
		switch rnd.IntN(5) {
		case 0:
			worse.Lost += rnd.Float64() * 0.1
		case 1:
			worse.RTT += wait()
		case 2:
			worse.UplinkRTT += wait()
		case 3:
			worse.JitterBuffer += wait()
		case 4:
			worse.Redundant = false
		}
		a, b := s.Score(), worse.Score()
		if b > a || a > 5 || b < 1 {
			t.Fatalf("%+v has %v, and %+v has %v", s, a, worse, b)
		}
	}
}

func TestPictureScores(t *testing.T) {
	full := quality.Picture{Size: 1280 * 720, WantedSize: 1280 * 720, Rate: 30, BestRate: 30}
	for _, tt := range []struct {
		name     string
		change   func(*quality.Picture)
		from, to float64
	}{
		{"all that is wanted", func(*quality.Picture) {}, 4.99, 5},
		{"more than is wanted", func(p *quality.Picture) { p.WantedSize /= 4 }, 4.99, 5},
		{"nothing known", func(p *quality.Picture) { *p = quality.Picture{} }, 4.99, 5},
		{"a quarter of the pixels", func(p *quality.Picture) { p.Size /= 4 }, 4.0, 4.3},
		{"a sixteenth of the pixels", func(p *quality.Picture) { p.Size /= 16 }, 2.5, 3},
		{"nothing", func(p *quality.Picture) { p.Size = 0 }, 1, 1},
		{"half the frames", func(p *quality.Picture) { p.Rate = 15 }, 4, 4.4},
		{"five frames", func(p *quality.Picture) { p.Rate = 5 }, 3.2, 3.7},
		{"all that a slow publisher makes", func(p *quality.Picture) { p.Rate, p.BestRate = 5, 5 }, 4.99, 5},
		{"one short freeze", func(p *quality.Picture) { p.Frozen, p.Freezes = 0.03, 1 }, 4, 4.5},
		{"half the time frozen", func(p *quality.Picture) { p.Frozen, p.Freezes = 0.5, 2 }, 1.5, 2},
		{"frozen", func(p *quality.Picture) { p.Frozen, p.Freezes = 1, 1 }, 1, 1.3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := full
			tt.change(&p)
			if s := float64(p.Score()); !(s >= tt.from && s <= tt.to) {
				t.Errorf("the score is %.3f, want %v to %v", s, tt.from, tt.to)
			}
		})
	}
}

// TestPictureIsNeverBetterForBeingWorse draws pictures and makes one thing worse.
func TestPictureIsNeverBetterForBeingWorse(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		p := quality.Picture{
			Size: rnd.Float64() * 1e6, WantedSize: rnd.Float64() * 1e6,
			Rate: rnd.Float64() * 60, BestRate: rnd.Float64() * 60,
			Frozen: rnd.Float64(), Freezes: rnd.IntN(20),
		}
		worse := p
		switch rnd.IntN(6) {
		case 0:
			worse.Size *= rnd.Float64()
		case 1:
			worse.WantedSize *= 1 + rnd.Float64()
		case 2:
			worse.Rate *= rnd.Float64()
		case 3:
			worse.BestRate *= 1 + rnd.Float64()
		case 4:
			worse.Frozen += rnd.Float64() * 0.2
		case 5:
			worse.Freezes += rnd.IntN(5)
		}
		a, b := p.Score(), worse.Score()
		if b > a || a > 5 || b < 1 {
			t.Fatalf("%+v has %v, and %+v has %v", p, a, worse, b)
		}
	}
}

// TestNonsenseHasAScore takes numbers that no measurement gives.
func TestNonsenseHasAScore(t *testing.T) {
	odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, 0, math.MaxFloat64, math.SmallestNonzeroFloat64}
	for _, x := range odd {
		for _, y := range odd {
			p := quality.Picture{Size: x, WantedSize: y, Rate: y, BestRate: x, Frozen: x, Freezes: math.MinInt}
			s := quality.Sound{Lost: x, RTT: math.MinInt64, UplinkRTT: math.MaxInt64}
			for _, score := range []quality.Score{p.Score(), s.Score()} {
				if !(score >= 1 && score <= 5) {
					t.Errorf("%v and %v have the score %v", x, y, score)
				}
			}
		}
	}
}
