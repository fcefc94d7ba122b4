package main

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/bench/crowd"
	"github.com/atrium-rtc/atrium/internal/bench/document"
	"github.com/atrium-rtc/atrium/internal/bench/parts"
	"github.com/atrium-rtc/atrium/internal/bench/process"
)

// A window of 2 s for 10 subscribers: 3400 packets, 17 ms of CPU.
func TestFiguresOfAWindow(t *testing.T) {
	start := time.Unix(1000, 0)
	before := reading{
		at: start, server: time.Second, own: time.Second, busy: 10 * time.Second,
		count:   crowd.Count{Packets: 100, Unique: 100, Expected: 170},
		sent:    crowd.Sent{Audio: 5, Video: 12, Frames: 3},
		metrics: process.Metrics{"atrium_media_queue_datagrams_total": 100, "atrium_media_queue_messages_total": 50, "atrium_media_queue_calls_total": 10},
	}
	after := reading{
		at: start.Add(2200 * time.Millisecond), server: 1017 * time.Millisecond, own: 1200 * time.Millisecond, busy: 10437 * time.Millisecond,
		count:   crowd.Count{Packets: 3500, Unique: 3490, Expected: 3570, KernelDrops: 3},
		sent:    crowd.Sent{Audio: 105, Video: 252, Frames: 63},
		metrics: process.Metrics{"atrium_media_queue_datagrams_total": 3500, "atrium_media_queue_messages_total": 1750, "atrium_media_queue_calls_total": 27},
	}
	got := evaluate(before, after, 2*time.Second)
	for what, pair := range map[string][2]float64{
		"us a packet":      {got.micros, 5},
		"delivered":        {got.delivered, 3390.0 / 3400},
		"calls":            {got.calls, 0.005},
		"run length":       {got.run, 2},
		"audio":            {got.audio, 50},
		"video":            {got.video, 120},
		"frames":           {got.frames, 30},
		"rate":             {got.rate, 1700},
		"server":           {got.server, 0.017 / 2.2},
		"generator":        {got.generator, 0.2 / 2.2},
		"others":           {got.others, 0.1},
		"generator's cost": {got.generatorMicros, 200.0 / 3.4},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-9 {
			t.Errorf("%s: %v, want %v", what, pair[0], pair[1])
		}
	}
	if !math.IsNaN(got.mallocs) {
		t.Errorf("%v allocations, of which the server says nothing", got.mallocs)
	}
	if w := got.warnings(); len(w) != 1 || !strings.Contains(w[0], "3 packets") {
		t.Errorf("warnings %q", w)
	}
}

func TestASampleThatIsNotToBeTrustedSaysSo(t *testing.T) {
	s := sample{generator: 0.9, others: 0.5}
	if w := s.warnings(); len(w) != 2 || !strings.Contains(w[0], "90 %") || !strings.Contains(w[1], "0.50 processors") {
		t.Errorf("%q", w)
	}
	if w := (&sample{generator: 0.5, others: 0.05}).warnings(); w != nil {
		t.Errorf("%q", w)
	}
	b := &bout{subject: subject{name: ours}, samples: []sample{{}, s}, failures: []error{errors.New("broken")}}
	if lines := distrust([]*bout{b}); len(lines) != 3 || !strings.Contains(lines[0], "round 2") || !strings.Contains(lines[2], "broken") {
		t.Errorf("%q", lines)
	}
}

// bouts are ours and naive with the same loads, three rounds each.
func bouts() []*bout {
	var list []*bout
	for _, n := range []int{200, 800} {
		for _, name := range []string{ours, naive} {
			if name == naive && n == 800 {
				continue
			}
			b := &bout{subject: subject{name: name}, load: load{rooms: 1, publishers: 1, listeners: n}}
			for round := range 3 {
				micros := 5 + float64(round)
				if name == naive {
					micros *= 3 + float64(round)
				}
				b.samples = append(b.samples, sample{
					micros: micros, p50: 1, p99: 5, delivered: 1, memory: 200, calls: math.NaN(), run: math.NaN(), mallocs: 0.25,
					audio: 50, video: 120, frames: 30, rate: 170 * float64(n),
				})
			}
			list = append(list, b)
		}
	}
	return list
}

func TestTables(t *testing.T) {
	list := bouts()
	whole, ratio := wholeTable(list, 3), ratioTable(list)
	want := []string{"atrium", "200", "6.00", "5.00 to 7.00", "2.00", "1.00", "5.0", "100.00", "-", "-", "0.250"}
	if diff := cmp.Diff(want, whole.Rows[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]string{{"200", "4.00", "3.00 to 5.00"}}, ratio.Rows); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheFloorIsThatOfTheLoadThatWasMeasured(t *testing.T) {
	if got, want := mixOf(bouts()), (parts.Mix{Lone: 50, Runs: 30, InRun: 4}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	costs := []parts.Costs{{Direct: map[string]float64{parts.GCM128: 0.5}, Batch: 4}}
	mix := mixOf(bouts())
	table, floor := partsTable(costs, mix), floorOf(costs)(mix)
	if floor != 4.5 || !strings.Contains(table.String(), "170.0 packets a second") {
		t.Errorf("floor %v\n%v", floor, &table)
	}
	if floor := floorOf(nil)(mix); !math.IsNaN(floor) {
		t.Errorf("floor %v without parts", floor)
	}
}

func TestTheSkeletonHasAllParts(t *testing.T) {
	for _, part := range []string{measuredPart, curvesPart} {
		if _, err := document.ReplacePart(skeleton, part, "text\n"); err != nil {
			t.Error(err)
		}
	}
}

func TestSettings(t *testing.T) {
	s, err := readSettings([]string{"-subscribers", "10, 20", "-naive-at", "", "-rounds", "2"})
	if err != nil {
		t.Skip(err) // a machine with one processor
	}
	if len(s.subscribers) != 2 || len(s.naiveAt) != 0 || s.rounds != 2 || s.feedback != crowd.BrowserFeedback() {
		t.Errorf("%+v", s)
	}
	list := s.whole([]subject{{name: ours}, {name: naive}})
	if len(list) != 2 || list[1].load.subscribers() != 20 {
		t.Errorf("%d bouts", len(list))
	}
	for _, wrong := range []func(*settings){
		func(s *settings) { s.naiveAt = numbers{5} },
		func(s *settings) { s.rounds = 0 },
		func(s *settings) { s.window = 0 },
		func(s *settings) { s.generatorCore = s.serverCore },
		func(s *settings) { s.generatorCore = 7 },
	} {
		bad := s
		if wrong(&bad); bad.check(2) == nil {
			t.Errorf("accepted: %+v", bad)
		}
	}
	for _, text := range []string{"x", "0", "1,-2"} {
		if err := new(numbers).Set(text); err == nil {
			t.Errorf("accepted %q", text)
		}
	}
}

func TestLoads(t *testing.T) {
	for _, tt := range []struct {
		load load
		want int
	}{
		{load{rooms: 1, publishers: 1, listeners: 200}, 200},
		{load{rooms: 50, publishers: 1, listeners: 4}, 200},
		{load{rooms: 1, publishers: 50, mesh: true}, 2450},
		{load{rooms: 2, publishers: 3, listeners: 4, mesh: true}, 36},
	} {
		if got := tt.load.subscribers(); got != tt.want {
			t.Errorf("%v: %d streams, want %d", tt.load, got, tt.want)
		}
	}
}

func TestTheFigureIsWellFormed(t *testing.T) {
	s := settings{}
	list := s.theCurves(subject{name: ours}, parts.Mix{Lone: 50, Runs: 30, InRun: 4}, func(m parts.Mix) float64 {
		return 3 + 1/m.RunLength()
	})
	for _, c := range list {
		for i, b := range c.points {
			b.samples = []sample{{micros: 4 + float64(i), others: float64(i) / 10}}
		}
	}
	list[0].points[0].samples[0].micros = 100 // beyond the scale
	svg := draw(list)
	d := xml.NewDecoder(strings.NewReader(svg))
	circles := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "circle" {
			circles++
		}
	}
	if circles != 17 || !strings.Contains(svg, "floor 3.5") || !strings.Contains(svg, "floor 4.0") || !strings.Contains(svg, `class="doubt"`) {
		t.Errorf("%d points\n%s", circles, svg)
	}
	if got := list[2].table().Rows[4]; got[0] != "50" || got[1] != "2450" || got[2] != "8.00" {
		t.Errorf("last row %q", got)
	}
}

func TestTheProcessorsModel(t *testing.T) {
	if got := processorModel("processor\t: 0\nmodel name\t: AMD EPYC\nprocessor\t: 1\n"); got != "AMD EPYC" {
		t.Errorf("%q", got)
	}
	if got := processorModel(""); got == "" {
		t.Error("nothing at all")
	}
}
