package main

import (
	"time"

	"github.com/atrium-rtc/atrium/internal/bench/ccsim/dumbbell"
	"github.com/atrium-rtc/atrium/internal/link"
	"github.com/atrium-rtc/atrium/sfu/bwe"
)

// scenario is a path over time, those who share it, and what is expected.
type scenario struct {
	name     string
	title    string // one sentence
	duration time.Duration
	shown    time.Duration // from when on the plot is
	path     []dumbbell.Change
	populate func(n *dumbbell.Network, control control)
	goals    []goal
}

// control makes the congestion control of a sender.
type control func(now time.Time) dumbbell.Controller

// run plays the scenario.
func (s *scenario) run(seed uint64, c control) *dumbbell.Trace {
	n := dumbbell.New(seed, s.path)
	s.populate(n, c)
	return n.Run(s.duration)
}

// state is a path at one time. What is lost at random is lost both ways; only
// the way there has a limit.
type state struct {
	rate   bwe.Bitrate   // headers included
	rtt    time.Duration // of the way alone; 0 is 100 ms
	buffer time.Duration // of the queue at this rate; 0 is 300 ms
	loss   float64
	jitter time.Duration // the most that a packet is late by, each way, without any queue; 0 is 2 ms
}

// at is the state from a time on.
func (s state) at(t time.Duration) dumbbell.Change {
	if s.rtt == 0 {
		s.rtt = 100 * time.Millisecond
	}
	if s.buffer == 0 {
		s.buffer = 300 * time.Millisecond
	}
	if s.jitter == 0 {
		s.jitter = 2 * time.Millisecond
	}
	back := link.Link{Delay: s.rtt / 2, Jitter: s.jitter, Loss: s.loss}
	forward := back
	forward.RateBitsPerSecond = int(s.rate)
	forward.QueueBytes = s.rate.Octets(s.buffer)
	return dumbbell.Change{At: t, Forward: forward, Back: back}
}

// one is a path with a single sender of a kind.
func one(source func() dumbbell.Source) func(*dumbbell.Network, control) {
	return func(n *dumbbell.Network, c control) { n.AddSender("estimate", 0, source(), c) }
}

func elastic(highest bwe.Bitrate) func() dumbbell.Source {
	return func() dumbbell.Source { return dumbbell.NewElastic(highest) }
}

func simulcast() dumbbell.Source { return dumbbell.Simulcast() }
