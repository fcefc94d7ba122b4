package load

import (
	"fmt"
	"maps"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/histogram"
	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/internal/load/watch"
)

// tally is what some clients did and saw, added up. The counts of sum grow only,
// so that the difference of two tallies is what happened between them. It is
// owned by one goroutine, except inside an account.
type tally struct {
	at  time.Time      // when it was taken
	sum result.Summary // its distributions are made by summary
	// open is the part of sum that goes on: freezes and gaps that have not ended.
	open result.Summary
	// Now.
	inside, publishing, watching int
	playing                      int             // of those watched, had a picture, or sound where there is none
	standing                     int             // of those watched, have a picture that stands still
	rooms                        map[string]bool // with somebody inside
	// Since the start.
	joins, leaves            int
	entries                  []timed
	firstMedia, firstPicture []timed
	latency, lateness        histogram.Histogram
	kernelDrops              uint64
	stalls                   uint64 // of publishers that were more than a second late
	unreadable               uint64 // packets that could not be decrypted or parsed
	early                    uint64 // stamps from the future: their publisher's clock is ahead
	layer                    string // of the subscription added last
}

// timed is something that took a time and was over at a moment.
type timed struct {
	at   time.Time
	took time.Duration
}

// after returns how long those took that were over after a moment.
func after(list []timed, moment time.Time) []time.Duration {
	var took []time.Duration
	for _, t := range list {
		if t.at.After(moment) {
			took = append(took, t.took)
		}
	}
	return took
}

func newTally() *tally { return &tally{at: time.Now(), rooms: make(map[string]bool)} }

// add adds another tally's counts.
func (t *tally) add(o *tally) {
	t.sum.Add(&o.sum)
	t.inside += o.inside
	maps.Copy(t.rooms, o.rooms)
	t.publishing += o.publishing
	t.watching += o.watching
	t.playing += o.playing
	t.standing += o.standing
	t.open.Add(&o.open)
	t.joins += o.joins
	t.leaves += o.leaves
	t.entries = append(t.entries, o.entries...)
	t.firstMedia = append(t.firstMedia, o.firstMedia...)
	t.firstPicture = append(t.firstPicture, o.firstPicture...)
	o.latency.AddTo(&t.latency)
	o.lateness.AddTo(&t.lateness)
	t.kernelDrops += o.kernelDrops
	t.stalls += o.stalls
	t.unreadable += o.unreadable
	t.early += o.early
	if o.layer != "" {
		t.layer = o.layer
	}
}

// addPublication adds what a publication has sent so far.
func (t *tally) addPublication(pub *publication) {
	stats, started := pub.stats()
	if !started {
		return
	}
	t.sum.PacketsSent += stats.Audio.Packets
	for _, v := range stats.Video {
		t.sum.PacketsSent += v.Packets
	}
	stats.Lateness.AddTo(&t.lateness)
	t.stalls += stats.Stalls
	t.unreadable += stats.Rejected
	t.addConn(pub.conn)
}

// addConn adds what went wrong below the media.
func (t *tally) addConn(conn *transport.Conn) {
	c := conn.Stats()
	t.kernelDrops += c.KernelDrops
	t.unreadable += c.Rejected
}

// addSubscription adds what a subscription has seen so far.
func (t *tally) addSubscription(sub *subscription) {
	s := sub.receiver.Snapshot()
	if s.FirstMedia > 0 {
		t.sum.Subscriptions++
	}
	// Nobody waits for what is muted.
	if s.FirstMedia > 0 && sub.mutedFrom != [2]bool{true, true} {
		t.firstMedia = append(t.firstMedia, timed{sub.asked.Add(s.FirstMedia), s.FirstMedia})
	}
	if s.FirstKeyframe > 0 && !sub.mutedFrom[watch.Video] {
		t.firstPicture = append(t.firstPicture, timed{sub.asked.Add(s.FirstKeyframe), s.FirstKeyframe})
	}
	counts, open := countsOf(&s)
	t.sum.Add(&counts)
	t.sum.Add(&open)
	t.sum.Add(&sub.interrupted)
	t.open.Add(&open)
	sub.receiver.Latency().AddTo(&t.latency)
	t.unreadable += s.Malformed + s.Unknown
	if sub.conn != nil {
		t.addConn(sub.conn)
	}
	t.early += s.ClockBehind
	if s.Width > 0 {
		t.layer = fmt.Sprintf("%dx%d", s.Width, s.Height)
	}
}

// addPresent adds what a subscription is doing now.
func (t *tally) addPresent(sub *subscription) {
	s := sub.receiver.Snapshot()
	t.watching++
	if sub.plays(&s) {
		t.playing++
	}
	if s.Freezing > 0 {
		t.standing++
	}
}

// countsOf returns what a receiver has counted, and what is still going on.
func countsOf(s *watch.Snapshot) (counts, open result.Summary) {
	counts = result.Summary{
		Packets: s.Packets(), Octets: s.Octets(), Lost: s.Lost(), Repaired: s.Repaired(), NACKs: s.NACKs, PLIs: s.PLIs,
		Frames: s.Frames, FramesExpected: s.FramesExpected, FramesLate: s.FramesLate,
		Freezes: s.Freezes, Frozen: seconds(s.Frozen), LongestFreeze: millis(s.LongestFreeze), Watched: seconds(s.Watched),
		LayerSwitches: s.LayerSwitches,
		AudioGaps:     s.AudioGaps, AudioGap: seconds(s.AudioGap), Listened: seconds(s.Listened),
	}
	if s.Freezing > 0 {
		open.Freezes, open.Frozen, open.LongestFreeze = 1, seconds(s.Freezing), millis(s.Freezing)
	}
	if s.AudioSilent > 0 {
		open.AudioGaps, open.AudioGap = 1, seconds(s.AudioSilent)
	}
	return counts, open
}

// summary returns the sum with its distributions.
func (t *tally) summary() result.Summary {
	s := t.sum
	t.distribute(&s, time.Time{})
	s.Latency = distribution(t.latency.Snapshot())
	return s
}

// settled is summary without what is still going on, so that it never falls: a
// freeze that turns out to be a pause is not taken back.
func (t *tally) settled() result.Summary {
	s := t.summary()
	s.Freezes -= t.open.Freezes
	s.Frozen -= t.open.Frozen
	s.AudioGaps -= t.open.AudioGaps
	s.AudioGap -= t.open.AudioGap
	return s
}

// ended is how many freezes are over.
func (t *tally) ended() uint64 { return t.sum.Freezes - t.open.Freezes }

// distribute fills in how long joins and first pictures took that came after a
// moment.
func (t *tally) distribute(s *result.Summary, moment time.Time) {
	s.Join = spread(after(t.entries, moment))
	s.FirstMedia = spread(after(t.firstMedia, moment))
	s.FirstKeyframe = spread(after(t.firstPicture, moment))
}

// since returns what happened after an earlier tally of the same clients. Who
// was to join, joined and had media, and the longest freeze, are as of now.
func (t *tally) since(earlier *tally) result.Summary {
	s := t.sum
	was := &earlier.sum
	s.JoinFailures -= was.JoinFailures
	s.PacketsSent -= was.PacketsSent
	s.Packets -= was.Packets
	s.Octets -= was.Octets
	s.Lost = more(s.Lost, was.Lost)
	s.Repaired -= was.Repaired
	s.NACKs -= was.NACKs
	s.PLIs -= was.PLIs
	s.Frames -= was.Frames
	s.FramesExpected = more(s.FramesExpected, was.FramesExpected)
	s.FramesLate -= was.FramesLate
	s.Freezes = more(s.Freezes, was.Freezes)
	s.Frozen = max(0, s.Frozen-was.Frozen)
	s.Watched -= was.Watched
	s.LayerSwitches -= was.LayerSwitches
	s.AudioGaps = more(s.AudioGaps, was.AudioGaps)
	s.AudioGap = max(0, s.AudioGap-was.AudioGap)
	s.Listened -= was.Listened
	now, then := t.latency.Snapshot(), earlier.latency.Snapshot()
	s.Latency = distribution(now.Since(&then))
	t.distribute(&s, earlier.at)
	return s
}

// more is what a count grew by. A packet that was given up and came after all
// takes it back a little.
func more(now, then uint64) uint64 {
	if now < then {
		return 0
	}
	return now - then
}

func seconds(d time.Duration) result.Seconds { return result.Seconds(d.Seconds()) }

func millis(d time.Duration) result.Millis {
	return result.Millis(float64(d) / float64(time.Millisecond))
}
