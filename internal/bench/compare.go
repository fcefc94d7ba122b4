package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/internal/bench/crowd"
	"github.com/atrium-rtc/atrium/internal/bench/document"
)

// comparison is what one key of the configuration costs: windows without and with
// its value take turns in one server with one crowd, by reloading. What moves from
// minute to minute, and from process to process, then hits both.
type comparison struct {
	key, value string
	load       load
	pairs      [][2]sample // without, with
}

// comparedPart is the part of the Markdown file that a comparison writes.
const comparedPart = "compared"

// readComparison reads the argument of -compare.
func readComparison(text string) (comparison, error) {
	key, value, ok := strings.Cut(text, "=")
	if !ok || strings.Count(key, ".") != 1 {
		return comparison{}, fmt.Errorf("-compare %q: write section.key=value", text)
	}
	return comparison{key: key, value: value}, nil
}

// yaml is the configuration with the value, or without.
func (c *comparison) yaml(with bool) []byte {
	if !with {
		return nil
	}
	section, name, _ := strings.Cut(c.key, ".")
	return fmt.Appendf(nil, "%s:\n  %s: %q\n", section, name, c.value)
}

// run measures so many pairs of windows.
func (c *comparison) run(ctx context.Context, of subject, directory string, pairs int, p plan) (err error) {
	file := filepath.Join(directory, "atrium.yaml")
	if err := errors.Join(os.WriteFile(file, c.yaml(false), 0o600), os.Setenv("ATRIUM_CONFIG", file)); err != nil {
		return err
	}
	r, err := of.start(ctx, p.serverCore, of.program)
	if err != nil {
		return err
	}
	people, err := crowd.New(crowd.Options{Session: r.session, Server: netip.AddrFrom4([4]byte{127, 0, 0, 1}), Feedback: p.feedback})
	if err != nil {
		r.Kill()
		return err
	}
	defer func() {
		r.Kill() // first, so that nobody waits for its goodbye
		err = errors.Join(err, people.Close())
	}()
	publishers, err := c.load.publish(ctx, people, p.perSecond)
	if err == nil {
		err = c.load.watch(ctx, people, publishers, p.perSecond)
	}
	if err != nil {
		return err
	}
	for i := range pairs {
		var pair [2]sample
		for turn := range 2 {
			with := turn != i%2 // the first of a pair changes
			if err := errors.Join(os.WriteFile(file, c.yaml(with), 0o600), reload(ctx, r)); err != nil {
				return err
			}
			if err := wait(ctx, p.settle); err != nil {
				return err
			}
			before, after, flow, err := window(ctx, people, r, p)
			if err != nil {
				return err
			}
			at := 0
			if with {
				at = 1
			}
			pair[at] = evaluate(before, after, flow)
		}
		c.pairs = append(c.pairs, pair)
		say("pair %d of %d: %.2f us a packet without, %.2f with; others %.2f", i+1, pairs, pair[0].micros, pair[1].micros, max(pair[0].others, pair[1].others))
	}
	return nil
}

// reload has the server read its configuration again.
func reload(ctx context.Context, r *running) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.operator+"/reload", nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("POST /reload: %s", answer.Status)
	}
	return nil
}

// growth is by how much the value makes a figure larger, in per cent, pair by pair.
func (c *comparison) growth(figure func(*sample) float64) []float64 {
	list := make([]float64, len(c.pairs))
	for i := range c.pairs {
		list[i] = 100 * (figure(&c.pairs[i][1])/figure(&c.pairs[i][0]) - 1)
	}
	return list
}

// compareTable holds the comparisons, one for each load.
func compareTable(list []*comparison) document.Table {
	t := document.Table{Head: []string{
		"subscribers", "pairs", "us / packet without", "with", "growth %, median of the pairs", "middle half", "p99 ms without", "with", "others, cores",
	}}
	for _, c := range list {
		var without, with bout
		var busy []float64
		for _, pair := range c.pairs {
			without.samples, with.samples = append(without.samples, pair[0]), append(with.samples, pair[1])
			busy = append(busy, pair[0].others, pair[1].others)
		}
		micros, p99 := func(s *sample) float64 { return s.micros }, func(s *sample) float64 { return s.p99 }
		growth := slices.Sorted(slices.Values(c.growth(micros)))
		t.Add(
			fmt.Sprint(c.load.subscribers()), fmt.Sprint(len(c.pairs)),
			document.Number(without.median(micros), 2), document.Number(with.median(micros), 2),
			document.Number(document.Median(growth), 1), document.Span(growth[len(growth)/4:len(growth)-len(growth)/4], 1),
			document.Number(without.median(p99), 1), document.Number(with.median(p99), 1),
			document.Number(document.Median(busy), 2),
		)
	}
	return t
}

// compare measures what the key of -compare costs, at each number of subscribers.
func (s *settings) compare(ctx context.Context, of subject, directory, where string) error {
	var list []*comparison
	for _, n := range s.subscribers {
		c, err := readComparison(s.comparing)
		if err != nil {
			return err
		}
		c.load = load{rooms: 1, publishers: 1, listeners: n, media: s.media()}
		say("%v without and with %s", c.load, s.comparing)
		if err := c.run(ctx, of, directory, s.rounds, s.plan); err != nil {
			return err
		}
		list = append(list, &c)
	}
	t := compareTable(list)
	text := fmt.Sprintf("%s\n\n`-compare %s`, windows of %v.\n\n%v\n", where, s.comparing, s.window, &t)
	fmt.Printf("\n%s\n", text)
	if s.out == "" {
		return nil
	}
	skeleton := "# What " + list[0].key + " costs\n\n<!-- " + comparedPart + ": begin -->\n<!-- " + comparedPart + ": end -->\n"
	return document.WritePart(s.out, skeleton, comparedPart, text)
}
