package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/atrium-rtc/atrium/internal/bench/ccsim/dumbbell"
)

func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "ccsim:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("ccsim", flag.ContinueOnError)
	name := flags.String("scenario", "", "run this scenario alone")
	seed := flags.Uint64("seed", 1, "the first seed")
	series := flags.Bool("csv", false, "print the time series of the first seed")
	if err := flags.Parse(args); err != nil {
		return err
	}
	for _, s := range scenarios() {
		if *name != "" && s.name != *name {
			continue
		}
		begin := time.Now()
		t := s.run(*seed, func(time.Time) dumbbell.Controller { return dumbbell.Fixed(2500 * kbps) })
		if *series {
			return writeSeries(os.Stdout, t)
		}
		fmt.Printf("%s (%v)\n", s.name, time.Since(begin))
		for _, g := range s.goals {
			v := g.of(t)
			fmt.Printf("  %-45s %8s %10.2f %v\n", g.name, g.limit(), v, g.met(v))
		}
	}
	return nil
}
