package watch

import "time"

// transitMemory is how long the quickest transit is remembered, at least: long
// enough for a quiet moment to come by, short enough that the clocks of sender
// and receiver do not drift apart.
const transitMemory = 30 * time.Second

// transit tells how late something of one source is, compared with the quickest
// of the last transitMemory. The clocks of both ends need not agree.
type transit struct {
	clockRate int64
	started   bool
	epoch     time.Time
	timestamp uint32 // the last
	ticks     int64  // from the first to the last timestamp

	since         time.Time // begin of the current period
	best, earlier time.Duration
}

// lateness returns by how much the thing with that timestamp took longer than
// the quickest. It does not depend on order.
func (t *transit) lateness(timestamp uint32, now time.Time) time.Duration {
	if !t.started {
		*t = transit{clockRate: t.clockRate, started: true, epoch: now, timestamp: timestamp, since: now}
		return 0
	}
	t.ticks += int64(int32(timestamp - t.timestamp))
	t.timestamp = timestamp
	took := now.Sub(t.epoch) - t.mediaTime(t.ticks)
	if now.Sub(t.since) >= transitMemory {
		t.since, t.earlier, t.best = now, t.best, took
	}
	t.best = min(t.best, took)
	return took - min(t.best, t.earlier)
}

// reset forgets the past: the sender stopped and began again.
func (t *transit) reset() { t.started = false }

// mediaTime does not overflow before the ticks do.
func (t *transit) mediaTime(ticks int64) time.Duration {
	whole, rest := ticks/t.clockRate, ticks%t.clockRate
	return time.Duration(whole)*time.Second + time.Duration(rest)*time.Second/time.Duration(t.clockRate)
}
