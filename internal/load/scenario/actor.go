package scenario

import (
	"fmt"
	"slices"
	"time"
)

// actor is a client on its way through the scenario.
type actor struct {
	client  Client
	group   *Group
	home    Network // the network of the beginning
	network Network // the present one
	state   state

	here     bool          // in its room
	arrived  time.Duration // there, the last time
	came     bool          // joined at least once
	vanished bool          // the last time it went
	names    int           // how many names it had
	life     int           // changes with each coming and going
}

// state is what was done to a client. It outlives its stays in the room.
type state struct {
	noAudio, noVideo bool
	layer            int
	slow             bool
	speed            Speed
}

var unchanged = state{layer: AutoLayer}

// do notes a step of the client at the present time.
func (d *schedule) do(a *actor, step Step) {
	step.At = d.now
	a.client.Steps = append(a.client.Steps, step)
	d.steps++
}

// blame notes a fault for people, once.
func (a *actor) blame(fault string) {
	if !slices.Contains(a.client.Faults, fault) {
		a.client.Faults = append(a.client.Faults, fault)
	}
}

// join brings the client into its room, with everything done to it before.
func (d *schedule) join(a *actor) {
	if a.here {
		return
	}
	name := a.client.Name
	if a.vanished {
		a.names++
	}
	if a.names > 0 {
		name = fmt.Sprintf("%s~%d", name, a.names+1)
	}
	a.here, a.came, a.vanished = true, true, false
	a.arrived = d.now
	a.life++
	d.do(a, Step{Do: Join, Name: name})
	d.restore(a)
	for _, c := range d.churns {
		c.welcome(a)
	}
}

// restore repeats for a new stay what differs from how a client begins.
func (d *schedule) restore(a *actor) {
	to := a.state
	a.state = unchanged
	d.change(a, to)
}

// change takes the client to a state, by steps if it is in its room.
func (d *schedule) change(a *actor, to state) {
	from := a.state
	a.state = to
	if !a.here {
		return
	}
	if from.noAudio != to.noAudio && a.client.Publish.sends(Audio) {
		d.do(a, Step{Do: muting(to.noAudio), Kind: Audio})
	}
	if from.noVideo != to.noVideo && a.client.Publish.sends(Video) {
		d.do(a, Step{Do: muting(to.noVideo), Kind: Video})
	}
	if from.layer != to.layer {
		d.do(a, Step{Do: RequestLayer, Layer: to.layer})
	}
	switch {
	case to.slow && (!from.slow || from.speed != to.speed):
		d.do(a, Step{Do: ReadSlowly, Speed: to.speed})
	case from.slow && !to.slow:
		d.do(a, Step{Do: ReadNormally})
	}
}

func muting(off bool) Action {
	if off {
		return Mute
	}
	return Unmute
}

// leave takes the client out of its room, by Leave or Vanish.
func (d *schedule) leave(a *actor, how Action) {
	a.life++ // a return that was planned before is off
	if !a.here {
		return
	}
	a.here, a.vanished = false, how == Vanish
	if a.vanished {
		a.blame("vanishes")
	}
	d.do(a, Step{Do: how})
}

// give changes the client's network: the one it starts with, if it never joined.
func (d *schedule) give(a *actor, name string) {
	var n Network // stays so for Untouched
	if i := slices.IndexFunc(d.Networks, func(n Network) bool { return n.Name == name }); i >= 0 {
		n = d.Networks[i]
	}
	d.setNetwork(a, n)
}

func (d *schedule) setNetwork(a *actor, n Network) {
	if !n.Perfect() {
		a.blame(n.String())
	}
	changed := a.network != n
	a.network = n
	if !a.came {
		a.client.Network = n
	} else if changed {
		d.do(a, Step{Do: ChangeNetwork, Network: &n})
	}
}
