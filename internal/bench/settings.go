package main

import (
	"errors"
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/internal/bench/crowd"
)

// settings are the flags.
type settings struct {
	plan

	subscribers   numbers
	naiveAt       numbers
	rounds        int
	curveRounds   int
	parts, curves bool
	paced         bool
	server, plain string // binaries
	out           string
	comparing     string // section.key=value; empty for the usual measurements
}

// numbers is a list of numbers as a flag: "200,800".
type numbers []int

func (n *numbers) String() string {
	words := make([]string, len(*n))
	for i, v := range *n {
		words[i] = strconv.Itoa(v)
	}
	return strings.Join(words, ",")
}

// Set implements flag.Value. An empty text is an empty list.
func (n *numbers) Set(text string) error {
	*n = nil
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		v, err := strconv.Atoi(word)
		if err != nil || v < 1 {
			return fmt.Errorf("%q is no number of subscribers", word)
		}
		*n = append(*n, v)
	}
	return nil
}

// readSettings reads the arguments of the command.
func readSettings(args []string) (settings, error) {
	s := settings{subscribers: numbers{200, 800}, naiveAt: numbers{200}, plan: plan{feedback: crowd.BrowserFeedback()}}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.Var(&s.subscribers, "subscribers", "numbers of subscribers of the one publisher")
	f.Var(&s.naiveAt, "naive-at", "of them, those at which the naive forwarder is measured too; it can carry some 300")
	f.IntVar(&s.rounds, "rounds", 5, "how often everything is measured; the medians count")
	f.BoolVar(&s.parts, "parts", true, "measure the parts, for the floor")
	f.BoolVar(&s.curves, "curves", false, "measure over numbers of subscribers, rooms and speakers, too; takes several times as long")
	f.IntVar(&s.curveRounds, "curve-rounds", 3, "how often the curves are measured")
	f.DurationVar(&s.window, "window", 10*time.Second, "how long each measurement takes once everybody is there")
	f.DurationVar(&s.settle, "settle", 3*time.Second, "how long after the last has joined it begins")
	f.Float64Var(&s.perSecond, "joins", 40, "joins a second")
	f.BoolVar(&s.paced, "paced", false, "spread the packets of a frame over time, in place of sending them together")
	f.DurationVar(&s.feedback.Reports, "reports", s.feedback.Reports, "time between receiver reports; 0 for none")
	f.DurationVar(&s.feedback.Transport, "transport-feedback", s.feedback.Transport, "time between messages of transport-wide feedback; 0 for none")
	f.IntVar(&s.serverCore, "server-core", 0, "processor of what is measured")
	f.IntVar(&s.generatorCore, "generator-core", 1, "processor of the publisher and the subscribers")
	f.StringVar(&s.server, "server", "", "the server's `binary`; built from this module if empty")
	f.StringVar(&s.plain, "naive", "", "the naive forwarder's `binary`, likewise")
	f.StringVar(&s.profile, "profile", "", "`file` for a CPU profile of the server in the last window; taking it costs some per cent; none if empty")
	f.StringVar(&s.out, "out", "", "Markdown `file` with a generated part to write the tables into; none if empty")
	f.StringVar(&s.comparing, "compare", "", "measure what `section.key=value` of the configuration costs, in place of everything else: windows without and with it take turns in one server, -rounds of each")
	if err := f.Parse(args); err != nil {
		return s, err
	}
	return s, s.check(runtime.NumCPU())
}

func (s *settings) check(processors int) error {
	for _, n := range s.naiveAt {
		if s.comparing == "" && !slices.Contains(s.subscribers, n) {
			return fmt.Errorf("-naive-at %d is none of -subscribers %s", n, s.subscribers.String())
		}
	}
	switch {
	case s.rounds < 1 || s.curveRounds < 1:
		return errors.New("-rounds and -curve-rounds: at least one")
	case s.window < time.Second || s.settle < 0 || s.perSecond <= 0:
		return errors.New("-window, -settle and -joins: at least 1 s, 0 s, and above 0")
	case s.serverCore == s.generatorCore:
		return errors.New("-server-core and -generator-core: two processors")
	case max(s.serverCore, s.generatorCore) >= processors || min(s.serverCore, s.generatorCore) < 0:
		return fmt.Errorf("-server-core and -generator-core: this machine has the processors 0 to %d", processors-1)
	}
	return nil
}

// media is what a publisher of the whole load sends.
func (s *settings) media() crowd.Media { return crowd.Media{Bitrate: 1_000_000, Paced: s.paced} }
