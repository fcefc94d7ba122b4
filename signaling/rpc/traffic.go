package rpc

import "sync/atomic"

// Traffic is what went through the Conns of an Upgrader since it was made. Octets are
// those of messages, without the frames around them.
type Traffic struct {
	MessagesIn, MessagesOut uint64
	OctetsIn, OctetsOut     uint64
}

// traffic counts what all Conns of an Upgrader read and write: once a message, and
// once for all messages that leave together.
type traffic struct {
	messagesIn, messagesOut, octetsIn, octetsOut atomic.Uint64
}

func (t *traffic) in(msg []byte) {
	t.messagesIn.Add(1)
	t.octetsIn.Add(uint64(len(msg)))
}

// out counts a batch that was written.
func (t *traffic) out(b *batch) {
	if n := len(b.frames); n > 0 {
		t.messagesOut.Add(uint64(n))
		t.octetsOut.Add(uint64(b.octets)) //nolint:gosec // a sum of lengths
	}
}

// Traffic returns what went through the Conns so far.
func (u *Upgrader) Traffic() Traffic {
	t := &u.traffic
	return Traffic{
		MessagesIn: t.messagesIn.Load(), MessagesOut: t.messagesOut.Load(),
		OctetsIn: t.octetsIn.Load(), OctetsOut: t.octetsOut.Load(),
	}
}

// Waiting returns the octets of the messages that wait for the peer, or are being
// written.
func (c *Conn) Waiting() int { return c.out.size() }
