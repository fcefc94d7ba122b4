package main

import (
	"context"
	"errors"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/usage"
)

const (
	// quiet is how long goroutines and files must not have fallen for a server to be
	// at rest: longer than anything that it keeps for somebody who may come back.
	quiet = 15 * time.Second
	// restPatience is how long it may take to come to rest.
	restPatience = 90 * time.Second
	restInterval = time.Second
)

// rest is what a server holds when nobody is there.
type rest struct {
	usage.Held
	after  time.Duration // how long it took until nothing fell any more
	stacks []byte        // of its goroutines
}

// ebb follows counts until they have not fallen for a while. The counts of a
// reading are those of the server and of the reading itself, which may still see
// the one before: the lowest is right.
type ebb struct {
	low  usage.Held
	fell time.Time // when the lowest was seen first
}

// add takes a reading, and reports whether the server is at rest.
func (e *ebb) add(h usage.Held, now time.Time) bool {
	if e.fell.IsZero() || h.Goroutines < e.low.Goroutines || h.Files < e.low.Files {
		if e.fell.IsZero() {
			e.low = h
		}
		e.low.Goroutines, e.low.Files = min(e.low.Goroutines, h.Goroutines), min(e.low.Files, h.Files)
		e.fell = now
	}
	e.low.Series = h.Series
	return now.Sub(e.fell) >= quiet
}

// settle waits until the server is at rest.
func settle(ctx context.Context, w *watcher) (rest, error) {
	ctx, cancel := context.WithTimeout(ctx, restPatience)
	defer cancel()
	again := time.NewTicker(restInterval)
	defer again.Stop()
	began := time.Now()
	var e ebb
	for {
		sample, err := w.metrics.Read(ctx)
		if err != nil {
			return rest{}, err
		}
		if e.add(sample.Held, sample.At) {
			break
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return rest{}, errors.New("the server does not come to rest")
		}
	}
	r := rest{Held: e.low, after: e.fell.Sub(began)}
	var err error
	if r.Heap, err = w.liveHeap(ctx); err != nil {
		return rest{}, err
	}
	r.stacks, err = w.goroutines(ctx)
	return r, err
}
