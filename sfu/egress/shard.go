package egress

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// flushRetry is how long a shard waits before it offers the socket again what
// it had no room for.
const flushRetry = time.Millisecond

// tickInterval is how often a shard looks at what is due without a packet:
// sender reports and repeated keyframe requests.
const tickInterval = 50 * time.Millisecond

// Shard forwards packets to the subscribers that it owns, on one goroutine.
type Shard struct {
	index     int
	estimates bool // what links carry
	paces     bool
	box       *mailbox
	queue     Queue // nil when sealers send at once
	done      chan struct{}

	// owned by the goroutine
	feeds   map[Source]*feed
	touched []*feed // have packets in this batch
	visits  []visit // all subscribers
	batch   []item
	batches uint64
	fetched byte    // by prefetch; means nothing
	toTell  []*feed // whose use of encodings may have changed

	loudest    int                   // how many are heard of a room at a time; 0 is all
	audioRooms map[string]*audioRoom // by room

	downlinks map[string][]*downlink // by session
	pacing    []*downlink            // with packets that wait, or a probe
	inbox     inbox
	reports   []feedbackItem // reused, see readFeedback
	reported  []byte
	judged    judgements
	lag       lag
	latency   latency
	felt      felt
	busy      time.Duration // awake, since the start

	downlinksTotal Downlinks // of what is in them

	stop bool

	// What a packet is written in before it is given to a Sealer, which keeps
	// nothing.
	scratch    [2 * packet.MaxSize]byte
	descriptor [maxDescriptor]byte
	transport  [2]byte
	sendTime   [3]byte
	playout    [3]byte

	faulty []*Subscriber // to be removed, see contain

	stats shardCounters
}

func newShard(index int) *Shard {
	return &Shard{
		index: index, estimates: true, paces: true,
		box:     newMailbox(),
		done:    make(chan struct{}),
		latency: newLatency(), felt: newFelt(),
		feeds: make(map[Source]*feed), downlinks: make(map[string][]*downlink), audioRooms: make(map[string]*audioRoom),
	}
}

// run drains the mailbox until the shard is closed.
func (s *Shard) run() {
	defer close(s.done)
	ticker := time.NewTicker(tickInterval)
	defer ticker.Stop()
	retry := time.NewTimer(time.Hour)
	defer retry.Stop()
	pace := time.NewTimer(time.Hour)
	defer pace.Stop()
	paced := false // the timer of pace runs
	for !s.stop {
		var woke time.Time
		select {
		case <-s.box.wake:
			woke = time.Now()
			s.runBatch(woke)
		case now := <-ticker.C:
			woke = time.Now()
			s.tick(now)
		case now := <-pace.C:
			woke = time.Now()
			paced = false
			s.readFeedback(now)
			s.pace(now)
			s.stats.tally.publish(often)
		case <-retry.C:
			woke = time.Now()
		}
		if len(s.pacing) > 0 && !paced {
			pace.Reset(paceInterval)
			paced = true
		}
		if s.flush(woke) {
			retry.Reset(flushRetry)
		}
	}
	s.shutdown()
}

// flush ends what the shard has done since it woke: all that is sealed goes to the
// kernel. It reports whether there was no room for some of it.
func (s *Shard) flush(woke time.Time) (pending bool) {
	pending = s.queue != nil && s.queue.Flush()
	now := time.Now()
	if !pending || len(s.latency.arrivals) > mailboxLimit {
		s.latency.left(now)
	}
	s.busy += now.Sub(woke)
	s.stats.busy.Store(int64(s.busy))
	return pending
}

// runBatch takes everything that waits: first commands and sorting packets by
// feed, then, subscriber by subscriber, all that each of them gets. Its state is
// warm in the cache for the whole batch, and the packets of a picture stand side
// by side in the queue, where they become one message to the kernel.
func (s *Shard) runBatch(now time.Time) {
	s.batch = s.box.drain(s.batch)
	packets := 0
	for i := range s.batch {
		it := &s.batch[i]
		if it.do != nil {
			it.do()
		} else {
			s.sort(it.feed, it.pkt)
			packets++
		}
		*it = item{}
	}
	if packets > 0 {
		s.latency.batch.Observe(float64(packets))
	}
	s.batches++
	s.stats.tally.add(eventBatch, 1)
	s.readFeedback(now)
	s.pace(now)
	s.forward(now)
	s.tellUse()
	s.stats.tally.publish(often)
}

// forward sends the batch's packets.
func (s *Shard) forward(now time.Time) {
	for _, f := range s.touched {
		s.lag.observe(now.Sub(f.pending[0].Arrival), now)
		f.prepare(now)
	}
	alone := len(s.touched) == 1 // usual while there is little to do; saves a look at each subscriber
	for _, f := range s.touched {
		for i, st := range f.streams {
			s.prefetch(f.streams[i+1:])
			if alone {
				st.forwardAlone(now)
			} else {
				st.sub.forward(s.batches, now)
			}
		}
	}
	for i, f := range s.touched {
		f.release(&s.latency)
		s.touched[i] = nil
	}
	s.touched = s.touched[:0]
	s.removeFaulty()
}

// tellUse tells sources which of their encodings are used here.
func (s *Shard) tellUse() {
	for i, f := range s.toTell {
		f.tell()
		s.toTell[i] = nil
	}
	s.toTell = s.toTell[:0]
}

// sort keeps a packet for the second half of the batch, with its reference.
func (s *Shard) sort(f *feed, p *packet.Packet) {
	f.queued.Add(-1)
	if len(f.pending) == 0 {
		s.touched = append(s.touched, f)
	}
	f.pending = append(f.pending, p)
}

func (s *Shard) tick(now time.Time) {
	s.readFeedback(now)
	for _, f := range s.feeds {
		f.rest(now)
		if f.expire(now) {
			for _, st := range f.streams {
				st.askForKeyframe(now)
			}
		}
	}
	s.visitAll(now)
	s.removeFaulty()
	s.stats.tell(s.judged, s.downlinksTotal)
	s.tellUse()
	s.stats.tally.publish(events)
}

// shutdown releases every packet that the shard holds.
func (s *Shard) shutdown() {
	for _, it := range s.box.close() {
		if it.pkt != nil {
			it.pkt.Release()
		}
	}
	for len(s.visits) > 0 {
		s.visits[0].sub.remove()
	}
}

// command runs fn on the shard's goroutine. It returns false when the shard is
// closed.
func (s *Shard) command(fn func()) bool { return s.box.put(item{do: fn}, true) }

// feed returns the shard's feed of a source, and starts it when it is new, with
// the ring that its codec wants.
func (s *Shard) feed(src Source, cfg StreamConfig) *feed {
	f := s.feeds[src]
	if f == nil {
		f = newFeed(s, src, cfg.window())
		s.feeds[src] = f
		if f.sound = !cfg.Codec.IsVideo(); f.sound {
			s.joinAudioRoom(f)
		}
		src.AddSink(f)
		now := time.Now()
		f.ladder.Seed(src.Sizes(now), now)
	}
	return f
}
