package egress

import (
	"sync/atomic"

	"github.com/pion/rtcp"
)

// transport numbers the packets of one subscriber's connection, all streams
// together, and reads what the receiver says of their arrival
// (draft-holmer-rmcat-transport-wide-cc-extensions).
type transport struct {
	seq uint16 // of the next packet; owned by the shard

	// written on the goroutine of the SRTCP session, read anywhere
	received, lost atomic.Uint64 // packets, as the feedback tells
	remb           atomic.Uint64 // bits per second, 0 before the first
}

func (t *transport) next() uint16 {
	seq := t.seq
	t.seq++
	return seq
}

// feedback reads one transport-wide feedback message.
func (t *transport) feedback(p *rtcp.TransportLayerCC) {
	received := uint64(len(p.RecvDeltas))
	all := uint64(p.PacketStatusCount)
	t.received.Add(min(received, all))
	t.lost.Add(all - min(received, all))
}

// estimate reads a receiver's estimate of the link.
func (t *transport) estimate(p *rtcp.ReceiverEstimatedMaximumBitrate) {
	if p.Bitrate > 0 {
		t.remb.Store(uint64(p.Bitrate))
	}
}
