package whip

import (
	"errors"
	"maps"
	"net/netip"
	"slices"
	"sync"

	"github.com/atrium-rtc/atrium/room"
)

var (
	errFull        = errors.New("the server has no room for another session")
	errNetworkFull = errors.New("too many sessions from this address")
	errShut        = errors.New("the server is shutting down")
)

// registry finds sessions by id and bounds them, in all and by network. The zero
// value is ready.
type registry struct {
	mu                   sync.RWMutex
	most, mostPerNetwork int // 0: no limit

	byID      map[room.ParticipantID]*session
	byNetwork map[netip.Prefix]int
	shut      bool
}

// limit changes how many there may be; those there are stay.
func (r *registry) limit(most, perNetwork int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.most, r.mostPerNetwork = most, perNetwork
}

func (r *registry) add(s *session) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.shut:
		return errShut
	case r.most > 0 && len(r.byID) >= r.most:
		return errFull
	case r.mostPerNetwork > 0 && r.byNetwork[s.network] >= r.mostPerNetwork:
		return errNetworkFull
	}
	if r.byID == nil {
		r.byID = make(map[room.ParticipantID]*session)
		r.byNetwork = make(map[netip.Prefix]int)
	}
	r.byID[s.id] = s
	r.byNetwork[s.network]++
	return nil
}

func (r *registry) get(id room.ParticipantID) *session {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.byID[id]
}

// remove reports false when s was removed before.
func (r *registry) remove(s *session) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byID[s.id] != s {
		return false
	}
	delete(r.byID, s.id)
	if r.byNetwork[s.network]--; r.byNetwork[s.network] == 0 {
		delete(r.byNetwork, s.network)
	}
	return true
}

// close lets no more sessions in and returns those there are.
func (r *registry) close() []*session {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shut = true
	return slices.Collect(maps.Values(r.byID))
}

// count returns how many sessions of each kind there are.
func (r *registry) count() map[kind]int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	n := map[kind]int{whip: 0, whep: 0}
	for _, s := range r.byID {
		n[s.kind]++
	}
	return n
}
