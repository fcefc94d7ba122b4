package main

import (
	"fmt"
	"slices"

	"github.com/atrium-rtc/atrium/internal/bench/document"
)

// wholeTable is what forwarding costs, and what the subscribers had of it.
func wholeTable(list []*bout, floor float64) document.Table {
	t := document.Table{Head: []string{
		"", "subscribers", "us / packet", "least to most", "x floor", "p50 ms", "p99 ms", "delivered %",
		"calls / packet", "run", "allocations / packet",
	}}
	for _, b := range list {
		var micros []float64
		for i := range b.samples {
			micros = append(micros, b.samples[i].micros)
		}
		t.Add(
			b.subject.name, fmt.Sprint(b.load.subscribers()), document.Number(cost(b), 2),
			document.Span(micros, 2), document.Number(cost(b)/floor, 2),
			document.Number(b.median(func(s *sample) float64 { return s.p50 }), 2),
			document.Number(b.median(func(s *sample) float64 { return s.p99 }), 1),
			document.Number(100*b.median(func(s *sample) float64 { return s.delivered }), 2),
			document.Number(b.median(func(s *sample) float64 { return s.calls }), 4),
			document.Number(b.median(func(s *sample) float64 { return s.run }), 2),
			document.Number(b.median(func(s *sample) float64 { return s.mallocs }), 3),
		)
	}
	return t
}

// subscriberTable is what a subscriber costs before anything is forwarded to it.
func subscriberTable(list []*bout) document.Table {
	t := document.Table{Head: []string{"", "subscribers", "KiB / subscriber", "CPU ms / join", "join p50 ms"}}
	for _, b := range list {
		t.Add(
			b.subject.name, fmt.Sprint(b.load.subscribers()),
			document.Number(b.median(func(s *sample) float64 { return s.memory }), 0),
			document.Number(b.median(func(s *sample) float64 { return s.joinCPU }), 1),
			document.Number(b.median(func(s *sample) float64 { return s.join }), 0),
		)
	}
	return t
}

// ratioTable holds the naive forwarder against ours, round by round.
func ratioTable(list []*bout) document.Table {
	t := document.Table{Head: []string{"subscribers", "naive / atrium, median of the rounds", "least to most"}}
	for _, b := range list {
		if b.subject.name != ours {
			continue
		}
		i := slices.IndexFunc(list, func(o *bout) bool { return o.subject.name == naive && o.load == b.load })
		if i < 0 {
			continue
		}
		var ratios []float64
		for round := range min(len(b.samples), len(list[i].samples)) {
			ratios = append(ratios, list[i].samples[round].micros/b.samples[round].micros)
		}
		t.Add(fmt.Sprint(b.load.subscribers()), document.Number(document.Median(ratios), 2), document.Span(ratios, 2))
	}
	return t
}

// healthTable says whether the others are to be trusted.
func healthTable(list []*bout) document.Table {
	t := document.Table{Head: []string{
		"", "subscribers", "server cores", "generator cores", "others", "generator us / packet", "packets / s to each", "dropped",
	}}
	for _, b := range list {
		streams := float64(b.load.subscribers())
		t.Add(
			b.subject.name, fmt.Sprint(b.load.subscribers()),
			document.Number(b.median(func(s *sample) float64 { return s.server }), 2),
			document.Number(b.median(func(s *sample) float64 { return s.generator }), 2),
			document.Number(b.median(func(s *sample) float64 { return s.others }), 2),
			document.Number(b.median(func(s *sample) float64 { return s.generatorMicros }), 2),
			document.Number(b.median(func(s *sample) float64 { return s.rate / streams }), 1),
			fmt.Sprint(droppedIn(b.samples)),
		)
	}
	return t
}

func droppedIn(samples []sample) (n uint64) {
	for i := range samples {
		n += samples[i].dropped
	}
	return n
}

// distrust collects the warnings of all rounds.
func distrust(list []*bout) []string {
	var lines []string
	for _, b := range list {
		var said []string
		for i := range b.samples {
			for _, w := range b.samples[i].warnings() {
				said = append(said, fmt.Sprintf("round %d: %s", i+1, w))
			}
		}
		for _, err := range b.failures {
			said = append(said, fmt.Sprintf("a round failed: %v", err))
		}
		for _, w := range said {
			lines = append(lines, fmt.Sprintf("**Not to be trusted:** %s with %d subscribers, %s.", b.subject.name, b.load.subscribers(), w))
		}
	}
	return lines
}
