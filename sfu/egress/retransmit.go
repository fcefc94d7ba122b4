package egress

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/bwe"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/nack"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

const (
	// maxEarly is how much too soon a request may come to be answered in time,
	// and maxPostponed how many of them are kept.
	maxEarly     = 50 * time.Millisecond
	maxPostponed = 64

	// maxShort is how long a request waits for the budget, and shortRetry how
	// often it is looked at meanwhile.
	maxShort   = 200 * time.Millisecond
	shortRetry = 10 * time.Millisecond

	// hopelessPackets that the budget does not allow to repair are worth a
	// keyframe, and maxResendWait without requests means that all is well again.
	hopelessPackets = 32
	maxResendWait   = time.Second
)

// osnSize is the original sequence number in front of an RTX payload (RFC 4588
// section 4).
const osnSize = 2

// retransmitter is the repair stream of one Stream.
type retransmitter struct {
	header rtp.Header
	seq    uint16
}

func newRetransmitter(cfg StreamConfig) retransmitter {
	return retransmitter{
		header: rtp.Header{
			Version: 2, PayloadType: cfg.RTXPayloadType, SSRC: cfg.RTXSSRC,
			Extensions: make([]rtp.Extension, 0, maxExtensions),
		},
		seq: cfg.FirstRTXSequence,
	}
}

// answerNACK sends again what the subscriber misses, within the limits of
// nack.History (how often and how soon one packet) and nack.Budget (how much in
// all): a receiver can ask for a thousand packets in one datagram, and must not
// turn that into a flood, least of all towards itself on a narrow link.
func (st *Stream) answerNACK(seqs []uint16, now time.Time) {
	st.sub.shard.stats.tally.add(eventNACKed, len(seqs))
	if !st.cfg.repeatable() {
		st.refuse(eventRefusedUnknown, len(seqs))
		return
	}
	st.asked = now
	st.hear() // the round trip decides how soon a packet may go out again
	for _, seq := range seqs {
		if wait := st.history.Wait(seq, now, st.rtt); wait > 0 && wait <= maxEarly {
			st.postpone(postponed{seq: seq, due: now.Add(wait), until: now.Add(wait + maxShort)})
			continue
		}
		if !st.repair(seq, now) {
			st.postpone(postponed{seq: seq, due: now.Add(shortRetry), until: now.Add(maxShort)})
		}
	}
}

// repair sends one packet again, if it may. It returns false when the budget is
// too short at the moment.
func (st *Stream) repair(seq uint16, now time.Time) bool {
	src, verdict := st.history.Request(seq, now, st.rtt)
	switch verdict {
	case nack.Resend:
	case nack.TooSoon, nack.TooOften:
		st.refuse(eventRefusedSoon, 1)
		return true
	case nack.Unknown:
		st.refuse(eventRefusedUnknown, 1)
		return true
	}
	p := st.feed.ring(src.Layer).Get(src.Seq)
	switch {
	case p == nil:
		st.refuse(eventRefusedUnknown, 1)
	case st.hopeless > 0 && st.beforeKeyframe(seq) && int16(seq-st.givenUp) <= 0:
		st.refuse(eventRefusedBudget, 1) // a decoder goes on from the keyframe, and the budget is short
	case !st.sub.link.mayRepair(now) || !st.sub.budget.Allow(len(p.Payload()), now):
		return false
	default:
		st.history.Resent(seq, now)
		st.resend(p, seq, src, now)
	}
	return true
}

// refuse counts packets that are not sent again.
func (st *Stream) refuse(why event, packets int) {
	st.stats.refused.Add(uint64(packets)) //nolint:gosec // not negative
	st.sub.shard.stats.tally.add(why, packets)
}

// giveUp counts a packet that is not repaired for want of budget. When there are
// many, the picture would stay broken for as long as the budget needs, which for
// a second of loss is four: a keyframe is sooner.
func (st *Stream) giveUp() {
	st.stats.overBudget.Add(1)
	st.sub.shard.stats.tally.add(eventRefusedBudget, 1)
	st.hopeless++
	st.givenUp = st.newest
	if st.hopeless%hopelessPackets == 0 {
		st.keyframeRequested()
	}
}

// beforeKeyframe reports whether a packet went out before the last keyframe.
func (st *Stream) beforeKeyframe(seq uint16) bool { return int16(seq-st.keyframe) < 0 }

// forgive forgets what was not repaired, when requests have ended for a while.
func (st *Stream) forgive(now time.Time) {
	if st.hopeless > 0 && now.Sub(st.asked) > maxResendWait {
		st.hopeless = 0
	}
}

// postponed is a request that came a little early, or when the budget was short:
// that changes with every packet of media, and the receiver would not ask again
// for a round trip.
type postponed struct {
	seq   uint16
	due   time.Time
	until time.Time // when it is given up
}

// postpone keeps a request until it may be answered.
func (st *Stream) postpone(request postponed) {
	for _, p := range st.postponed {
		if p.seq == request.seq {
			return
		}
	}
	if len(st.postponed) >= maxPostponed {
		st.giveUp()
		return
	}
	st.postponed = append(st.postponed, request)
	st.sub.hurry()
}

// answerPostponed answers the requests that are due. It is called with every
// batch of the track, which is soon enough.
func (st *Stream) answerPostponed(now time.Time) {
	kept := st.postponed[:0]
	for _, p := range st.postponed {
		switch {
		case now.Before(p.due):
			kept = append(kept, p)
		case st.repair(p.seq, now):
		case now.Before(p.until):
			p.due = now.Add(shortRetry)
			kept = append(kept, p)
		default:
			st.giveUp()
		}
	}
	st.postponed = kept
}

// resend sends p, which went out as seq, once more.
func (st *Stream) resend(p *packet.Packet, seq uint16, src nack.Source, now time.Time) {
	scratch := st.sub.shard.scratch[:]
	n := copy(scratch[osnSize:], p.Payload())
	payload := scratch[osnSize : osnSize+n]
	codec.SetIDs(st.cfg.Codec, payload, src.PictureID, src.TL0PICIDX)
	header := &st.header
	if st.cfg.RTXPayloadType == 0 {
		header.SequenceNumber, header.PayloadType = seq, st.cfg.PayloadType
	} else {
		header, payload = &st.rtx.header, scratch[:osnSize+n]
		binary.BigEndian.PutUint16(payload, seq)
		header.SequenceNumber = st.rtx.seq
		st.rtx.seq++
	}
	header.Marker, header.Timestamp = src.Marker, src.Timestamp
	st.setExtensions(header, p, src.PictureID, len(payload), now)
	if err := st.cfg.Sealer.WriteRTP(header, payload); err != nil {
		st.stats.failed.Add(1)
		return
	}
	st.account(bwe.ClassRepair, header, len(payload), now)
	st.stats.retransmitted.Add(1)
	st.stats.retransmittedOctets.Add(uint64(len(payload)))
	st.sub.shard.stats.tally.add(eventRetransmitted, 1)
}
