package rtptest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// setDescriptor replaces what stands in a packet.
func setDescriptor(t *testing.T, p *rtp.Packet, data []byte) {
	t.Helper()
	if err := p.SetExtension(descriptorID, data); err != nil {
		t.Fatal(err)
	}
}

// flip changes bits of an octet of the descriptor.
func flip(t *testing.T, p *rtp.Packet, octet int, bits byte) {
	t.Helper()
	data := slices.Clone(p.GetExtension(descriptorID))
	data[octet] ^= bits
	setDescriptor(t, p, data)
}

func TestDescriptorViolationsAreFound(t *testing.T) {
	const first, last = 0x80, 0x40
	good := func() []*rtp.Packet { // three packets a picture, two of the upper layer
		s := rtptest.NewStream(rtptest.Config{
			Codec: codec.AV1, SSRC: ssrc, PayloadType: 96, Seed: 3, Mode: "L2T2", Descriptor: descriptorID, PacketOctets: 200,
		})
		var packets []*rtp.Packet
		for i := range 10 {
			packets = append(packets, s.Frame(rtptest.FrameOptions{Keyframe: i == 0, Octets: 600})...)
		}
		return packets
	}
	want := rtptest.Expectations{Descriptor: descriptorID}
	at := func(i int, change func(p *rtp.Packet)) func([]*rtp.Packet) []*rtp.Packet {
		return func(p []*rtp.Packet) []*rtp.Packet {
			change(p[i])
			return p
		}
	}
	runMutations(t, good, checking(codec.AV1, want), []mutation{
		{"none", at(7, func(p *rtp.Packet) { p.Extension, p.Extensions = false, nil }), "no dependency descriptor"},
		{"cut off", at(8, func(p *rtp.Packet) { setDescriptor(t, p, p.GetExtension(descriptorID)[:2]) }), "truncated"},
		{"of no template", at(8, func(p *rtp.Packet) { flip(t, p, 0, 0x20) }), "with template"},
		{"a frame number back", at(29, func(p *rtp.Packet) { flip(t, p, 1, 0x80) }), "has frame number"},
		{"a frame that does not begin", at(3, func(p *rtp.Packet) { flip(t, p, 0, first) }), "begins in the middle of frame"},
		{"a frame that begins twice", at(5, func(p *rtp.Packet) { flip(t, p, 0, first) }), "does not continue frame"},
		{"a frame without an end", at(3, func(p *rtp.Packet) { flip(t, p, 0, last) }), "without its end"},
		{"a reference to before the start", func(p []*rtp.Packet) []*rtp.Packet {
			d, err := rtptest.ReadDescriptor(p[0].GetExtension(descriptorID), nil)
			if err != nil {
				t.Fatal(err)
			}
			s := d.Attached
			d.Attached, d.Last, d.FrameNumber, d.Diffs = nil, true, d.FrameNumber+18, []int{19}
			setDescriptor(t, p[27], s.Marshal(d))
			return p
		}, "which was not sent"},
		{"a marker without the end", at(29, func(p *rtp.Packet) { flip(t, p, 0, last) }), "has a marker but"},
	})
}

// TestReferencesToWhatWasNotSentAreFound drops what must not be: the frame
// numbers, unlike the sequence numbers, tell.
func TestReferencesToWhatWasNotSentAreFound(t *testing.T) {
	packets := forward(slices.Concat(pictures(layered(codec.AV1, "L1T3"), 12)...), func(s rtptest.Stamp) bool { return s.Frame != 6 })
	for _, p := range packets {
		p.Payload = p.Payload[:len(p.Payload)-23] // without the stamp, which tells too
	}
	for _, want := range []rtptest.Expectations{
		{Descriptor: descriptorID},
		{Descriptor: descriptorID, MayLose: true},
	} {
		found := judge(codec.AV1, want, packets)
		if len(found) != 1 || !strings.Contains(found[0], "which was not sent") {
			t.Errorf("found %q, want one reference", found)
		}
	}
	lost := slices.Clone(packets)
	lost = slices.DeleteFunc(lost, func(p *rtp.Packet) bool { return p.Timestamp == packets[15].Timestamp })
	if found := judge(codec.AV1, rtptest.Expectations{Descriptor: descriptorID, MayLose: true}, lost); len(found) > 1 {
		t.Errorf("with loss: found %q", found)
	}
}

func TestLostFramesMayBeReferredTo(t *testing.T) {
	packets := slices.Concat(pictures(layered(codec.AV1, "L3T3"), 12)...)
	lost := slices.DeleteFunc(slices.Clone(packets), func(p *rtp.Packet) bool { return p.SequenceNumber%7 == 3 })
	want := rtptest.Expectations{Descriptor: descriptorID, MayLose: true}
	if found := judge(codec.AV1, want, lost); found != nil {
		t.Errorf("found %q", found)
	}
	want = rtptest.Expectations{Descriptor: descriptorID, MayStartAnywhere: true}
	if found := judge(codec.AV1, want, packets[7:]); found != nil {
		t.Errorf("from the middle: found %q", found)
	}
}

func TestOtherCodecsMayHaveDescriptors(t *testing.T) {
	want := rtptest.Expectations{Descriptor: descriptorID, PictureIDs: true}
	for _, c := range []codec.Codec{codec.VP8, codec.VP9, codec.H264} {
		if found := judge(c, want, slices.Concat(pictures(layered(c, "L1T3"), 9)...)); found != nil {
			t.Errorf("%v with descriptors: found %q", c, found)
		}
		if found := judge(c, want, video(stream(c), 9)); found != nil {
			t.Errorf("%v without descriptors: found %q", c, found)
		}
	}
}
