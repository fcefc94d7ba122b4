package publish

import (
	"encoding/binary"
	"math/rand/v2"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/stamp"
	"github.com/atrium-rtc/atrium/internal/load/transport"
)

// maxPacket is an Ethernet frame's worth of octets.
const maxPacket = 1500

// instant is a moment: on the wall clock for stamps and reports, and counted
// from the Sender's start for everything else.
type instant struct {
	now time.Time
	at  time.Duration
}

// stream is one SSRC and its retransmissions.
type stream struct {
	media  *transport.Stream
	ssrc   uint32
	header header
	rtx    header // without octets: not negotiated
	// seq and rtxSeq are the next sequence numbers. They start in the lower half: a
	// receiver that misses packets across a first wrap would decrypt with the wrong
	// rollover counter (RFC 3711 section 3.3.1).
	seq, rtxSeq uint16
	timestamp   uint32 // of the schedule's first frame
	history     history
	report      report
	counters    streamCounters
}

func newStream(m *transport.Stream, encoding, packetsPerSecond int, cname string, random *rand.Rand) (*stream, error) {
	s := &stream{
		media:     m,
		ssrc:      m.SSRCs[encoding],
		seq:       uint16(random.UintN(1 << 15)),
		rtxSeq:    uint16(random.UintN(1 << 15)),
		timestamp: random.Uint32(),
	}
	var err error
	if s.header, err = newHeader(m, encoding, false); err != nil {
		return nil, err
	}
	if m.RTXPayloadType != 0 {
		if s.rtx, err = newHeader(m, encoding, true); err != nil {
			return nil, err
		}
	}
	if m.NACK {
		s.history = newHistory(packetsPerSecond)
	}
	s.report, err = newReport(s.ssrc, cname)
	return s, err
}

// send numbers a packet, stamps it and lets it leave for the first time.
func (s *Sender) send(st *stream, p *packet, t instant, w Writer) error {
	p.seq = st.seq
	st.seq++
	p.stamp.Sent = t.now
	st.history.add(p, t.at)
	st.counters.packets.Add(1)
	st.counters.octets.Add(uint64(len(p.payload())))
	return w.WriteRTP(s.marshal(st, p, &st.header, p.seq, t))
}

// resend lets a packet leave again: on the retransmission stream with its number
// in front (RFC 4588 section 4), or where there is none as it was.
func (s *Sender) resend(st *stream, p *packet, t instant, w Writer) error {
	st.counters.retransmitted.Add(1)
	if st.rtx.octets == nil {
		return w.WriteRTP(s.marshal(st, p, &st.header, p.seq, t))
	}
	seq := st.rtxSeq
	st.rtxSeq++
	return w.WriteRTP(s.marshal(st, p, &st.rtx, seq, t))
}

// marshal returns a packet as it leaves, valid until the next call.
func (s *Sender) marshal(st *stream, p *packet, h *header, seq uint16, t instant) []byte {
	b := s.buffer[:]
	n := h.write(b, p, seq, st.media.Codec.IsVideo() && p.last())
	if h.transportCC != 0 {
		binary.BigEndian.PutUint16(b[h.transportCC:], s.transportSeq)
		s.departures.add(s.transportSeq, t.at)
		s.transportSeq++
	}
	if h == &st.rtx {
		binary.BigEndian.PutUint16(b[n:], p.seq)
		n += 2
	}
	end := n + copy(b[n:], p.payload())
	setPictureID(st.media.Codec, b[n:end], p.pictureID)
	if p.index == p.of.stamped {
		stamp.Write(st.media.Codec, b[n:end], p.stamp)
	}
	return b[:end]
}
