package crowd

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/internal/load/histogram"
	"github.com/atrium-rtc/atrium/internal/load/publish"
	"github.com/atrium-rtc/atrium/internal/load/session"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// How often sockets are looked at. Feedback is later by so much, and figures are
// not: the kernel stamps what arrives. Sound alone comes each 20 ms to a
// socket.
const (
	readInterval      = 10 * time.Millisecond
	readSoundInterval = 40 * time.Millisecond
)

// Options say what a crowd is against.
type Options struct {
	// Session makes the signalling of one participant.
	Session func(session.Member) session.Session
	// Server is where media comes from, to choose the local address.
	Server netip.Addr
	// Feedback is what subscribers report.
	Feedback Feedback
	// Sound says that nobody publishes video.
	Sound bool
}

// Crowd is all participants of a run. Any goroutine may call its methods.
type Crowd struct {
	options  Options
	identity *transport.Identity
	poller   *transport.Poller
	reels    *publish.Reels
	voice    clip.Audio
	video    clip.Video
	latency  *histogram.Histogram

	introduction []byte // of all feedback

	mu           sync.Mutex
	participants []*participant
	publications map[string]*publication // by room and user
	viewings     []*viewing
	failures     []error // of connections that ended while in use
}

// New prepares a crowd: nobody has joined yet.
func New(o Options) (*Crowd, error) {
	c := &Crowd{
		options: o, reels: publish.NewReels(), latency: histogram.New(), publications: make(map[string]*publication),
	}
	var err error
	if c.voice, err = clip.Voice(); err != nil {
		return nil, err
	}
	videos, err := clip.Videos(codec.VP8)
	if err != nil {
		return nil, err
	}
	c.video = videos[len(videos)-1]
	if c.introduction, err = compound(nil); err != nil {
		return nil, err
	}
	if c.identity, err = transport.NewIdentity(); err != nil {
		return nil, err
	}
	interval := readInterval
	if o.Sound {
		interval = readSoundInterval
	}
	if c.poller, err = transport.NewPoller(interval); err != nil {
		return nil, err
	}
	return c, nil
}

// Close takes everybody out and ends the crowd.
func (c *Crowd) Close() error {
	c.mu.Lock()
	everybody := c.participants
	c.participants = nil
	c.mu.Unlock()
	const together = 16 // goodbyes at a time
	gate := make(chan struct{}, together)
	var leaving sync.WaitGroup
	for _, p := range everybody {
		gate <- struct{}{}
		leaving.Go(func() {
			p.leave()
			<-gate
		})
	}
	leaving.Wait()
	return c.poller.Close()
}

// Latency counts how long packets of media were on their way from publisher to
// subscriber. It goes on counting.
func (c *Crowd) Latency() *histogram.Histogram { return c.latency }

// Count returns what arrived so far. What was expected counts for each viewing
// from the first moment of its publisher, so only differences tell anything.
func (c *Crowd) Count() Count {
	c.mu.Lock()
	viewings := slices.Clone(c.viewings)
	c.mu.Unlock()
	var sum Count
	c.poller.Do(func() {
		for _, v := range viewings {
			sum.Add(v.count())
		}
	})
	for _, v := range viewings {
		sum.Expected += v.source.sent().Packets()
		sum.KernelDrops += v.conn.Stats().KernelDrops
	}
	return sum
}

// Sent returns what the publishers have sent so far.
func (c *Crowd) Sent() Sent {
	c.mu.Lock()
	defer c.mu.Unlock()
	var sum Sent
	for _, pub := range c.publications {
		sum.add(pub.sent())
	}
	return sum
}

// Pause stops what all publishers send, or lets them go on.
func (c *Crowd) Pause(paused bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, pub := range c.publications {
		pub.mute(paused)
	}
}

// Settle waits until nothing has arrived for a while, so that what is under way
// is neither lost nor counted in the wrong place. Publishers must be paused. The
// error says that it does not end.
func (c *Crowd) Settle(ctx context.Context) error {
	const (
		look     = 20 * time.Millisecond
		quiet    = 25               // looks: a server that is behind may be busy with something else for long
		patience = 20 * time.Second // beyond what queues of an overloaded server hold
	)
	ticker, late := time.NewTicker(look), time.NewTimer(patience)
	defer ticker.Stop()
	defer late.Stop()
	same, before := 0, c.Count().Packets
	for same < quiet {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-late.C:
			return errors.New("packets still arrive, 20 s after the last was sent")
		case <-ticker.C:
		}
		now := c.Count().Packets
		if same++; now != before {
			same = 0
		}
		before = now
	}
	return nil
}

// Joins returns for each viewing how long it took from the offer to the first
// packet of media; those without any are left out.
func (c *Crowd) Joins() []time.Duration {
	c.mu.Lock()
	viewings := slices.Clone(c.viewings)
	c.mu.Unlock()
	var list []time.Duration
	c.poller.Do(func() {
		for _, v := range viewings {
			if !v.first.IsZero() {
				list = append(list, v.first.Sub(v.asked))
			}
		}
	})
	return list
}

// Err returns the connections that were lost while in use, nil if none was.
func (c *Crowd) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.failures) == 0 {
		return nil
	}
	return fmt.Errorf("%d connections were lost, the first: %w", len(c.failures), c.failures[0])
}

func (c *Crowd) failed(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures = append(c.failures, err)
}
