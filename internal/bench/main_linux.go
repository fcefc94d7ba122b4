package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/signal"
	"syscall"

	"github.com/atrium-rtc/atrium/internal/bench/process"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	s, err := readSettings(args)
	if err != nil {
		return err
	}
	directory, err := os.MkdirTemp("", "atrium-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(directory)
	list, err := subjects(ctx, directory, s.server, s.plain)
	if err != nil {
		return err
	}
	if err := process.Pin(s.generatorCore); err != nil {
		return err
	}
	bouts := s.whole(list)
	for round := range s.rounds {
		say("round %d of %d", round+1, s.rounds)
		for _, b := range bouts {
			if err := b.run(ctx, s.plan); err != nil {
				return err
			}
		}
	}
	whole, ratio, health := wholeTable(bouts, math.NaN()), ratioTable(bouts), healthTable(bouts)
	fmt.Printf("\n%v\n%v\n%v\n", &whole, &ratio, &health)
	for _, line := range distrust(bouts) {
		fmt.Println(line)
	}
	return nil
}
