package crowd

import (
	"encoding/binary"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/histogram"
	"github.com/atrium-rtc/atrium/internal/load/stamp"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Which packets are opened. A frame of video has its stamp in the last packet: of
// a 1 Mbit/s stream every fourth frame is one packet in sixteen.
const (
	openFrames = 4
	openSounds = 16 // without video: one packet in so many
)

// fixedHeader is the size of an RTP header without contributing sources and
// extensions, in octets.
const fixedHeader = 12

// viewing is one stream received, audio and video of one publisher. The
// Poller's goroutine owns it once Watch is over.
type viewing struct {
	conn    *transport.Conn
	source  *publication
	asked   time.Time // when the offer was sent
	first   time.Time // when the first packet arrived
	latency *histogram.Histogram
	counts  Count

	tracks   [2]track
	tracked  int
	samples  int // of what may be opened, for openFrames and openSounds
	feedback feedback
	// introduction is what stands in front of all feedback: an empty report and our
	// name. All viewings share it.
	introduction []byte
}

// track is the audio or the video of a viewing.
type track struct {
	stream *transport.Stream
	video  bool
	ssrc   uint32
	numbers
}

// numbers is what arrived of one SSRC.
type numbers struct {
	sequence
	report reception
}

// accept takes what was negotiated. It comes before the first packet.
func (v *viewing) accept(media *transport.Media, want Feedback) {
	for _, s := range []*transport.Stream{media.Audio, media.Video} {
		if s == nil {
			continue
		}
		v.tracks[v.tracked] = track{stream: s, video: s.Codec.IsVideo()}
		v.tracked++
		if id := s.Extensions[transport.ExtensionTransportCC]; id != 0 && s.TransportCC && want.Transport > 0 {
			v.feedback.transportID = id
		}
	}
	v.feedback.want = want
}

// SealedRTP implements transport.SealedHandler.
func (v *viewing) SealedRTP(b []byte, now time.Time) bool {
	if len(b) < fixedHeader {
		v.counts.Strange++
		return false
	}
	if v.first.IsZero() {
		v.first = now
	}
	v.counts.Packets++
	v.counts.Octets += uint64(len(b))
	v.feedback.record(v, b, now)
	t := v.track(b[1] & 0x7f)
	if t == nil {
		return false
	}
	if ssrc := binary.BigEndian.Uint32(b[8:]); ssrc != t.ssrc {
		v.retire(t)
		t.ssrc, t.numbers = ssrc, numbers{}
	}
	t.report.received(t.stream.ClockRate, binary.BigEndian.Uint32(b[4:]), now)
	if !t.add(binary.BigEndian.Uint16(b[2:])) {
		return false
	}
	return v.sampled(t, b[1]&0x80 != 0)
}

// track finds who a packet is for. Others are counted: repairs and strangers.
func (v *viewing) track(payloadType uint8) *track {
	for i := range v.tracks[:v.tracked] {
		switch t := &v.tracks[i]; payloadType {
		case t.stream.PayloadType:
			return t
		case t.stream.RTXPayloadType:
			v.counts.Repairs++
			return nil
		}
	}
	v.counts.Strange++
	return nil
}

// sampled decides whether a packet is opened for its stamp: of video the last of
// some frames, of audio some if there is no video.
func (v *viewing) sampled(t *track, marked bool) bool {
	every := openFrames
	switch {
	case t.video && !marked, !t.video && v.tracked > 1:
		return false
	case !t.video:
		every = openSounds
	}
	v.samples++
	return v.samples%every == 0
}

// RTP implements transport.Handler: it gets what SealedRTP chose.
func (v *viewing) RTP(b []byte, now time.Time) {
	v.counts.Opened++
	c := codec.Opus
	if t := v.track(b[1] & 0x7f); t != nil {
		c = t.stream.Codec
	}
	payload := payloadOf(b)
	if s, ok := stamp.Read(c, payload); ok {
		v.latency.Record(now.Sub(s.Sent))
	}
}

// payloadOf returns the payload of a packet, nil if it has none (RFC 3550
// section 5.1).
func payloadOf(b []byte) []byte {
	if len(b) < fixedHeader {
		return nil
	}
	start, end := fixedHeader+4*int(b[0]&0x0f), len(b)
	if b[0]&0x10 != 0 && len(b) >= start+4 {
		start += 4 + 4*int(binary.BigEndian.Uint16(b[start+2:]))
	}
	if b[0]&0x20 != 0 && end > 0 {
		end -= int(b[end-1])
	}
	if start >= end {
		return nil
	}
	return b[start:end]
}

// RTCP implements transport.Handler.
func (v *viewing) RTCP(b []byte, now time.Time) {
	ssrc, ntp, ok := senderReport(b)
	if !ok {
		return
	}
	for i := range v.tracks[:v.tracked] {
		if t := &v.tracks[i]; t.ssrc == ssrc {
			t.report.sender(ntp, now)
		}
	}
}

// Tick implements transport.Handler.
func (v *viewing) Tick(now time.Time) {
	v.feedback.tick(v, now)
}

// retire adds up what came of a source that another has replaced.
func (v *viewing) retire(t *track) { v.counts.addNumbers(&t.numbers) }

// count returns what came so far.
func (v *viewing) count() Count {
	c := v.counts
	for i := range v.tracks[:v.tracked] {
		c.addNumbers(&v.tracks[i].numbers)
	}
	return c
}
