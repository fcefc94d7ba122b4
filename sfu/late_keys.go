package sfu

import (
	"sync"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/seal"
	"github.com/atrium-rtc/atrium/sfu/udp"
)

// lateKeys are the keys of a connection to which streams are added while it is up: a
// stream that begins after they are known is sealed with them from its first packet on,
// since nobody else may write then (see peerTransport.secure). The zero value knows none;
// nil is for connections whose streams all begin before.
type lateKeys struct {
	mu        sync.Mutex
	keys      *seal.Context // nil until they are known, and where Pion seals
	transport *peerTransport
	queue     *udp.Queue
}

// sealer returns who seals a stream that Pion binds now. What is done until done is
// called, learn does not come in between.
func (k *lateKeys) sealer(s *sender, c webrtc.TrackLocalContext) (_ egress.Sealer, done func()) {
	if k == nil {
		return pionSealer{c.WriteStream()}, func() {} // until the keys are known
	}
	k.mu.Lock()
	if k.keys == nil {
		return pionSealer{c.WriteStream()}, k.mu.Unlock
	}
	return s.sealer(k.keys, k.transport, k.queue), k.mu.Unlock
}

// learn has all streams sealed with these keys, into this queue, those of streams and
// those that come later.
func (k *lateKeys) learn(keys *seal.Context, t *peerTransport, queue *udp.Queue, streams senders) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys, k.transport, k.queue = keys, t, queue
	streams.sealWith(keys, t, queue)
}
