package load

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/internal/load/session"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/internal/load/usage"
)

// Target is the server under test.
type Target struct {
	// Session makes the signalling of one participant.
	Session func(session.Member) session.Session
	// Rooms says whether the server tells who publishes. Without, clients take it
	// from the plan.
	Rooms bool
	// Media is where the server is, to choose the local address; the zero value
	// takes that of the default route.
	Media netip.Addr
	// Reach says which of the addresses that the server names for its media may be
	// sent to; nil allows all.
	Reach func(netip.Addr) bool
	// Name is the server's address for the report.
	Name string
}

// Options say what to run, and against what.
type Options struct {
	Target Target
	Plan   *scenario.Plan
	// Late is how late a frame may be shown before it counts as late; 0 is watch.DefaultLate.
	Late time.Duration
	// Server is the process under test, nil when it is not known.
	Server usage.Source
	// OnSecond is told about each second, and everything so far, on the run's
	// goroutine; nil is told nothing.
	OnSecond func(result.Point, result.Summary)
	// Logger hears of what fails, client by client; nil discards.
	Logger *slog.Logger
}

// Runner carries out one plan. Make one for each run.
type Runner struct {
	options  Options
	identity *transport.Identity
	library  *library

	ctx        context.Context // of all clients and connections
	cancel     context.CancelFunc
	clients    []*client
	running    sync.WaitGroup // clients
	connecting sync.WaitGroup // connections on their way up
	handshakes atomic.Int64   // of media connections, begun
	over       atomic.Bool    // what fails from now on is the end of the run

	filesLimit int
	errors     errorCounts
	notes      notes
	pauses     pauses
	sampler    *sampler
}

// NewRunner prepares a run. The error says what the plan asks for that cannot
// be.
func NewRunner(o Options) (*Runner, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	identity, err := transport.NewIdentity()
	if err != nil {
		return nil, err
	}
	r := &Runner{options: o, identity: identity, library: newLibrary()}
	for _, plan := range o.Plan.Clients {
		if plan.Paired && !o.Target.Rooms {
			return nil, errNotPaired
		}
		if plan.Publish != nil {
			if err := r.library.affordable(plan.Publish); err != nil {
				return nil, fmt.Errorf("publisher %s: %w", plan.Name, err)
			}
		}
		r.clients = append(r.clients, newClient(r, plan))
	}
	own, err := usage.Self()
	if err != nil {
		own = nil // a system without /proc: the report says nothing of it
	}
	r.sampler = newSampler(own, o.Server, runtime.GOMAXPROCS(0))
	return r, nil
}

// Run carries out the plan and returns what was found, also when ctx ends
// before the plan does.
func (r *Runner) Run(ctx context.Context) (*result.Run, error) {
	r.begin(ctx)
	started := time.Now()
	for _, c := range r.clients {
		r.running.Go(func() { c.run(r.ctx, started) })
	}
	stopped := r.watch(ctx, started, r.options.Plan.Duration)
	r.settle(ctx)
	run := r.report(started)
	run.Stopped = stopped
	r.end()
	return run, nil
}

// begin makes the context that all clients live in. It does not end with the
// caller's: the clients say goodbye first.
func (r *Runner) begin(ctx context.Context) {
	r.notes.begin(time.Now())
	r.ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	r.sampler.start(ctx)
}

// watch takes a sample each second until the time is up, and says why when it
// stops before.
func (r *Runner) watch(ctx context.Context, started time.Time, duration time.Duration) (stopped string) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	end := time.NewTimer(time.Until(started.Add(duration)))
	defer end.Stop()
	for {
		select {
		case <-ctx.Done():
			return "interrupted"
		case <-end.C:
			r.second(ctx, started)
			return ""
		case <-ticker.C:
			r.second(ctx, started)
		}
	}
}

func (r *Runner) second(ctx context.Context, started time.Time) {
	now := r.tally()
	point := r.sampler.second(ctx, now, time.Since(started))
	if r.options.OnSecond != nil {
		r.options.OnSecond(point, now.settled())
	}
}

// tally adds up all accounts.
func (r *Runner) tally() *tally {
	t := newTally()
	for _, c := range r.clients {
		c.account.addTo(t)
	}
	return t
}

// drain is how long packets may be under way, repairs included, before they
// count as lost.
const drain = 1500 * time.Millisecond

// settle ends the media and gives what is under way the time to arrive, so that
// it does not count as lost.
func (r *Runner) settle(ctx context.Context) {
	for _, c := range r.clients {
		for _, err := range c.account.black(time.Now()) {
			c.fail(err)
		}
	}
	r.over.Store(true)
	for _, c := range r.clients {
		c.account.pauseAll()
	}
	for _, c := range r.clients {
		c.account.silence()
	}
	wait := time.NewTimer(drain)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
	}
}

// end takes everybody out of their rooms and waits for it.
func (r *Runner) end() {
	r.cancel()
	r.running.Wait()
	r.connecting.Wait()
}

// ending reports whether what fails now is only the end of the run.
func (r *Runner) ending() bool { return r.over.Load() }

// planned returns the publishers of a client's room by the plan.
func (r *Runner) planned(of scenario.Client) []string {
	var names []string
	for _, c := range r.options.Plan.Clients {
		if c.Room == of.Room && c.ID != of.ID && c.Publish != nil {
			names = append(names, c.Name)
		}
	}
	return names
}

// pause tells all who receive a publisher that it stops, or resumes, on purpose.
func (r *Runner) pause(publisher string, kind scenario.Kind, paused bool) {
	r.pauses.set(publisher, kind, paused)
	for _, c := range r.clients {
		c.account.watches(publisher, func(sub *subscription) { sub.setPaused(kind, paused) })
	}
}

// clientSeed returns the seed of a client's network: each has luck of its own,
// the same in every run.
func (r *Runner) clientSeed(client int) uint64 {
	return rand.New(rand.NewPCG(r.options.Plan.Seed, uint64(client))).Uint64() //nolint:gosec // not a secret
}
