package world

import (
	"maps"
	"slices"
	"time"

	"github.com/atrium-rtc/atrium/internal/testnet"
)

// Families are the names of all there are, sorted.
func Families() []string { return slices.Sorted(maps.Keys(families())) }

// families are the ways to draw a script. docs/simulation.md says how to write one.
func families() map[string]func(*draft) {
	return map[string]func(*draft){
		// Nothing is wrong with the network.
		"calm":     calmDays,
		"churn":    churn,
		"crowd":    crowd,
		"streams":  streams,
		"mute":     mutes,
		"renew":    renewals,
		"takeover": takeovers,
		"drain":    drains,
		// The network is bad.
		"loss":    loss,
		"repair":  repair,
		"bursts":  bursts,
		"reorder": reorder,
		"narrow":  narrow,
		"jitter":  jitter,
		// The network fails.
		"outage":    outages,
		"partition": partitions,
		"flap":      flapping,
		"rebind":    rebinding,
		"move":      moves,
		"cut":       cuts,
		// Clients fail.
		"die":   deaths,
		"stall": stalls,
		"flood": floods,
		"lie":   lies,
		// All of it.
		"storm": storm,
	}
}

func calmDays(d *draft) {
	d.cast(4 + d.IntN(4))
	d.times(1, 3, 8*time.Second, d.visit)
}

// visit lets somebody leave, and perhaps come again.
func (d *draft) visit(at time.Duration) {
	who := d.victim()
	d.step(Step{At: at, Do: Leave, Who: who})
	if d.IntN(3) > 0 {
		d.step(Step{At: at + d.between(500*ms, 4*time.Second), Do: Join, Who: who})
	}
}

func churn(d *draft) {
	d.cast(8 + d.IntN(5))
	d.times(15, 30, 8*time.Second, d.visit)
}

// crowd is a room of which most only watch.
func crowd(d *draft) {
	d.cast(24 + d.IntN(12))
	for i := 4; i < len(d.Members); i++ {
		d.Members[i].Room, d.Members[i].Streams = "atrium", nil
	}
	d.times(2, 6, 5*time.Second, d.visit)
	d.Settle = 10 * time.Second
}

// streams lets those with paired connections publish more and less.
func streams(d *draft) {
	d.cast(5 + d.IntN(2))
	has := make(map[string][]string)
	for i := range d.Members {
		if i >= 2 {
			d.Members[i].Style = Paired
		}
		has[d.Members[i].Name] = slices.Clone(d.Members[i].Streams)
	}
	at := calm
	for range 4 + d.IntN(8) {
		at += d.between(0, 1500*ms)
		who := d.victim()
		stream := []string{"webcam", "screen", "slides"}[d.IntN(3)]
		if i := slices.Index(has[who[0]], stream); i >= 0 {
			has[who[0]] = slices.Delete(has[who[0]], i, i+1)
			d.step(Step{At: at, Do: EndStream, Who: who, Text: stream})
		} else {
			has[who[0]] = append(has[who[0]], stream)
			d.step(Step{At: at, Do: AddStream, Who: who, Text: stream})
		}
	}
}

func mutes(d *draft) {
	d.cast(4 + d.IntN(3))
	at := calm
	for range 2 + d.IntN(4) {
		d.step(Step{At: at, Do: Mute, Who: d.victim(), Kind: d.IntN(kinds), For: d.between(500*ms, 2*time.Second)})
		at += 2100 * ms // one does not end another
	}
}

func renewals(d *draft) {
	d.cast(4 + d.IntN(4))
	d.times(1, 5, 6*time.Second, func(at time.Duration) { d.step(Step{At: at, Do: Renew, Who: d.victim()}) })
}

func takeovers(d *draft) {
	d.cast(4 + d.IntN(4))
	d.times(1, 4, 6*time.Second, func(at time.Duration) { d.step(Step{At: at, Do: Takeover, Who: d.some()}) })
}

// drains has the server take nobody new for a while: who is in stays, who comes
// waits.
func drains(d *draft) {
	d.cast(5 + d.IntN(3))
	late := d.victim()
	d.Steps = slices.DeleteFunc(d.Steps, func(s Step) bool { return slices.Equal(s.Who, late) })
	d.step(Step{At: calm, Do: Drain, For: d.between(3*time.Second, 8*time.Second)})
	d.step(Step{At: calm + d.between(0, 2*time.Second), Do: Join, Who: late})
	d.times(0, 2, 3*time.Second, func(at time.Duration) { d.step(Step{At: at, Do: Cut, Who: d.victim()}) })
}

// relink gives somebody other links for a while.
func (d *draft) relink(at time.Duration, link func(delay time.Duration) testnet.Link) {
	who := d.victim()
	delay := d.member(who[0]).Link.Delay
	step := Step{At: at, Do: Relink, Who: who, For: d.between(3*time.Second, 9*time.Second)}
	step.Up, step.Down = link(delay), link(delay)
	switch d.IntN(3) {
	case 0:
		step.Up = testnet.Link{Delay: delay}
	case 1:
		step.Down = testnet.Link{Delay: delay}
	}
	d.step(step)
}

func loss(d *draft) {
	d.cast(4 + d.IntN(3))
	d.times(1, 3, 5*time.Second, func(at time.Duration) {
		d.relink(at, func(delay time.Duration) testnet.Link {
			return testnet.Link{Delay: delay, Loss: 0.01 + 0.2*d.Float64()}
		})
	})
}

// repair is loss that retransmission has to make good, on one downlink.
func repair(d *draft) {
	d.cast(5)
	who := d.victim()
	m := d.member(who[0])
	m.Room = "atrium"
	d.Members[0].Streams = append(d.Members[0].Streams, "screen")[:1+d.IntN(2)]
	if d.Members[0].Style == Old {
		d.Members[0].Streams = d.Members[0].Streams[:1]
	}
	d.step(Step{
		At: calm, Do: Relink, Who: who, For: d.between(12*time.Second, 20*time.Second),
		Up: m.Link, Down: testnet.Link{Delay: m.Link.Delay, Loss: 0.04 + 0.06*d.Float64()},
	})
}

func bursts(d *draft) {
	d.cast(4 + d.IntN(3))
	d.times(1, 3, 5*time.Second, func(at time.Duration) {
		d.relink(at, func(delay time.Duration) testnet.Link {
			return testnet.Link{Delay: delay, Loss: 0.01 + 0.15*d.Float64(), Burst: 2 + 10*d.Float64()}
		})
	})
}

func reorder(d *draft) {
	d.cast(4 + d.IntN(3))
	d.times(1, 3, 5*time.Second, func(at time.Duration) {
		d.relink(at, func(delay time.Duration) testnet.Link {
			return testnet.Link{Delay: delay, Reorder: 0.2 * d.Float64(), ReorderBy: d.between(5*ms, 120*ms), Duplicate: 0.2 * d.Float64()}
		})
	})
}

func narrow(d *draft) {
	d.cast(4 + d.IntN(3))
	d.times(1, 3, 5*time.Second, func(at time.Duration) {
		d.relink(at, func(delay time.Duration) testnet.Link {
			return testnet.Link{Delay: delay, RateBitsPerSecond: 40_000 + d.IntN(400_000), QueueBytes: 4000 + d.IntN(60_000)}
		})
	})
}

func jitter(d *draft) {
	d.cast(4 + d.IntN(3))
	d.times(1, 3, 5*time.Second, func(at time.Duration) {
		d.relink(at, func(delay time.Duration) testnet.Link {
			return testnet.Link{Delay: delay, Jitter: d.between(20*ms, 500*ms), Loss: 0.02 * d.Float64()}
		})
	})
}

func outages(d *draft) {
	d.cast(4 + d.IntN(3))
	d.times(1, 3, 5*time.Second, func(at time.Duration) {
		d.step(Step{At: at, Do: Outage, Who: d.victim(), For: d.between(500*ms, 28*time.Second)})
	})
}

func partitions(d *draft) {
	d.cast(5 + d.IntN(3))
	d.times(1, 2, 5*time.Second, func(at time.Duration) {
		d.step(Step{At: at, Do: Outage, Who: d.some(), For: d.between(time.Second, 26*time.Second)})
	})
}

// flapping is a link that comes and goes.
func flapping(d *draft) {
	d.cast(4 + d.IntN(3))
	d.times(1, 2, 2*time.Second, func(at time.Duration) {
		who := d.victim()
		for range 3 + d.IntN(6) {
			off := d.between(200*ms, 3*time.Second)
			d.step(Step{At: at, Do: Outage, Who: who, For: off})
			at += off + d.between(200*ms, 3*time.Second)
		}
	})
}

func rebinding(d *draft) {
	d.cast(4 + d.IntN(3))
	d.times(1, 3, 6*time.Second, func(at time.Duration) { d.step(Step{At: at, Do: Rebind, Who: d.victim()}) })
}

func moves(d *draft) {
	d.cast(4 + d.IntN(3))
	d.times(1, 3, 6*time.Second, func(at time.Duration) { d.step(Step{At: at, Do: Move, Who: d.victim()}) })
}

func cuts(d *draft) {
	d.cast(4 + d.IntN(4))
	d.times(1, 5, 6*time.Second, func(at time.Duration) { d.step(Step{At: at, Do: Cut, Who: d.some()}) })
}

func deaths(d *draft) {
	d.cast(5 + d.IntN(3))
	d.times(1, 2, 4*time.Second, func(at time.Duration) { d.step(Step{At: at, Do: Die, Who: d.victim()}) })
	d.times(0, 2, 8*time.Second, d.visit)
}

func stalls(d *draft) {
	d.cast(4 + d.IntN(3))
	d.times(1, 3, 5*time.Second, func(at time.Duration) {
		d.step(Step{At: at, Do: Stall, Who: d.victim(), For: d.between(time.Second, 16*time.Second)})
	})
}

// floods has all the others write while one does not read.
func floods(d *draft) {
	d.cast(9 + d.IntN(2))
	slow := d.victim()
	at := calm + d.between(0, 2*time.Second)
	d.step(Step{At: calm, Do: Stall, Who: slow, For: d.between(6*time.Second, 12*time.Second)})
	for i := range d.Members {
		m := &d.Members[i]
		if i >= 2 {
			m.Room = "atrium"
			if i > 4 {
				m.Streams = nil
			}
		}
		if i >= 2 && m.Name != slow[0] {
			d.step(Step{At: at, Do: Flood, Who: []string{m.Name}})
		}
	}
}

func lies(d *draft) {
	d.cast(4 + d.IntN(3))
	d.times(1, 3, 3*time.Second, func(at time.Duration) {
		d.step(Step{At: at, Do: Lie, Who: d.victim(), Text: allLies[d.IntN(len(allLies))]})
	})
	d.step(Step{At: calm + 8*time.Second, Do: Resume}) // a lie takes time
}

// storm is several of everything.
func storm(d *draft) {
	d.cast(7 + d.IntN(4))
	all := []func(at time.Duration){
		d.visit,
		func(at time.Duration) { d.step(Step{At: at, Do: Cut, Who: d.some()}) },
		func(at time.Duration) {
			d.step(Step{At: at, Do: Outage, Who: d.victim(), For: d.between(200*ms, 12*time.Second)})
		},
		func(at time.Duration) { d.step(Step{At: at, Do: Rebind, Who: d.victim()}) },
		func(at time.Duration) { d.step(Step{At: at, Do: Move, Who: d.victim()}) },
		func(at time.Duration) { d.step(Step{At: at, Do: Takeover, Who: d.victim()}) },
		func(at time.Duration) { d.step(Step{At: at, Do: Renew, Who: d.victim()}) },
		func(at time.Duration) {
			d.step(Step{At: at, Do: Stall, Who: d.victim(), For: d.between(time.Second, 8*time.Second)})
		},
		func(at time.Duration) {
			d.relink(at, func(delay time.Duration) testnet.Link {
				return testnet.Link{Delay: delay, Loss: 0.15 * d.Float64(), Burst: 4 * d.Float64(), Reorder: 0.1 * d.Float64(), Duplicate: 0.1 * d.Float64()}
			})
		},
		func(at time.Duration) {
			d.step(Step{At: at, Do: Lie, Who: d.victim(), Text: allLies[d.IntN(len(allLies))]})
		},
	}
	d.times(6, 14, 12*time.Second, func(at time.Duration) { all[d.IntN(len(all))](at) })
	if d.IntN(3) == 0 {
		d.step(Step{At: calm + d.between(0, 10*time.Second), Do: Die, Who: d.victim()})
	}
}
