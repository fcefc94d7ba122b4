package quality

import "time"

const (
	// clientHolds is how long a client's report goes before what the server sees.
	clientHolds = 30 * time.Second
	// minReport is the least time between two reports: differences over less say
	// nothing, and the report is ignored.
	minReport = 500 * time.Millisecond

	// What is not possible in a second is not believed.
	maxFreezeRate = 7       // each is longer than 150 ms
	maxFrameRate  = 240     // frames
	maxSampleRate = 192_000 // samples of sound
	maxPacketRate = 100_000 // packets
)

// Client is what a viewer's browser says of the track: members of
// RTCInboundRtpStreamStats (W3C webrtc-stats), which count from the start of its
// connection. They may begin again at 0, and need not be true: anything is taken,
// and what is impossible changes nothing, or as little as is possible.
type Client struct {
	FreezeCount   uint64
	Frozen        time.Duration // totalFreezesDuration
	FramesDecoded uint64
	// ConcealedSamples should be without silentConcealedSamples: between words a
	// talker may send nothing. TotalSamples is totalSamplesReceived.
	ConcealedSamples, TotalSamples uint64
	PacketsLost                    int64 // falls with duplicates (RFC 3550 section 6.4.1)
}

// clientView is what follows from a client's reports: the differences between the
// last two.
type clientView struct {
	last  Client
	at    time.Duration // of last
	any   bool          // there was a report
	known bool          // there were two in a row

	rate      float64 // frames decoded per second
	concealed float64 // share of the samples
	heard     bool    // there were samples

	recent recent
}

// growth is what a client adds with a report.
type growth struct {
	freezes uint32
	frozen  time.Duration
	lost    uint64 // packets
}

// take takes a report that comes now. It returns what is new in it, nothing if there
// was none before to compare it with. A freeze is only reported when it has ended, and
// may be longer than the time since the last report, but not than life, which is the
// time since the start in which the client could have been frozen and was not yet. The
// freezes are recorded as if the last one had ended now.
func (v *clientView) take(c Client, now, life time.Duration) (g growth, ok bool) {
	span := now - v.at
	switch {
	case !v.any || span > clientHolds:
		v.last, v.at, v.any, v.known = c, now, true, false
		return growth{}, false
	case span < minReport:
		return growth{}, false
	}
	seconds := span.Seconds()
	g.frozen = min(grown(c.Frozen, v.last.Frozen), max(life, 0))
	g.freezes = uint32(possible(c.FreezeCount, v.last.FreezeCount, maxFreezeRate, seconds)) //nolint:gosec // a few hundred
	g.lost = possible(c.PacketsLost, v.last.PacketsLost, maxPacketRate, seconds)
	v.rate = float64(possible(c.FramesDecoded, v.last.FramesDecoded, maxFrameRate, seconds)) / seconds
	v.hear(
		possible(c.ConcealedSamples, v.last.ConcealedSamples, maxSampleRate, seconds),
		possible(c.TotalSamples, v.last.TotalSamples, maxSampleRate, seconds))
	v.recent.add(now-g.frozen, now, int(g.freezes))
	v.last, v.at, v.known = c, now, true
	return g, true
}

func (v *clientView) hear(concealed, total uint64) {
	v.heard = total > 0
	v.concealed = 0
	if v.heard {
		v.concealed = fraction(float64(concealed) / float64(total))
	}
}

// speaks reports whether the client's view counts.
func (v *clientView) speaks(now time.Duration) bool { return v.known && now-v.at <= clientHolds }

// grown returns how much more than before now is; nothing when it has begun anew.
// Less than nothing is nothing.
func grown[T int64 | uint64 | time.Duration](now, before T) T {
	now, before = max(now, 0), max(before, 0)
	if now <= before {
		return 0
	}
	return now - before
}

// possible returns how much has been added in that many seconds, as far as that is
// possible.
func possible[T int64 | uint64](now, before T, perSecond, seconds float64) uint64 {
	return uint64(min(float64(grown(now, before)), perSecond*seconds+1))
}
