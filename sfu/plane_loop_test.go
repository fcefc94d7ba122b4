package sfu_test

import (
	"container/heap"
	"testing/synctest"
	"time"
)

// loop runs events in the order of their times, and of their scheduling where
// times are equal, in the fake time of a bubble. It is the only goroutine that
// acts by itself besides the shards, so that a seed repeats a run exactly.
//
// Shards look at what is due every 50 ms from their start on. Events never fall
// on such a moment: all of them are half a microsecond beside a whole one.
type loop struct {
	start  time.Time
	events eventHeap
	count  uint64

	touched bool
}

type event struct {
	at    time.Time
	order uint64
	do    func()
}

const beside = 500 * time.Nanosecond

func newLoop() *loop { return &loop{start: time.Now()} }

// at schedules an event, a microsecond later at most.
func (l *loop) at(when time.Time, do func()) {
	since := when.Sub(l.start)
	rounded := since.Truncate(time.Microsecond) + beside
	if rounded < since {
		rounded += time.Microsecond
	}
	l.count++
	heap.Push(&l.events, event{at: l.start.Add(rounded), order: l.count, do: do})
}

func (l *loop) after(d time.Duration, do func()) { l.at(time.Now().Add(d), do) }

// every schedules an event again and again, while it wants to go on.
func (l *loop) every(interval time.Duration, do func() (again bool)) {
	l.after(interval, func() {
		if do() {
			l.every(interval, do)
		}
	})
}

// since returns how long the loop has been running.
func (l *loop) since() time.Duration { return time.Since(l.start) }

// run runs the events of the next d. Behind each that touched the plane it waits
// until the shards have done their work, and then settles.
func (l *loop) run(d time.Duration, settle func()) {
	done := false
	l.after(d, func() { done = true })
	for !done {
		e, _ := heap.Pop(&l.events).(event)
		if wait := time.Until(e.at); wait > 0 {
			time.Sleep(wait)
		}
		e.do()
		if l.touched {
			l.touched = false
			synctest.Wait()
			settle()
		}
	}
}

// touch says that the event gave the shards something to do.
func (l *loop) touch() { l.touched = true }

// eventHeap implements heap.Interface.
type eventHeap []event

func (h eventHeap) Len() int      { return len(h) }
func (h eventHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *eventHeap) Push(x any)   { *h = append(*h, x.(event)) }

func (h eventHeap) Less(i, j int) bool {
	if !h[i].at.Equal(h[j].at) {
		return h[i].at.Before(h[j].at)
	}
	return h[i].order < h[j].order
}

func (h *eventHeap) Pop() any {
	last := len(*h) - 1
	e := (*h)[last]
	(*h)[last] = event{}
	*h = (*h)[:last]
	return e
}
