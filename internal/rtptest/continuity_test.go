package rtptest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

func TestSpatialLayersOfVP9(t *testing.T) {
	good := func() []*rtp.Packet { // three packets a picture, two of the upper layer
		s := rtptest.NewStream(rtptest.Config{Codec: codec.VP9, SSRC: ssrc, PayloadType: 96, Mode: "S2T1", PacketOctets: 900})
		var packets []*rtp.Packet
		for i := range 5 {
			packets = append(packets, s.Frame(rtptest.FrameOptions{Keyframe: i == 0, Octets: 2700})...)
		}
		return packets
	}
	const begin, end = 0x08, 0x04
	runMutations(t, good, checking(codec.VP9, rtptest.Expectations{}), []mutation{
		{"a marker behind the lower layer", func(p []*rtp.Packet) []*rtp.Packet {
			p[12].Marker = true
			return p
		}, "continues a frame that its marker had ended"},
		{"the upper layer left out without a marker", func(p []*rtp.Packet) []*rtp.Packet {
			return renumber(append(p[:10:10], p[12]))
		}, "without a marker"},
		{"a layer without its end", func(p []*rtp.Packet) []*rtp.Packet {
			p[12].Payload[0] &^= end
			return p
		}, "begins a layer before the one before has ended"},
		{"a layer without its beginning", func(p []*rtp.Packet) []*rtp.Packet {
			p[13].Payload[0] &^= begin
			return p
		}, "continues a layer that is not the one before"},
		{"a marker inside a layer", func(p []*rtp.Packet) []*rtp.Packet {
			p[14].Payload[0] &^= end
			return p
		}, "marker inside a layer"},
	})
}

func TestSpatialLayersComeInOrder(t *testing.T) {
	for _, c := range []codec.Codec{codec.VP9, codec.AV1} {
		packets := onePacketEach(rtptest.Config{Codec: c, Mode: "S2T1"}, 5)
		packets[8].Payload, packets[9].Payload = packets[9].Payload, packets[8].Payload
		found := judge(c, rtptest.Expectations{}, packets)
		if len(found) != 1 || !strings.Contains(found[0], "spatial layer 0 behind layer 1") {
			t.Errorf("%v: found %q", c, found)
		}
	}
}

func TestPaddingBelongsToTheFrameBefore(t *testing.T) {
	good := func() []*rtp.Packet {
		packets := video(stream(codec.VP8), 2)
		padding := rtptest.Padding(packets[2], 0, 100)
		return renumber(slices.Insert(packets, 3, padding, rtptest.Padding(packets[2], 0, 50)))
	}
	runMutations(t, good, checking(codec.VP8, rtptest.Expectations{PictureIDs: true}), []mutation{
		{"with an earlier timestamp", func(p []*rtp.Packet) []*rtp.Packet {
			p[3].Timestamp--
			p[4].Timestamp--
			return p
		}, "goes back"},
		{"behind a frame without a marker", func(p []*rtp.Packet) []*rtp.Packet {
			p[2].Marker = false
			return p
		}, "without a marker"},
		{"inside a frame", func(p []*rtp.Packet) []*rtp.Packet {
			p[2], p[3] = p[3], p[2]
			return renumber(p)
		}, ""},
	})
}

func TestPaddingOfSoundConforms(t *testing.T) {
	newChecker := func() *rtptest.Conformance {
		return rtptest.NewConformance(rtptest.Expectations{Codecs: map[uint8]codec.Codec{111: codec.Opus}, RED: 63})
	}
	good := func() []*rtp.Packet {
		packets := video(microphone(1), 5)
		return renumber(slices.Insert(packets, 3, rtptest.Padding(packets[2], 0, 100)))
	}
	runMutations(t, good, newChecker, []mutation{
		{"a packet behind with the same timestamp", func(p []*rtp.Packet) []*rtp.Packet {
			p[4].Timestamp, p[4].Payload, p[4].PayloadType = p[2].Timestamp, []byte{0x78, 1}, 111
			return p[:5]
		}, "does not follow"},
		{"padding first", func(p []*rtp.Packet) []*rtp.Packet {
			first := rtptest.Padding(p[0], p[0].SequenceNumber-1, 50)
			first.Timestamp--
			return append([]*rtp.Packet{first}, p...)
		}, ""},
	})
}

func TestPaddingNeedsNoDescriptor(t *testing.T) {
	packets := slices.Concat(pictures(layered(codec.AV1, "L1T1"), 3)...)
	packets = renumber(append(packets, rtptest.Padding(packets[len(packets)-1], 0, 100)))
	if found := judge(codec.AV1, rtptest.Expectations{Descriptor: descriptorID}, packets); found != nil {
		t.Errorf("found %q", found)
	}
}

func TestStreamsAreCounted(t *testing.T) {
	for _, tt := range []struct {
		limits rtptest.Limits
		want   int
	}{
		{rtptest.Limits{}, 0},
		{rtptest.Limits{Audio: 1, Video: 2}, 0},
		{rtptest.Limits{Video: 1}, 1},
	} {
		checker := checking(codec.VP8, rtptest.Expectations{SSRCs: tt.limits})()
		for _, id := range []uint32{1, 2} {
			for _, p := range rtptest.NewStream(rtptest.Config{Codec: codec.VP8, SSRC: id, PayloadType: 96}).Frame(rtptest.FrameOptions{Keyframe: true}) {
				checker.Packet(p)
			}
		}
		if found := checker.Violations(); len(found) != tt.want {
			t.Errorf("%+v: found %q", tt.limits, found)
		}
	}
	checker := rtptest.NewConformance(rtptest.Expectations{
		Codecs: map[uint8]codec.Codec{111: codec.Opus}, SSRCs: rtptest.Limits{Audio: 1},
	})
	for _, id := range []uint32{1, 2} {
		checker.Packet(rtptest.NewStream(rtptest.Config{Codec: codec.Opus, SSRC: id, PayloadType: 111}).Frame(rtptest.FrameOptions{})[0])
	}
	if found := checker.Violations(); len(found) != 1 {
		t.Errorf("two streams of sound: found %q", found)
	}
}
