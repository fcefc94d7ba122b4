package keyring

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// Source is where a key set comes from.
type Source interface {
	// Load returns the set as JSON, of auth.MaxJWKSOctets at most.
	Load(context.Context) ([]byte, error)
	// Secrets reports whether symmetric keys from here may be used.
	Secrets() bool
	// String names the source for log lines.
	String() string
}

// Options of a Ring.
type Options struct {
	// Interval is the time between loads. 0 is 5 minutes.
	Interval time.Duration
	// Cooldown is the least time between a load and one that a token of an unknown
	// key causes. 0 is 30 s.
	Cooldown time.Duration
	// Fixed are keys that are used besides those of the source.
	Fixed  []auth.Key
	Logger *slog.Logger
}

// Ring holds the keys of one Source. Its methods may be called from any goroutine;
// Run is called once.
type Ring struct {
	source   Source
	log      *slog.Logger
	fixed    []auth.Key
	schedule schedule // Load's, then Run's
	current  atomic.Pointer[Status]
	asked    chan chan struct{}
	ended    chan struct{}
}

// Status is what is known of the keys at one time. It does not change.
type Status struct {
	Keys     *auth.KeySet // before the first success the fixed ones
	Loaded   time.Time    // the last success; zero before the first
	Failures int          // since then
}

// New returns a Ring that has nothing but the fixed keys yet. It fails when these
// are too many.
func New(source Source, o Options) (*Ring, error) {
	if o.Interval == 0 {
		o.Interval = 5 * time.Minute
	}
	if o.Cooldown == 0 {
		o.Cooldown = 30 * time.Second
	}
	fixed, err := auth.NewKeySet(o.Fixed...)
	if err != nil {
		return nil, err
	}
	r := &Ring{
		source:   source,
		fixed:    fixed.Keys(),
		log:      o.Logger.With("keys", source.String()),
		schedule: schedule{interval: o.Interval, cooldown: o.Cooldown},
		asked:    make(chan chan struct{}),
		ended:    make(chan struct{}),
	}
	r.current.Store(&Status{Keys: fixed})
	return r, nil
}

// Keys returns the keys of now. It never waits.
func (r *Ring) Keys() *auth.KeySet { return r.current.Load().Keys }

// Status returns how things stand.
func (r *Ring) Status() Status { return *r.current.Load() }

// Load loads once, before Run: a server that starts says at once when the keys are
// missing.
func (r *Ring) Load(ctx context.Context) error {
	before := r.Status()
	set, err := r.read(ctx)
	now := time.Now()
	r.schedule.tried(now, err)
	if err != nil {
		before.Failures = r.schedule.failures
		r.current.Store(&before)
		return fmt.Errorf("keys of %v: %w", r.source, err)
	}
	r.current.Store(&Status{Keys: set, Loaded: now})
	return nil
}

// Run loads again and again until the context ends.
func (r *Ring) Run(ctx context.Context) {
	defer close(r.ended)
	for {
		due := time.NewTimer(time.Until(r.schedule.next()))
		select {
		case <-ctx.Done():
			due.Stop()
			return
		case <-due.C:
			r.reload(ctx)
		case done := <-r.asked:
			due.Stop()
			if r.schedule.mayAsk(time.Now()) {
				r.reload(ctx)
			}
			close(done)
		}
	}
}

// Refresh has the keys loaded, unless that was done a short while ago, and waits
// for it until the context or Run ends. It is for auth.VerifierOptions.
func (r *Ring) Refresh(ctx context.Context) {
	done := make(chan struct{})
	select {
	case r.asked <- done:
	case <-ctx.Done():
		return
	case <-r.ended:
		return
	}
	select {
	case <-done:
	case <-ctx.Done():
	}
}

func (r *Ring) reload(ctx context.Context) {
	if err := r.Load(ctx); err != nil && ctx.Err() == nil {
		r.log.Warn("keeping the keys that were loaded before", "error", err, "failures", r.schedule.failures)
	}
}

// read loads and parses, and tells when the keys are others than before.
func (r *Ring) read(ctx context.Context) (*auth.KeySet, error) {
	text, err := r.source.Load(ctx)
	if err != nil {
		return nil, err
	}
	set, skipped, err := auth.ParseJWKS(text, r.source.Secrets())
	if err != nil {
		return nil, err
	}
	if set, err = auth.NewKeySet(append(set.Keys(), r.fixed...)...); err != nil {
		return nil, err
	}
	if now := names(set); now != names(r.Keys()) {
		r.log.Info("loaded keys", "use", now, "skip", fmt.Sprint(skipped))
	}
	return set, nil
}

func names(set *auth.KeySet) string { return fmt.Sprint(set.Keys()) }
