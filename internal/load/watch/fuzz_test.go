package watch_test

import (
	"testing"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// FuzzRTP takes any packets, each behind its size in one octet, at any pace.
func FuzzRTP(f *testing.F) {
	for _, c := range []codec.Codec{codec.VP8, codec.VP9, codec.H264, codec.AV1} {
		s := rtptest.NewStream(rtptest.Config{Codec: c, SSRC: videoSSRC, PayloadType: videoType, PacketOctets: 100})
		var b []byte
		for i := range 4 {
			for _, p := range s.Frame(rtptest.FrameOptions{Keyframe: i%2 == 0, Octets: 300}) {
				one := rtptest.Marshal(p)
				b = append(append(b, byte(len(one))), one...)
				one = rtptest.Marshal(rtptest.RTX(p, rtxSSRC, rtxType, p.SequenceNumber*3))
				b = append(append(b, byte(len(one))), one...)
			}
		}
		f.Add(uint8(c), uint16(7), b)
	}
	f.Fuzz(func(t *testing.T, c uint8, step uint16, b []byte) {
		s := newStage(t, func(m *transport.Media) {
			m.Video.Codec = codec.VP8 + codec.Codec(c%4)
			m.Video.TransportCC = true
			m.Video.Extensions = map[string]uint8{transport.ExtensionTransportCC: transportID}
		})
		packets := uint64(0)
		for len(b) > 0 {
			n := min(int(b[0]), len(b)-1)
			s.receiver.RTP(b[1:1+n], s.now)
			b = b[1+n:]
			packets++
			s.run(time.Duration(step%512) * ms)
		}
		got := s.settle()
		if got.Packets() > packets || got.Frames > packets || got.Frames > got.Video.Packets {
			t.Fatalf("%d packets and %d frames of %d", got.Packets(), got.Frames, packets)
		}
		if limit := packets << 16; got.Lost() > limit || got.NACKs > limit {
			t.Fatalf("%d lost and %d asked for of %d packets", got.Lost(), got.NACKs, packets)
		}
	})
}

func FuzzRTCP(f *testing.F) {
	report, err := rtptest.Report(videoSSRC, 1, start, 1, 1).Marshal()
	if err != nil {
		f.Fatal(err)
	}
	bye, err := (&rtcp.Goodbye{Sources: []uint32{videoSSRC}}).Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(report)
	f.Add(append(report, bye...))
	f.Add([]byte{0x80, 200, 0, 1, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		s := newStage(t)
		s.play(2, true, nil)
		s.receiver.RTCP(b, s.now)
		s.play(35, false, nil)
		if got := s.receiver.Snapshot(); got.Frames != 37 || got.Malformed > 1 || got.SendErrors != 0 {
			t.Fatalf("%d frames, %d malformed, %d errors", got.Frames, got.Malformed, got.SendErrors)
		}
	})
}
