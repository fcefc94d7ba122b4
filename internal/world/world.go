package world

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/testnet"
)

// World is one run of a script. Its own goroutine is the one that called Run.
type World struct {
	script  *Script
	net     *testnet.Net
	server  *server
	clients []*client
	byName  map[string]*client
	sources map[uint8]*source // written before the run alone
	wire    *wire
	model   *model
	began   time.Time
	healed  time.Duration

	mu    sync.Mutex
	trace []string
	found []string
}

func (w *World) since() time.Duration { return time.Since(w.began) }

func (w *World) at(t time.Time) time.Duration { return t.Sub(w.began) }

// tell writes a line of the trace.
func (w *World) tell(who, format string, args ...any) {
	line := fmt.Sprintf("%9.3f  %-8s %s", w.since().Seconds(), who, fmt.Sprintf(format, args...))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trace = append(w.trace, line)
}

// fail notes what an oracle has found.
func (w *World) fail(oracle, format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.found = append(w.found, oracle+": "+fmt.Sprintf(format, args...))
}

// asked notes when a client subscribed.
func (w *World) asked(c *client, sender string) {
	for id, s := range w.sources {
		if s.name() == sender && s.client.Room == c.Room {
			c.screen.asked(id)
		}
	}
}

// Outcome is what came of a run.
type Outcome struct {
	Found  []string            // what the oracles complain of; empty is well
	Trace  []string            // events and faults, by time
	Frames map[string][]uint32 // complete ones, sorted, by "viewer <- sender kind"
	Figures
}

// Run plays a script in the bubble that it is called in, and judges it.
func Run(t testingT, script *Script) Outcome {
	w := newWorld(t, script)
	w.play()
	w.judge()
	w.end()
	slices.SortStableFunc(w.trace, func(a, b string) int { return strings.Compare(a[:9], b[:9]) })
	return Outcome{Found: w.found, Trace: w.trace, Frames: w.frames(), Figures: w.figures()}
}

func newWorld(t testingT, script *Script) *World {
	w := &World{
		script: script, net: testnet.New(t, testnet.Options{Seed: script.Seed}),
		byName: make(map[string]*client), sources: make(map[uint8]*source), began: time.Now(),
	}
	w.wire = newWire(w)
	var err error
	w.server, err = newServer(w.net.Host(serverAddress), script.Shards, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("the server does not start: %v", err)
	}
	for i, m := range script.Members {
		w.addClient(i, m)
	}
	w.model = newModel(script)
	return w
}

// address is a client's, at its first and at later places.
func address(index, place int) string { return fmt.Sprintf("10.%d.0.%d", 1+place, 10+index) }

func (w *World) addClient(index int, m Member) {
	c := &client{
		Member: m, world: w, index: index, mail: newMailbox(), quit: make(chan struct{}), done: make(chan struct{}),
		present: make(map[string]map[string]bool), sources: make(map[string]*source),
		all: make(map[string]*source),
	}
	c.home = w.net.Host(address(index, 0))
	c.roam = newRoaming(c.home)
	c.setLinks(m.Link, m.Link)
	w.wire.add(c)
	c.screen = newScreen(c)
	c.old = oldMedia{client: c, from: make(map[string]*webrtc.PeerConnection)}
	c.paired = pairedMedia{client: c, published: make(map[string]*pairedPublication), asked: make(map[string]bool)}
	for _, stream := range w.script.streamsOf(m) {
		c.all[stream] = w.addSource(c, stream)
	}
	for _, stream := range m.Streams {
		c.sources[stream] = c.all[stream]
	}
	w.clients, w.byName[m.Name] = append(w.clients, c), c
	go c.run()
}

// addSource makes a source, with a number that stands in its stamps.
func (w *World) addSource(c *client, stream string) *source {
	id := uint8(1 + c.index*4 + len(c.all)) //nolint:gosec // 60 members have 4 streams each at most
	s := newSource(c, stream, id, w.script.Seed<<8|uint64(id))
	w.sources[id] = s
	return s
}

func (c *client) setLinks(up, down testnet.Link) {
	c.home.SetUplink(up)
	c.home.SetDownlink(down)
}

// play does the steps, heals, and waits until all has settled.
func (w *World) play() {
	undo := w.timeline()
	for _, e := range undo {
		time.Sleep(time.Until(w.began.Add(e.at)))
		e.do()
	}
	time.Sleep(time.Until(w.began.Add(w.script.Heal)))
	w.heal()
	w.settle()
}

// settle waits until all is well and stays so for a while; or for as long as the
// script gives it, if it is patient, so that what breaks late is seen.
func (w *World) settle() {
	const look, stable = time.Second, 5
	for well := 0; w.since() < w.healed+w.script.Settle; {
		time.Sleep(look)
		if well++; len(w.missing()) > 0 {
			well = 0
		}
		if well == stable && !w.script.Patient {
			return
		}
	}
}

// moment is something at a time.
type moment struct {
	at time.Duration
	do func()
}

// timeline are the steps and what undoes them.
func (w *World) timeline() (list []moment) {
	for i := range w.script.Steps {
		step := &w.script.Steps[i]
		list = append(list, moment{step.At, func() { w.do(step) }})
		if step.For > 0 {
			list = append(list, moment{step.At + step.For, func() { w.undo(step) }})
		}
	}
	for i := range w.script.Steps {
		if m, is := w.watchFlood(&w.script.Steps[i]); is {
			list = append(list, m)
		}
	}
	slices.SortStableFunc(list, func(a, b moment) int { return int(a.at - b.at) })
	return list
}

// heal puts every link back, and reads every socket again.
func (w *World) heal() {
	w.healed = w.since()
	w.tell("world", "heals")
	w.server.signaling.Resume()
	for _, c := range w.clients {
		if !c.dead.Load() {
			c.setLinks(c.Link, c.Link)
			c.post(func() { c.stall(-1) })
		}
	}
}

// end takes everything apart and looks for what is left.
func (w *World) end() {
	for _, c := range w.clients {
		c.setLinks(c.Link, c.Link)
		c.post(func() {
			if !c.dead.Load() {
				c.wanted = false
			}
		})
	}
	time.Sleep(5 * time.Second)
	for _, c := range w.clients {
		close(c.quit)
		<-c.done
		c.end()
	}
	time.Sleep(25 * time.Second) // dead ones: silence, and the grace
	w.judgeEmpty()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := w.server.close(ctx); err != nil {
		w.fail("outcome", "the server does not end: %v", err)
	}
	w.net.Close()
	time.Sleep(time.Minute)
	if n := w.server.engine.Stats().Packets; n != 0 {
		w.fail("outcome", "%d packets are held after everything was closed", n)
	}
}
