package world

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The outcome oracle: after everything has healed the server's rooms are those of
// the script, everybody present sees and hears everybody present, nobody ever got
// anything of another room or under a wrong name, and nothing goes to those who
// have left. At the end nothing is left.

// fresh is how long before the judgement the newest frame of each stream may have
// been.
const fresh = 2 * time.Second

func (w *World) judgeOutcome() {
	for _, text := range w.missing() {
		w.fail("outcome", "%s", text)
	}
	for _, c := range w.clients {
		c.screen.mu.Lock()
		for _, text := range c.screen.broken {
			w.fail("outcome", "%s", text)
		}
		c.screen.mu.Unlock()
	}
	w.judgeAbsent()
	w.judgeDrain()
}

// judgeDrain wants nobody to have come in while the server took nobody.
func (w *World) judgeDrain() {
	w.mu.Lock()
	var entries []string
	for i := range w.script.Steps {
		step := &w.script.Steps[i]
		for _, c := range w.clients {
			for _, at := range c.entries {
				if step.Do == Drain && at > step.At+500*time.Millisecond && at < step.At+step.For {
					entries = append(entries, fmt.Sprintf("%s at %.1f s", c.Name, at.Seconds()))
				}
			}
		}
	}
	w.mu.Unlock()
	for _, e := range entries {
		w.fail("outcome", "somebody came in while the server was draining: %s", e)
	}
}

// missing says what is not yet, or no longer, as the script says.
func (w *World) missing() (list findings) {
	w.judgeRooms(&list)
	for _, room := range w.model.rooms() {
		for _, viewer := range w.model.in(room) {
			w.judgeViewer(viewer, &list)
		}
	}
	return list
}

// findings are what an oracle complains of.
type findings []string

func (f *findings) add(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

// judgeRooms compares the server's rooms with the model's.
func (w *World) judgeRooms(found *findings) {
	rooms := w.server.manager.Rooms()
	slices.Sort(rooms)
	if diff := cmp.Diff(w.model.rooms(), rooms); diff != "" {
		found.add("rooms (-script +server): %s", oneLine(diff))
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, room := range rooms {
		list, err := w.server.manager.Participants(room)
		if err != nil {
			found.add("room %s: %v", room, err)
			continue
		}
		var want, got []string
		for _, p := range w.model.in(room) {
			want = append(want, fmt.Sprint(p.Name, " publishes ", sortedKeys(p.streams), " receives ", w.model.senders(p)))
		}
		for _, info := range list {
			now, err := w.server.manager.Snapshot(ctx, info.ID)
			if err != nil {
				found.add("snapshot of %s: %v", info.User, err)
				continue
			}
			var streams, receives []string
			for _, s := range now.Me.Streams {
				streams = append(streams, s.ID)
			}
			for _, r := range now.Receives {
				receives = append(receives, r.Publisher+"_"+r.Stream)
			}
			slices.Sort(streams)
			slices.Sort(receives)
			got = append(got, fmt.Sprint(info.User, " publishes ", streams, " receives ", receives))
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			found.add("room %s (-script +server): %s", room, oneLine(diff))
		}
	}
}

// judgeViewer looks for a new frame of everything that should be seen and heard.
func (w *World) judgeViewer(viewer *person, found *findings) {
	now := w.since()
	screen := w.byName[viewer.Name].screen
	screen.mu.Lock()
	defer screen.mu.Unlock()
	for _, from := range w.model.in(viewer.Room) {
		if from.Name == viewer.Name || w.excused(from.Name) {
			continue
		}
		for stream := range from.streams {
			if !viewer.sees(stream) {
				continue
			}
			id := w.byName[from.Name].all[stream].id
			for kind, what := range kindNames {
				sh := screen.shown[id]
				switch {
				case from.muted[kind]:
				case sh == nil || sh.kinds[kind].last == 0:
					found.add("%s has never got the %s of %s_%s", viewer.Name, what, from.Name, stream)
				case now-sh.kinds[kind].last > fresh:
					found.add("%s gets no %s of %s_%s since %.1f s", viewer.Name, what, from.Name, stream, sh.kinds[kind].last.Seconds())
				}
			}
		}
	}
}

// excused reports whether what one sends is garbage by its own doing.
func (w *World) excused(name string) bool {
	return slices.ContainsFunc(w.script.Steps, func(s Step) bool {
		return s.Do == Lie && s.Text == lieRTP && slices.Contains(s.Who, name)
	})
}

// farewell is how long after leaving media may still be on its way to somebody;
// of those who died the server has to find out.
const farewell, silence = 2 * time.Second, 20 * time.Second

func (w *World) judgeAbsent() {
	w.wire.mu.Lock()
	defer w.wire.mu.Unlock()
	for _, t := range w.wire.to {
		p := w.model.people[t.client.Name]
		grace := farewell
		if p.dead {
			grace = silence
		}
		if !p.present && p.left > 0 && t.lastMedia > p.left+grace {
			w.fail("outcome", "the server sent media to %s at %.1f s, who left at %.1f s", p.Name, t.lastMedia.Seconds(), p.left.Seconds())
		}
	}
}

// judgeEmpty is for after all have left.
func (w *World) judgeEmpty() {
	if rooms := w.server.manager.Rooms(); len(rooms) > 0 {
		w.fail("outcome", "rooms %v are left when everybody has gone", rooms)
	}
	if st := w.server.signaling.Stats(); st.Sessions+st.Sockets > 0 {
		w.fail("outcome", "%d sessions and %d sockets are left when everybody has gone", st.Sessions, st.Sockets)
	}
	if st := w.server.engine.Stats(); st.Peers+st.Publications > 0 || st.Packets > 0 {
		w.fail("outcome", "%d connections, %d publications and %d packets are left when everybody has gone", st.Peers, st.Publications, st.Packets)
	}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
