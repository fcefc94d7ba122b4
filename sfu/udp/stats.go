package udp

import "sync/atomic"

// Stats is a snapshot of a Mux. Counters run from the Mux's creation.
type Stats struct {
	DatagramsIn, OctetsIn   uint64 // everything read, dropped or not; octets of UDP payload
	DatagramsOut, OctetsOut uint64 // everything the kernel took
	WriteErrors             uint64

	// Reads counts the system calls that received something: DatagramsIn/Reads is
	// the mean size of a batch.
	Reads uint64
	// Coalesced counts datagrams that arrived joined with others (UDP_GRO).
	Coalesced uint64
	// Sealed counts RTP datagrams of agents refused after Peer.Seal.
	Sealed uint64

	Queues  QueueStats
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

// QueueStats is the sum over all queues of a Mux.
type QueueStats struct {
	Datagrams, Octets uint64 // that the kernel took
	Messages          uint64 // runs of datagrams that the kernel took
	Calls             uint64 // system calls
	Segmented         uint64 // datagrams that left as part of a run of two or more
	Full              uint64 // datagrams dropped because neither socket nor arena had room
	Failed            uint64 // datagrams that the kernel refused for another reason
	Fallbacks         uint64 // destinations for which segmentation was given up
}

type counters struct {
	datagramsIn, octetsIn   atomic.Uint64
	datagramsOut, octetsOut atomic.Uint64
	writeErrors, contested  atomic.Uint64
	sealed                  atomic.Uint64

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
		Sealed:       c.sealed.Load(),
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
