package seal

const (
	// cycle is how many sequence numbers there are until they wrap.
	cycle = 1 << 16
	// maxIndices is how many packets a source can have: 32 bits of roll-over
	// counter above the sequence number.
	maxIndices = 1 << 48
)

// window is how far behind the newest an index may be, to be known as used or not.
// A packet is late by 512 at most: then its repair is given up (nack.MaxBehind).
// The window leaves it room nearly fourfold, for 256 octets a source. In time it
// costs nothing whatever its size: of and use take 4 ns together, and one word is
// cleared for each 64 packets.
const (
	wordBits = 64
	words    = 32
	window   = (words - 1) * wordBits // the last word is still being filled
)

// indices are the packet indices of one source: which one a sequence number stands
// for, and which were used. The zero value is that of a source that has sent
// nothing. The bitmap is that of RFC 6479: a ring of words, of which whole ones are
// cleared when the newest index reaches them.
type indices struct {
	newest uint64
	begun  bool
	used   [words]uint64
}

// prefetch reads what of and use will look at.
func (x *indices) prefetch() byte { return byte(x.newest + x.used[x.newest/wordBits%words]) }

// of returns the index that a packet with this sequence number has to be sealed
// with, unless it cannot be: the one nearest to the newest (RFC 3711 section 3.3.1
// and appendix A, where a distance of half a cycle keeps the roll-over counter).
// The first packet begins the counter at 0. It changes nothing.
func (x *indices) of(seq uint16) (uint64, error) {
	index := x.newest&^(cycle-1) | uint64(seq)
	if x.begun {
		switch {
		case index > x.newest+cycle/2 && index < cycle:
			return 0, ErrTooOld // before the first wrap there is nothing
		case index > x.newest+cycle/2:
			index -= cycle
		case index+cycle/2 < x.newest:
			index += cycle
		}
	}
	switch {
	case index >= maxIndices:
		return 0, ErrExhausted
	case index > x.newest:
		return index, nil
	case x.newest-index > window:
		return 0, ErrTooOld
	case x.used[index/wordBits%words]&(1<<(index%wordBits)) != 0:
		return 0, ErrReused
	}
	return index, nil
}

// use records that the index, which of has returned, is used.
func (x *indices) use(index uint64) {
	word := index / wordBits
	if index > x.newest {
		reached := x.newest / wordBits
		for range min(word-reached, words) {
			reached++
			x.used[reached%words] = 0
		}
		x.newest = index
	}
	x.used[word%words] |= 1 << (index % wordBits)
	x.begun = true
}
