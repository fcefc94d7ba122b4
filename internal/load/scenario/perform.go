package scenario

import (
	"fmt"
	"slices"
	"time"
)

// concerns says whether the instruction is for a group.
func (in Instruction) concerns(group string) bool {
	return in.Who == nil || slices.Contains(in.Who, Everybody) || slices.Contains(in.Who, group)
}

// who returns the clients of the groups, in order; nil is everybody.
func (d *schedule) who(groups Names) []*actor {
	d.steps += len(d.actors) / scannedPerStep
	in := Instruction{Who: groups}
	var found []*actor
	for i, g := range d.Groups {
		if in.concerns(g.Name) {
			found = append(found, d.members[i]...)
		}
	}
	return found
}

// start carries out an instruction for the round-th time, and schedules its
// repetition and its end.
func (d *schedule) start(path string, in Instruction, phase span, round int) {
	chosen := d.choose(path, in, round)
	if in.Verb == VerbChurn {
		d.churn(path, in, phase, chosen)
		return
	}
	over := in.Over
	if in.Rate > 0 {
		over = in.Rate.Times(len(chosen))
	}
	if over > phase.to-d.now && in.Every == 0 {
		d.tooLong(path, in, over, phase.to-d.now)
		return
	}
	for i, a := range chosen {
		d.at(d.now+over*time.Duration(i)/time.Duration(len(chosen)), func() { d.perform(in, a, round) })
	}
	if next := d.now + in.Every; in.Every > 0 && next < phase.to {
		d.at(next, func() { d.start(path, in, phase, round+1) })
	}
}

func (d *schedule) tooLong(path string, in Instruction, over, left time.Duration) {
	key := below(path, "over")
	switch {
	case in.implied:
		key = path
	case in.Rate > 0:
		key = below(path, "rate")
	}
	d.report(key, "takes %s, but there are only %s left", formatDuration(over.Round(time.Millisecond)), formatDuration(left))
}

// choose returns whom an instruction is for this time, in order.
func (d *schedule) choose(path string, in Instruction, round int) []*actor {
	var able, ready []*actor
	for _, a := range d.who(in.Who) {
		if !in.suits(a) {
			continue
		}
		able = append(able, a)
		if in.finds(a) {
			ready = append(ready, a)
		}
	}
	n := len(ready)
	switch {
	case in.Count > 0:
		n = in.Count
	case in.Share > 0:
		n = in.Share.Of(len(able))
	}
	if round == 0 {
		d.checkChoice(path, in, n, len(able), len(ready))
	}
	if in.Verb == VerbLayer {
		round = 0 // the same receivers go through the layers
	}
	chosen := choose(d.Seed, fmt.Sprintf("%s round %d", path, round), n, ready)
	slices.SortFunc(chosen, func(a, b *actor) int { return a.client.ID - b.client.ID })
	return chosen
}

// checkChoice reports an instruction that does not find whom it is for.
func (d *schedule) checkChoice(path string, in Instruction, n, able, ready int) {
	verb := below(path, string(in.Verb))
	switch {
	case able == 0:
		d.report(verb, "is for nobody: %s %s", in.whom(), in.unsuited())
	case n == 0 && in.Share > 0:
		d.report(below(path, "share"), "%v of %d clients is nobody", in.Share, able)
	case n > able:
		d.report(below(path, "count"), "there are only %d", able)
	case ready == 0 && in.Verb == VerbJoin:
		d.report(verb, "is for nobody: %s are there already", in.whom())
	case ready == 0:
		d.report(verb, "is for nobody: none of %s is in a room at %s", in.whom(), formatDuration(d.now))
	}
}

// suits says whether the instruction makes sense for the client at all.
func (in Instruction) suits(a *actor) bool {
	switch in.Verb {
	case VerbMute, VerbUnmute:
		return slices.ContainsFunc(in.Media.kinds(), a.client.Publish.sends)
	case VerbRepublish:
		return a.client.Publish != nil
	case VerbLayer:
		return a.client.Receive.Streams != 0
	default:
		return true
	}
}

func (in Instruction) unsuited() string {
	switch in.Verb {
	case VerbLayer:
		return "receive nothing"
	case VerbRepublish:
		return "publish nothing"
	default:
		return fmt.Sprintf("send nothing to %s", in.Verb)
	}
}

// finds says whether the client is where the instruction can reach it.
func (in Instruction) finds(a *actor) bool {
	switch in.Verb {
	case VerbJoin:
		return !a.here
	case VerbLeave, VerbVanish, VerbRepublish:
		return a.here
	default:
		return true
	}
}

// perform does to one client what the instruction says.
func (d *schedule) perform(in Instruction, a *actor, round int) {
	switch in.Verb {
	case VerbJoin:
		d.join(a)
	case VerbLeave, VerbVanish:
		how := Leave
		if in.Verb == VerbVanish {
			how = Vanish
		}
		if d.leave(a, how); in.For > 0 {
			d.comeBack(a, in.For)
		}
	case VerbRepublish:
		if a.here {
			d.do(a, Step{Do: Republish})
		}
	case VerbNetwork:
		d.give(a, in.To[0])
		d.after(in.For, func() { d.setNetwork(a, a.home) })
	default:
		d.change(a, in.applied(a.state, round))
		d.after(in.For, func() { d.change(a, in.undone(a.state)) })
		if in.Verb == VerbReadSlowly {
			a.blame("reads slowly")
		}
	}
}

// after does something a while later, never if the while is 0.
func (d *schedule) after(wait time.Duration, do func()) {
	if wait > 0 {
		d.at(d.now+wait, do)
	}
}

// comeBack lets a client join again, unless something else moves it before.
func (d *schedule) comeBack(a *actor, after time.Duration) {
	life := a.life
	d.at(d.now+after, func() {
		if a.life == life {
			d.join(a)
		}
	})
}

// applied is the state of a client after the instruction.
func (in Instruction) applied(s state, round int) state {
	switch in.Verb {
	case VerbMute, VerbUnmute:
		for _, kind := range in.Media.kinds() {
			if kind == Audio {
				s.noAudio = in.Verb == VerbMute
			} else {
				s.noVideo = in.Verb == VerbMute
			}
		}
	case VerbLayer:
		s.layer, _ = parseLayer(in.To[round%len(in.To)]) // checked by validate
	case VerbReadSlowly:
		s.slow, s.speed = true, in.Speed
	}
	return s
}

// undone is the state of a client when the instruction's time is over.
func (in Instruction) undone(s state) state {
	switch in.Verb {
	case VerbMute:
		in.Verb = VerbUnmute
		return in.applied(s, 0)
	case VerbLayer:
		s.layer = AutoLayer
	case VerbReadSlowly:
		s.slow = false
	}
	return s
}
