package link

import (
	"errors"
	"fmt"
	"time"
)

// Link says how one direction of a path treats packets. The zero value is
// perfect: nothing is lost and nothing takes time.
type Link struct {
	// Delay is the time a packet travels, after its turn in the queue.
	Delay time.Duration
	// Jitter adds a uniformly distributed delay between 0 and itself. Packets
	// keep their order, as on a real path: a late one holds up those behind it.
	Jitter time.Duration
	// Loss is the probability, 0 to 1, that a packet disappears on the way, after
	// it took its share of the rate.
	Loss float64
	// Burst is the mean length of a run of lost packets, by the model of Gilbert
	// (Bell System Technical Journal 39, 1960): a state in which all is lost,
	// entered and left so often that Loss stays the share of all packets. Up to 1
	// each packet is lost for itself.
	Burst float64
	// RateBitsPerSecond is the capacity, counted with IP and UDP headers; 0 is
	// without limit.
	RateBitsPerSecond int
	// QueueBytes is how much may wait for a limited link before what comes next
	// is dropped, with headers; 0 is without limit.
	QueueBytes int
	// Reorder is the probability that a packet is held back by ReorderBy while
	// those behind it pass.
	Reorder float64
	// ReorderBy is for how long; 0 is 20 ms.
	ReorderBy time.Duration
	// Duplicate is the probability that a packet that passes comes twice. It is the
	// caller who carries it again, see Path.Twice.
	Duplicate float64
}

const defaultReorderBy = 20 * time.Millisecond

// Perfect says whether every packet arrives at once. A path that never had
// another link need not be asked.
func (l Link) Perfect() bool {
	return l.Delay == 0 && l.Jitter == 0 && l.Loss == 0 && l.RateBitsPerSecond == 0 && l.Reorder == 0 && l.Duplicate == 0
}

// Validate returns what is impossible about the link, all of it, or nil.
func (l Link) Validate() error {
	return errors.Join(
		checkShare("loss", l.Loss),
		checkShare("reorder", l.Reorder),
		checkShare("duplicate", l.Duplicate),
		checkBurst(l.Burst),
		checkNotNegative("delay", l.Delay),
		checkNotNegative("jitter", l.Jitter),
		checkNotNegative("reorder time", l.ReorderBy),
		checkNotNegative("rate", l.RateBitsPerSecond),
		checkNotNegative("queue", l.QueueBytes),
	)
}

func checkShare(name string, v float64) error {
	if v >= 0 && v <= 1 { // not a number is neither
		return nil
	}
	return fmt.Errorf("%s %v is not between 0 and 1", name, v)
}

func checkBurst(v float64) error {
	if v >= 0 && v <= 1e6 {
		return nil
	}
	return fmt.Errorf("burst %v is not between 0 and a million", v)
}

func checkNotNegative[T int | time.Duration](name string, v T) error {
	if v >= 0 {
		return nil
	}
	return fmt.Errorf("%s %v is negative", name, v)
}
