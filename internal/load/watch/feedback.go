package watch

import (
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/nack"
)

const (
	pollInterval      = 10 * time.Millisecond // how often what is missing is looked at
	reportInterval    = time.Second
	transportInterval = 100 * time.Millisecond // libwebrtc: 50 to 250 ms

	// ownSSRC and ownName identify us in reports. libwebrtc uses the same SSRC in
	// connections that only receive.
	ownSSRC = 1
	ownName = "atrium-load"
)

// poll sends the feedback that is due.
func (r *Receiver) poll(now time.Time) {
	r.polled = now
	for _, t := range r.tracks {
		r.repair(t, now)
	}
	if t := r.video; t != nil && t.source != nil {
		t.picture.show(now)
		if !t.paused && t.picture.keyframes.due(now) {
			r.requestKeyframe(t)
		}
	}
	r.reportTransport(now)
	r.report(now)
}

// repair asks for what is missing of a track.
func (r *Receiver) repair(t *track, now time.Time) {
	if t.source == nil || t.source.detector == nil {
		return
	}
	detector := t.source.detector
	if detector.Missing() > 0 {
		var rtt time.Duration
		if r.cfg.RTT != nil {
			rtt = r.cfg.RTT()
		}
		r.due = detector.Due(r.due[:0], now, rtt)
		r.requestPackets(t)
	}
	if detector.GaveUp() && t.picture != nil {
		t.picture.gaveUp()
	}
}

// requestPackets sends a generic NACK (RFC 4585 section 6.2.1) for those in due.
func (r *Receiver) requestPackets(t *track) {
	if len(r.due) == 0 {
		return
	}
	request := &rtcp.TransportLayerNack{SenderSSRC: ownSSRC, MediaSSRC: t.source.ssrc}
	for _, p := range nack.AppendPairs(nil, r.due) {
		request.Nacks = append(request.Nacks, rtcp.NackPair{
			PacketID: p.PacketID, LostPackets: rtcp.PacketBitmap(p.LostPackets),
		})
	}
	for _, seq := range r.due {
		t.source.ledger.noteAsked(seq)
	}
	r.counts.NACKs += uint64(len(r.due))
	r.send(nil, request)
}

// requestKeyframe sends what the server understands, a picture loss indication
// (RFC 4585 section 6.3.1) or a full intra request (RFC 5104 section 4.3.1).
func (r *Receiver) requestKeyframe(t *track) {
	switch {
	case t.stream.PLI:
		r.send(nil, &rtcp.PictureLossIndication{SenderSSRC: ownSSRC, MediaSSRC: t.source.ssrc})
	case t.stream.FIR:
		r.send(nil, &rtcp.FullIntraRequest{
			SenderSSRC: ownSSRC, FIR: []rtcp.FIREntry{{SSRC: t.source.ssrc, SequenceNumber: r.fir}},
		})
		r.fir++
	default:
		return
	}
	r.counts.PLIs++
}

// recordTransport notes the transport-wide sequence number of a packet, whatever
// it carries.
func (r *Receiver) recordTransport(h *header, now time.Time) {
	if r.transport == nil {
		return
	}
	ext := h.element(r.transportID)
	if len(ext) < 2 {
		return
	}
	if r.epoch.IsZero() {
		r.epoch, r.recorded = now, now
	}
	r.transport.Record(h.ssrc, uint16(ext[0])<<8|uint16(ext[1]), now.Sub(r.epoch).Microseconds())
}

// reportTransport sends transport-wide feedback.
func (r *Receiver) reportTransport(now time.Time) {
	if r.epoch.IsZero() || now.Sub(r.recorded) < transportInterval {
		return
	}
	r.recorded = now
	if packets := r.transport.BuildFeedbackPacket(); len(packets) > 0 {
		r.send(nil, packets...)
	}
}

// report sends a receiver report on all sources.
func (r *Receiver) report(now time.Time) {
	if r.reported.IsZero() {
		r.reported = now
	}
	if now.Sub(r.reported) < reportInterval {
		return
	}
	r.reported = now
	var blocks []rtcp.ReceptionReport
	for _, t := range r.tracks {
		if t.source != nil && t.source.reception.count > 0 {
			blocks = append(blocks, t.source.reception.report(t.source.ssrc, now))
		}
	}
	if len(blocks) > 0 {
		r.send(blocks)
	}
}

// compound puts a receiver report and our name in front, as compound packets must
// have them (RFC 3550 section 6.1): reduced size (RFC 5506) was not agreed.
func compound(blocks []rtcp.ReceptionReport, packets []rtcp.Packet) []rtcp.Packet {
	return append([]rtcp.Packet{
		&rtcp.ReceiverReport{SSRC: ownSSRC, Reports: blocks},
		&rtcp.SourceDescription{Chunks: []rtcp.SourceDescriptionChunk{{
			Source: ownSSRC, Items: []rtcp.SourceDescriptionItem{{Type: rtcp.SDESCNAME, Text: ownName}},
		}}},
	}, packets...)
}

// send sends a report.
func (r *Receiver) send(blocks []rtcp.ReceptionReport, packets ...rtcp.Packet) {
	b, err := rtcp.Marshal(compound(blocks, packets))
	if err == nil {
		err = r.cfg.Writer.WriteRTCP(b)
	}
	if err != nil {
		r.counts.SendErrors++
	}
}
