package egress

import (
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/sfu/bwe"
	"github.com/atrium-rtc/atrium/sfu/quality"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// judgeInterval is how often the quality of a stream is judged.
const judgeInterval = time.Second

// Reception is what a publisher's packets of one track went through on their way
// to the server, since its start.
type Reception struct {
	Packets    uint64 // that came
	Nacked     uint64 // that did not come at first
	Unrepaired uint64 // gaps that were given up
	RTT        time.Duration
}

// Quality is what a receiver feels of one track, and why.
type Quality struct {
	quality.Report
	// Current and Wanted are positions on the track's ladder, 0 being the smallest
	// picture, -1 none, and the temporal layers.
	Current, Wanted   int8
	Temporal, Highest uint8
	Paused            bool // nothing of the link is left for it
	RTT               time.Duration
}

// judgement is the state of judging one stream.
type judgement struct {
	meter    *quality.Meter
	at       time.Time // the last time
	key      uint32    // timestamp of the last keyframe that went out
	hasKey   bool
	lost     uint64 // of the connection, so far
	repaired uint64
	sent     uint64 // packets of the stream
	drops    uint64 // of the shard
	told     quality.Report

	mu   sync.Mutex
	last Quality
}

// newMeter returns that of a stream.
func newMeter(video bool) *quality.Meter {
	if video {
		return quality.NewVideoMeter()
	}
	return quality.NewAudioMeter()
}

// Quality returns what was judged last. Any goroutine.
func (st *Stream) Quality() Quality {
	st.judged.mu.Lock()
	defer st.judged.mu.Unlock()
	return st.judged.last
}

// Client takes what the receiver's client measured of the stream by itself.
func (st *Stream) Client(c quality.Client) {
	st.sub.request(func() { st.judged.meter.Client(c, time.Now()) })
}

// pictureSent takes note of the last packet of a picture.
func (st *Stream) pictureSent(timestamp uint32, now time.Time) {
	if j := &st.judged; j.hasKey && j.key == timestamp {
		j.meter.Keyframe(now)
	} else {
		j.meter.Frame(now)
	}
}

// judge finds how the stream is received, about once a second.
func (st *Stream) judge(now time.Time) {
	j := &st.judged
	if now.Sub(j.at) < judgeInterval {
		return
	}
	sample := st.sample(now)
	j.at = now
	j.meter.Update(sample, now)
	report := j.meter.Report()
	st.sub.shard.judged.replace(j.told, report)
	j.told = report
	st.publishQuality(report, sample)
}

func (st *Stream) publishQuality(report quality.Report, sample quality.Sample) {
	j := &st.judged
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last = Quality{
		Report: report, Current: sample.Current, Wanted: sample.Wanted, Paused: st.starved, RTT: st.rtt,
		Temporal: st.selector.Current().Temporal,
	}
	if st.video != nil && st.selector.Current().Layer != simulcast.None {
		j.last.Highest = st.feed.rates.temporalLayers(st.selector.Current().Layer) - 1
	}
}

// sample collects what is known of the stream.
func (st *Stream) sample(now time.Time) quality.Sample {
	up := st.feed.uplink(now)
	s := quality.Sample{
		Conditions: quality.Conditions{
			Muted: st.muted, UplinkLost: up.lost, UplinkUnrepaired: up.unrepaired,
			DownlinkLost: st.downlinkLost(), Lag: st.sub.shard.lag.worst(), Drops: st.newDrops(),
		},
		RTT: st.rtt, UplinkRTT: up.rtt, Redundant: st.red.on,
	}
	if st.video == nil {
		s.Alive = -1
		if up.alive {
			s.Alive = 0
		}
		s.Current = s.Alive
		return s
	}
	st.samplePicture(&s)
	return s
}

// samplePicture adds what is known of a video.
func (st *Stream) samplePicture(s *quality.Sample) {
	ladder := &st.feed.ladder
	top := ladder.Len() - 1
	wanted := min(int(st.preferred.Spatial), top)
	reason := st.video.Reason()
	if level, ok := st.video.Level(); ok && (reason == bwe.ReasonSize || reason == bwe.ReasonPreferred) {
		wanted = min(int(level.Spatial), top)
	}
	if st.video.Priority <= bwe.PriorityHidden {
		wanted = -1
	}
	s.Limited = st.starved || reason == bwe.ReasonBandwidth
	s.Wanted, s.Alive, s.Current = int8(wanted), -1, -1 //nolint:gosec // few
	for i := wanted; i >= 0; i-- {
		if !ladder.At(i).Silent {
			s.Alive = int8(i) //nolint:gosec // few
			break
		}
	}
	current := st.selector.Current()
	if at, ok := ladder.Position(current.Rung); ok && current.Layer != simulcast.None {
		s.Current = int8(at) //nolint:gosec // few
		s.Size = pixels(ladder.At(at))
		s.BestRate = st.feed.rates.frames(current.Layer)
	}
	if wanted >= 0 {
		s.WantedSize = pixels(ladder.At(wanted))
	}
}

func pixels(r simulcast.RungSize) float64 { return float64(r.Width) * float64(r.Height) }

// downlinkLost returns the share of packets that the receiver misses after repair,
// since the last time: of its whole connection where it says what arrives, else of
// the stream, before repair.
func (st *Stream) downlinkLost() float64 {
	sub, j := st.sub, &st.judged
	if sub.flow == nil {
		return float64(st.stats.fractionLost.Load()) / 256
	}
	received, lost := sub.flow.Counts(bwe.ClassVideo)
	if st.video == nil {
		received, lost = sub.flow.Counts(bwe.ClassAudio)
	}
	repaired, _ := sub.flow.Counts(bwe.ClassRepair)
	if st.video == nil {
		repaired = 0
	}
	newLost, newRepaired := float64(lost-j.lost), float64(repaired-j.repaired)
	all := float64(received + lost - j.sent)
	j.lost, j.repaired, j.sent = lost, repaired, received+lost
	if all <= 0 || newLost <= newRepaired {
		return 0
	}
	return min((newLost-newRepaired)/all, 1)
}

// newDrops returns how much the shard has dropped since the last time.
func (st *Stream) newDrops() uint64 {
	drops := st.sub.shard.box.drops.Load()
	since := drops - st.judged.drops
	st.judged.drops = drops
	return since
}

// uplink is the way of a track to the server, judged once for all its streams.
type uplink struct {
	at               time.Time
	before           Reception
	lost, unrepaired float64
	rtt              time.Duration
	alive            bool
}

// uplink returns how the track comes in.
func (f *feed) uplink(now time.Time) *uplink {
	u := &f.way
	if now.Sub(u.at) < judgeInterval*9/10 {
		return u
	}
	r := f.source.Reception()
	packets := float64(r.Packets - u.before.Packets)
	u.alive = packets > 0
	u.lost, u.unrepaired = 0, 0
	if packets > 0 {
		u.lost = min(float64(r.Nacked-u.before.Nacked)/packets, 1)
		u.unrepaired = min(float64(r.Unrepaired-u.before.Unrepaired)/packets, 1)
	}
	u.at, u.before, u.rtt = now, r, r.RTT
	return u
}

// lag is how late a shard's batches were, at most, in the last second or two.
type lag struct {
	most, before time.Duration
	since        time.Time
}

func (l *lag) observe(late time.Duration, now time.Time) {
	if now.Sub(l.since) >= judgeInterval {
		l.since, l.before, l.most = now, l.most, 0
	}
	l.most = max(l.most, late)
}

func (l *lag) worst() time.Duration { return max(l.most, l.before) }

// causes are as many as there are, None included.
const causes = int(quality.Overload) + 1

// judgements are those of a shard's streams together.
type judgements struct {
	freezes     uint64
	frozen      time.Duration
	firstFrames uint64
	waited      time.Duration // for all first frames
	troubled    [causes]int64 // streams, by cause
}

// replace takes a stream's new report in the place of its last one.
func (j *judgements) replace(before, after quality.Report) {
	j.freezes += uint64(after.Freezes - before.Freezes)
	j.frozen += max(0, after.Frozen-before.Frozen)
	if before.FirstFrame == 0 && after.FirstFrame > 0 {
		j.firstFrames++
		j.waited += after.FirstFrame
	}
	j.troubled[before.Cause]--
	j.troubled[after.Cause]++
}

// forget takes a stream out that ends.
func (j *judgements) forget(last quality.Report) { j.troubled[last.Cause]-- }
