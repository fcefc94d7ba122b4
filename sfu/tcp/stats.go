package tcp

import "sync/atomic"

// Stats is a snapshot of a Mux. Counters run from the Mux's creation.
type Stats struct {
	Candidates  int // local candidates of all agents
	Connections int // TCP connections to them
	Strangers   int // TCP connections that have not said whose they are

	Dropped      Dropped
	Refused      Refused
	AcceptErrors uint64
}

// Dropped counts frames that reached nobody, by reason.
type Dropped struct {
	Full          uint64 // to be sent: the client reads too slowly
	Sealed        uint64 // to be sent: RTP that agents wrote after Peer.Seal
	UnknownSource uint64 // received: no STUN, before the agent had answered
	Unclassified  uint64 // received: neither STUN, DTLS, RTP nor RTCP
	Oversize      uint64 // received: more than MaxFrame octets; it ends the connection
}

// Refused counts TCP connections that were closed before they belonged to a
// candidate, by reason.
type Refused struct {
	TooMany   uint64 // too many had not said whose they are, in all or from there
	Silent    uint64 // ended, or said nothing in time
	NoRequest uint64 // began with something else than a binding request
	NoAgent   uint64 // nobody has the request's username
	AgentFull uint64 // the agent has too many connections, or had, or has one from this address
}

// refusal is a reason of Refused.
type refusal uint8

const (
	admitted refusal = iota
	tooMany
	silent
	noRequest
	noAgent
	agentFull
	refusals
)

// counters are those of all goroutines.
type counters struct {
	connections                                         atomic.Int64
	full, sealed, unknownSource, unclassified, oversize atomic.Uint64
	refused                                             [refusals]atomic.Uint64
	acceptErrors                                        atomic.Uint64
}

// Stats returns a snapshot. Any goroutine may call it; it takes the table's lock
// for a moment.
func (m *Mux) Stats() Stats {
	c := &m.counters
	s := Stats{
		Connections: int(c.connections.Load()),
		Dropped: Dropped{
			Full: c.full.Load(), Sealed: c.sealed.Load(), UnknownSource: c.unknownSource.Load(),
			Unclassified: c.unclassified.Load(), Oversize: c.oversize.Load(),
		},
		Refused: Refused{
			TooMany: c.refused[tooMany].Load(), Silent: c.refused[silent].Load(), NoRequest: c.refused[noRequest].Load(),
			NoAgent: c.refused[noAgent].Load(), AgentFull: c.refused[agentFull].Load(),
		},
		AcceptErrors: c.acceptErrors.Load(),
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, conns := range m.ufrags {
		s.Candidates += len(conns)
	}
	s.Strangers = len(m.lobby.strangers)
	return s
}
