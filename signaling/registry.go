package signaling

import (
	"crypto/rand"
	"encoding/base32"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/atrium-rtc/atrium/room"
)

// registry finds sessions by id. The zero value is ready.
type registry struct {
	mu     sync.RWMutex
	byID   map[room.ParticipantID]*Session
	closed bool
}

// add reports false once the registry is closed.
func (r *registry) add(s *Session) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	if r.byID == nil {
		r.byID = make(map[room.ParticipantID]*Session)
	}
	r.byID[s.id] = s
	return true
}

func (r *registry) get(id room.ParticipantID) *Session {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.byID[id]
}

func (r *registry) remove(id room.ParticipantID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.byID, id)
}

// census counts the sessions, those of them that wait for a lost client to come back,
// and the requests that wait for their turn in all of them.
func (r *registry) census() (all, waiting, requests int) {
	r.mu.RLock()
	sessions := slices.Collect(maps.Values(r.byID))
	r.mu.RUnlock()
	for _, s := range sessions {
		if s.link.waiting() {
			waiting++
		}
		requests += s.inbox.size()
	}
	return len(sessions), waiting, requests
}

// close lets no more sessions in and returns those there are.
func (r *registry) close() []*Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	return slices.Collect(maps.Values(r.byID))
}

// newSessionID returns 130 random bits as 26 digits of base 32 (0-9, a-v),
// which is what Kurento's ids look like.
func newSessionID() room.ParticipantID {
	var b [17]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return room.ParticipantID(strings.ToLower(base32.HexEncoding.EncodeToString(b[:]))[:26])
}
