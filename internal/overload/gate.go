package overload

import (
	"sync/atomic"
	"time"
)

// RetryAfter is when a newcomer who was refused may try again: the load is a mean of
// ten seconds, and has to be low for that.
const RetryAfter = 15 * time.Second

// sustained is for how many observations in a row the processors have to be
// busy: a hundred people who join at once, or everybody who comes back after a
// restart, need them for some seconds, and are not what is to be refused.
const sustained = 5

// Limits are shares of the processors that the process may use, 0 to 1.
type Limits struct {
	Refuse float64 // from here on newcomers are refused; 0 is never
	Accept float64 // from here down they are let in again
}

// Gate remembers whether newcomers are refused. Observe is for one goroutine at
// a time, all else for any.
type Gate struct {
	limits atomic.Pointer[Limits]
	busy   atomic.Bool
	streak int
}

// NewGate returns a gate that is open.
func NewGate(l Limits) *Gate {
	g := new(Gate)
	g.SetLimits(l)
	return g
}

// SetLimits is what counts from the next observation on.
func (g *Gate) SetLimits(l Limits) { g.limits.Store(&l) }

// Observe takes the share of the processors that was used of late, not a number
// where that is not known. It reports whether newcomers are refused from now on
// and were not before, or the other way round.
func (g *Gate) Observe(used float64) (changed bool) {
	limits, was := g.limits.Load(), g.busy.Load()
	if used >= limits.Refuse && limits.Refuse > 0 {
		g.streak++
	} else {
		g.streak = 0
	}
	switch {
	case limits.Refuse <= 0:
		g.busy.Store(false)
	case was && used <= limits.Accept:
		g.busy.Store(false)
	case !was && g.streak >= sustained:
		g.busy.Store(true)
	}
	return was != g.busy.Load()
}

// Busy reports whether newcomers are refused.
func (g *Gate) Busy() bool { return g.busy.Load() }
