package udp

import (
	"net/netip"
	"slices"
	"sync/atomic"
	"time"
)

const (
	// maxRemotes bounds how many remote addresses one local candidate may know.
	// A peer rarely has ten; a hostile one may signal thousands.
	maxRemotes = 32
	// maxLearned bounds how many addresses one local candidate learns in its life before
	// requests from unknown ones are dropped. The agent keeps each for ever as a candidate
	// of its peer (RFC 8445, section 7.3.1.3), checks it, and goes through all of them for
	// each message. One that made a good request counts as perCaller: 256 of those are
	// four hours behind a NAT that forgets once a minute. One that is only checked counts
	// as one: a client may signal 128, each is checked seven times and may have been
	// forgotten in between. A client that is not answered any more restarts ICE, and its
	// new candidates count from the beginning.
	maxLearned = 1024
	perCaller  = 4
	// takeoverAfter is how long an address must stay silent before another agent
	// may claim it: longer than the interval of consent checks, at most six
	// seconds (RFC 7675, section 5.1), which even a silent peer sends.
	takeoverAfter = 7 * time.Second
)

// path says which connection owns what arrives from one remote address.
type path struct {
	conn  *muxedConn
	heard atomic.Bool // the owner's peer spoke from here since the last look
	alive time.Time   // the last look that found it had; zero before; group.mu
}

func (p *path) hear() {
	if !p.heard.Load() {
		p.heard.Store(true)
	}
}

// spoke says whether the owner's peer spoke since the last look. A look costs
// the reader less than noting the time of every datagram would.
func (p *path) spoke(now time.Time) bool {
	if !p.heard.Swap(false) {
		return false
	}
	p.alive = now
	return true
}

// yields says whether another agent may take the address over at now. A peer
// that signals a stranger's address as its own candidate makes our agent send
// checks there; that must not divert the stranger's media. An address that
// was claimed but never spoke yields at once, one that speaks never does.
func (p *path) yields(now time.Time) bool {
	return !p.spoke(now) && (p.alive.IsZero() || now.Sub(p.alive) >= takeoverAfter)
}

// learn notes that remote belongs to c's agent, because c sends STUN there. What
// comes from remote goes to the candidate that requests from there went to
// before: a check is nominated by a request and proved by a response, and an
// agent that gets the two on different candidates never puts them together. answer says
// that remote made a request, which our agent found good.
func (g *group) learn(c *muxedConn, remote netip.AddrPort, answer bool) {
	key := keyOf(remote)
	if p := g.paths.get(key); p != nil && p.conn.ufrag == c.ufrag {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if c.closed.Load() {
		return
	}
	now := time.Now()
	if p := g.paths.get(key); p != nil {
		if p.conn.ufrag == c.ufrag {
			return
		}
		if !p.yields(now) {
			g.counters.contested.Add(1)
			return
		}
		g.forget(key)
	}
	receiver := nearest(g.ufrags[c.ufrag], remote)
	if len(receiver.remotes) >= maxRemotes {
		g.forget(g.leastUsed(receiver, now))
	}
	receiver.learned++
	if answer {
		receiver.learned += perCaller - 1
	}
	g.paths.put(key, &path{conn: receiver})
	receiver.remotes = append(receiver.remotes, key)
}

// leastUsed picks the address c can best do without: the one longest passed
// over that has not spoken since. Those that have move to the end. Caller holds
// g.mu.
func (g *group) leastUsed(c *muxedConn, now time.Time) addrKey {
	for range c.remotes {
		oldest := c.remotes[0]
		if !g.paths.get(oldest).spoke(now) {
			return oldest
		}
		copy(c.remotes, c.remotes[1:])
		c.remotes[len(c.remotes)-1] = oldest
	}
	return c.remotes[0]
}

// forget removes one address. Caller holds g.mu.
func (g *group) forget(remote addrKey) {
	c := g.paths.get(remote).conn
	c.remotes = slices.DeleteFunc(c.remotes, func(r addrKey) bool { return r == remote })
	g.paths.delete(remote)
}
