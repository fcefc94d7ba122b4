package crowd

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/internal/load/transport"
)

// Feedback says what subscribers report. The zero value reports nothing.
type Feedback struct {
	// Reports is the time between receiver reports, Transport that between
	// messages of transport-wide feedback where it was negotiated; 0 sends none.
	Reports, Transport time.Duration
}

// BrowserFeedback is what libwebrtc sends: reports each second, and
// transport-wide feedback each 50 to 250 ms, as the bandwidth allows.
func BrowserFeedback() Feedback {
	return Feedback{Reports: time.Second, Transport: 100 * time.Millisecond}
}

const (
	// keyframeInterval is how often a viewing asks for the picture while none comes.
	keyframeInterval = 500 * time.Millisecond

	// ownSSRC and ownName identify us in reports. libwebrtc uses the same SSRC in
	// connections that only receive.
	ownSSRC = 1
	ownName = "atrium-bench"
)

// feedback is what must be remembered to answer like a browser.
type feedback struct {
	want        Feedback
	transportID uint8     // of the header extension; 0: not negotiated, or not wanted
	epoch       time.Time // zero of the log's clock
	fed         time.Time // the last transport-wide feedback
	transport   transportLog
	buffer      []byte // for that
	reported    time.Time
	requested   time.Time // the last keyframe
}

// record notes the transport-wide number of a packet, and sends what is due.
func (f *feedback) record(v *viewing, b []byte, now time.Time) {
	if f.transportID == 0 {
		return
	}
	number, ok := transportNumber(b, f.transportID)
	if !ok {
		return
	}
	if f.epoch.IsZero() {
		f.epoch, f.fed = now.Add(-time.Second), now
	}
	at, ssrc := now.Sub(f.epoch).Microseconds(), binary.BigEndian.Uint32(b[8:])
	room := f.transport.record(number, at)
	if room && now.Sub(f.fed) < f.want.Transport {
		return
	}
	f.fed = now
	f.sendTransport(v, ssrc)
	if !room && !f.transport.record(number, at) {
		f.transport.skip() // the numbers have jumped
		f.transport.record(number, at)
	}
}

// sendTransport sends transport-wide feedback in a compound packet of its own.
func (f *feedback) sendTransport(v *viewing, ssrc uint32) {
	begin := append(f.buffer[:0], v.introduction...)
	f.buffer = f.transport.appendMessage(begin, ssrc)
	if len(f.buffer) == len(begin) {
		return
	}
	if err := v.conn.WriteRTCP(f.buffer); err != nil {
		v.counts.SendErrors++
	}
}

// transportNumber reads the transport-wide sequence number of a packet, in the
// one-byte form of header extensions (RFC 8285 section 4.2), the only one that
// is offered.
func transportNumber(b []byte, id uint8) (uint16, bool) {
	const oneByteForm = 0xbede
	if len(b) < fixedHeader {
		return 0, false
	}
	start := fixedHeader + 4*int(b[0]&0x0f)
	if b[0]&0x10 == 0 || len(b) < start+4 || binary.BigEndian.Uint16(b[start:]) != oneByteForm {
		return 0, false
	}
	rest := b[start+4:]
	rest = rest[:min(len(rest), 4*int(binary.BigEndian.Uint16(b[start+2:])))]
	for len(rest) > 0 {
		if rest[0] == 0 { // padding
			rest = rest[1:]
			continue
		}
		size := 1 + int(rest[0]&0x0f)
		if len(rest) < 1+size {
			return 0, false
		}
		if rest[0]>>4 == id && size == 2 {
			return binary.BigEndian.Uint16(rest[1:]), true
		}
		rest = rest[1+size:]
	}
	return 0, false
}

// tick sends what is due by the clock.
func (f *feedback) tick(v *viewing, now time.Time) {
	if f.requested.IsZero() {
		f.requested, f.reported = now, now
	}
	if now.Sub(f.requested) >= keyframeInterval {
		f.requested = now
		v.requestKeyframe()
	}
	if f.want.Reports == 0 || now.Sub(f.reported) < f.want.Reports {
		return
	}
	f.reported = now
	var blocks []rtcp.ReceptionReport
	for i := range v.tracks[:v.tracked] {
		if t := &v.tracks[i]; t.begun {
			blocks = append(blocks, t.block(t.ssrc, now))
		}
	}
	if len(blocks) > 0 {
		v.send(blocks)
	}
}

// requestKeyframe asks for the picture while there is none.
func (v *viewing) requestKeyframe() {
	for i := range v.tracks[:v.tracked] {
		t := &v.tracks[i]
		if t.video && !t.begun && t.stream.PLI && len(t.stream.SSRCs) > 0 {
			v.counts.Requests++
			v.send(nil, &rtcp.PictureLossIndication{SenderSSRC: ownSSRC, MediaSSRC: t.stream.SSRCs[0]})
		}
	}
}

// send sends a receiver report and whatever else.
func (v *viewing) send(blocks []rtcp.ReceptionReport, packets ...rtcp.Packet) {
	b, err := compound(blocks, packets...)
	if err == nil {
		err = v.conn.WriteRTCP(b)
	}
	if err != nil {
		v.counts.SendErrors++
	}
}

// compound puts a receiver report and our name in front, as compound packets must
// have them (RFC 3550 section 6.1).
func compound(blocks []rtcp.ReceptionReport, packets ...rtcp.Packet) ([]byte, error) {
	return rtcp.Marshal(append([]rtcp.Packet{
		&rtcp.ReceiverReport{SSRC: ownSSRC, Reports: blocks},
		&rtcp.SourceDescription{Chunks: []rtcp.SourceDescriptionChunk{{
			Source: ownSSRC, Items: []rtcp.SourceDescriptionItem{{Type: rtcp.SDESCNAME, Text: ownName}},
		}}},
	}, packets...))
}

var _ transport.SealedHandler = (*viewing)(nil)
