package egress

import (
	"sync"
	"time"

	"github.com/pion/rtcp"
)

// HandleRTCP takes one RTCP packet of the subscriber about this stream. It may
// be called from any goroutine and does not keep the packet's slices.
func (st *Stream) HandleRTCP(pkt rtcp.Packet) {
	switch p := pkt.(type) {
	case *rtcp.TransportLayerNack:
		if seqs := requested(p.Nacks); len(seqs) > 0 {
			st.stats.nacks.Add(1)
			st.request(func() { st.answerNACK(seqs, time.Now()) })
		}
	case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
		st.stats.plis.Add(1)
		st.request(func() {
			st.sub.shard.stats.tally.add(eventKeyframeRequest, 1)
			st.keyframeRequested()
		})
	case *rtcp.ReceiverEstimatedMaximumBitrate:
		st.sub.estimated(p)
	case *rtcp.ReceiverReport:
		for _, block := range p.Reports {
			st.Reported(block)
		}
	case *rtcp.SenderReport:
		for _, block := range p.Reports {
			st.Reported(block)
		}
	}
}

// Reported takes a report block of the subscriber, if it is about this stream.
// It may be called from any goroutine.
func (st *Stream) Reported(block rtcp.ReceptionReport) {
	if block.SSRC != st.cfg.SSRC {
		return
	}
	st.stats.fractionLost.Store(uint32(block.FractionLost))
	st.reception.put(block, time.Now())
}

// hear learns from the newest report block.
func (st *Stream) hear() {
	if block, at, ok := st.reception.take(); ok {
		st.measureRTT(block, at)
		st.red.reported(block.FractionLost, at)
		st.playout.reported(block.FractionLost, st.rtt, at)
	}
}

// reception is the newest report block about a stream, until the shard looks at
// it: every receiver sends one each second, which is not worth waking the shard
// for.
type reception struct {
	mu    sync.Mutex
	block rtcp.ReceptionReport
	at    time.Time // zero when it was looked at
}

func (r *reception) put(block rtcp.ReceptionReport, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.block, r.at = block, now
}

// take returns the block and when it came, once.
func (r *reception) take() (block rtcp.ReceptionReport, at time.Time, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	block, at = r.block, r.at
	r.at = time.Time{}
	return block, at, !at.IsZero()
}

// keyframeRequested passes the request on: the publisher's side limits the rate
// over all subscribers.
func (st *Stream) keyframeRequested() {
	if st.started && !st.selector.Paused() && st.cfg.Codec.IsVideo() {
		st.judged.meter.Broken(time.Now())
		st.feed.source.RequestKeyframe(st.selector.Current().Layer)
	}
}

// maxRequested bounds the sequence numbers taken from one NACK packet; what a
// History remembers is the most that could be answered.
const maxRequested = 1024

// requested lists the sequence numbers of a NACK (RFC 4585 section 6.2.1).
func requested(pairs []rtcp.NackPair) []uint16 {
	var seqs []uint16
	for _, pair := range pairs {
		pair.Range(func(seq uint16) bool {
			seqs = append(seqs, seq)
			return len(seqs) < maxRequested
		})
		if len(seqs) >= maxRequested {
			break
		}
	}
	return seqs
}
