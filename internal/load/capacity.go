package load

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// CapacityOptions say how to look for the largest number of subscribers.
type CapacityOptions struct {
	Level []result.Requirement // that has to hold
	Start int                  // subscribers to begin with
	Hold  time.Duration        // how long each step is measured
	// Settle is how long a step waits after its last join before it is measured; 0
	// is 3 s.
	Settle time.Duration
	Rate   int // joins a second between steps
	// OnStep is told what is tried next, on the run's goroutine.
	OnStep func(subscribers int)
}

const (
	settling = 3 * time.Second
	beat     = 100 * time.Millisecond // of the crowd's clock
)

// FindCapacity raises the number of subscribers of the plan until the level
// breaks, and returns the run with its Capacity. The plan's publishers join
// first and stay; its other clients are the subscribers, as many as needed, at
// most all.
func (r *Runner) FindCapacity(ctx context.Context, o CapacityOptions) (*result.Run, error) {
	if o.Settle == 0 {
		o.Settle = settling
	}
	r.begin(ctx)
	started := time.Now()
	c := crowd{runner: r, started: started, rate: max(o.Rate, 1)}
	for _, client := range r.clients {
		if client.plan.Publish != nil {
			r.running.Go(func() { client.run(r.ctx, started) })
		} else {
			c.pool = append(c.pool, member{client: client})
		}
	}
	if len(c.pool) == 0 {
		r.end()
		return nil, fmt.Errorf("find capacity: the plan has no subscribers")
	}
	stopped := ""
	s := newSearch(o.Start, len(c.pool))
	capacity := &result.Capacity{Level: levelText(o.Level)}
	c.wait(ctx, o.Settle)
	for !s.done() && stopped == "" {
		if o.OnStep != nil {
			o.OnStep(s.next)
		}
		step, ok := c.try(ctx, s.next, o)
		if !ok {
			stopped = "interrupted"
			break
		}
		capacity.Steps = append(capacity.Steps, step)
		s.tried(step.Held)
	}
	conclude(capacity, s)
	r.settle(ctx)
	run := r.report(started)
	run.Capacity, run.Stopped = capacity, stopped
	r.end()
	return run, nil
}

// conclude states the answer: the number, and what broke above it.
func conclude(c *result.Capacity, s *search) {
	slices.SortFunc(c.Steps, func(a, b result.Step) int { return a.Subscribers - b.Subscribers })
	c.Subscribers = s.held
	if s.broken == 0 {
		c.Limited = true
		c.Reason = fmt.Sprintf("nothing broke: %d subscribers are as many as were asked for", s.held)
		return
	}
	i := slices.IndexFunc(c.Steps, func(step result.Step) bool { return step.Subscribers == s.broken })
	var reasons []string
	for _, v := range c.Steps[i].Verdicts {
		if !v.Met {
			reasons = append(reasons, fmt.Sprintf("%s: %s", v.Requirement, v.Text))
		}
	}
	c.Reason = fmt.Sprintf("at %d subscribers: %s", s.broken, strings.Join(reasons, "; "))
	if c.Limited = c.Steps[i].Saturated; c.Limited {
		c.Reason += " (but the generator itself was too busy: the server may take more)"
	}
}

func levelText(level []result.Requirement) string {
	texts := make([]string, len(level))
	for i, r := range level {
		texts[i] = r.String()
	}
	return strings.Join(texts, ", ")
}

// crowd is the subscribers, of whom the first few are in their rooms. It is
// owned by the run's goroutine.
type crowd struct {
	runner  *Runner
	started time.Time
	rate    int // joins a second
	pool    []member
	inside  int
	beats   int
}

// member is a subscriber who can come and go.
type member struct {
	client *client
	leave  context.CancelFunc
	gone   chan struct{}
}

// try brings the crowd to n and measures. It returns false when ctx ended.
func (c *crowd) try(ctx context.Context, n int, o CapacityOptions) (result.Step, bool) {
	joining := c.runner.tally()
	if !c.resize(ctx, n) || !c.wait(ctx, o.Settle) {
		return result.Step{}, false
	}
	before, first := c.runner.tally(), len(c.runner.sampler.points)
	if !c.wait(ctx, o.Hold) {
		return result.Step{}, false
	}
	now := c.runner.tally()
	window := now.since(before)
	window.JoinFailures = now.sum.JoinFailures - joining.sum.JoinFailures
	points := c.runner.sampler.points[first:]
	step := result.Step{
		Subscribers: n, Held: true,
		Delivered: window.Delivered(), FrozenShare: window.FrozenShare(),
		LatencyP50: result.Millis(window.Latency.P50), LatencyP99: result.Millis(window.Latency.P99),
	}
	strained := 0
	for _, p := range points {
		step.ServerCPU += p.ServerCPU / float64(len(points))
		step.CPU += p.CPU / float64(len(points))
		step.ServerMemory = max(step.ServerMemory, p.ServerMemory)
		if p.Saturated {
			strained++
		}
	}
	step.Saturated = 2*strained > len(points)
	run := &result.Run{Total: window, Errors: nil}
	if c.runner.options.Server != nil {
		run.Server = &result.Usage{CPUMean: step.ServerCPU, MemoryMax: step.ServerMemory}
	}
	for _, r := range o.Level {
		v := r.Judge(run)
		step.Verdicts = append(step.Verdicts, v)
		step.Held = step.Held && v.Met
	}
	return step, true
}

// resize lets subscribers join at the rate of the options, or leave all at once.
func (c *crowd) resize(ctx context.Context, n int) bool {
	for i := n; i < c.inside; i++ {
		c.pool[i].leave()
	}
	for i := n; i < c.inside; i++ {
		<-c.pool[i].gone
	}
	c.inside = min(c.inside, n)
	quota := 0.0
	for c.inside < n {
		for quota += float64(c.rate) * beat.Seconds(); quota >= 1 && c.inside < n; quota-- {
			c.enter(&c.pool[c.inside])
			c.inside++
		}
		if !c.wait(ctx, beat) {
			return false
		}
	}
	return true
}

func (c *crowd) enter(m *member) {
	ctx, leave := context.WithCancel(c.runner.ctx)
	gone := make(chan struct{})
	m.leave, m.gone = leave, gone
	now := time.Now()
	c.runner.running.Go(func() {
		defer close(gone)
		m.client.run(ctx, now)
	})
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
