package sfu

import (
	"fmt"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// localPacket is the most that a packet made of a sample has, header included: with
// extensions and encryption it stays within what every link takes in one piece.
const localPacket = 1192

// packetizer cuts the samples of one track into packets.
type packetizer interface {
	Packetize(payload []byte, samples uint32) []*rtp.Packet
}

// WriteSample gives the publication one encoded frame, and says how long it lasts: an
// Opus packet; a frame of VP8 or VP9 as in IVF; an access unit of H.264 with start codes
// (Annex B); a temporal unit of AV1. It is cut into packets and sent at once, with a
// timestamp that follows from the durations. Errors are those of WriteRTP. A track is
// written to with either of the two.
func (l *LocalPublication) WriteSample(kind Kind, data []byte, duration time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, err := l.track(kind)
	if err != nil {
		return err
	}
	c := l.codec(kind)
	if t.packetizer == nil {
		t.packetizer = rtp.NewPacketizer(localPacket, t.payloadType, t.ssrc, payloader(c), rtp.NewRandomSequencer(), c.ClockRate())
	}
	now := time.Now()
	for _, p := range t.packetizer.Packetize(data, uint32(duration.Seconds()*float64(c.ClockRate())+0.5)) {
		n, err := p.MarshalTo(l.buf[:])
		if err != nil {
			return fmt.Errorf("sample: %w", err)
		}
		l.write(t, l.buf[:n], now)
	}
	return nil
}

func (l *LocalPublication) codec(kind Kind) codec.Codec {
	for _, t := range l.Tracks() {
		if t.kind == kind {
			return t.Codec()
		}
	}
	return 0
}

// payloader returns the RTP format of a codec.
func payloader(c codec.Codec) rtp.Payloader {
	switch c {
	case codec.VP8:
		return &codecs.VP8Payloader{EnablePictureID: true}
	case codec.VP9:
		return &codecs.VP9Payloader{}
	case codec.H264:
		return &codecs.H264Payloader{}
	case codec.AV1:
		return &codecs.AV1Payloader{}
	default:
		return &codecs.OpusPayloader{}
	}
}
