package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/atrium-rtc/atrium/internal/feed"
)

// Config configures a Receiver.
type Config struct {
	// URL is where events are posted. A plain http URL needs AllowPrivate, and leads to
	// private addresses only.
	URL string
	// Secrets sign each delivery ("whsec_" and base64, see NewSecret): the one in use, and
	// while it is being replaced the one before.
	Secrets []string
	// Filter chooses the events.
	Filter feed.Filter
	// Timeout bounds one attempt; 0 is 10 s.
	Timeout time.Duration
	// Keep bounds how long an event may wait; 0 is 24 h.
	Keep time.Duration
	// MaxEvents and MaxBytes bound what may wait; 0 is 10000 events and 32 MiB.
	MaxEvents, MaxBytes int
	// AllowPrivate lets the receiver be in a private network or on this machine.
	AllowPrivate bool
	// Version is told as part of User-Agent.
	Version string
	// Logger is told when the receiver cannot be reached, and when it can again; nil
	// discards.
	Logger *slog.Logger
	// Transport makes the requests; nil is one that keeps to the allowed addresses.
	Transport http.RoundTripper
}

// parallel is how many rooms' events are on their way to one receiver at a time.
const parallel = 4

// subscription is how many events wait between the rooms and the queue. The goroutine
// behind it never waits for a network.
const subscription = 4096

// Receiver posts the events of a feed to one URL.
type Receiver struct {
	cfg     Config
	name    string // of the URL, without a password, for logs
	signers []*standardwebhooks.Webhook
	client  http.Client
	feed    *feed.Feed
	sub     *feed.Subscription

	done    chan result
	ended   chan struct{}
	sending context.Context // of the requests; ends with the patience of Close
	giveUp  context.CancelFunc

	mu       sync.Mutex // between run, which owns the rest, and Stats
	queue    *queue
	sent     uint64
	failures map[Cause]uint64
	retries  uint64

	away bool // of run: the receiver did not take the last one
}

// result is what a request came to.
type result struct {
	lane *lane
	verdict
	err error // for the log
}

// Start begins to post. The error is a Config that cannot be used, or that the feed is
// closed.
func Start(f *feed.Feed, cfg Config) (*Receiver, error) {
	r, err := newReceiver(f, cfg)
	if err != nil {
		return nil, err
	}
	if r.sub, _, err = f.Subscribe(feed.Want{Filter: cfg.Filter, Queue: subscription}); err != nil {
		return nil, err
	}
	go r.run()
	return r, nil
}

func newReceiver(f *feed.Feed, cfg Config) (*Receiver, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("the address of a receiver is a URL that begins with https://")
	}
	plain := u.Scheme == "http"
	if plain && !cfg.AllowPrivate {
		return nil, errors.New("a receiver without https must be in a private network or on this machine, which must be allowed")
	}
	setDefaults(&cfg)
	if cfg.Transport == nil {
		cfg.Transport = transport(cfg.AllowPrivate, plain)
	}
	r := &Receiver{
		cfg: cfg, name: u.Redacted(), feed: f,
		client: http.Client{
			Transport:     cfg.Transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		done: make(chan result, parallel), ended: make(chan struct{}), failures: make(map[Cause]uint64),
		queue: newQueue(limits{cfg.MaxEvents, cfg.MaxBytes, cfg.Keep, parallel}),
	}
	if r.signers, err = signers(cfg.Secrets); err != nil {
		return nil, err
	}
	r.sending, r.giveUp = context.WithCancel(context.Background())
	return r, nil
}

func setDefaults(cfg *Config) {
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second
	}
	if cfg.Keep == 0 {
		cfg.Keep = 24 * time.Hour
	}
	if cfg.MaxEvents == 0 {
		cfg.MaxEvents = 10000
	}
	if cfg.MaxBytes == 0 {
		cfg.MaxBytes = 32 << 20
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
}

// Close takes no more events, posts what waits, and ends. When ctx is over first the rest
// is dropped and counted, and the error says so. It may be called once.
func (r *Receiver) Close(ctx context.Context) error {
	r.sub.Close()
	defer r.client.CloseIdleConnections()
	select {
	case <-r.ended:
		return nil
	case <-ctx.Done():
		r.giveUp()
		<-r.ended
		if n := r.Stats().Dropped[Ended]; n > 0 {
			return fmt.Errorf("%d events were not delivered to %s: %w", n, r.name, context.Cause(ctx))
		}
		return nil
	}
}

// run is the receiver's goroutine.
func (r *Receiver) run() {
	defer close(r.ended)
	defer r.giveUp()
	events := r.sub.Events()
	clock := time.NewTimer(0)
	defer clock.Stop()
	for {
		if wait := r.dispatch(); wait > 0 {
			clock.Reset(wait)
		} else {
			clock.Stop()
		}
		if events == nil && r.idle() {
			return
		}
		select {
		case e, more := <-events:
			if !more {
				events = nil
			}
			r.take(e)
		case d := <-r.done:
			r.settle(d)
		case <-clock.C:
		case <-r.sending.Done():
			r.abandon()
			return
		}
	}
}

func (r *Receiver) idle() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.queue.idle()
}

// take queues an event, nil at the end, and notes what the subscription had no place for.
func (r *Receiver) take(e *feed.Event) {
	var lost uint64
	if len(r.sub.Events()) == 0 {
		lost = r.sub.Lost()
	}
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if e != nil {
		r.queue.put(e, now)
	}
	if lost > 0 {
		r.queue.lose("", lost, Full, now)
	}
}

// dispatch begins all requests that are due, and returns how long until another may be.
func (r *Receiver) dispatch() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		l, wait := r.queue.next(time.Now())
		if l == nil {
			return wait
		}
		if l.failures > 0 || r.queue.failures > 0 {
			r.retries++
		}
		go r.deliver(l, r.eventOf(l.room, &l.items[0]))
	}
}

// eventOf returns what tells of an item.
func (r *Receiver) eventOf(room string, i *item) *feed.Event {
	if i.event != nil {
		return i.event
	}
	if i.notice == nil {
		i.notice = r.feed.Lost(room, i.lost, string(i.cause))
	}
	return i.notice
}

func (r *Receiver) settle(d result) {
	r.mu.Lock()
	if d.cause == "" {
		r.sent++
	} else {
		r.failures[d.cause]++
	}
	r.queue.settle(d.lane, d.verdict, rand.Float64(), time.Now()) //nolint:gosec // jitter
	waiting := r.queue.events
	r.mu.Unlock()
	r.log(d, waiting)
}

// log says when the receiver goes and comes back, and not each attempt.
func (r *Receiver) log(d result, waiting int) {
	switch {
	case d.cause == Gone:
		r.cfg.Logger.Error("webhook receiver wants no more events; it gets none until a restart", "receiver", r.name)
	case d.cause != "" && !r.away:
		r.cfg.Logger.Warn("webhook not delivered, trying again", "receiver", r.name, "cause", d.cause, "error", d.err, "waiting", waiting)
	case d.cause == "" && r.away:
		r.cfg.Logger.Info("webhooks are delivered again", "receiver", r.name, "waiting", waiting)
	}
	r.away = d.cause != ""
}

// abandon waits for the requests, which end at once, and drops what waits.
func (r *Receiver) abandon() {
	for !r.unflown() {
		r.settle(<-r.done)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queue.drop(Ended)
}

func (r *Receiver) unflown() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.queue.inFlight == 0
}
