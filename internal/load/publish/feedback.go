package publish

import (
	"slices"
	"time"

	"github.com/pion/rtcp"
)

// RTCP takes one compound packet of the receiving side: it answers NACK at once,
// notes requests for keyframes, and adapts to reports. Octets that are no RTCP
// are counted and dropped. The Writer's errors are left to the next Poll, which
// meets the same ones.
func (s *Sender) RTCP(b []byte, now time.Time, w Writer) {
	list, err := rtcp.Unmarshal(b)
	if err != nil {
		s.rejected.Add(1)
		return
	}
	t := instant{now: now, at: now.Sub(s.start)}
	for _, p := range list {
		switch p := p.(type) {
		case *rtcp.TransportLayerNack:
			s.answerNACK(p, t, w)
		case *rtcp.PictureLossIndication:
			s.askKeyframe(p.MediaSSRC)
		case *rtcp.FullIntraRequest:
			s.askFIR(p)
		case *rtcp.TransportLayerCC:
			s.hearTransport(p, t)
		case *rtcp.ReceiverReport:
			s.hearReports(p.Reports, t)
		case *rtcp.SenderReport:
			s.hearReports(p.Reports, t)
		}
	}
}

// answerNACK sends the packets again that the history still has (RFC 4585
// section 6.2.1).
func (s *Sender) answerNACK(p *rtcp.TransportLayerNack, t instant, w Writer) {
	st := s.stream(p.MediaSSRC)
	if st == nil {
		return
	}
	for _, pair := range p.Nacks {
		pair.Range(func(seq uint16) bool {
			st.counters.nacked.Add(1)
			found := st.history.take(seq, t.at)
			return found == nil || s.resend(st, found, t, w) == nil
		})
	}
}

// askKeyframe makes the next frame of an encoding a keyframe.
func (s *Sender) askKeyframe(ssrc uint32) {
	if s.video == nil {
		return
	}
	if e := s.video.encoding(ssrc); e != nil {
		e.stream.counters.requests.Add(1)
		e.keys.asked = true
	}
}

// askFIR does so for each entry of a full intra request that is a new one (RFC
// 5104 section 4.3.1).
func (s *Sender) askFIR(p *rtcp.FullIntraRequest) {
	if s.video == nil {
		return
	}
	for _, entry := range p.FIR {
		if e := s.video.encoding(entry.SSRC); e != nil && e.keys.fir.isNew(p.SenderSSRC, entry.SequenceNumber) {
			s.askKeyframe(entry.SSRC)
		}
	}
}

// hearReports takes reception reports (RFC 3550 section 6.4.1).
func (s *Sender) hearReports(reports []rtcp.ReceptionReport, t instant) {
	if s.controller == nil {
		return
	}
	for _, r := range reports {
		if s.video.encoding(r.SSRC) != nil {
			s.controller.report(float64(r.FractionLost) / 256)
		}
	}
	s.adapt(t)
}

// hearTransport takes transport-wide feedback
// (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1).
func (s *Sender) hearTransport(p *rtcp.TransportLayerCC, t instant) {
	if s.controller == nil {
		return
	}
	const referenceUnit = 64 * time.Millisecond
	arrival := time.Duration(p.ReferenceTime) * referenceUnit
	seq, left, deltas := p.BaseSequenceNumber, int(p.PacketStatusCount), p.RecvDeltas
	each := func(symbol uint16) {
		if left == 0 {
			return
		}
		left--
		at, known := s.departures.find(seq)
		seq++
		if symbol == rtcp.TypeTCCPacketNotReceived {
			if known {
				s.controller.missing()
			}
			return
		}
		if len(deltas) == 0 || symbol == rtcp.TypeTCCPacketReceivedWithoutDelta {
			return
		}
		arrival += time.Duration(deltas[0].Delta) * time.Microsecond
		deltas = deltas[1:]
		if known {
			s.controller.arrival(arrival - at)
		}
	}
	for _, chunk := range p.PacketChunks {
		switch c := chunk.(type) {
		case *rtcp.RunLengthChunk:
			for range c.RunLength {
				each(c.PacketStatusSymbol)
			}
		case *rtcp.StatusVectorChunk:
			for _, symbol := range c.SymbolList {
				each(symbol)
			}
		}
	}
	s.adapt(t)
}

// adapt gives the controller's target to the encodings when it has changed.
func (s *Sender) adapt(t instant) {
	before := s.controller.target
	if after := s.controller.judge(t.at); after != before {
		s.video.allot(&s.cfg, after)
	}
}

// stream returns the one with the SSRC, or nil.
func (s *Sender) stream(ssrc uint32) *stream {
	if s.voice != nil && s.voice.stream.ssrc == ssrc {
		return s.voice.stream
	}
	if s.video == nil {
		return nil
	}
	i := slices.IndexFunc(s.video.encodings, func(e *encoding) bool { return e.stream.ssrc == ssrc })
	if i < 0 {
		return nil
	}
	return s.video.encodings[i].stream
}
