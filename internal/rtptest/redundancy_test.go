package rtptest_test

import (
	"slices"
	"testing"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

func TestRedundantAudioIsJudged(t *testing.T) {
	good := func() []*rtp.Packet {
		return video(microphone(2), 10)
	}
	newChecker := func() *rtptest.Conformance {
		return rtptest.NewConformance(rtptest.Expectations{Codecs: map[uint8]codec.Codec{111: codec.Opus}, RED: 63})
	}
	change := func(i int, edit func([]rtptest.REDBlock)) func([]*rtp.Packet) []*rtp.Packet {
		return func(p []*rtp.Packet) []*rtp.Packet {
			list := blocks(t, p[i])
			edit(list)
			p[i].Payload = rtptest.RED(list...)
			return p
		}
	}
	runMutations(t, good, newChecker, []mutation{
		{"another payload", change(5, func(b []rtptest.REDBlock) {
			b[0].Payload = append(slices.Clone(b[0].Payload), 1)
		}), "with another payload"},
		{"another age", change(5, func(b []rtptest.REDBlock) { b[0].Offset += 960 }), "with another payload"},
		{"of what was not sent", change(5, func(b []rtptest.REDBlock) { b[0].Offset += 100 }), ""},
		{"a block of another type", change(5, func(b []rtptest.REDBlock) { b[0].PayloadType = 9 }), "block of payload type 9"},
		{"cut off", func(p []*rtp.Packet) []*rtp.Packet {
			p[9].Payload = p[9].Payload[:50]
			return p
		}, "truncated"},
		{"left out for one packet", func(p []*rtp.Packet) []*rtp.Packet {
			list := blocks(t, p[5])
			p[5].PayloadType, p[5].Payload = 111, list[len(list)-1].Payload
			return p
		}, ""},
	})
}

func TestRedundantAudioWithoutLossOfOrder(t *testing.T) {
	packets := video(microphone(1), 10)
	packets[3], packets[6] = packets[6], packets[3]
	checker := rtptest.NewConformance(rtptest.Expectations{Codecs: map[uint8]codec.Codec{111: codec.Opus}, RED: 63})
	for _, p := range packets {
		checker.Packet(p)
	}
	if found := checker.Violations(); found != nil {
		t.Errorf("found %q", found)
	}
}
