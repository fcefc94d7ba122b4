package load

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
)

// CapacityOptions say how to look for the largest number of subscribers.
type CapacityOptions struct {
	Level []result.Requirement // that has to hold
	Start int                  // subscribers to begin with, at least 1
	Hold  time.Duration        // how long each step is measured, at least 1 s
	// Settle is how long a step waits after everybody is there before it is
	// measured; 0 is 3 s.
	Settle time.Duration
	Rate   int // joins a second between steps, at least 1
	// OnStep is told what is tried next, on the run's goroutine.
	OnStep func(subscribers int)
}

const (
	settling = 3 * time.Second
	beat     = 100 * time.Millisecond // of the crowd's clock
)

// check returns an error if the options make no search. Usage says whether the
// server's is measured.
func (o *CapacityOptions) check(usage bool) error {
	switch {
	case o.Start < 1:
		return fmt.Errorf("the search begins with 1 subscriber or more, not %d", o.Start)
	case o.Hold < time.Second:
		return fmt.Errorf("each number is held for 1 s or more, not %v: a second is the shortest that is sampled", o.Hold)
	case o.Rate < 1:
		return fmt.Errorf("subscribers join at 1 a second or faster, not %d", o.Rate)
	}
	for _, r := range o.Level {
		if err := judgeable(r, usage); err != nil {
			return fmt.Errorf("%s: %w", r, err)
		}
	}
	return nil
}

// FindCapacity raises the number of subscribers of the plan until the level
// breaks, and returns the run with its Capacity, also when ctx ends before. The
// plan's publishers join first and stay; its other clients are the subscribers,
// as many as needed, at most all. The error says which of the options make no
// search; nobody has joined then.
func (r *Runner) FindCapacity(ctx context.Context, o CapacityOptions) (*result.Run, error) {
	if err := o.check(r.options.Server != nil); err != nil {
		return nil, fmt.Errorf("find capacity: %w", err)
	}
	if o.Settle == 0 {
		o.Settle = settling
	}
	c := newCrowd(r, o)
	if len(c.pool) == 0 {
		return nil, errors.New("find capacity: the plan has no subscribers")
	}
	r.begin(ctx)
	c.started = time.Now()
	for _, client := range r.clients {
		if client.plan.Publish != nil {
			r.running.Go(func() { client.run(r.ctx, c.started) })
		}
	}
	s := newSearch(o.Start, len(c.pool))
	capacity := &result.Capacity{Level: levelText(o.Level)}
	for going := c.wait(ctx, o.Settle); going && !s.done(); {
		if o.OnStep != nil {
			o.OnStep(s.next)
		}
		var step result.Step
		if step, going = c.try(ctx, s.held, s.next); going {
			capacity.Steps = append(capacity.Steps, step)
			s.tried(step.Held)
		}
	}
	conclude(capacity, s)
	r.settle(ctx)
	run := r.report(c.started)
	run.Capacity = capacity
	if !s.done() {
		run.Stopped = "interrupted"
	}
	r.end()
	return run, nil
}

// crowd is the subscribers, of whom the first few are in their rooms. It is
// owned by the run's goroutine.
type crowd struct {
	runner  *Runner
	options CapacityOptions
	started time.Time
	pool    []*member
	inside  int // let in, whether they got in or not
	beats   int
}

// member is a subscriber who can come and go.
type member struct {
	client *client
	due    int  // streams that it is to receive
	stays  bool // the plan does not take it out of its room

	leave    context.CancelFunc
	gone     chan struct{}
	setbacks int  // failures and leaves before it was let in
	played   bool // since it was let in, everything that it is to receive
}

// newCrowd takes those clients of the run who do not publish.
func newCrowd(r *Runner, o CapacityOptions) *crowd {
	c := &crowd{runner: r, options: o}
	publishers := make(map[string]int) // by room
	for _, client := range r.clients {
		if client.plan.Publish != nil {
			publishers[client.plan.Room]++
		}
	}
	for _, client := range r.clients {
		if client.plan.Publish != nil {
			continue
		}
		m := &member{client: client, due: min(client.plan.Subscriptions(publishers[client.plan.Room]), maxStreams)}
		m.stays = !slices.ContainsFunc(client.plan.Steps, func(s scenario.Step) bool {
			return s.Do == scenario.Leave || s.Do == scenario.Vanish
		})
		c.pool = append(c.pool, m)
	}
	return c
}

// try measures n subscribers. It keeps those of the first held who have what
// they came for; all others come anew, so that a load that broke leaves nothing
// behind, and each step has joins of its own. It returns false when ctx ended.
func (c *crowd) try(ctx context.Context, held, n int) (result.Step, bool) {
	c.dismiss(held)
	joining := c.runner.tally()
	if !c.admit(ctx, n) || !c.gather(ctx) {
		return result.Step{}, false
	}
	absent := c.absence()
	if !c.wait(ctx, c.options.Settle) {
		return result.Step{}, false
	}
	before, first := c.runner.tally(), len(c.runner.sampler.points)
	if !c.wait(ctx, c.options.Hold) {
		return result.Step{}, false
	}
	now := c.runner.tally()
	if later := c.absence(); later.total() > absent.total() {
		absent = later
	}
	// The joins are over when the step is measured, but belong to it.
	window, joins := now.since(before), now.since(joining)
	window.Join, window.FirstMedia, window.FirstKeyframe = joins.Join, joins.FirstMedia, joins.FirstKeyframe
	window.JoinFailures = joins.JoinFailures
	return judge(c.options.Level, window, c.runner.sampler.points[first:], absent), true
}

// dismiss lets everybody leave but those of the first held who play.
func (c *crowd) dismiss(held int) {
	var leaving []*member
	for i, m := range c.pool[:c.inside] {
		if i >= held || m.stays && m.presence() != playing {
			m.leave()
			leaving = append(leaving, m)
		}
	}
	for _, m := range leaving {
		<-m.gone
		m.leave = nil
	}
	c.inside = min(c.inside, held)
}

// admit lets subscribers join at the rate of the options, until the first n are
// let in. It returns false when ctx ended.
func (c *crowd) admit(ctx context.Context, n int) bool {
	quota := 0.0
	c.inside = n
	for _, m := range c.pool[:n] {
		if m.leave != nil {
			continue
		}
		for quota < 1 {
			if !c.wait(ctx, beat) {
				return false
			}
			quota += float64(c.options.Rate) * beat.Seconds()
		}
		quota--
		c.enter(m)
	}
	return true
}

func (c *crowd) enter(m *member) {
	ctx, leave := context.WithCancel(c.runner.ctx)
	gone := make(chan struct{})
	m.leave, m.gone, m.played = leave, gone, false
	t := m.tally()
	m.setbacks = t.sum.JoinFailures + t.leaves
	m.client.mail.take() // of a session before
	now := time.Now()
	c.runner.running.Go(func() {
		defer close(gone)
		m.client.run(ctx, now)
	})
}

// gather waits until all who were let in play, or have tried in vain. It returns
// false when ctx ended.
func (c *crowd) gather(ctx context.Context) bool {
	pending := slices.Clone(c.pool[:c.inside])
	for deadline := time.Now().Add(requestTimeout + connectTimeout); ; {
		pending = slices.DeleteFunc(pending, (*member).settled)
		if len(pending) == 0 || time.Now().After(deadline) {
			return true
		}
		if !c.wait(ctx, beat) {
			return false
		}
	}
}

// absence counts those who were let in and are not there now. Who comes and goes
// by the plan must have been there once.
func (c *crowd) absence() absence {
	a := absence{of: c.inside}
	for _, m := range c.pool[:c.inside] {
		if m.played && !m.stays {
			continue
		}
		switch m.presence() {
		case outside:
			a.outside++
		case dark:
			a.dark++
		case playing:
		}
	}
	return a
}

// wait lets time pass, sampled each second. It returns false when ctx ended.
func (c *crowd) wait(ctx context.Context, d time.Duration) bool {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for ; d > 0; d -= beat {
		select {
		case <-ctx.Done():
			return false
		case <-ticker.C:
		}
		if c.beats++; c.beats%int(time.Second/beat) == 0 {
			c.runner.second(ctx, c.started)
		}
	}
	return true
}

// presence is how much a subscriber has of what it came for.
type presence int

const (
	outside presence = iota // not in its room
	dark                    // in its room; something that it is to receive has no media
	playing
)

func (m *member) presence() presence { return m.presenceIn(m.tally()) }

func (m *member) presenceIn(t *tally) presence {
	switch {
	case t.inside == 0:
		return outside
	case t.playing < max(m.due, t.watching):
		return dark
	default:
		return playing
	}
}

// settled reports whether nothing is to be expected any more: it plays, or is out
// of its room for good.
func (m *member) settled() bool {
	t := m.tally()
	now := m.presenceIn(t)
	m.played = m.played || now == playing
	return m.played || m.stays && now == outside && t.sum.JoinFailures+t.leaves > m.setbacks
}

func (m *member) tally() *tally {
	t := newTally()
	m.client.account.addTo(t)
	return t
}
