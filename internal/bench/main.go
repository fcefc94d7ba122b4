package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"github.com/atrium-rtc/atrium/internal/bench/document"
	"github.com/atrium-rtc/atrium/internal/bench/parts"
	"github.com/atrium-rtc/atrium/internal/bench/process"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 && strings.HasPrefix(args[0], rolePrefix) {
		return play(ctx, args)
	}
	s, err := readSettings(args)
	if err != nil {
		return err
	}
	if _, err := exec.LookPath("taskset"); err != nil {
		return fmt.Errorf("programs are kept on their processors by taskset (util-linux), on Linux alone: %w", err)
	}
	directory, err := os.MkdirTemp("", "atrium-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(directory) }() // the system does it otherwise
	of, err := subjects(ctx, directory, s.server, s.plain)
	if err != nil {
		return err
	}
	if err := process.Pin(s.generatorCore); err != nil {
		return err
	}
	where := describe(ctx, of[0].program)
	say("%v", where)
	if s.comparing != "" {
		return s.compare(ctx, of[0], directory, fmt.Sprint(where))
	}
	bouts, costs, err := s.main(ctx, of)
	if err != nil {
		return err
	}
	mix, floor := mixOf(bouts), floorOf(costs)
	text := fmt.Sprintf("%v\n\n%s\n", where, s.method())
	text += s.report(bouts, partsTable(costs, mix), floor(mix))
	if err := s.publish(measuredPart, text); err != nil || !s.curves {
		return err
	}
	list := s.theCurves(of[0], mix, floor)
	if err := s.follow(ctx, list); err != nil {
		return err
	}
	text = fmt.Sprintf("%v\n\n", where)
	if s.out != "" {
		name, err := document.WriteFigure(s.out, "forwarding.svg", draw(list))
		if err != nil {
			return err
		}
		text += fmt.Sprintf("![CPU per forwarded packet over subscribers, rooms and speakers](%s)\n\n", name)
	}
	for _, c := range list {
		t := c.table()
		t.Notes = distrust(c.points)
		text += t.String() + "\n"
	}
	return s.publish(curvesPart, text)
}

// main measures what is not a curve, round by round.
func (s *settings) main(ctx context.Context, of []subject) (bouts []*bout, costs []parts.Costs, err error) {
	bouts = s.whole(of)
	for round := range s.rounds {
		say("round %d of %d", round+1, s.rounds)
		if s.parts {
			say("parts: sealing and sending")
			c, err := measureParts(ctx, s)
			if err != nil {
				return nil, nil, fmt.Errorf("parts: %w", err)
			}
			costs = append(costs, c)
		}
		for _, b := range bouts {
			if err := b.run(ctx, s.plan); err != nil {
				return nil, nil, err
			}
		}
	}
	return bouts, costs, nil
}

// follow measures the points of the curves, round by round.
func (s *settings) follow(ctx context.Context, list []*curve) error {
	for round := range s.curveRounds {
		for _, c := range list {
			say("curve of %s, round %d of %d", c.axis, round+1, s.curveRounds)
			for _, b := range c.points {
				if err := b.run(ctx, s.plan); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// method says how figures came about, for those who compare.
func (s *settings) method() string {
	sent := "the packets of a frame together"
	if s.paced {
		sent = "the packets of a frame spread over time"
	}
	feedback := "no receiver reports"
	if r := s.feedback.Reports; r > 0 {
		feedback = fmt.Sprintf("a receiver report each %v", r)
	}
	if t := s.feedback.Transport; t > 0 {
		feedback += fmt.Sprintf(" and transport-wide feedback each %v where it is negotiated", t)
	}
	return fmt.Sprintf("Medians of %d rounds of %v; one publisher, Opus and VP8 of %d kbit/s, %s; subscribers send %s.\n",
		s.rounds, s.window, s.media().Bitrate/1000, sent, feedback)
}

// report is the tables that are not of curves.
func (s *settings) report(bouts []*bout, partly document.Table, floor float64) string {
	var text strings.Builder
	if len(partly.Rows) > 0 {
		fmt.Fprintf(&text, "### The parts\n\n%v\n", &partly)
	}
	if len(bouts) == 0 {
		return text.String()
	}
	whole, ratio, health := wholeTable(bouts, floor), ratioTable(bouts), healthTable(bouts)
	health.Notes = distrust(bouts)
	fmt.Fprintf(&text, "### The whole\n\n%v\n", &whole)
	if len(ratio.Rows) > 0 {
		fmt.Fprintf(&text, "%v\n", &ratio)
	}
	subscribers := subscriberTable(bouts)
	fmt.Fprintf(&text, "%v\n", &subscribers)
	fmt.Fprintf(&text, "### How far the figures can be trusted\n\n%v", &health)
	return text.String()
}

// publish shows a part of the results and writes it into the file.
func (s *settings) publish(part, text string) error {
	fmt.Printf("\n%s\n", text)
	if s.out == "" {
		return nil
	}
	if err := document.WritePart(s.out, skeleton, part, text); err != nil {
		return err
	}
	say("written to %s", s.out)
	return nil
}
