package udp

// arena is the memory of the datagrams that wait in a Queue, used in a circle so
// that those of one run lie behind each other. Positions count octets from when
// it was last empty; what is in use lies between tail and head.
type arena struct {
	buf      []byte // a power of two
	tail     uint64
	head     uint64
	reserved uint64 // where the room is that reserve returned last
}

func newArena(size int) arena { return arena{buf: make([]byte, size)} }

func (a *arena) place(position uint64) int {
	return int(position & uint64(len(a.buf)-1))
}

// reserve finds n octets in one piece behind all that is in use. nil: there are
// none.
func (a *arena) reserve(n int) []byte {
	at := a.head
	if left := len(a.buf) - a.place(at); left < n {
		at += uint64(left)
	}
	if at+uint64(n)-a.tail > uint64(len(a.buf)) {
		return nil
	}
	a.reserved = at
	return a.bytes(at, n)
}

// commit takes the first n octets of what was reserved into use and returns
// their position.
func (a *arena) commit(n int) uint64 {
	a.head = a.reserved + uint64(n)
	return a.reserved
}

// bytes returns n octets at a position.
func (a *arena) bytes(position uint64, n int) []byte {
	at := a.place(position)
	return a.buf[at : at+n : at+n]
}

// follows says whether the octets at position lie right behind those before.
func (a *arena) follows(position uint64) bool { return a.place(position) != 0 }

// release ends the use of all before position.
func (a *arena) release(position uint64) { a.tail = position }

// reset ends the use of all, and begins at the front again: the less memory goes
// around, the more of it stays in the processor's cache.
func (a *arena) reset() { a.tail, a.head = 0, 0 }
