package egress

import (
	"time"

	"github.com/atrium-rtc/atrium/internal/histogram"
)

// latency measures how long media is in the server. The shard's goroutine observes,
// any goroutine takes snapshots.
//
//	arrival ──► mailbox ──► batch ──► sealed ──► kernel
//	   └──────────────── forward ──────────────────┘
//	                    wait ──► pacer ──► sealed
//	                     └── paced ──┘
//
// A packet is observed once on each shard that sent it to somebody at once, however
// many got it. What a receiver's pacer held back left later because of that
// receiver's link, and counts as paced.
type latency struct {
	forward *histogram.Histogram
	paced   *histogram.Histogram
	batch   *histogram.Histogram // packets by wake-up

	arrivals []time.Time // of what was sealed and is not known to have left
}

func newLatency() latency {
	return latency{
		forward: histogram.New(100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3),
		paced:   histogram.New(5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 500e-3, 1),
		batch:   histogram.New(1, 2, 4, 8, 16, 32, 64, 128, 256),
	}
}

// sealed takes note of a packet that was sealed for at least one receiver.
func (l *latency) sealed(arrival time.Time) { l.arrivals = append(l.arrivals, arrival) }

// left observes what was sealed so far: the kernel has taken it.
func (l *latency) left(now time.Time) {
	for _, at := range l.arrivals {
		l.forward.ObserveDuration(now.Sub(at))
	}
	l.arrivals = l.arrivals[:0]
}

// waited observes packets of one stream that were sent when it was their turn.
func (l *latency) waited(d time.Duration, packets uint64) {
	if packets > 0 && d > 0 {
		l.paced.ObserveN(d.Seconds(), packets)
	}
}

func (l *latency) addTo(s *Stats) {
	s.ForwardLatency.Add(l.forward.Snapshot())
	s.PacingDelay.Add(l.paced.Snapshot())
	s.BatchPackets.Add(l.batch.Snapshot())
}
