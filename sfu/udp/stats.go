package udp

import "sync/atomic"

// Stats is a snapshot of a Mux. Counters run from the Mux's creation.
type Stats struct {
	DatagramsIn, OctetsIn   uint64 // everything read, dropped or not; octets of UDP payload
	DatagramsOut, OctetsOut uint64 // everything the kernel took
	WriteErrors             uint64

	Dropped Dropped
	// Contested counts refusals to give an address in use to another agent.
	Contested uint64

	Connections int // local candidates of all agents
	Addresses   int // remote addresses learned
}

// Dropped counts received datagrams that reached no agent, by reason.
type Dropped struct {
	UnknownSource uint64 // no agent knows the address, or the request's username
	BadSTUN       uint64 // a binding request that cannot be parsed
	Unclassified  uint64 // neither STUN, DTLS, RTP nor RTCP
	Oversize      uint64 // more than MaxDatagram octets
	QueueFull     uint64 // the agent reads too slowly, or has just closed
}

type counters struct {
	datagramsIn, octetsIn   atomic.Uint64
	datagramsOut, octetsOut atomic.Uint64
	writeErrors, contested  atomic.Uint64

	unknownSource, badSTUN, unclassified, oversize, queueFull atomic.Uint64
}

// Stats returns a snapshot. Any goroutine may call it; it takes the tables'
// locks for a moment, so once a second is fine and once a packet is not.
func (m *Mux) Stats() Stats {
	c := &m.counters
	s := Stats{
		DatagramsIn:  c.datagramsIn.Load(),
		OctetsIn:     c.octetsIn.Load(),
		DatagramsOut: c.datagramsOut.Load(),
		OctetsOut:    c.octetsOut.Load(),
		WriteErrors:  c.writeErrors.Load(),
		Contested:    c.contested.Load(),
		Dropped: Dropped{
			UnknownSource: c.unknownSource.Load(),
			BadSTUN:       c.badSTUN.Load(),
			Unclassified:  c.unclassified.Load(),
			Oversize:      c.oversize.Load(),
			QueueFull:     c.queueFull.Load(),
		},
	}
	for _, socket := range m.sockets {
		conns, addresses := socket.size()
		s.Connections += conns
		s.Addresses += addresses
	}
	return s
}
