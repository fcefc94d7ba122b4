package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/internal/bench/ccsim/dumbbell"
	"github.com/atrium-rtc/atrium/sfu/bwe"
)

func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "ccsim:", err)
		os.Exit(1)
	}
}

// settings are what the command line says.
type settings struct {
	scenario string
	seed     uint64
	seeds    int
	series   bool
	plots    string
	out      string
}

func run(args []string) error {
	var s settings
	flags := flag.NewFlagSet("ccsim", flag.ContinueOnError)
	flags.StringVar(&s.scenario, "scenario", "", "run these `scenarios` alone (separated by commas)")
	flags.Uint64Var(&s.seed, "seed", 1, "the first `seed`")
	flags.IntVar(&s.seeds, "seeds", 5, "how many seeds")
	flags.BoolVar(&s.series, "csv", false, "print the time series of the first seed, in kbit/s and ms, and nothing else")
	flags.StringVar(&s.plots, "svg", "", "write plots of the first seed into a `directory`")
	flags.StringVar(&s.out, "out", "", "write tables and plots into this Markdown `file`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	list, err := choose(s.scenario)
	if err != nil {
		return err
	}
	if s.series {
		return writeSeries(os.Stdout, list[0].run(s.seed, estimator))
	}
	records := play(list, s.seed, s.seeds, estimator)
	for _, r := range records {
		t := goalTable(r)
		fmt.Println(&t)
	}
	t := overview(records)
	fmt.Println(&t)
	if s.plots != "" {
		if err := writePlots(s.plots, records); err != nil {
			return err
		}
	}
	if s.out != "" {
		return publish(s.out, records, &s)
	}
	return nil
}

// choose returns the scenarios of these names, all when there is none.
func choose(names string) ([]scenario, error) {
	all := scenarios()
	if names == "" {
		return all, nil
	}
	var list []scenario
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(all, func(s scenario) bool { return s.name == name })
		if i < 0 {
			var known []string
			for i := range all {
				known = append(known, all[i].name)
			}
			return nil, fmt.Errorf("no scenario %q; there are %s", name, strings.Join(known, ", "))
		}
		list = append(list, all[i])
	}
	return list, nil
}

// estimator makes the congestion control under test.
func estimator(now time.Time) dumbbell.Controller {
	e := bwe.NewEstimator(bwe.Config{}, now)
	return struct {
		*bwe.Estimator
		*bwe.Flow
	}{e, e.NewFlow(now)}
}
