package udp

import "github.com/atrium-rtc/atrium/internal/invariant"

const (
	// arenaSize is how much waits in a Queue at most, in octets, a power of two. From
	// 64 KiB to 2 MiB it makes no difference that could be measured.
	arenaSize = 256 << 10
	// maxRuns is how many runs wait in a Queue at most, a power of two.
	maxRuns = 1024
	// plainArenaSize and plainMaxRuns are the same where nothing waits as long as
	// the socket has room.
	plainArenaSize = 64 << 10
	plainMaxRuns   = 64
	// maxMessages is how many messages one system call takes.
	maxMessages = 256
)

// Queue collects the datagrams of one shard and sends them in batches. While a
// datagram's route and size are those of the one before, both leave as one run;
// so serve one destination after the other. The order of datagrams to one
// destination is kept. It is owned by one goroutine.
//
// Where the system has no batches, and on simulated networks, Commit sends at
// once.
type Queue struct {
	mux      *Mux
	arena    arena
	reserved bool   // the arena's room may be committed
	lanes    []lane // by group.index
	runs     int    // in all lanes
	maxRuns  int
	msgs     [maxMessages]message
	tally    tally
}

// lane is what waits for one group of sockets.
type lane struct {
	group *group
	runs  runs
	batch outlet // nil where the system has no batches
	plain outlet
}

// NewQueue returns a queue; i, not negative, chooses among the sockets that share
// an address, so that shards that count from 0 have each their own. Any goroutine may call
// it. Queues live as long as the Mux.
func (m *Mux) NewQueue(i int) *Queue {
	plain := m.SendMode() == SendPlain
	q := &Queue{mux: m, arena: newArena(arenaSize), maxRuns: maxRuns}
	if plain {
		q.arena, q.maxRuns = newArena(plainArenaSize), plainMaxRuns
	}
	var sockets []*socket
	for _, g := range m.groups {
		s := g.sockets[i%len(g.sockets)]
		sockets = append(sockets, s)
		q.lanes = append(q.lanes, lane{group: g, runs: newRuns(q.maxRuns), plain: plainOutlet{s.io}})
	}
	if !plain {
		outlets, err := batchOutlets(sockets)
		invariant.Check(err == nil, "batches were promised for these sockets")
		for k := range outlets {
			q.lanes[k].batch = outlets[k]
		}
	}
	m.queuesMu.Lock()
	defer m.queuesMu.Unlock()
	m.queues = append(m.queues, q)
	return q
}

// Reserve returns room for a datagram of n octets, 0 to MaxDatagram. It is valid
// until the next call of any method. When the queue is full and the sockets are
// too, the datagrams that have waited longest are dropped for it, and counted as
// Full: of media, the newest is worth most.
func (q *Queue) Reserve(n int) []byte {
	invariant.Check(n >= 0 && n <= MaxDatagram, "reserved more than a datagram")
	for flushed := false; ; flushed = true {
		if q.runs < q.maxRuns {
			if room := q.arena.reserve(n); room != nil {
				q.reserved = true
				return room
			}
		}
		if flushed {
			q.dropOldest()
		} else {
			q.Flush()
		}
	}
}

// Commit sends the first n octets of what Reserve returned to the route, with
// the next Flush or sooner, when the queue is full. With n = 0 it sends nothing.
// Each Reserve has one Commit at most.
func (q *Queue) Commit(n int, to *Route) {
	invariant.Check(q.reserved, "committed what was not reserved")
	q.reserved = false
	if n == 0 {
		return
	}
	l := &q.lanes[to.group.index]
	invariant.Check(l.group == to.group, "the route is another Mux's")
	mode := q.mux.mode()
	at := q.arena.commit(n)
	if mode != SendSegments || to.whole || !q.arena.follows(at) || l.runs.length() == 0 ||
		!l.runs.last().grow(to, at, n) {
		l.runs.push(run{to: to, at: at, octets: n, segment: n, count: 1})
		q.runs++
	}
	if mode == SendPlain {
		q.Flush()
	}
}

// dropOldest makes room.
func (q *Queue) dropOldest() {
	var oldest *lane
	for i := range q.lanes {
		l := &q.lanes[i]
		if l.runs.length() > 0 && (oldest == nil || l.runs.at(0).at < oldest.runs.at(0).at) {
			oldest = l
		}
	}
	invariant.Check(oldest != nil, "an empty queue is full")
	q.dropFirst(oldest)
	q.tally.add(eventFull, 1)
	q.settle()
	q.tally.publish()
}

// dropFirst removes one datagram.
func (q *Queue) dropFirst(l *lane) {
	if l.runs.at(0).drop() {
		q.dropRun(l)
	}
}

func (q *Queue) dropRun(l *lane) {
	l.runs.pop()
	q.runs--
}

// settle gives back the arena's memory in front of what waits.
func (q *Queue) settle() {
	if q.runs == 0 {
		q.arena.reset()
		return
	}
	tail := q.arena.head
	for i := range q.lanes {
		if l := &q.lanes[i]; l.runs.length() > 0 {
			tail = min(tail, l.runs.at(0).at)
		}
	}
	q.arena.release(tail)
}
