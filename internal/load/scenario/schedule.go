package scenario

import (
	"cmp"
	"container/heap"
	"fmt"
	"time"
)

// schedule plays a scenario in simulated time and writes down what each client
// does. It is used once, by one goroutine.
type schedule struct {
	*Scenario
	plan    *Plan
	end     time.Duration
	now     time.Duration
	queue   events
	order   int // of the next event
	actors  []*actor
	members [][]*actor // by group
	churns  []*churn
	steps   int

	problems Problems
}

// Plan works out who does what when. It is a pure function: the same scenario is
// the same plan. The error is of type Problems.
func (s Scenario) Plan() (*Plan, error) {
	if err := s.validate().err(); err != nil {
		return nil, err
	}
	d := &schedule{Scenario: &s, end: s.length()}
	d.plan = &Plan{Name: cmp.Or(s.Name, "load test"), Seed: s.Seed, Duration: d.end}
	d.seat()
	d.begin()
	for len(d.queue) > 0 && d.steps <= maxSteps && len(d.problems) == 0 {
		e, _ := heap.Pop(&d.queue).(event)
		d.now = e.at
		e.do()
	}
	switch {
	case d.steps > maxSteps:
		d.report("", "plans more than %d steps: let things happen less often", maxSteps)
	case len(d.problems) == 0:
		d.checkEverybodyCame()
	}
	if err := d.problems.err(); err != nil {
		return nil, err
	}
	d.finish()
	return d.plan, nil
}

// begin schedules the start of all phases, and of the ramp for those whom no
// phase lets join.
func (d *schedule) begin() {
	phases, spans := d.Phases, d.spans()
	ramp, hasRamp := d.ramp()
	if hasRamp {
		whole := span{0, d.end}
		d.at(0, func() { d.start("ramp", ramp, whole, 0) })
		if len(phases) == 0 {
			d.mark(0, ramp.describe(d.Scenario))
		}
	}
	for i, p := range phases {
		now := p.Do
		if hasRamp && i == 0 {
			now = append([]Instruction{ramp}, now...)
		}
		d.mark(spans[i].from, phaseText(d.Scenario, p.Name, i, now))
		for j, in := range p.Do {
			path, at := item("phases", i)+"."+item("do", j), spans[i].from+in.After
			if at >= spans[i].to {
				d.report(below(path, "after"), "%s is after the end of the phase, which is %s long",
					formatDuration(in.After), formatDuration(spans[i].to-spans[i].from))
				continue
			}
			if in.After > 0 {
				d.mark(at, in.describe(d.Scenario))
			}
			d.at(at, func() { d.start(path, in, spans[i], 0) })
		}
	}
}

func (d *schedule) mark(at time.Duration, text string) {
	d.plan.Marks = append(d.plan.Marks, Mark{At: at, Text: text})
}

func (d *schedule) report(path, format string, args ...any) {
	d.problems = append(d.problems, d.problem(path, format, args...))
}

// at calls do when the simulation reaches the time, after all that was put there
// before. What would be after the end does not happen. A time is a step too, so
// that instructions without effect are bounded.
func (d *schedule) at(t time.Duration, do func()) {
	if t >= d.end {
		return
	}
	d.order++
	d.steps++
	heap.Push(&d.queue, event{at: t, order: d.order, do: do})
}

// event is something that happens at a time.
type event struct {
	at    time.Duration
	order int
	do    func()
}

// events is a heap, the next one first.
type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(e[i].at, e[j].at), cmp.Compare(e[i].order, e[j].order)) < 0
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }

// Push is for container/heap.
func (e *events) Push(x any) {
	if v, ok := x.(event); ok {
		*e = append(*e, v)
	}
}

// Pop is for container/heap.
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	(*e)[len(*e)-1] = event{}
	*e = (*e)[:len(*e)-1]
	return last
}

// ramp is the instruction that lets the groups come that no phase lets join.
func (d *schedule) ramp() (Instruction, bool) {
	mentioned := map[string]bool{}
	for _, p := range d.Phases {
		for _, in := range p.Do {
			if in.Verb != VerbJoin {
				continue
			}
			for _, g := range d.Groups {
				if in.concerns(g.Name) {
					mentioned[g.Name] = true
				}
			}
		}
	}
	ramp := Instruction{Verb: VerbJoin, Over: d.Ramp.over, Rate: d.Ramp.rate, implied: true}
	if !d.Ramp.given {
		ramp.Over = min(5*time.Second, d.end/10)
	}
	for _, g := range d.Groups {
		if !mentioned[g.Name] {
			ramp.Who = append(ramp.Who, g.Name)
		}
	}
	if len(ramp.Who) == len(d.Groups) {
		ramp.Who = nil
		return ramp, true
	}
	return ramp, len(ramp.Who) > 0
}

// checkEverybodyCame reports groups of whom some never join.
func (d *schedule) checkEverybodyCame() {
	missing := map[string]int{}
	for _, a := range d.actors {
		if !a.came {
			missing[a.group.Name]++
		}
	}
	for _, g := range d.Groups {
		if n := missing[g.Name]; n > 0 {
			d.report(below("groups", g.Name), "%d of the %d never join: let a phase have join: %s for the rest",
				n, g.Count*d.rooms(), g.Name)
		}
	}
}

// finish collects the actors' steps.
func (d *schedule) finish() {
	for _, a := range d.actors {
		d.plan.Clients = append(d.plan.Clients, a.client)
	}
	sortMarks(d.plan.Marks)
}

// seat makes the rooms and the clients: the first of each room, the second of
// each room, and so on.
func (d *schedule) seat() {
	for i := range d.rooms() {
		d.plan.Rooms = append(d.plan.Rooms, fmt.Sprintf("%s-%d", cmp.Or(d.RoomName, "load"), i+1))
	}
	for i := range d.Groups {
		g := &d.Groups[i]
		var publish *Publish
		if g.Publish != nil {
			p := g.Publish.complete()
			publish = &p
		}
		first := len(d.actors)
		for n := range g.Count * d.rooms() {
			d.actors = append(d.actors, &actor{
				group: g,
				state: unchanged,
				client: Client{
					ID:      len(d.actors),
					Name:    fmt.Sprintf("%s-%d", g.Name, n+1),
					Room:    d.plan.Rooms[n%d.rooms()],
					Group:   g.Name,
					Publish: publish,
					Receive: g.Receive,
				},
			})
		}
		d.members = append(d.members, d.actors[first:])
	}
	d.assignNetworks()
	d.pair()
}

// assignNetworks gives each group's clients the networks of its mix.
func (d *schedule) assignNetworks() {
	for i := range d.Groups {
		g := &d.Groups[i]
		members := d.members[i]
		shuffled := choose(d.Seed, "groups."+g.Name+".network", len(members), members)
		share, taken := Share(0), 0
		for _, p := range g.Network {
			// The sum is rounded, not each part, so that all parts together are never more than the whole.
			share += p.Share
			n := p.Count + share.Of(len(members)) - (share - p.Share).Of(len(members))
			if n == 0 {
				d.report(below(below("groups", g.Name)+".network", p.Network), "%v of %d clients is nobody", p.Share, len(members))
			}
			for _, a := range shuffled[taken:min(taken+n, len(shuffled))] {
				d.give(a, p.Network)
				a.home = a.client.Network
			}
			taken += n
		}
	}
}
