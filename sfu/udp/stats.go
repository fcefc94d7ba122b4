package udp

import "sync/atomic"

// Stats is a snapshot of a Mux. Counters run from the Mux's creation; those of
// readers and queues are as of their last batch.
type Stats struct {
	DatagramsIn, OctetsIn   uint64 // everything read, dropped or not; octets of UDP payload
	DatagramsOut, OctetsOut uint64 // everything the kernel took, from queues too
	WriteErrors             uint64 // datagrams the kernel did not take, from queues too

	Reads     uint64 // calls that read: DatagramsIn/Reads is the mean size of a batch
	Coalesced uint64 // datagrams that arrived joined with others (UDP_GRO)

	Dropped Dropped
	// Contested counts refusals to give an address in use to another agent.
	Contested uint64
	// Sealed counts RTP that agents wrote after Peer.Seal.
	Sealed uint64

	Queues QueueStats

	Connections int // local candidates of all agents
	Addresses   int // remote addresses learned
}

// Dropped counts received datagrams that reached no agent, by reason.
type Dropped struct {
	UnknownSource uint64 // no agent knows the address, or the request's username; or the agent has learned too many (maxLearned)
	BadSTUN       uint64 // a binding request that cannot be parsed
	Unclassified  uint64 // neither STUN, DTLS, RTP nor RTCP; or DTLS that the peer does not admit
	Oversize      uint64 // more than MaxDatagram octets
	QueueFull     uint64 // the agent reads too slowly, or has just closed
}

// QueueStats is the sum over all queues of a Mux.
type QueueStats struct {
	Datagrams, Octets uint64 // what the kernel took
	Messages          uint64 // the runs they left in: Datagrams/Messages is the mean length
	Calls             uint64 // system calls
	Segmented         uint64 // datagrams that left in a run of two or more
	Full              uint64 // datagrams dropped because neither socket nor arena had room
	Failed            uint64 // datagrams that the kernel refused for another reason
	Fallbacks         uint64 // destinations for which segmentation was given up
}

// counters are those of all goroutines.
type counters struct {
	datagramsOut, octetsOut, writeErrors, contested, sealed atomic.Uint64
}

// Stats returns a snapshot. Any goroutine may call it; it takes the tables'
// locks for a moment, so once a second is fine and once a packet is not.
func (m *Mux) Stats() Stats {
	c := &m.counters
	s := Stats{
		DatagramsOut: c.datagramsOut.Load(),
		OctetsOut:    c.octetsOut.Load(),
		WriteErrors:  c.writeErrors.Load(),
		Contested:    c.contested.Load(),
		Sealed:       c.sealed.Load(),
	}
	for _, g := range m.groups {
		conns, addresses := g.size()
		s.Connections += conns
		s.Addresses += addresses
		for _, socket := range g.sockets {
			s.received(&socket.tally)
		}
	}
	m.queuesMu.Lock()
	defer m.queuesMu.Unlock()
	for _, q := range m.queues {
		s.Queues.sent(&q.tally)
	}
	s.DatagramsOut += s.Queues.Datagrams
	s.OctetsOut += s.Queues.Octets
	s.WriteErrors += s.Queues.Full + s.Queues.Failed
	return s
}

// received adds what one socket received.
func (s *Stats) received(t *tally) {
	s.Reads += t.load(eventRead)
	s.DatagramsIn += t.load(eventDatagramIn)
	s.OctetsIn += t.load(eventOctetIn)
	s.Coalesced += t.load(eventCoalesced)
	s.Dropped.UnknownSource += t.load(eventUnknownSource)
	s.Dropped.BadSTUN += t.load(eventBadSTUN)
	s.Dropped.Unclassified += t.load(eventUnclassified)
	s.Dropped.Oversize += t.load(eventOversize)
	s.Dropped.QueueFull += t.load(eventQueueFull)
}

// sent adds what one queue sent.
func (s *QueueStats) sent(t *tally) {
	s.Datagrams += t.load(eventDatagramOut)
	s.Octets += t.load(eventOctetOut)
	s.Messages += t.load(eventMessage)
	s.Calls += t.load(eventCall)
	s.Segmented += t.load(eventSegmented)
	s.Full += t.load(eventFull)
	s.Failed += t.load(eventFailed)
	s.Fallbacks += t.load(eventFallback)
}
