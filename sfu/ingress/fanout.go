package ingress

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// fanout is the list of those who get a track's packets. It is copied on write:
// the packet path reads it without a lock.
type fanout struct {
	mu   sync.Mutex // of writers
	list atomic.Pointer[[]packet.Sink]
}

func (f *fanout) add(s packet.Sink) {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := append(slices.Clone(f.load()), s)
	f.list.Store(&list)
}

func (f *fanout) remove(s packet.Sink) {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(f.load()), func(x packet.Sink) bool { return x == s })
	f.list.Store(&list)
}

func (f *fanout) load() []packet.Sink {
	if l := f.list.Load(); l != nil {
		return *l
	}
	return nil
}

// push gives every sink a reference of its own.
func (f *fanout) push(p *packet.Packet) {
	for _, s := range f.load() {
		p.Retain()
		s.Push(p)
	}
}
