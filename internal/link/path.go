package link

import (
	"net/netip"
	"time"
)

const (
	headersIPv4 = 20 + 8
	headersIPv6 = 40 + 8
)

// Outcome is what becomes of a packet.
type Outcome uint8

// The outcomes.
const (
	Passed     Outcome = iota // it arrives
	Lost                      // by Link.Loss
	Overflowed                // by a full queue
)

// Stats counts what a path has done. Octets are of UDP payload.
type Stats struct {
	Packets, Octets uint64 // that came to the link
	Passed          uint64 // that left it at the other end, or will
	Lost            uint64 // by Loss
	Overflowed      uint64 // by a full queue
}

// Path is one direction of a path at work. It belongs to one goroutine at a
// time.
type Path struct {
	link  Link
	dice  dice
	stats Stats

	idle time.Time // when the queue will be empty
	last time.Time // the latest arrival promised
}

// New returns a path with nothing in its queue. Paths with the same seed and
// name treat the same packets alike; give each direction of each client a name
// of its own. The link is expected to be valid (see Link.Validate).
func New(l Link, seed uint64, name string) *Path {
	return &Path{link: l, dice: newDice(seed, name)}
}

// Set changes the link from now on. What waits in the queue goes on at the new
// rate, as far as the packets behind it are concerned.
func (p *Path) Set(to Link, now time.Time) {
	if wait := p.idle.Sub(now); wait > 0 {
		p.idle = now
		if to.RateBitsPerSecond > 0 {
			ratio := float64(p.link.RateBitsPerSecond) / float64(to.RateBitsPerSecond)
			p.idle = now.Add(time.Duration(float64(wait) * ratio))
		}
	}
	p.link = to
}

// Link returns the link as it is now.
func (p *Path) Link() Link { return p.link }

// Stats returns what the path has done so far.
func (p *Path) Stats() Stats { return p.stats }

// Carry takes a packet in at now, never earlier than the packet before, and says
// when it arrives at the far end, or what happened to it instead; the time is
// zero then. Peer is the packet's other end: its family decides how large the
// headers are (IPv4 if it is not valid), and each peer has its own luck. The
// payload's first two octets tell the kind of packet and its length counts; it
// is neither changed nor kept. Arrivals ascend, except for reordered packets.
//
// All chances are drawn for every packet, so that a change of one setting leaves
// the others' outcome alone.
func (p *Path) Carry(payload []byte, peer netip.Addr, now time.Time) (time.Time, Outcome) {
	p.stats.Packets++
	p.stats.Octets += uint64(len(payload))
	source := p.dice.of(payload, peer)
	lost, jitter, reordered := source.loses(p.link), source.Float64(), source.Float64() < p.link.Reorder

	departure, fits := p.enqueue(wireSize(payload, peer), now)
	if !fits {
		p.stats.Overflowed++
		return time.Time{}, Overflowed
	}
	if lost {
		p.stats.Lost++
		return time.Time{}, Lost
	}
	p.stats.Passed++
	arrival := departure.Add(p.link.Delay + time.Duration(jitter*float64(p.link.Jitter)))
	if arrival.Before(p.last) {
		arrival = p.last
	}
	if reordered {
		by := p.link.ReorderBy
		if by == 0 {
			by = defaultReorderBy
		}
		return arrival.Add(by), Passed
	}
	p.last = arrival
	return arrival, Passed
}

// Twice reports whether a packet that has passed comes again, from a source of
// chance of its own: without Link.Duplicate nothing is drawn.
func (p *Path) Twice(payload []byte, peer netip.Addr) bool {
	if p.link.Duplicate == 0 {
		return false
	}
	return p.dice.twin(payload, peer).Float64() < p.link.Duplicate
}

// enqueue returns when the packet's last bit leaves the queue.
func (p *Path) enqueue(size int, now time.Time) (time.Time, bool) {
	if p.link.RateBitsPerSecond <= 0 {
		return now, true
	}
	start := now
	if p.idle.After(now) {
		start = p.idle
	}
	rate := float64(p.link.RateBitsPerSecond) / 8 // octets a second
	waiting := start.Sub(now).Seconds() * rate
	if p.link.QueueBytes > 0 && waiting+float64(size) > float64(p.link.QueueBytes) {
		return time.Time{}, false
	}
	p.idle = start.Add(time.Duration(float64(size) / rate * float64(time.Second)))
	return p.idle, true
}

func wireSize(payload []byte, peer netip.Addr) int {
	if peer.Is4() || peer.Is4In6() || !peer.IsValid() {
		return headersIPv4 + len(payload)
	}
	return headersIPv6 + len(payload)
}
