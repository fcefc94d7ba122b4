package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
)

// defaultLevel is what --find-capacity requires when nothing else is.
func defaultLevel() []string {
	return []string{"delivered>=99.5%", "latency.p99<=100ms", "frozen<=1%", "joins.failed<=0"}
}

// requirements reads what is required of the run. What the plan can never meet
// is an error.
func (c *loadCommand) requirements(plan *scenario.Plan) ([]result.Requirement, error) {
	texts := c.Output.Require
	if c.Capacity.FindCapacity && len(texts) == 0 {
		texts = defaultLevel()
	}
	var list []result.Requirement
	for _, text := range texts {
		r, err := result.ParseRequirement(text)
		if err == nil {
			err = c.measurable(r, plan)
		}
		if err != nil {
			return nil, fmt.Errorf("--require: %w", err)
		}
		list = append(list, r)
	}
	return list, nil
}

// measurable returns an error if a run of the plan will have no such figure.
func (c *loadCommand) measurable(r result.Requirement, plan *scenario.Plan) error {
	switch {
	case c.Capacity.FindCapacity && r.Group != "":
		return fmt.Errorf("requirement %q: --find-capacity judges everybody: leave out @%s", r, r.Group)
	case strings.HasPrefix(r.Metric, "server.") && !c.Output.knowsServer():
		return fmt.Errorf("requirement %q: it is not measured: give --server-metrics or --server-pid", r)
	}
	if _, err := plannedGroups(plan).Group(r.Group); err != nil {
		return fmt.Errorf("requirement %q: %w", r, err)
	}
	return nil
}

// plannedGroups is a run with the groups that a run of the plan will have.
func plannedGroups(plan *scenario.Plan) *result.Run {
	run := new(result.Run)
	for _, client := range plan.Clients {
		for _, name := range client.Groups() {
			if _, err := run.Group(name); err != nil {
				run.Groups = append(run.Groups, result.Group{Name: name})
			}
		}
	}
	return run
}

// failure is what makes the command fail, once the reports are written: nil for
// a run that found what was required.
func (c *loadCommand) failure(run *result.Run) error {
	unmet := 0
	for _, v := range run.Verdicts {
		if !v.Met {
			unmet++
		}
	}
	switch {
	case run.Total.Joined == 0:
		return errors.New("nobody could join: see the errors above")
	case run.Total.PacketsSent == 0 && run.Total.Packets == 0:
		return errors.New("no media was sent, and none received")
	case unmet > 0:
		return fmt.Errorf("%d of %d requirements were not met", unmet, len(run.Verdicts))
	case run.Capacity == nil || run.Capacity.Subscribers > 0:
		return nil
	case len(run.Capacity.Steps) == 0:
		return errors.New("the search ended before any number of subscribers was measured")
	default:
		return fmt.Errorf("the level did not hold, not even with %d of the subscribers", run.Capacity.Steps[0].Subscribers)
	}
}
