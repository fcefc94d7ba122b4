package feed

import (
	"errors"
	"time"
)

// errClosed says that there will be no more events.
var errClosed = errors.New("the feed is closed")

// Want is what a subscriber wants.
type Want struct {
	Filter Filter
	// Queue is how many events may wait for the subscriber; 0 is 256.
	Queue int
	// After is the id of the last event that the subscriber has; empty: it wants new
	// ones only.
	After string
}

// Subscription is the queue of one subscriber.
type Subscription struct {
	feed   *Feed
	filter Filter
	queue  chan *Event
	lost   uint64 // under feed.mu
}

// Subscribe begins to queue events. replay are those that came after Want.After and are
// still kept, for which there is no bound but the feed's own; when some are not, it begins
// with an EventsLost. The error is that the feed is closed.
func (f *Feed) Subscribe(want Want) (s *Subscription, replay []*Event, err error) {
	if want.Queue == 0 {
		want.Queue = 256
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, nil, errClosed
	}
	if want.After != "" {
		replay = f.replay(want)
	}
	s = &Subscription{feed: f, filter: want.Filter, queue: make(chan *Event, want.Queue)}
	f.subs[s] = struct{}{}
	f.since = time.Time{}
	f.awake.Store(true)
	return s, replay, nil
}

// replay returns what a subscriber missed. f.mu is held.
func (f *Feed) replay(want Want) []*Event {
	number, ours := numberOf(f.opts.Run, want.After)
	events, complete := f.ring.after(number, f.last)
	var replay []*Event
	if !ours || !complete {
		// Its id is that before the replay, for a subscriber that is cut in the middle.
		before := f.last
		if len(events) > 0 {
			before = events[0].number - 1
		}
		replay = append(replay, f.lost(idOf(f.opts.Run, before), want.Filter.Room, 0, lostTooOld))
	}
	for _, e := range events {
		if want.Filter.Takes(e) {
			replay = append(replay, e)
		}
	}
	return replay
}

// offer queues an event, or counts it as lost. It never waits. After a loss everything is
// lost until the subscriber has seen it, so that the gap is in one place. feed.mu is held.
func (s *Subscription) offer(e *Event) {
	if !s.filter.Takes(e) {
		return
	}
	if s.lost == 0 {
		select {
		case s.queue <- e:
			return
		default:
		}
	}
	s.lost++
}

// Events is the queue. It is closed by Close, also the feed's.
func (s *Subscription) Events() <-chan *Event { return s.queue }

// Lost returns how many events the queue had no place for since the last call. All that
// is in the queue came before them: it is to be asked when the queue is empty, each time,
// since nothing more is queued before.
func (s *Subscription) Lost() uint64 {
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	lost := s.lost
	s.lost = 0
	return lost
}

// Close ends the subscription. It may be called more than once.
func (s *Subscription) Close() {
	f := s.feed
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, open := f.subs[s]; !open {
		return
	}
	delete(f.subs, s)
	close(s.queue)
	if len(f.subs) == 0 {
		f.since = time.Now()
	}
}
