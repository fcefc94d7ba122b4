package udp

import "sync/atomic"

// event is what a tally counts.
type event int

// Of a reader.
const (
	eventRead          event = iota // a system call that received something
	eventDatagramIn                 // dropped or not
	eventOctetIn                    // of UDP payload
	eventCoalesced                  // a datagram that arrived joined with others
	eventUnknownSource              // the rest are datagrams dropped, see Dropped
	eventBadSTUN
	eventUnclassified
	eventOversize
	eventQueueFull

	// Of a Queue, see QueueStats.
	eventDatagramOut
	eventOctetOut
	eventMessage
	eventCall
	eventSegmented
	eventFull
	eventFailed
	eventFallback

	events
)

// tally counts for one goroutine, which alone calls add and publish. It counts in
// plain memory and publishes once a batch: a counter that several cores add to
// for every datagram would cost more than what it counts.
type tally struct {
	counts [events]uint64
	public [events]atomic.Uint64
}

// add counts n more; n is not negative.
func (t *tally) add(e event, n int) { t.counts[e] += uint64(n) }

func (t *tally) publish() {
	for e, n := range t.counts {
		if n != t.public[e].Load() {
			t.public[e].Store(n)
		}
	}
}

// load returns what was published. Any goroutine may call it.
func (t *tally) load(e event) uint64 { return t.public[e].Load() }
