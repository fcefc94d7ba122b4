package room

import (
	"slices"
	"sync"
)

// registry knows the rooms by name and the room of each participant. Its lock
// is held for map operations only. A listed room stays until its own goroutine
// takes it out, and that goroutine does not while a join is under way: so a
// join never meets a room that has just ended.
type registry struct {
	mu       sync.Mutex
	maxRooms int // 0 is no limit
	rooms    map[string]*listing
	seats    map[ParticipantID]seat
	lobbies  map[ParticipantID]*room // where somebody waits who has no seat
	closed   bool
}

// listing is a room in the registry.
type listing struct {
	room    *room
	joining int  // joins that have found the room and are not settled
	closing bool // CloseRoom or Close is under way
}

// seat is where a participant is, or is about to be.
type seat struct {
	room *room
	user string
}

func newRegistry() *registry {
	return &registry{rooms: make(map[string]*listing), seats: make(map[ParticipantID]seat), lobbies: make(map[ParticipantID]*room)}
}

// limit changes how many rooms there may be.
func (g *registry) limit(rooms int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.maxRooms = rooms
}

// enter finds the room for a join, or makes it with create, and reserves the
// participant's seat. The join must be settled by admitted or refused. With
// create nil an absent room is no error but a nil room.
func (g *registry) enter(req JoinRequest, create func(name string) *room) (*room, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if at, taken := g.seats[req.ID]; taken {
		if at.user == req.User && at.room.state.name == req.Room {
			return nil, refuseDuplicateUser(req.User, req.Room)
		}
		return nil, refuseSecondRoom(at.user, at.room.state.name)
	}
	l := g.rooms[req.Room]
	switch {
	case g.closed || l != nil && l.closing:
		return nil, refuseJoinClosing(req.User, req.Room)
	case l == nil && create == nil:
		return nil, nil
	case l == nil && g.full():
		return nil, refuseMoreRooms()
	case l == nil:
		l = &listing{room: create(req.Room)}
		g.rooms[req.Room] = l
	}
	l.joining++
	g.seats[req.ID] = seat{l.room, req.User}
	return l.room, nil
}

// admitted settles a join that succeeded.
func (g *registry) admitted(r *room) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if l := g.listing(r); l != nil {
		l.joining--
	}
}

// refused settles a join that failed.
func (g *registry) refused(r *room, id ParticipantID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.seats, id)
	if l := g.listing(r); l != nil {
		l.joining--
	}
}

// add lists a room made without a join.
func (g *registry) add(name string, create func(name string) *room) (*room, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.closed:
		return nil, refuseRoomClosed(name)
	case g.rooms[name] != nil:
		return nil, refuseRoomExists(name)
	case g.full():
		return nil, refuseMoreRooms()
	}
	r := create(name)
	g.rooms[name] = &listing{room: r}
	return r, nil
}

// leave frees a participant's seat.
func (g *registry) leave(id ParticipantID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.seats, id)
}

// wait notes in which room's lobby somebody waits.
func (g *registry) wait(id ParticipantID, r *room) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lobbies[id] = r
}

// unwait forgets it.
func (g *registry) unwait(id ParticipantID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.lobbies, id)
}

// waitsIn returns the room in whose lobby somebody waits, or nil.
func (g *registry) waitsIn(id ParticipantID) *room {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.lobbies[id]
}

// end takes an empty room out, unless a join is under way.
func (g *registry) end(r *room) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.listing(r)
	if l == nil || l.joining > 0 {
		return false
	}
	delete(g.rooms, r.state.name)
	return true
}

// beginClose marks a room as closing: it lets nobody in any more.
func (g *registry) beginClose(name string) (*room, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.rooms[name]
	switch {
	case l == nil:
		return nil, refuseRoomAbsent(name)
	case l.closing:
		return nil, refuseRoomClosing(name)
	}
	l.closing = true
	return l.room, nil
}

// cancelClose takes the mark back when the close was given up.
func (g *registry) cancelClose(r *room) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if l := g.listing(r); l != nil {
		l.closing = g.closed
	}
}

// endClose takes a closed room and its participants out.
func (g *registry) endClose(r *room, gone []ParticipantInfo) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range gone {
		delete(g.seats, p.ID)
	}
	if g.listing(r) != nil {
		delete(g.rooms, r.state.name)
	}
}

// closeAll refuses joins from now on and returns the rooms there are.
func (g *registry) closeAll() []*room {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	list := make([]*room, 0, len(g.rooms))
	for _, l := range g.rooms {
		l.closing = true
		list = append(list, l.room)
	}
	return list
}

func (g *registry) roomOf(id ParticipantID) (*room, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if at, ok := g.seats[id]; ok {
		return at.room, nil
	}
	return nil, refuseUnknownID(id)
}

func (g *registry) room(name string) *room {
	g.mu.Lock()
	defer g.mu.Unlock()
	if l := g.rooms[name]; l != nil {
		return l.room
	}
	return nil
}

func (g *registry) names() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := make([]string, 0, len(g.rooms))
	for name := range g.rooms {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

func (g *registry) all() []*room {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := make([]*room, 0, len(g.rooms))
	for _, l := range g.rooms {
		list = append(list, l.room)
	}
	return list
}

// size returns how many rooms there are and may be; 0 is no limit.
func (g *registry) size() (rooms, most int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.rooms), g.maxRooms
}

// full and listing want the lock held.
func (g *registry) full() bool { return g.maxRooms > 0 && len(g.rooms) >= g.maxRooms }

func (g *registry) listing(r *room) *listing {
	if l := g.rooms[r.state.name]; l != nil && l.room == r {
		return l
	}
	return nil
}
