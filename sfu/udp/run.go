package udp

const (
	// maxSegments is how many datagrams one message may hold; the kernel's limit was
	// 64 until Linux 6.9 (UDP_MAX_SEGMENTS).
	maxSegments = 64
	// maxRunOctets is how large one message may be: an IP packet's 65,535 octets
	// less its headers, and some room.
	maxRunOctets = 65000
)

// run is datagrams to one destination that lie behind each other in the arena.
// All have the same size except the last, which may be shorter: the kernel takes
// them as one message with UDP_SEGMENT (udp(7)).
type run struct {
	to      *Route
	at      uint64 // position in the arena
	octets  int
	segment int // octets of each datagram but the last
	count   int
}

// grow appends a datagram of n octets at a position, if the run can take it.
func (r *run) grow(to *Route, at uint64, n int) bool {
	switch {
	case r.to != to || r.at+uint64(r.octets) != at:
		return false // somebody else's, or not right behind
	case n > r.segment || r.octets != r.count*r.segment:
		return false // a shorter one has ended the run
	case r.count == maxSegments || r.octets+n > maxRunOctets:
		return false
	}
	r.octets += n
	r.count++
	return true
}

// first returns the size of the first datagram.
func (r *run) first() int { return min(r.segment, r.octets) }

// drop removes the first datagram and says whether it was the last.
func (r *run) drop() (empty bool) {
	n := r.first()
	r.at += uint64(n)
	r.octets -= n
	r.count--
	return r.count == 0
}

// runs is a bounded FIFO of runs.
type runs struct {
	ring       []run // a power of two
	head, tail uint
}

func newRuns(limit int) runs { return runs{ring: make([]run, limit)} }

func (l *runs) slot(i uint) *run { return &l.ring[i&uint(len(l.ring)-1)] }

func (l *runs) length() int { return int(l.tail - l.head) }

// at returns the run that has i before it.
func (l *runs) at(i int) *run { return l.slot(l.head + uint(i)) }

// last returns the newest run.
func (l *runs) last() *run { return l.slot(l.tail - 1) }

// push appends a run; there must be room.
func (l *runs) push(r run) {
	*l.slot(l.tail) = r
	l.tail++
}

// pop removes the oldest run.
func (l *runs) pop() {
	l.slot(l.head).to = nil
	l.head++
}
