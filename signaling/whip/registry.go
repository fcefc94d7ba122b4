package whip

import (
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/atrium-rtc/atrium/internal/auth"
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
	mu    sync.RWMutex
	quota auth.Quota
	byID  map[room.ParticipantID]*session
	shut  bool
}

// limit changes how many there may be; those there are stay.
func (r *registry) limit(most, perNetwork int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.quota.Limit(most, perNetwork)
}

func (r *registry) add(s *session) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.shut {
		return errShut
	}
	if err := r.quota.Take(s.network, errFull, errNetworkFull); err != nil {
		return err
	}
	if r.byID == nil {
		r.byID = make(map[room.ParticipantID]*session)
	}
	r.byID[s.id] = s
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
	r.quota.Give(s.network)
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
