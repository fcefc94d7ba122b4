package udp

import (
	"encoding/binary"
	"net/netip"
	"sync"
)

// stripes is into how many parts a table is divided. Readers of different
// sources then rarely meet at one lock.
const (
	stripeBits = 6
	stripes    = 1 << stripeBits
)

// addrKey is an address and port without pointers, so that hashing it is one
// pass over memory. A zone is left out: candidates carry none (RFC 8445, section
// 5.1.1.1).
type addrKey struct{ high, low, port uint64 }

func keyOf(a netip.AddrPort) addrKey {
	b := a.Addr().As16()
	return addrKey{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:]), uint64(a.Port())}
}

func (k addrKey) stripe() uint64 {
	const odd = 0x9E3779B97F4A7C15 // 2^64 divided by the golden ratio: Fibonacci hashing
	return (k.high ^ k.low*odd + k.port) * odd >> (64 - stripeBits)
}

// table finds the path of a remote address. Any goroutine may call get; those
// that change the table hold group.mu.
type table [stripes]struct {
	mu    sync.RWMutex
	paths map[addrKey]*path
	_     [32]byte // the locks of two stripes are not in one cache line
}

func (t *table) get(k addrKey) *path {
	s := &t[k.stripe()]
	s.mu.RLock()
	p := s.paths[k]
	s.mu.RUnlock()
	return p
}

func (t *table) put(k addrKey, p *path) {
	s := &t[k.stripe()]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paths == nil {
		s.paths = make(map[addrKey]*path)
	}
	s.paths[k] = p
}

func (t *table) delete(k addrKey) {
	s := &t[k.stripe()]
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.paths, k)
}

func (t *table) size() int {
	n := 0
	for i := range t {
		s := &t[i]
		s.mu.RLock()
		n += len(s.paths)
		s.mu.RUnlock()
	}
	return n
}
