package transport

import "sync/atomic"

// Stats counts what went through the socket since New. Octets are of UDP
// payload.
type Stats struct {
	DatagramsIn, OctetsIn   uint64
	DatagramsOut, OctetsOut uint64
	// DroppedIn and DroppedOut were taken by the conditions (Options.Up, Down).
	// They are counted in DatagramsIn, which came through the socket, and not in
	// DatagramsOut.
	DroppedIn, DroppedOut uint64
	// KernelDrops found no room in the socket's receive buffer, a sign that this
	// process does not keep up. Always 0 where the system does not tell.
	KernelDrops uint64
	// SendErrors were refused by the kernel.
	SendErrors uint64
	// Rejected could not be decrypted, were replayed or are of no known protocol.
	Rejected uint64
}

// counters are the live Stats.
type counters struct {
	in, out                                     traffic
	droppedIn, droppedOut, sendErrors, rejected atomic.Uint64
}

type traffic struct{ datagrams, octets atomic.Uint64 }

func (t *traffic) count(size int) {
	t.datagrams.Add(1)
	t.octets.Add(uint64(size))
}

func (c *counters) snapshot() Stats {
	return Stats{
		DatagramsIn: c.in.datagrams.Load(), OctetsIn: c.in.octets.Load(),
		DatagramsOut: c.out.datagrams.Load(), OctetsOut: c.out.octets.Load(),
		DroppedIn: c.droppedIn.Load(), DroppedOut: c.droppedOut.Load(),
		SendErrors: c.sendErrors.Load(), Rejected: c.rejected.Load(),
	}
}
