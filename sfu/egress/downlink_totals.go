package egress

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/bwe"
)

// estimateInterval is how often what a downlink carries is observed.
const estimateInterval = time.Second

// Downlinks is what the estimated ways to receivers are like at present, all together.
type Downlinks struct {
	Estimated         int
	Limited           int         // of them, those whose media would need more than they carry
	Demand, Allocated bwe.Bitrate // what the media would need, and what it was given
}

func (d *Downlinks) add(o Downlinks) {
	d.Estimated += o.Estimated
	d.Limited += o.Limited
	d.Demand += o.Demand
	d.Allocated += o.Allocated
}

func (d *Downlinks) remove(o Downlinks) {
	d.Estimated -= o.Estimated
	d.Limited -= o.Limited
	d.Demand -= o.Demand
	d.Allocated -= o.Allocated
}

// contribute replaces what the downlink is in the shard's totals by what it is now, and
// observes the estimate when that is due.
func (l *downlink) contribute(now time.Time) {
	var c Downlinks
	if estimate := l.estimate(); estimate > 0 {
		c = Downlinks{Estimated: 1, Demand: l.demand, Allocated: l.allocator.Allocated() + l.sound}
		if l.demand > estimate {
			c.Limited = 1
		}
		if now.Sub(l.observed) >= estimateInterval {
			l.observed = now
			l.shard.felt.estimates.Observe(float64(estimate) / 8)
		}
	}
	l.shard.downlinksTotal.remove(l.counted)
	l.shard.downlinksTotal.add(c)
	l.counted = c
}

// withdraw takes the downlink out of the totals, at its end.
func (l *downlink) withdraw() {
	l.shard.downlinksTotal.remove(l.counted)
	l.counted = Downlinks{}
}

// countArrivals counts what the receiver has told of packets since the last time. A
// packet that comes late is taken back where it was counted as lost: so as not to go
// back too, the count waits for as many to be lost again.
func (s *Subscriber) countArrivals() {
	if s.flow == nil {
		return
	}
	_, sound := s.flow.Counts(bwe.ClassAudio)
	_, video := s.flow.Counts(bwe.ClassVideo)
	repaired, _ := s.flow.Counts(bwe.ClassRepair)
	tally := &s.shard.stats.tally
	if lost := sound + video; lost > s.told.lost {
		tally.add(eventLost, int(lost-s.told.lost)) //nolint:gosec // few
		s.told.lost = lost
	}
	tally.add(eventRepaired, int(repaired-s.told.repaired)) //nolint:gosec // few
	s.told.repaired = repaired
}
