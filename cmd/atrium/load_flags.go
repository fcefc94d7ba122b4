package main

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/alecthomas/kong"

	"github.com/atrium-rtc/atrium/internal/load/scenario"
)

// minHold is the shortest step of a search: figures come once a second.
const minHold = time.Second

// check refuses flags that would say nothing beside others, and values that make
// no test.
func (c *loadCommand) check(parsed *kong.Context) error {
	if err := c.checkChoice(parsed); err != nil {
		return err
	}
	switch o := &c.Capacity; {
	case c.Output.Late <= 0:
		return fmt.Errorf("--late: %v would make every frame late: give a time above 0s", c.Output.Late)
	case !o.FindCapacity:
		return nil
	case o.Hold < minHold:
		return fmt.Errorf("--hold: %v is too short to measure anything: give at least %v", o.Hold, minHold)
	case o.Start < 1 || o.MaxSubscribers < 1 || o.JoinRate < 1:
		return errors.New("--start-subscribers, --max-subscribers and --join-rate are 1 at least")
	}
	return nil
}

// checkChoice refuses the flags of a way to say who comes that was not chosen:
// a scenario, the flags of the common case, or the search for the capacity.
func (c *loadCommand) checkChoice(parsed *kong.Context) error {
	ofCrowd, ofSearch := flagNames[scenario.Flags](), flagNames[capacityOptions]()
	switch {
	case !c.Capacity.FindCapacity:
		if name := firstGiven(parsed, ofSearch); name != "" {
			return fmt.Errorf("--%s is for --find-capacity", name)
		}
	case firstGiven(parsed, []string{"subscribers"}) != "":
		return errors.New("--subscribers: --find-capacity decides how many there are: use --max-subscribers and --start-subscribers")
	case firstGiven(parsed, []string{"duration"}) != "":
		return errors.New("--duration: --find-capacity ends when the number is found: use --hold for the time of one number")
	case firstGiven(parsed, []string{"ramp"}) != "":
		return errors.New("--ramp: --find-capacity decides when subscribers come: use --join-rate")
	case firstGiven(parsed, []string{"churn"}) != "":
		return errors.New("--churn: in --find-capacity nobody leaves and returns: use a test without it, with --subscribers")
	}
	if name := firstGiven(parsed, ofCrowd); c.Scenario != "" && name != "" {
		return fmt.Errorf("--%s is for tests without --scenario: the scenario says it", name)
	}
	return nil
}

// firstGiven returns the first flag on the command line that is one of names, ""
// if none is.
func firstGiven(parsed *kong.Context, names []string) string {
	for _, p := range parsed.Path {
		if p.Flag != nil && slices.Contains(names, p.Flag.Name) {
			return p.Flag.Name
		}
	}
	return ""
}

// flagNames lists the flags of a struct whose tags name them.
func flagNames[T any]() []string {
	var names []string
	for field := range reflect.TypeFor[T]().Fields() {
		if name := field.Tag.Get("name"); name != "" {
			names = append(names, name)
		}
	}
	return names
}
