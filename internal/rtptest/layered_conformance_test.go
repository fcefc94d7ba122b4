package rtptest_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

func modes(c codec.Codec) []string {
	list := []string{"", "L1T1", "L1T2", "L1T3"}
	if c == codec.VP9 || c == codec.AV1 {
		for _, layers := range []string{"2T1", "2T2", "2T3", "3T1", "3T2", "3T3"} {
			list = append(list, "L"+layers, "L"+layers+"_KEY", "S"+layers)
		}
	}
	return list
}

func TestLayeredStreamsConform(t *testing.T) {
	for _, c := range []codec.Codec{codec.VP8, codec.VP9, codec.H264, codec.AV1} {
		for _, mode := range modes(c) {
			for _, cfg := range []rtptest.Config{{}, {Descriptor: descriptorID}, {Flexible: true}} {
				cfg.Codec, cfg.Mode, cfg.SSRC, cfg.PayloadType = c, mode, ssrc, 96
				s := rtptest.NewStream(cfg)
				var packets []*rtp.Packet
				for i := range 40 {
					packets = append(packets, s.Frame(rtptest.FrameOptions{Keyframe: i%18 == 0, Octets: 3000})...)
				}
				want := rtptest.Expectations{Descriptor: cfg.Descriptor, PictureIDs: true}
				if found := judge(c, want, packets); found != nil {
					t.Errorf("%v %s: %q", c, mode, found)
				}
				rand.New(rand.NewPCG(1, 2)).Shuffle(len(packets)-1, func(i, j int) {
					packets[i+1], packets[j+1] = packets[j+1], packets[i+1]
				})
				if found := judge(c, want, append(packets, packets...)); found != nil {
					t.Errorf("%v %s shuffled, and each packet twice: %q", c, mode, found)
				}
			}
		}
	}
}

func TestLayeredStreamsFitPackets(t *testing.T) {
	s := rtptest.NewStream(rtptest.Config{
		Codec: codec.AV1, Mode: "L3T3", Descriptor: descriptorID,
		Extensions: []rtptest.Extension{{ID: 1, Data: []byte{1, 2}}, {ID: 2, Data: []byte{1, 2, 3}}},
	})
	for i := range 8 {
		for _, p := range s.Frame(rtptest.FrameOptions{Keyframe: i == 0, Octets: 21_000}) {
			if size := p.MarshalSize(); size > 1184 {
				t.Errorf("picture %d: a packet of %d octets", i, size)
			}
			if twoByte := p.ExtensionProfile == rtp.ExtensionProfileTwoByte; twoByte != (len(p.GetExtension(descriptorID)) > 16) {
				t.Errorf("picture %d: extensions in the two-byte form: %v", i, twoByte)
			}
		}
	}
}

// BenchmarkConformance judges a quarter of an hour of video.
func BenchmarkConformance(b *testing.B) {
	packets := slices.Concat(pictures(layered(codec.AV1, "L1T3"), 30_000)...)
	for b.Loop() {
		checker := checking(codec.AV1, rtptest.Expectations{Descriptor: descriptorID})()
		at := time.Unix(1000, 0)
		for i, p := range packets {
			if i > 0 && p.Timestamp != packets[i-1].Timestamp {
				at = at.Add(time.Second / 30)
			}
			checker.PacketAt(p, at)
		}
		if found := checker.Violations(); found != nil {
			b.Fatal(found)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(packets)), "ns/packet")
}
