package main

import (
	"runtime"
	"sync"

	"github.com/atrium-rtc/atrium/internal/bench/ccsim/dumbbell"
	"github.com/atrium-rtc/atrium/internal/bench/document"
)

// record is what runs of a scenario gave, with seeds one after the other.
type record struct {
	scenario scenario
	first    *dumbbell.Trace // of the first seed
	values   [][]float64     // of each goal, by seed
}

// median is the middle of what was seen of a goal.
func (r *record) median(goal int) float64 { return document.Median(r.values[goal]) }

// met says whether that is what it should be.
func (r *record) met(goal int) bool { return r.scenario.goals[goal].met(r.median(goal)) }

// missed lists the goals that are not reached.
func (r *record) missed() (list []int) {
	for i := range r.scenario.goals {
		if !r.met(i) {
			list = append(list, i)
		}
	}
	return list
}

// play runs scenarios with so many seeds each, as many at once as there are
// processors.
func play(list []scenario, seed uint64, seeds int, c control) []*record {
	records := make([]*record, len(list))
	var group sync.WaitGroup
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, s := range list {
		r := &record{scenario: s, values: make([][]float64, len(s.goals))}
		for g := range r.values {
			r.values[g] = make([]float64, seeds)
		}
		records[i] = r
		for k := range seeds {
			group.Go(func() {
				turns <- struct{}{}
				defer func() { <-turns }()
				t := s.run(seed+uint64(k), c) //nolint:gosec // not negative
				if k == 0 {
					r.first = t
				}
				for g := range s.goals {
					r.values[g][k] = s.goals[g].of(t)
				}
			})
		}
	}
	group.Wait()
	return records
}
