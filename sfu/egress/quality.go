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
	// The sizes of the two pictures, in pixels; 0 while unknown, and for sound.
	Size, WantedSize Size
	Paused           bool // nothing of the link is left for it
	Pause            Pause
	RTT              time.Duration
	Rate             bwe.Bitrate // of the payload that was sent
}

// Size is that of a picture.
type Size struct{ Width, Height uint16 }

// Pause is why nothing of a stream is sent.
type Pause uint8

// The reasons. A stream that several hold for is told with the first.
const (
	Flowing         Pause = iota
	PausedMuted           // by the server
	PausedHidden          // the receiver does not look
	PausedBandwidth       // nothing of the link is left for it
	PausedSilent          // nothing comes back from the receiver
	pauses
)

// judgement is the state of judging one stream.
type judgement struct {
	meter   *quality.Meter
	at      time.Time // the last time
	key     uint32    // timestamp of the last keyframe that went out
	hasKey  bool
	verdict quality.Verdict // as told
	flow    *bwe.Flow       // of which counted is
	counted delivered
	octets  uint64 // sent, so far
	drops   uint64 // of the shard, so far
	told    quality.Report

	mu   sync.Mutex
	last Quality
}

// delivered is how many packets of the stream's kind the receiver said that it got, or
// lost, and how many repairs of all streams it got, since the flow began.
type delivered struct{ received, lost, repaired uint64 }

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
	st.request(func() { st.judged.meter.Client(c, time.Now()) })
}

// OnVerdict has fn told when the verdict on the stream's quality changes, on the shard's
// goroutine, where it must not block; nil is nothing. Any goroutine may call it.
func (st *Stream) OnVerdict(fn func(quality.Verdict, quality.Report)) {
	st.sub.shard.command(func() { st.verdict = fn })
}

// startJudging begins with the connection: what was before it does not count.
func (st *Stream) startJudging(now time.Time) {
	j := &st.judged
	j.at, j.drops = now, st.sub.shard.box.overflows()
	st.feed.uplink(now)
	j.meter.Start(now)
	if st.muted {
		j.meter.Pause(now)
	}
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
	if st.cfg.Unfelt || now.Sub(j.at) < judgeInterval || st.video != nil && st.feed.still.undecided(now) {
		return
	}
	sample := st.sample(now)
	rate := st.newRate(now.Sub(j.at))
	j.at = now
	j.meter.Update(sample, now)
	report := j.meter.Report()
	st.sub.shard.judged.replace(j.told, report)
	st.observe(report)
	j.told = report
	st.publishQuality(report, sample, rate)
	if verdict := j.verdict.Next(report.Score); verdict != j.verdict {
		j.verdict = verdict
		if st.verdict != nil {
			st.verdict(verdict, report)
		}
	}
}

func (st *Stream) publishQuality(report quality.Report, sample quality.Sample, rate bwe.Bitrate) {
	j := &st.judged
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last = Quality{
		Report: report, Current: sample.Current, Wanted: sample.Wanted, RTT: st.rtt,
		Pause: st.pause(), Rate: rate,
	}
	if st.video == nil {
		return
	}
	if current := st.selector.Current(); current.Layer != simulcast.None {
		j.last.Temporal = min(current.Temporal, st.feed.rates.temporalLayers(current.Layer)-1)
	}
	j.last.Paused = st.starved && st.video.Priority > bwe.PriorityHidden
	if sample.Current >= 0 {
		current := st.feed.ladder.At(int(sample.Current))
		j.last.Size = Size{current.Width, current.Height}
	}
	if sample.Wanted >= 0 {
		wanted := st.feed.ladder.At(int(sample.Wanted))
		j.last.WantedSize = Size{wanted.Width, wanted.Height}
		j.last.Highest = min(st.preferred.Temporal, st.feed.rates.temporalLayers(wanted.Layer)-1)
	}
}

// observe adds a new report to what is spread out.
func (st *Stream) observe(report quality.Report) {
	felt := &st.sub.shard.felt
	scores := felt.sound
	if st.video != nil {
		scores = felt.video
	}
	if report.Score > 0 {
		scores.Observe(float64(report.Score))
	}
	if st.judged.told.FirstFrame == 0 && report.FirstFrame > 0 {
		felt.firstFrame.ObserveDuration(report.FirstFrame)
	}
}

// notePause counts the video as paused, or as flowing again, as it is now.
func (st *Stream) notePause() {
	if st.video == nil || !st.started {
		return
	}
	if now := st.pause(); now != st.paused {
		tally := &st.sub.shard.stats.tally
		tally.add(eventPause+event(now), 1)
		tally.add(eventPaused+event(now), 1)
		tally.add(eventPaused+event(st.paused), -1)
		st.paused = now
	}
}

// pause returns why nothing is sent.
func (st *Stream) pause() Pause {
	switch {
	case st.muted:
		return PausedMuted
	case st.video == nil:
	case st.starved && st.video.Priority <= bwe.PriorityHidden:
		return PausedHidden
	case st.starved:
		return PausedBandwidth
	case st.sub.link.silent:
		return PausedSilent
	}
	return Flowing
}

// newRate returns the rate of the payload that was sent in the time since it was
// asked last.
func (st *Stream) newRate(since time.Duration) bwe.Bitrate {
	j, octets := &st.judged, st.stats.octets.Load()
	sent := octets - j.octets
	j.octets = octets
	if since <= 0 {
		return 0
	}
	return bwe.Bitrate(float64(sent) * 8 / since.Seconds())
}

// sample collects what is known of the stream.
func (st *Stream) sample(now time.Time) quality.Sample {
	up := st.feed.uplink(now)
	s := quality.Sample{
		Conditions: quality.Conditions{
			Muted: st.muted, UplinkLost: up.lost, UplinkUnrepaired: up.unrepaired,
			DownlinkLost: st.downlinkLost(), Lag: st.sub.shard.lag.worst(now), Drops: st.newDrops(),
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
	s.Limited = st.starved || reason == bwe.ReasonBandwidth || st.sub.link.silent
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
	j := &st.judged
	if j.flow != st.sub.flow {
		j.flow, j.counted = st.sub.flow, delivered{} // the receiver has moved
	}
	if j.flow == nil {
		return st.reportedLost()
	}
	var now delivered
	now.received, now.lost = j.flow.Counts(st.class())
	if st.video != nil {
		now.repaired, _ = j.flow.Counts(bwe.ClassRepair)
	}
	if now.received+now.lost == 0 {
		return st.reportedLost()
	}
	before := j.counted
	j.counted = now
	return now.missing(before)
}

// reportedLost is of the last receiver report.
func (st *Stream) reportedLost() float64 { return float64(st.stats.fractionLost.Load()) / 256 }

// missing returns the share of packets since before that was lost and not repaired.
// What was counted as lost and comes late is counted as received then, so that there
// may be less lost than before.
func (d delivered) missing(before delivered) float64 {
	all := float64(d.received+d.lost) - float64(before.received+before.lost)
	missing := float64(d.lost) - float64(before.lost) - (float64(d.repaired) - float64(before.repaired))
	if all <= 0 {
		return 0
	}
	return min(max(missing/all, 0), 1)
}

// newDrops returns how much the shard has dropped since the last time.
func (st *Stream) newDrops() uint64 {
	drops := st.sub.shard.box.overflows()
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
	r, first := f.source.Reception(), u.at.IsZero()
	if first {
		u.before = r // what was lost before anybody watched here does not count
	}
	packets := float64(r.Packets - u.before.Packets)
	u.alive = packets > 0 || first && r.Packets > 0
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

func (l *lag) worst(now time.Time) time.Duration {
	if now.Sub(l.since) >= 2*judgeInterval {
		return 0 // nothing has come since
	}
	return max(l.most, l.before)
}

// causes are as many as there are, None included.
const causes = int(quality.Overload) + 1

// judgements are those of a shard's streams together.
type judgements struct {
	freezes         uint64
	frozen, watched time.Duration
	troubled        [causes]int64 // streams, by cause
}

// replace takes a stream's new report in the place of its last one.
func (j *judgements) replace(before, after quality.Report) {
	j.freezes += uint64(after.Freezes - before.Freezes)
	j.frozen += max(0, after.Frozen-before.Frozen)
	j.watched += after.Watched - before.Watched
	j.troubled[before.Cause]--
	j.troubled[after.Cause]++
}

// forget takes a stream out that ends.
func (j *judgements) forget(last quality.Report) { j.troubled[last.Cause]-- }
