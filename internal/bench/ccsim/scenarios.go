package main

import (
	"fmt"
	"time"

	"github.com/atrium-rtc/atrium/internal/bench/ccsim/dumbbell"
	"github.com/atrium-rtc/atrium/sfu/bwe"
)

const (
	kbps = bwe.Kbps
	mbps = bwe.Mbps
)

// scenarios are all there are, in the order of the document.
func scenarios() []scenario {
	list := []scenario{step(), stepLayered(), sawtooth()}
	for _, percent := range []int{1, 5, 10} {
		list = append(list, loss(percent))
	}
	for _, rtt := range []time.Duration{50 * time.Millisecond, 200 * time.Millisecond} {
		list = append(list, roundTrip(rtt))
	}
	return append(list, jitter(), deep(), shallow(), two(), fairness(), limited(), outage())
}

// The capacity of the steps, and when they are.
const (
	stepHigh = 3 * mbps
	stepLow  = 400 * kbps
	stepDown = 40 * time.Second
	stepUp   = 70 * time.Second
	stepEnd  = 110 * time.Second
)

func stepPath() []dumbbell.Change {
	return []dumbbell.Change{
		state{rate: stepHigh}.at(0), state{rate: stepLow}.at(stepDown), state{rate: stepHigh}.at(stepUp),
	}
}

func step() scenario {
	return scenario{
		name: "step", title: "An encoder on a link of 3 Mbit/s that falls to 0.4 and comes back.",
		duration: stepEnd, path: stepPath(), populate: one(elastic(5 * mbps)),
		goals: []goal{
			utilisation(20*time.Second, stepDown).atLeast(usedGoal),
			utilisation(50*time.Second, stepUp).called("utilisation at 0.4 Mbit/s").atLeast(usedGoal),
			utilisation(90*time.Second, stepEnd).called("utilisation at 3 Mbit/s again").atLeast(usedGoal),
			down(stepDown).atMost(downGoal),
			up(stepUp).atMost(upGoal),
			queue(0, stepEnd).atMost(queueGoal),
			lost(0, stepEnd),
			worst(),
		},
	}
}

func stepLayered() scenario {
	return scenario{
		name: "step-layered", title: "The same with a forwarded simulcast of 150, 500 and 1700 kbit/s.",
		duration: stepEnd, path: stepPath(), populate: one(simulcast),
		goals: []goal{
			down(stepDown).atMost(downGoal),
			carries(0, 1832*kbps).called("all layers, from the start").atMost(upGoal),
			carries(stepUp, 1832*kbps).called("all layers again").atMost(upGoal),
			queue(0, stepEnd).atMost(queueGoal),
			lost(0, stepEnd),
			worst(),
		},
	}
}

// sawtooth climbs by 0.2 Mbit/s every 2 s, and falls at once.
func sawtooth() scenario {
	const tooth, teeth = 30 * time.Second, 4
	s := scenario{
		name: "sawtooth", title: "A link that climbs from 1 to 4 Mbit/s in 30 s and falls back, again and again.",
		duration: teeth * tooth, populate: one(elastic(6 * mbps)),
	}
	for t := time.Duration(0); t < s.duration; t += 2 * time.Second {
		s.path = append(s.path, state{rate: mbps + 200*kbps*bwe.Bitrate(t%tooth/(2*time.Second))}.at(t))
	}
	s.goals = []goal{utilisation(tooth, s.duration).atLeast(climbGoal)}
	for i := 1; i < teeth; i++ {
		at := time.Duration(i) * tooth
		s.goals = append(s.goals, down(at).called(fmt.Sprintf("down at %v", at)).atMost(downGoal))
	}
	s.goals = append(s.goals, queue(0, s.duration).atMost(queueGoal), lost(0, s.duration), worst())
	return s
}

// steady is a path that does not change, with one encoder.
func steady(name, title string, st state, highest bwe.Bitrate) scenario {
	const duration = 80 * time.Second
	losses := lost(0, duration)
	if st.loss == 0 {
		losses = losses.atMost(lostGoal)
	}
	return scenario{
		name: name, title: title, duration: duration,
		path: []dumbbell.Change{st.at(0)}, populate: one(elastic(highest)),
		goals: []goal{
			up(0).atMost(upGoal),
			utilisation(20*time.Second, duration).atLeast(usedGoal),
			queue(0, duration).atMost(queueGoal),
			queue(20*time.Second, duration).called("queue p95, steady").atMost(queueGoal),
			losses,
			worst(),
		},
	}
}

func loss(percent int) scenario {
	return steady(fmt.Sprintf("loss-%d", percent),
		fmt.Sprintf("A link of 10 Mbit/s that loses %d %% of the packets at random, both ways.", percent),
		state{rate: 10 * mbps, loss: float64(percent) / 100}, 15*mbps)
}

func roundTrip(rtt time.Duration) scenario {
	return steady(fmt.Sprintf("rtt-%d", rtt.Milliseconds()), fmt.Sprintf("A link of 3 Mbit/s with a round trip of %v.", rtt),
		state{rate: 3 * mbps, rtt: rtt}, 5*mbps)
}

func jitter() scenario {
	return steady("jitter", "A link of 3 Mbit/s on which packets are late by up to 30 ms, like a busy radio.",
		state{rate: 3 * mbps, jitter: 30 * time.Millisecond}, 5*mbps)
}

func deep() scenario {
	return steady("deep", "A link of 3 Mbit/s with a queue of 1 s.", state{rate: 3 * mbps, buffer: time.Second}, 5*mbps)
}

func shallow() scenario {
	return steady("shallow", "A link of 3 Mbit/s with a queue of 50 ms.",
		state{rate: 3 * mbps, buffer: 50 * time.Millisecond}, 5*mbps)
}

// two and fairness share 6 Mbit/s.
func two() scenario {
	const duration = 120 * time.Second
	return scenario{
		name: "two", title: "Two of ours on a link of 6 Mbit/s, the second 20 s after the first.",
		duration: duration, path: []dumbbell.Change{state{rate: 6 * mbps}.at(0)},
		populate: func(n *dumbbell.Network, c control) {
			n.AddSender("first", 0, dumbbell.NewElastic(8*mbps), c)
			n.AddSender("second", 20*time.Second, dumbbell.NewElastic(8*mbps), c)
		},
		goals: []goal{
			shares(50*time.Second, duration).atMost(shareGoal),
			utilisation(50*time.Second, duration).atLeast(usedGoal),
			queue(0, duration).atMost(queueGoal),
			lost(0, duration).atMost(lostGoal),
			worst(),
		},
	}
}

func fairness() scenario {
	const duration = 180 * time.Second
	return scenario{
		name: "fairness", title: "Two of ours and a flow of NewReno, from 40 s on, on a link of 6 Mbit/s.",
		duration: duration, path: []dumbbell.Change{state{rate: 6 * mbps}.at(0)},
		populate: func(n *dumbbell.Network, c control) {
			n.AddSender("first", 0, dumbbell.NewElastic(8*mbps), c)
			n.AddSender("second", 10*time.Second, dumbbell.NewElastic(8*mbps), c)
			n.AddForeign("NewReno", 40*time.Second, duration)
		},
		goals: []goal{
			shares(70*time.Second, duration).atMost(shareGoal),
			utilisation(70*time.Second, duration).atLeast(usedGoal),
			queue(70*time.Second, duration), // NewReno fills it
			lost(70*time.Second, duration),
		},
	}
}

// limited sends 300 kbit/s for ten minutes, and then may send 2.5 Mbit/s.
func limited() scenario {
	const wanted, rate = 10 * time.Minute, 2500 * kbps
	return scenario{
		name:     "limited",
		title:    "A video of 300 kbit/s for ten minutes on a link of 5 Mbit/s, and then the wish for one of 2.5 Mbit/s.",
		duration: wanted + 40*time.Second, shown: wanted - 60*time.Second,
		path: []dumbbell.Change{state{rate: 5 * mbps}.at(0)},
		populate: func(n *dumbbell.Network, c control) {
			source := dumbbell.Limited()
			n.AddSender("estimate", 0, source, c)
			n.At(wanted, func() { source.SetLadder(300*kbps, rate) })
		},
		goals: []goal{
			worst().called("worst estimate over link while limited").between(0, wanted).atMost(1),
			carries(wanted, 2674*kbps).called("up to carry 2.5 Mbit/s").atMost(upGoal),
			queue(0, wanted+40*time.Second).atMost(queueGoal),
		},
	}
}

func outage() scenario {
	const gone, back, duration = 30 * time.Second, 35 * time.Second, 80 * time.Second
	return scenario{
		name: "outage", title: "A link of 3 Mbit/s that goes away for 5 s and comes back.",
		duration: duration,
		path:     []dumbbell.Change{state{rate: 3 * mbps}.at(0), state{rate: 3 * mbps, loss: 1}.at(gone), state{rate: 3 * mbps}.at(back)},
		populate: one(elastic(5 * mbps)),
		goals: []goal{
			up(back).atMost(upGoal),
			utilisation(55*time.Second, duration).atLeast(usedGoal),
			queue(0, duration).atMost(queueGoal),
			lost(0, duration),
			worst(),
		},
	}
}
