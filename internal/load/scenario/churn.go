package scenario

import (
	"cmp"
	"slices"
	"time"
)

// churn lets some clients of a room come and go. They wait in line in the order
// in which they came; the first of the line leaves, and when it returns, it goes
// to the end. So everybody stays equally long, and the room stays as full as it
// was but for those who are away.
type churn struct {
	members map[*actor]bool
	line    []place
}

// place is a client's in the line, void if it came or went otherwise since.
type place struct {
	actor *actor
	life  int
}

// leastStay is how long a stay in a room must be to count as one.
const leastStay = time.Second

// churn starts one at the present time, for the rest of the phase.
func (d *schedule) churn(path string, in Instruction, phase span, members []*actor) {
	if len(members) == 0 {
		return // and it has been reported
	}
	stay, rate := in.Stay, in.Rate
	if rate == 0 {
		rate = Frequency(float64(len(members)) / (stay + in.Away).Seconds())
	} else if stay = rate.Times(len(members)) - in.Away; stay < leastStay {
		d.report(below(path, "rate"), "%v is too much for %d clients, each of whom is away for %s: they could not stay %s",
			rate, len(members), formatDuration(in.Away), formatDuration(leastStay))
		return
	}
	c := &churn{members: map[*actor]bool{}}
	for _, a := range members {
		c.members[a] = true
	}
	slices.SortStableFunc(members, func(a, b *actor) int { return cmp.Compare(a.arrived, b.arrived) })
	for _, a := range members {
		c.welcome(a)
	}
	d.churns = append(d.churns, c)
	d.turn(c, in, rate, d.now, phase.to, 0)
}

// turn is the n-th departure.
func (d *schedule) turn(c *churn, in Instruction, rate Frequency, from, to time.Duration, n int) {
	if a := c.next(); a != nil {
		d.leave(a, Leave)
		d.comeBack(a, in.Away)
	}
	if at := from + rate.Times(n+1); at < to {
		d.at(at, func() { d.turn(c, in, rate, from, to, n+1) })
	}
}

// welcome puts a member that is in its room at the end of the line.
func (c *churn) welcome(a *actor) {
	if c.members[a] && a.here {
		c.line = append(c.line, place{a, a.life})
	}
}

// next takes the first of the line, nil if it is empty.
func (c *churn) next() *actor {
	for len(c.line) > 0 {
		first := c.line[0]
		c.line = c.line[1:]
		if first.actor.life == first.life {
			return first.actor
		}
	}
	return nil
}
