package admin

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/internal/histogram"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/ingress"
	"github.com/atrium-rtc/atrium/sfu/quality"
	"github.com/atrium-rtc/atrium/sfu/udp"
	"github.com/atrium-rtc/atrium/signaling"
)

// machine is a server in fake time: everything grows with the seconds.
type machine struct {
	began      time.Time
	processors float64 // that are kept busy
	cpuUnknown bool
}

func (m *machine) seconds() float64 { return time.Since(m.began).Seconds() }

func (m *machine) sampler() *Sampler {
	forwarded := histogram.New(0.001, 0.01, 0.1)
	s := NewSampler(Sources{
		Rooms:    func() room.Stats { return room.Stats{Rooms: 2, MaxRooms: 8, Participants: int(m.seconds())} },
		Sessions: func() signaling.Stats { return signaling.Stats{Sockets: 3} },
		Media: func() sfu.Stats {
			n := uint64(math.Round(1000 * m.seconds()))
			st := sfu.Stats{
				Network: udp.Stats{DatagramsIn: n, DatagramsOut: 10 * n, OctetsIn: 100 * n, OctetsOut: 1000 * n},
				Egress:  egress.Stats{Freezes: n / 500},
			}
			st.Ingress.Codecs[codec.VP8] = ingress.EncodingStats{Packets: 9 * n, GivenUp: n, Lost: 2 * n}
			st.Egress.Sent.Video.Packets, st.Egress.Sent.Audio.Packets, st.Egress.Lost = 15*n, 5*n, n
			st.Egress.Paused[egress.PausedBandwidth] = 4
			forwarded.ObserveN(0.01*m.seconds(), 1000)
			st.Egress.ForwardLatency = forwarded.Snapshot()
			st.Egress.Troubled[quality.Downlink], st.Egress.Troubled[quality.Overload] = 5, 6
			return st
		},
	})
	s.cpu = func() (time.Duration, bool) {
		return time.Duration(m.processors * float64(time.Since(m.began))), !m.cpuUnknown
	}
	return s
}

// watch runs the machine's sampler for d.
func watch(t *testing.T, m *machine, d time.Duration, look func(*Sampler)) {
	synctest.Test(t, func(t *testing.T) {
		m.began = time.Now()
		s := m.sampler()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); s.Run(ctx) }()
		time.Sleep(d + time.Millisecond)
		synctest.Wait()
		look(s)
		cancel()
		<-done
	})
}

func TestSamplerMakesRatesOfCounters(t *testing.T) {
	watch(t, &machine{}, 3*time.Second, func(s *Sampler) {
		first, points, last := s.history.since(0)
		if first != 0 || len(points) != 3 || time.Since(last) > 2*time.Millisecond {
			t.Fatalf("%d points from %d, the last at %v", len(points), first, last)
		}
		for i, p := range points {
			for graph, want := range map[int]float32{
				participants: float32(i + 1), rooms: 2, packetsIn: 1000, packetsOut: 10_000, bitsIn: 800_000, bitsOut: 8_000_000,
				lossUp: 0.2, lossDown: 0.05, freezes: 2, downlink: 5, uplink: 0, overload: 6, paused: 4, cpu: 0, capacity: 0.25,
			} {
				if p[graph] != want {
					t.Errorf("second %d, %s: %g, want %g", i, graphNames()[graph], p[graph], want)
				}
			}
			// Of this second alone, and at most 9 % too large.
			if least := 0.01 * float32(i+1); p[latency] < 0.999*least || p[latency] > 1.1*least {
				t.Errorf("second %d: latency %g, want %g", i, p[latency], least)
			}
		}
	})
}

func TestHistoryKeepsTenMinutes(t *testing.T) {
	watch(t, &machine{}, 700*time.Second, func(s *Sampler) {
		first, points, _ := s.history.since(0)
		if first != 100 || len(points) != 600 || points[0][participants] != 101 || points[599][participants] != 700 {
			t.Errorf("%d points from %d, of %g to %g people", len(points), first, points[0][participants], points[len(points)-1][participants])
		}
		if first, points, _ = s.history.since(698); first != 698 || len(points) != 2 || points[1][participants] != 700 {
			t.Errorf("the last two: %d points from %d", len(points), first)
		}
		if first, points, _ = s.history.since(700); first != 700 || len(points) != 0 {
			t.Errorf("nothing new: %d points from %d", len(points), first)
		}
		if first, points, _ = s.history.since(5000); first != 100 || len(points) != 600 {
			t.Errorf("a number of another life: %d points from %d", len(points), first)
		}
	})
}

func TestUsageIsTheAverageOfTenSeconds(t *testing.T) {
	m := &machine{}
	synctest.Test(t, func(t *testing.T) {
		m.began = time.Now()
		s := m.sampler()
		if u := s.Usage(); !math.IsNaN(u.CPU) || u.Capacity != 0 {
			t.Errorf("before the first sample: %+v", u)
		}
		var used time.Duration
		s.cpu = func() (time.Duration, bool) { return used, true }
		now := time.Now()
		for second := range 31 {
			s.sample(now)
			now = now.Add(time.Second)
			if second >= 15 {
				used += time.Second / 2 // half of one processor
			}
		}
		processors := float64(s.taken[0].processors)
		if u := s.Usage(); math.Abs(u.CPU-0.5/processors) > 1e-9 {
			t.Errorf("CPU %g of %g processors", u.CPU, processors)
		}
		used += 3 * time.Second / 2
		s.sample(now)
		if u := s.Usage(); math.Abs(u.CPU-(0.5+0.1*1.5)/processors) > 0.06/processors {
			t.Errorf("one busy second of ten: CPU %g of %g processors", u.CPU, processors)
		}
	})
}

func TestCapacityIsTheLargestShare(t *testing.T) {
	for _, tt := range []struct {
		name string
		t    totals
		cpu  float64
		want float64
	}{
		{"nothing", totals{}, 0, 0},
		{"processors", totals{}, 0.425, 0.5},
		{"all processors", totals{}, 0.85, 1},
		{"rooms", totals{rooms: room.Stats{Rooms: 3, MaxRooms: 4}}, 0.1, 0.75},
		{"websockets", totals{sessions: signaling.Stats{Sockets: 9, MaxSockets: 10}}, 0.1, 0.9},
		{"no limits", totals{rooms: room.Stats{Rooms: 3}, sessions: signaling.Stats{Sockets: 9}}, 0, 0},
		{"unknown processors", totals{rooms: room.Stats{Rooms: 1, MaxRooms: 4}}, math.NaN(), 0.25},
	} {
		if got := tt.t.capacityUsed(tt.cpu); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("%s: %g, want %g", tt.name, got, tt.want)
		}
	}
}

func TestHeadroomIsGuessedFromThoseThereAre(t *testing.T) {
	for _, tt := range []struct {
		participants int
		used, want   float64
	}{
		{100, 0.5, 100},
		{100, 0.8, 25},
		{100, 1.2, 0},
		{3, 0.1, 27},
		{0, 0.5, math.NaN()},
		{100, 0.01, math.NaN()},
		{100, math.NaN(), math.NaN()},
	} {
		if got := headroom(tt.participants, tt.used); got != tt.want && !(math.IsNaN(got) && math.IsNaN(tt.want)) {
			t.Errorf("%d participants at %g: %g more, want %g", tt.participants, tt.used, got, tt.want)
		}
	}
}

func TestWhatIsNotKnownIsNull(t *testing.T) {
	watch(t, &machine{cpuUnknown: true}, 2*time.Second, func(s *Sampler) {
		h := &handler{opts: Options{Sampler: s, Drain: &stage{}}}
		text, err := json.Marshal(h.state(nil, 0))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), `"cpu":null,"capacityUsed":0.25`) || !strings.Contains(string(text), `"points":[[1,2,null,0.25,1000,`) {
			t.Errorf("%s", text)
		}
	})
}

func TestProcessorTimeGrowsWithWork(t *testing.T) {
	before, known := processorTime()
	if !known {
		t.Skip("not known on this system")
	}
	for after := before; after-before < 20*time.Millisecond; {
		after, _ = processorTime()
	}
}

func TestSamplesAreSmall(t *testing.T) {
	s := (&machine{}).sampler()
	if size := historySize * graphs * 4; size > 64<<10 {
		t.Errorf("%d octets of history", size)
	}
	now := time.Now()
	for range 100 {
		now = now.Add(time.Second)
		s.sample(now)
	}
	if len(s.taken) != usageSpan {
		t.Errorf("%d samples are kept", len(s.taken))
	}
}
