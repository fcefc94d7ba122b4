package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/atrium-rtc/atrium/internal/bench/document"
)

// bout is one load on one subject, measured once in each round.
type bout struct {
	subject subject
	load    load
	samples []sample

	failures []error // rounds that gave no sample
}

// whole returns the bouts of the main tables: ours and naive side by side, so
// that what the machine does meanwhile hits both.
func (s *settings) whole(of []subject) []*bout {
	var list []*bout
	for _, n := range s.subscribers {
		for _, subject := range of {
			if subject.name == naive && !slices.Contains(s.naiveAt, n) {
				continue
			}
			list = append(list, &bout{subject: subject, load: load{rooms: 1, publishers: 1, listeners: n, media: s.media()}})
		}
	}
	return list
}

// run measures once more. It fails only if it is interrupted.
func (b *bout) run(ctx context.Context, p plan) error {
	say("%s: %v", b.subject.name, b.load)
	result, err := measure(ctx, b.subject, b.load, p)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		say("  failed: %v", err)
		b.failures = append(b.failures, err)
		return nil // the others are worth something all the same
	}
	b.samples = append(b.samples, result)
	say("%s: %.2f us a packet, p99 %.1f ms, %.2f %% delivered; cores: server %.2f, generator %.2f, others %.2f",
		b.subject.name, result.micros, result.p99, 100*result.delivered, result.server, result.generator, result.others)
	for _, warning := range result.warnings() {
		say("  warning: %s", warning)
	}
	return nil
}

// median returns the median of a figure over the rounds.
func (b *bout) median(figure func(*sample) float64) float64 {
	list := make([]float64, len(b.samples))
	for i := range b.samples {
		list[i] = figure(&b.samples[i])
	}
	return document.Median(list)
}

// Limits beyond which figures are not to be trusted.
const (
	busyGenerator = 0.85 // cores
	busyOthers    = 0.10 // cores
)

// warnings say why a sample is not to be trusted.
func (s *sample) warnings() []string {
	var list []string
	if s.generator > busyGenerator {
		list = append(list, fmt.Sprintf("the generator used %.0f %% of its processor: it measures itself", 100*s.generator))
	}
	if s.others > busyOthers {
		list = append(list, fmt.Sprintf("other processes used %.2f processors", s.others))
	}
	if s.dropped > 0 {
		list = append(list, fmt.Sprintf("%d packets found no room in the generator's sockets", s.dropped))
	}
	return list
}
