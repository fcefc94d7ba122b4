package egress

import (
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/bwe"
	"github.com/atrium-rtc/atrium/sfu/nack"
)

// Sealer encrypts the packets of one stream (SRTP) and sends them, or puts them
// into the Queue of its shard. It is called on the shard's goroutine and does not
// block: a full socket loses the packet.
type Sealer interface {
	// WriteRTP sends one packet. Neither argument is kept. The header's
	// PaddingSize asks for that many octets of padding.
	WriteRTP(header *rtp.Header, payload []byte) error
}

// Queue is where the sealers of one shard put what they send. The shard flushes
// it when it has nothing more to put there, on its goroutine.
type Queue interface {
	// Flush hands over what waits. It does not block, and returns true when there
	// was no room for all of it: it is called again a little later.
	Flush() (pending bool)
}

// ReportWriter sends the RTCP of one subscriber, under the same rules as a
// Sealer: the packets are its own only during the call.
type ReportWriter interface {
	WriteRTCP(pkts []rtcp.Packet) error
}

// requestLimit is how many requests of one subscriber may wait for its shard, beside
// streamRequests for each of its streams: a browser sends one or two RTCP packets in 50 ms,
// and says of all its videos at once how large they are shown.
const (
	requestLimit   = 32
	streamRequests = 4
)

// Subscriber is one receiving connection with its streams. Its methods may be
// called from any goroutine, take effect in the order of the calls, and do
// nothing after Close.
type Subscriber struct {
	shard   *Shard
	reports ReportWriter
	release func()
	once    sync.Once
	pending atomic.Int32 // requests in the mailbox

	// owned by the shard
	fed     []fed       // the streams with their feeds, see forward
	served  uint64      // the batch that was last forwarded
	place   int         // among the shard's visits
	budget  nack.Budget // of retransmissions, for all streams together
	started bool
	removed bool

	compound []rtcp.Packet // reused

	session   string
	most      bwe.Bitrate // to the receiver, of all its subscribers; 0 is no bound
	link      *downlink
	flow      *bwe.Flow // nil while its packets are not measured
	transport transport
	malformed uint64
	told      delivered // by flow, as far as it was counted
	reported  int       // messages in the shard's inbox, under its lock
	gone      func()    // called when it is removed, nil for nothing

	// What packets do not touch stands behind what they do.
	streams []*Stream
	allowed atomic.Int32 // requests beside requestLimit
}

func newSubscriber(s *Shard, session string, w ReportWriter, release func()) *Subscriber {
	sub := &Subscriber{shard: s, session: session, reports: w, release: release}
	s.command(func() {
		s.admit(sub)
		sub.join(netip.Addr{})
	})
	return sub
}

// SetMaxBitrate bounds what all subscribers of the session send to the receiver; 0 is no
// bound. It is held by the estimate of the link: so only where there is one, and from its
// beginning on. Call it before there are streams, with one value for a session.
func (s *Subscriber) SetMaxBitrate(most bwe.Bitrate) {
	s.shard.command(func() { s.most = most })
}

// SetRemote says where the receiver is: connections of one session to one address
// share what the link to it carries.
func (s *Subscriber) SetRemote(remote netip.Addr) {
	s.shard.command(func() {
		if !s.removed {
			s.join(remote)
		}
	})
}

// Add subscribes to a source. Packets flow once the subscriber is started.
func (s *Subscriber) Add(src Source, cfg StreamConfig) *Stream {
	st := newStream(s, cfg)
	s.shard.command(func() {
		if s.removed {
			return
		}
		s.streams = append(s.streams, st)
		s.allowed.Add(streamRequests)
		s.shard.stats.tally.add(eventStream+event(st.cfg.Codec), 1)
		s.measure(cfg)
		st.feed = s.shard.feed(src, cfg)
		s.fed = append(s.fed, fed{st.feed, st})
		st.feed.add(st)
		if s.started {
			st.start()
		}
	})
	return st
}

// Start says that the connection is up: packets flow from the next one on,
// video from the next keyframe, which is asked for.
func (s *Subscriber) Start() {
	s.shard.command(func() {
		if s.started || s.removed {
			return
		}
		s.started = true
		if len(s.link.subs) == 1 {
			s.link.began = time.Now() // what came before was the handshake
		}
		for _, st := range s.streams {
			st.start()
		}
	})
}

// Shard returns the index of the shard that serves the subscriber.
func (s *Subscriber) Shard() int { return s.shard.index }

// fed is a stream and what it gets its packets from. These stand together, so that it
// costs no look at the memory of a hundred streams to find the three that have packets.
type fed struct {
	feed   *feed
	stream *Stream
}

// forward sends what is pending of all its tracks, once in a batch: what goes to
// one address goes out together.
func (s *Subscriber) forward(batch uint64, now time.Time) {
	if s.served == batch {
		return
	}
	s.served = batch
	defer s.contain()
	for _, f := range s.fed {
		if len(f.feed.pending) > 0 {
			f.stream.forwardPending(now)
		}
	}
}

// request runs what the remote peer asks for on the shard's goroutine. While the
// shard is behind, or has enough of this peer's requests, it is dropped.
func (s *Subscriber) request(fn func()) bool {
	if s.pending.Add(1) <= requestLimit+s.allowed.Load() {
		if s.shard.box.put(item{do: func() { s.pending.Add(-1); s.serve(fn) }}, false) {
			return true
		}
	}
	s.pending.Add(-1)
	return false
}

// serve does what the remote peer asks for.
func (s *Subscriber) serve(fn func()) {
	defer s.contain()
	fn()
}

// Close ends the subscriber and its streams.
func (s *Subscriber) Close() {
	s.once.Do(func() { s.shard.command(s.remove) })
}

// Finish is Close once all that was pushed before has gone out: of a batch, commands come
// before packets.
func (s *Subscriber) Finish() { s.shard.command(s.Close) }

// remove runs on the shard.
func (s *Subscriber) remove() {
	if s.removed {
		return
	}
	s.removed = true
	s.leave()
	for _, st := range s.streams {
		st.end()
	}
	s.shard.dismiss(s)
	s.release()
	if s.gone != nil {
		s.gone()
	}
}

// Remove ends one of the subscriber's streams and leaves the others as they are. Nothing
// of it is sent any more when the packets of the shard's next batch are; what the link
// carried for it is given to the others.
func (s *Subscriber) Remove(st *Stream) {
	s.shard.command(func() {
		if s.removed || st.ended {
			return
		}
		st.dropWaiting()
		if s.link.probe.stream == st {
			s.link.probe = probe{}
		}
		s.streams = slices.DeleteFunc(s.streams, func(x *Stream) bool { return x == st })
		s.fed = slices.DeleteFunc(s.fed, func(x fed) bool { return x.stream == st })
		s.allowed.Add(-streamRequests)
		st.end()
		s.link.changed()
	})
}

// OnRemoved has fn called when the subscriber is gone and its streams write nothing any
// more: on the shard's goroutine, where it must not block, or at once when the shard has
// ended. It is called once, before Close.
func (s *Subscriber) OnRemoved(fn func()) {
	if !s.shard.command(func() { s.gone = fn }) {
		fn()
	}
}

// tick runs on the shard. It returns when to look again.
func (s *Subscriber) tick(now time.Time) time.Duration {
	if !s.started {
		return calmInterval
	}
	defer s.contain()
	for _, st := range s.streams {
		st.tick(now)
	}
	s.sendReports(now)
	if s.link.leads(s) && s.link.tick(now) {
		return 0
	}
	if slices.ContainsFunc(s.streams, (*Stream).urgent) {
		return 0
	}
	return calmInterval
}
