package world

import (
	"maps"
	"slices"
	"time"
)

// The threshold oracle: the figures of the project's reliability table that mean
// something in fake time, where computing costs nothing.

// Figures are what a run has shown, the worst of each.
type Figures struct {
	FirstFrame  time.Duration // from asking, on clean links (R2)
	Resent      float64       // octets sent again per octet of media, in any second (R6)
	Keyframes   time.Duration // the shortest time between requests to a publisher (R7)
	ToldOfDeath time.Duration // how long others took to hear of a client that died (R10)
	Request     time.Duration // the slowest on a clean link
	Gap         time.Duration // the longest between pictures on clean links
	SoundGap    time.Duration
	Packets     int // of media, to all
	Repairs     int
}

// The limits.
const (
	maxFirstFrame = 1200 * time.Millisecond
	maxResent     = 0.25
	minKeyframes  = 450 * time.Millisecond // 500 ms, less the jitter of a link
	maxToldOf     = 20 * time.Second
	maxRequest    = time.Second
)

func (w *World) judgeThresholds() {
	f := w.figures()
	if f.FirstFrame > maxFirstFrame {
		w.fail("threshold", "R2: a first picture took %v on clean links", f.FirstFrame)
	}
	if f.Resent > maxResent+0.02 { // the server counts payloads, the wire has headers
		w.fail("threshold", "R6: in one second %.0f %% of what was sent was sent again", 100*f.Resent)
	}
	if f.Keyframes > 0 && f.Keyframes < minKeyframes {
		w.fail("threshold", "R7: two keyframe requests within %v", f.Keyframes)
	}
	if f.Request > maxRequest {
		w.fail("threshold", "R11: a request on a clean link took %v", f.Request)
	}
	w.judgeDeaths()
	for _, c := range w.clients {
		w.judgeRepair(c)
	}
}

// judgeRepair holds what came over a downlink with some loss against R3: of the
// pictures that loss of up to 10 %, not in bursts, takes for itself, retransmission
// brings back two in five at least. A browser gets nearly all: Pion (v4.2.20) does not
// see that a repair has come, asks for the same packet again and again, and so spends
// the quarter of its media that may be sent again.
func (w *World) judgeRepair(c *client) {
	share, lossy := w.script.onlyLossy(c.Name)
	if !lossy || c.dead.Load() {
		return
	}
	c.screen.mu.Lock()
	defer c.screen.mu.Unlock()
	lost, taken := 0, 0.0
	for id, sh := range c.screen.shown {
		k := &sh.kinds[picture]
		if from := w.sources[id]; !w.bystander(from.client) || len(k.complete) == 0 {
			continue
		}
		first := k.frame
		for f := range k.complete {
			first = min(first, f)
		}
		lost += int(k.frame-first) + 1 - len(k.complete)
		taken += share
	}
	if float64(lost) > max(3, 0.6*taken) {
		w.fail("threshold", "R3: %s lacks %d pictures, and its link took %.0f for itself", c.Name, lost, taken)
	}
}

// onlyLossy reports whether nothing is done to a member but to give its downlink
// little loss, and how many pictures of one source that takes.
func (s *Script) onlyLossy(name string) (pictures float64, lossy bool) {
	for _, step := range s.Steps {
		if step.Do == Join || !slices.Contains(step.Who, name) {
			continue
		}
		bad := step.Down.Burst > 1 || step.Down.Loss > 0.1 || step.Down.RateBitsPerSecond > 0 || step.Down.Jitter > 0
		if step.Do != Relink || step.Up.Loss > 0 || bad {
			return 0, false
		}
		lossy = lossy || step.Down.Loss > 0
		pictures += step.Down.Loss * float64(step.For/frameEvery)
	}
	return pictures, lossy
}

// watchFlood looks whether a reader that does not read was cut off in time: 1 MiB
// waits for it some seconds after the flood began, and then it has 5 s (R11).
func (w *World) watchFlood(step *Step) (m moment, is bool) {
	for i := range w.script.Steps {
		stall := &w.script.Steps[i]
		if stall.Do != Stall || step.Do != Flood || stall.At > step.At || w.byName[stall.Who[0]].Room != w.byName[step.Who[0]].Room {
			continue
		}
		return moment{step.At + floodTakes + 5*time.Second, func() {
			if w.server.signaling.Stats().SlowConsumers == 0 {
				w.fail("threshold", "R11: a reader that does not read was not cut off within 5 s of 1 MiB")
			}
		}}, true
	}
	return moment{}, false
}

// judgeDeaths wants everybody who stays to hear of those who die.
func (w *World) judgeDeaths() {
	for i := range w.script.Steps {
		step := &w.script.Steps[i]
		if step.Do != Die || step.At+maxToldOf > w.since() {
			continue
		}
		for _, c := range w.clients {
			took, concerned := w.told(c, step)
			if concerned && (took == 0 || took > maxToldOf) {
				w.fail("threshold", "R10: %s heard of the end of %v after %v", c.Name, step.Who, took)
			}
		}
	}
}

// told is how long a client took to hear of a death, 0 for never. Only those to
// whom nothing else happens are concerned.
func (w *World) told(c *client, step *Step) (took time.Duration, concerned bool) {
	dead := w.byName[step.Who[0]]
	joined := w.model.people[dead.Name].joined
	if c.Room != dead.Room || c == dead || !w.bystander(c) || joined == 0 || step.At-joined < 3*time.Second || w.model.people[c.Name].joined+time.Second > step.At {
		return 0, false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range c.learned {
		if l.who == dead.Name && l.at >= step.At {
			return l.at - step.At, true
		}
	}
	return 0, true
}

// bystander reports whether nothing is ever done to a client, on a clean link.
func (w *World) bystander(c *client) bool {
	return !w.script.touched(c.Name) && c.Link.Loss == 0 && c.Link.RateBitsPerSecond == 0 && c.Link.Jitter == 0 && c.Link.Reorder == 0
}

// bystanderLink reports whether nothing but takeovers is done to a client, so that its
// sockets work.
func (w *World) bystanderLink(c *client) bool {
	return !slices.ContainsFunc(w.script.Steps, func(s Step) bool {
		return s.Do != Join && s.Do != Takeover && slices.Contains(s.Who, c.Name)
	})
}

func (w *World) figures() (f Figures) {
	for _, c := range w.clients {
		if !w.bystander(c) {
			continue
		}
		w.mu.Lock()
		for _, a := range c.answers {
			f.Request = max(f.Request, a.took)
		}
		w.mu.Unlock()
		w.figuresOf(c, &f)
	}
	for i := range w.script.Steps {
		step := &w.script.Steps[i]
		if step.Do != Die {
			continue
		}
		for _, c := range w.clients {
			took, _ := w.told(c, step)
			f.ToldOfDeath = max(f.ToldOfDeath, took)
		}
	}
	w.wire.mu.Lock()
	defer w.wire.mu.Unlock()
	for _, t := range w.wire.to {
		f.Resent = max(f.Resent, t.worst)
		f.Packets, f.Repairs = f.Packets+t.packets, f.Repairs+t.repairs
	}
	return f
}

// figuresOf adds what a bystander has seen of others, and was asked for.
func (w *World) figuresOf(c *client, f *Figures) {
	c.screen.mu.Lock()
	for id, sh := range c.screen.shown {
		if from := w.sources[id].client; !w.bystander(from) {
			continue
		}
		f.FirstFrame = max(f.FirstFrame, sh.firstIn)
		for _, g := range sh.kinds[picture].gaps {
			f.Gap = max(f.Gap, g.to-g.from)
		}
		for _, g := range sh.kinds[sound].gaps {
			f.SoundGap = max(f.SoundGap, g.to-g.from)
		}
	}
	c.screen.mu.Unlock()
	for _, s := range c.all {
		s.mu.Lock()
		for i := 1; i < len(s.requests); i++ {
			if d := s.requests[i].Sub(s.requests[i-1]); f.Keyframes == 0 || d < f.Keyframes {
				f.Keyframes = d
			}
		}
		s.mu.Unlock()
	}
}

func sortedKeys(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
