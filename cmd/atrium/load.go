package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/atrium-rtc/atrium/internal/load"
	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
)

// loadCommand is atrium load: synthetic publishers and subscribers against any
// server, and what a person in their place would have felt.
type loadCommand struct {
	Target loadTarget `embed:"" group:"Server under test"`

	Scenario string          `placeholder:"FILE" group:"Who comes" help:"What happens, as a YAML file (docs/load-scenarios.md), or one of: ${scenarios}. Instead of the flags of this group."`
	Crowd    scenario.Flags  `embed:"" group:"Who comes"`
	Capacity capacityOptions `embed:"" group:"Capacity"`
	Output   loadOutput      `embed:"" group:"Report"`
}

// capacityOptions are the flags of the search for the largest load.
type capacityOptions struct {
	FindCapacity   bool          `help:"Raise the number of subscribers until a required level breaks (--require; or ${level}), and report the number."`
	MaxSubscribers int           `default:"2000" placeholder:"N" help:"The most subscribers to try."`
	Start          int           `name:"start-subscribers" default:"50" placeholder:"N" help:"Subscribers to begin with."`
	Hold           time.Duration `default:"15s" help:"How long each number is measured."`
	JoinRate       int           `default:"50" placeholder:"N" help:"Joins a second between two numbers."`
}

// defaultLevel is what --find-capacity requires when nothing else is.
func defaultLevel() []string {
	return []string{"delivered>=99.5%", "latency.p99<=100ms", "frozen<=1%", "joins.failed<=0"}
}

// Run carries out the load test. Not meeting a requirement is an error.
func (c *loadCommand) Run(parsed *kong.Context) error {
	requirements, err := c.requirements()
	if err != nil {
		return err
	}
	plan, err := c.plan(parsed)
	if err != nil {
		return err
	}
	// The first signal ends the test early, with its report; the second one ends
	// the program.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	target, err := c.Target.open(ctx)
	if err != nil {
		return err
	}
	server, err := c.Output.server()
	if err != nil {
		return err
	}
	screen, err := c.Output.open(plan)
	if err != nil {
		return err
	}
	defer screen.close()
	runner, err := load.NewRunner(load.Options{
		Target: target, Plan: plan, Late: c.Output.Late, Server: server, OnSecond: screen.second, Logger: screen.logger,
	})
	if err != nil {
		return err
	}
	if err := c.announce(plan, runner, screen); err != nil {
		return err
	}
	run, err := c.test(ctx, runner, requirements, screen)
	if err != nil {
		return err
	}
	return c.conclude(run, requirements, screen)
}

// test runs the plan, or the search for the capacity.
func (c *loadCommand) test(ctx context.Context, runner *load.Runner, level []result.Requirement, screen *screen) (*result.Run, error) {
	if !c.Capacity.FindCapacity {
		return runner.Run(ctx)
	}
	return runner.FindCapacity(ctx, load.CapacityOptions{
		Level: level, Start: c.Capacity.Start, Hold: c.Capacity.Hold, Rate: c.Capacity.JoinRate, OnStep: screen.step,
	})
}

// conclude judges the run and writes its reports.
func (c *loadCommand) conclude(run *result.Run, requirements []result.Requirement, screen *screen) error {
	run.Version = readBuild().version
	run.Command = "atrium " + strings.Join(os.Args[1:], " ")
	unmet := 0
	if !c.Capacity.FindCapacity { // there the last load is meant to break them
		for _, r := range requirements {
			v := r.Judge(run)
			run.Verdicts = append(run.Verdicts, v)
			if !v.Met {
				unmet++
			}
		}
	}
	screen.close()
	if err := c.Output.write(run); err != nil {
		return err
	}
	switch {
	case run.Total.Joined == 0:
		return errors.New("nobody could join: see the errors above")
	case unmet > 0:
		return fmt.Errorf("%d of %d requirements were not met", unmet, len(requirements))
	}
	return nil
}

func (c *loadCommand) requirements() ([]result.Requirement, error) {
	texts := c.Output.Require
	if c.Capacity.FindCapacity && len(texts) == 0 {
		texts = defaultLevel()
	}
	var list []result.Requirement
	for _, text := range texts {
		r, err := result.ParseRequirement(text)
		if err != nil {
			return nil, fmt.Errorf("--require: %w", err)
		}
		list = append(list, r)
	}
	return list, nil
}

// plan returns who does what when, from the scenario or the flags.
func (c *loadCommand) plan(parsed *kong.Context) (*scenario.Plan, error) {
	s, err := c.scenario(parsed)
	if err != nil {
		return nil, err
	}
	return s.Plan()
}

func (c *loadCommand) scenario(parsed *kong.Context) (scenario.Scenario, error) {
	if c.Scenario == "" {
		return c.crowd().Scenario()
	}
	if name := crowdFlag(parsed); name != "" {
		return scenario.Scenario{}, fmt.Errorf("--%s is for tests without --scenario: the scenario says it", name)
	}
	if c.Capacity.FindCapacity {
		return scenario.Scenario{}, errors.New("--find-capacity takes the flags of the common case, not a scenario")
	}
	if slices.Contains(scenario.Examples(), c.Scenario) {
		return scenario.Example(c.Scenario)
	}
	data, err := os.ReadFile(c.Scenario)
	if err != nil {
		return scenario.Scenario{}, fmt.Errorf("read the scenario: %w", err)
	}
	return scenario.Read(c.Scenario, data)
}

// crowd returns the flags of the common case. The search for the capacity makes
// as many subscribers as it may need, and decides itself who comes when.
func (c *loadCommand) crowd() scenario.Flags {
	flags := c.Crowd
	if c.Capacity.FindCapacity {
		rooms := max(flags.Rooms, 1)
		flags.Subscribers = (c.Capacity.MaxSubscribers + rooms - 1) / rooms
		flags.Duration, flags.Ramp = 24*time.Hour, scenario.RampOver(0)
	}
	return flags
}

// crowdFlag returns the first flag that was given of those that describe the
// common case.
func crowdFlag(parsed *kong.Context) string {
	known := make(map[string]bool)
	for field := range reflect.TypeFor[scenario.Flags]().Fields() {
		known[field.Tag.Get("name")] = true
	}
	for _, p := range parsed.Path {
		if p.Flag != nil && known[p.Flag.Name] {
			return p.Flag.Name
		}
	}
	return ""
}

// announce states beforehand what the test needs, and where to watch it.
func (c *loadCommand) announce(plan *scenario.Plan, runner *load.Runner, screen *screen) error {
	limits := plan.Limits()
	screen.say("%v", limits)
	if err := runner.CheckLimits(limits); err != nil {
		return err
	}
	if c.Output.View {
		address, err := c.Target.page(plan.Rooms[0])
		if err != nil {
			return err
		}
		screen.say("Watch a room: %s", address)
	}
	return nil
}
