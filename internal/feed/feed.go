package feed

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/room"
)

// linger is how long events are kept for replay when nobody listens any more.
const linger = 10 * time.Minute

// Options configure a Feed. The zero value is usable.
type Options struct {
	// Source is a URI reference that says which server events are of; empty is "/".
	Source string
	// Run tells this run of the server from others in the ids of events; empty is random.
	Run string
	// Texts puts the texts of chat messages into events.
	Texts bool
	// MaxEvents and MaxBytes bound what is kept for those who come back; 0 is 4096
	// events and 8 MiB.
	MaxEvents, MaxBytes int
	// Logger is told what cannot be encoded; nil discards.
	Logger *slog.Logger
}

// Feed is a room.EventHandler that makes events. Its methods may be called from any
// goroutine; those of room.EventHandler never wait for a subscriber.
type Feed struct {
	room.NopHandler // what is for clients only, and comes too often for others

	opts Options
	// awake says that somebody listens, or did a while ago. It is all that is looked at
	// while nobody does.
	awake atomic.Bool
	made  atomic.Uint64

	mu     sync.Mutex
	closed bool
	subs   map[*Subscription]struct{}
	since  time.Time // when the last of them went; zero while there are some
	last   uint64    // number of the newest event
	ring   ring
	rooms  map[string]*roomState
	losses uint64 // that were told so far
}

var _ room.EventHandler = (*Feed)(nil)

// New makes a Feed that nobody listens to.
func New(opts Options) *Feed {
	if opts.Source == "" {
		opts.Source = "/"
	}
	if opts.Run == "" {
		opts.Run = rand.Text()[:10]
	}
	if opts.MaxEvents == 0 {
		opts.MaxEvents = 4096
	}
	if opts.MaxBytes == 0 {
		opts.MaxBytes = 8 << 20
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	return &Feed{
		opts: opts, subs: make(map[*Subscription]struct{}), rooms: make(map[string]*roomState),
		ring: ring{maxEvents: opts.MaxEvents, maxBytes: opts.MaxBytes},
	}
}

// Stats counts events and who listens.
type Stats struct {
	Events      uint64 // made so far
	Subscribers int    // now
	Kept        int    // events for those who come back
}

// Stats may be called from any goroutine.
func (f *Feed) Stats() Stats {
	f.mu.Lock()
	defer f.mu.Unlock()
	return Stats{f.made.Load(), len(f.subs), len(f.ring.events)}
}

// Close ends all subscriptions. What happens afterwards is no event any more.
func (f *Feed) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	f.awake.Store(false)
	for s := range f.subs {
		delete(f.subs, s)
		close(s.queue)
	}
}

// emit makes an event of what happened in a room now. Callers have looked whether the feed
// is awake, before they made the data.
func (f *Feed) emit(t Type, name string, data any) {
	text, ok := f.encode(t, data)
	if !ok {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.publish(t, name, text, time.Now())
}

func (f *Feed) encode(t Type, data any) (json.RawMessage, bool) {
	text, err := json.Marshal(data)
	if err != nil { // an application's metadata that is no JSON
		f.opts.Logger.Error("event does not encode", "type", t, "error", err)
	}
	return text, err == nil
}

// publish numbers an event and hands it out. f.mu is held.
func (f *Feed) publish(t Type, name string, data json.RawMessage, now time.Time) {
	if f.asleep(now) {
		return
	}
	state := f.room(name)
	state.sequence++
	f.last++
	e := seal(envelope{
		ID: idOf(f.opts.Run, f.last), Source: f.opts.Source, Type: t, Subject: name, Sequence: state.sequence, Data: data,
	}, now, f.last)
	f.made.Add(1)
	f.ring.put(e)
	for s := range f.subs {
		s.offer(e)
	}
}

// asleep ends the making of events when nobody has listened for a while.
func (f *Feed) asleep(now time.Time) bool {
	if f.closed {
		return true
	}
	if len(f.subs) > 0 || now.Sub(f.since) < linger {
		return false
	}
	f.awake.Store(false)
	f.ring.clear()
	f.last++ // whoever comes back with an id sees that something is missing
	return true
}

// Lost makes an event that says that events of a room, empty: of any, are lost for one
// receiver. It is for that receiver only, and not kept. count 0 is not known.
func (f *Feed) Lost(name string, count uint64, cause string) *Event {
	f.mu.Lock()
	f.losses++
	id := fmt.Sprintf("%s-lost-%d", f.opts.Run, f.losses)
	f.mu.Unlock()
	return f.lost(id, name, count, cause)
}

func (f *Feed) lost(id, name string, count uint64, cause string) *Event {
	data, _ := f.encode(EventsLost, lostData{count, cause})
	return seal(envelope{ID: id, Source: f.opts.Source, Type: EventsLost, Subject: name, Data: data}, time.Now(), 0)
}
