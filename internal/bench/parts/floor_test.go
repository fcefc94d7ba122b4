package parts

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// measured are figures like those of the machine in performance.md.
func measured() Costs {
	return Costs{
		Direct: map[string]float64{GCM128: 0.4}, Pion: map[string]float64{GCM128: 0.5},
		Plain: 4.4, Batch: 4.0, Segments: map[int]float64{2: 3.3, 4: 1.9, 8: 1.4}, Path: 2.4,
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9 {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestMessagesBetweenThoseMeasured(t *testing.T) {
	c := measured()
	for packets, want := range map[float64]float64{
		1: 4.0, 2: 6.6, 4: 7.6, 8: 11.2, // as measured: packets times cost
		1.5: 5.3, 3: 7.1, 6: 9.4, // halfway
		10: 13.0, // beyond, as from 4 to 8
	} {
		near(t, "message", c.message(packets), want)
	}
	c.Segments = nil
	near(t, "without segments", c.message(3.5), 14.0)
}

func TestTheFloorOfALoad(t *testing.T) {
	c := measured()
	// 50 alone, and 30 frames of 4 packets: a message of 4 costs 7.6.
	m := Mix{Lone: 50, Runs: 30, InRun: 4}
	near(t, "packets", m.Packets(), 170)
	near(t, "run length", m.RunLength(), 170.0/80)
	near(t, "floor", c.Floor(m), 0.4+(50*4.0+30*7.6)/170)
	near(t, "floor of sound alone", c.Floor(Mix{Lone: 50}), 4.4)
	if got := c.Floor(Mix{}); !math.IsNaN(got) {
		t.Errorf("floor of nothing: %v", got)
	}
}

func TestMediansOfParts(t *testing.T) {
	list := []Costs{measured(), measured(), measured()}
	list[0].Plain, list[1].Plain, list[2].Plain = 9, 1, 5
	list[1].Segments[4] = 100
	list[2].Direct[GCM128], list[2].Path = 0.1, 3
	got, want := Median(list), measured()
	want.Plain = 5
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := Median(list[:2]).Plain; got != 5 {
		t.Errorf("of two: %v, want their mean", got)
	}
}

func TestSealedPacketsHaveTheSizeThatIsSent(t *testing.T) {
	r, err := newRewriter(16, 7)
	if err != nil {
		t.Fatal(err)
	}
	b := r.appendSealed(nil, source())
	if len(b) != sealedSize || b[3] != 1 || b[11] != 7 {
		t.Errorf("%d octets, number %d, SSRC %d", len(b), b[3], b[11])
	}
	b = r.appendSealed(b, source())
	if len(b) != 2*sealedSize || b[sealedSize+3] != 2 {
		t.Errorf("%d octets of two, number %d", len(b), b[sealedSize+3])
	}
	direct, pion, err := sealers()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Ciphers() {
		if n := testing.AllocsPerRun(100, direct[name]); n > 0 && name != CM { // which makes a stream for each
			t.Errorf("%s: %v allocations", name, n)
		}
		pion[name]()
	}
}
