package load

import (
	"fmt"
	"maps"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/histogram"
	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/watch"
)

// tally is what some clients did and saw, added up. The counts of sum grow only,
// so that the difference of two tallies is what happened between them. It is
// owned by one goroutine, except inside an account.
type tally struct {
	sum result.Summary // its distributions are made by summary
	// Now.
	inside, publishing, watching int
	rooms                        map[string]bool // with somebody inside
	// Since the start.
	joins, leaves            int
	entries                  []time.Duration
	firstMedia, firstPicture []time.Duration
	latency, lateness        histogram.Histogram
	kernelDrops              uint64
	layer                    string // of the subscription added last
}

func newTally() *tally { return &tally{rooms: make(map[string]bool)} }

// add adds another tally's counts.
func (t *tally) add(o *tally) {
	t.sum.Add(&o.sum)
	t.inside += o.inside
	maps.Copy(t.rooms, o.rooms)
	t.publishing += o.publishing
	t.watching += o.watching
	t.joins += o.joins
	t.leaves += o.leaves
	t.entries = append(t.entries, o.entries...)
	t.firstMedia = append(t.firstMedia, o.firstMedia...)
	t.firstPicture = append(t.firstPicture, o.firstPicture...)
	o.latency.AddTo(&t.latency)
	o.lateness.AddTo(&t.lateness)
	t.kernelDrops += o.kernelDrops
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
	t.kernelDrops += pub.conn.Stats().KernelDrops
}

// addSubscription adds what a subscription has seen so far.
func (t *tally) addSubscription(sub *subscription) {
	s := sub.receiver.Snapshot()
	if s.FirstMedia > 0 {
		t.sum.Subscriptions++
		t.firstMedia = append(t.firstMedia, s.FirstMedia)
	}
	if s.FirstKeyframe > 0 {
		t.firstPicture = append(t.firstPicture, s.FirstKeyframe)
	}
	counts := countsOf(&s)
	t.sum.Add(&counts)
	sub.receiver.Latency().AddTo(&t.latency)
	t.kernelDrops += sub.conn.Stats().KernelDrops
	if s.Width > 0 {
		t.layer = fmt.Sprintf("%dx%d", s.Width, s.Height)
	}
}

// countsOf returns what a receiver has counted, what is still going on included.
func countsOf(s *watch.Snapshot) result.Summary {
	freezes, frozen, longest := s.AllFreezes()
	gaps, gap := s.AudioGaps, s.AudioGap
	if s.AudioSilent > 0 {
		gaps, gap = gaps+1, gap+s.AudioSilent
	}
	return result.Summary{
		Packets: s.Packets(), Octets: s.Octets(), Lost: s.Lost(), Repaired: s.Repaired(), NACKs: s.NACKs, PLIs: s.PLIs,
		Frames: s.Frames, FramesExpected: s.FramesExpected, FramesLate: s.FramesLate,
		Freezes: freezes, Frozen: seconds(frozen), LongestFreeze: millis(longest), Watched: seconds(s.Watched),
		LayerSwitches: s.LayerSwitches,
		AudioGaps:     gaps, AudioGap: seconds(gap), Listened: seconds(s.Listened),
	}
}

// summary returns the sum with its distributions.
func (t *tally) summary() result.Summary {
	s := t.sum
	s.Join, s.FirstMedia, s.FirstKeyframe = spread(t.entries), spread(t.firstMedia), spread(t.firstPicture)
	s.Latency = distribution(t.latency.Snapshot())
	return s
}

// since returns what happened after an earlier tally of the same clients, as a
// summary. Times of joins and first pictures are those after it, too, because
// lists only grow; who is there is as it is now.
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
	s.Join, s.FirstMedia, s.FirstKeyframe = spread(t.entries), spread(t.firstMedia), spread(t.firstPicture)
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
