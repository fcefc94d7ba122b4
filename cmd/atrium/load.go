package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
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
	FindCapacity   bool          `name:"find-capacity" help:"Raise the number of subscribers until a required level breaks (--require; or ${level}), and report the number."`
	MaxSubscribers int           `name:"max-subscribers" default:"2000" placeholder:"N" help:"The most subscribers to try."`
	Start          int           `name:"start-subscribers" default:"50" placeholder:"N" help:"Subscribers to begin with."`
	Hold           time.Duration `name:"hold" default:"15s" help:"How long each number is measured."`
	JoinRate       int           `name:"join-rate" default:"50" placeholder:"N" help:"Joins a second between two numbers."`
}

// Run carries out the load test. Not meeting a requirement is an error.
func (c *loadCommand) Run(parsed *kong.Context) error {
	if err := c.check(parsed); err != nil {
		return err
	}
	plan, err := c.plan()
	if err != nil {
		return err
	}
	requirements, err := c.requirements(plan)
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
	server, err := c.Output.server(ctx)
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
	files, err := c.Output.create()
	if err != nil {
		return err
	}
	run, err := c.test(ctx, runner, requirements, screen)
	if err != nil {
		return errors.Join(err, closeFiles(files))
	}
	c.judge(run, requirements)
	screen.close()
	return errors.Join(c.Output.write(run, files), c.failure(run))
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

// judge adds to the run what only the command knows, without its secrets, and
// holds it against the requirements.
func (c *loadCommand) judge(run *result.Run, requirements []result.Requirement) {
	run.Version = readBuild().version
	run.Command = "atrium " + maskedCommand(os.Args[1:])
	for i := range run.Errors {
		run.Errors[i].Text = maskedText(run.Errors[i].Text)
	}
	for i := range run.Clients {
		run.Clients[i].Ended = maskedText(run.Clients[i].Ended)
	}
	if run.Server != nil {
		run.Server.Source = maskedText(run.Server.Source)
	}
	if c.Capacity.FindCapacity {
		return // the last load is meant to break them
	}
	for _, r := range requirements {
		run.Verdicts = append(run.Verdicts, r.Judge(run))
	}
}

// plan returns who does what when, from the scenario or the flags.
func (c *loadCommand) plan() (*scenario.Plan, error) {
	s, err := c.scenario()
	if err != nil {
		return nil, err
	}
	return s.Plan()
}

func (c *loadCommand) scenario() (scenario.Scenario, error) {
	if c.Scenario == "" {
		return c.crowd().Scenario()
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

// announce states beforehand what the test needs, and where to watch it.
func (c *loadCommand) announce(plan *scenario.Plan, runner *load.Runner, screen *screen) error {
	limits := plan.Limits()
	screen.say("%v", limits)
	screen.say("%s", receiveBuffers(grantedReceiveBuffer))
	if err := runner.CheckLimits(limits); err != nil {
		return err
	}
	if c.Output.View {
		address, err := c.Target.page(plan.Rooms[0])
		if err != nil {
			return err
		}
		screen.answer("Watch a room: %s", address)
	}
	return nil
}
