package testnet

import (
	"net/netip"
	"time"
)

// Link says how one direction of a host's connection treats packets. The zero
// value is perfect: nothing is lost and nothing takes time.
type Link struct {
	// Delay is the time a packet travels, after its turn in the queue.
	Delay time.Duration
	// Jitter adds a uniformly distributed delay between 0 and itself. Packets
	// keep their order, as on a real path: a late one holds up those behind it.
	Jitter time.Duration
	// Loss is the probability, 0 to 1, that a packet disappears on the way, after
	// it took its share of the rate.
	Loss float64
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
}

const (
	defaultReorderBy = 20 * time.Millisecond

	headersIPv4 = 20 + 8
	headersIPv6 = 40 + 8
)

// LinkStats counts what one direction of a host's connection has done. Octets
// are of UDP payload.
type LinkStats struct {
	Packets, Octets uint64 // that came to the link
	Passed          uint64 // that left it at the other end, or will
	Lost            uint64 // by Loss
	Overflowed      uint64 // by a full queue
}

// link is one direction of a host's connection. Guarded by Net.mu.
type link struct {
	Link
	dice  dice
	stats LinkStats

	idle time.Time // when the queue will be empty
	last time.Time // the latest arrival promised
}

// set changes the link from now on. What waits in the queue goes on at the new
// rate, as far as the packets behind it are concerned.
func (l *link) set(to Link, now time.Time) {
	if wait := l.idle.Sub(now); wait > 0 {
		l.idle = now
		if to.RateBitsPerSecond > 0 {
			ratio := float64(l.RateBitsPerSecond) / float64(to.RateBitsPerSecond)
			l.idle = now.Add(time.Duration(float64(wait) * ratio))
		}
	}
	l.Link = to
}

// carry takes a packet in at now and says when it arrives at the far end, or
// what happened to it instead. All chances are drawn for every packet, so that
// a change of one setting leaves the others' outcome alone.
func (l *link) carry(p *packet, peer netip.Addr, now time.Time) (time.Time, Event) {
	l.stats.Packets++
	l.stats.Octets += uint64(len(p.payload))
	source := l.dice.of(p.payload, peer)
	lost, jitter, reordered := source.Float64() < l.Loss, source.Float64(), source.Float64() < l.Reorder

	departure, fits := l.enqueue(p.wireSize(), now)
	if !fits {
		l.stats.Overflowed++
		return time.Time{}, Overflowed
	}
	if lost {
		l.stats.Lost++
		return time.Time{}, Lost
	}
	l.stats.Passed++
	arrival := departure.Add(l.Delay + time.Duration(jitter*float64(l.Jitter)))
	if arrival.Before(l.last) {
		arrival = l.last
	}
	if reordered {
		by := l.ReorderBy
		if by == 0 {
			by = defaultReorderBy
		}
		return arrival.Add(by), Sent
	}
	l.last = arrival
	return arrival, Sent
}

// enqueue returns when the packet's last bit leaves the queue.
func (l *link) enqueue(size int, now time.Time) (time.Time, bool) {
	if l.RateBitsPerSecond <= 0 {
		return now, true
	}
	start := now
	if l.idle.After(now) {
		start = l.idle
	}
	rate := float64(l.RateBitsPerSecond) / 8 // octets a second
	waiting := start.Sub(now).Seconds() * rate
	if l.QueueBytes > 0 && waiting+float64(size) > float64(l.QueueBytes) {
		return time.Time{}, false
	}
	l.idle = start.Add(time.Duration(float64(size) / rate * float64(time.Second)))
	return l.idle, true
}
