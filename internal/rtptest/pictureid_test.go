package rtptest_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// onePacketEach is pictures of one packet for each layer, the first a keyframe.
func onePacketEach(cfg rtptest.Config, count int) []*rtp.Packet {
	cfg.SSRC, cfg.PayloadType, cfg.PacketOctets = ssrc, 96, 5000
	var packets []*rtp.Packet
	s := rtptest.NewStream(cfg)
	for i := range count {
		packets = append(packets, s.Frame(rtptest.FrameOptions{Keyframe: i == 0, Octets: 300})...)
	}
	return packets
}

// renamePicture changes the identifier of a VP8 or VP9 picture.
func renamePicture(p *rtp.Packet, at int, by int) {
	id := int(binary.BigEndian.Uint16(p.Payload[at:]))
	binary.BigEndian.PutUint16(p.Payload[at:], uint16(id+by)|0x8000)
}

func TestPictureIDsOfVP8(t *testing.T) {
	const id, tl0 = 2, 4 // where they stand in a payload
	good := func() []*rtp.Packet {
		return onePacketEach(rtptest.Config{Codec: codec.VP8, Mode: "L1T3", Seed: 4}, 20)
	}
	from := func(p []*rtp.Packet, first int, change func(*rtp.Packet)) []*rtp.Packet {
		for _, one := range p[first:] {
			change(one)
		}
		return p
	}
	runMutations(t, good, checking(codec.VP8, rtptest.Expectations{PictureIDs: true}), []mutation{
		{"a gap", func(p []*rtp.Packet) []*rtp.Packet {
			return from(p, 7, func(p *rtp.Packet) { renamePicture(p, id, 1) })
		}, "has picture id"},
		{"the same twice", func(p []*rtp.Packet) []*rtp.Packet {
			return from(p, 7, func(p *rtp.Packet) { renamePicture(p, id, -1) })
		}, "has picture id"},
		{"a gap of the base layer", func(p []*rtp.Packet) []*rtp.Packet {
			return from(p, 8, func(p *rtp.Packet) { p.Payload[tl0]++ })
		}, "of temporal layer 0 has TL0PICIDX"},
		{"a base layer that does not count", func(p []*rtp.Packet) []*rtp.Packet {
			return from(p, 8, func(p *rtp.Packet) { p.Payload[tl0]-- })
		}, "of temporal layer 0 has TL0PICIDX"},
		{"an upper layer that counts", func(p []*rtp.Packet) []*rtp.Packet {
			return from(p, 9, func(p *rtp.Packet) { p.Payload[tl0]++ })
		}, "of temporal layer 2 has TL0PICIDX"},
		{"no identifiers any more", func(p []*rtp.Packet) []*rtp.Packet {
			return from(p, 9, func(p *rtp.Packet) { p.Payload = append([]byte{p.Payload[0] &^ 0x80}, p.Payload[6:]...) })
		}, "other identifiers than the one before"},
		{"upper layers left out, and the rest renumbered", func(p []*rtp.Packet) []*rtp.Packet {
			p = forward(p, func(s rtptest.Stamp) bool { return s.Temporal == 0 })
			for i, one := range p {
				renamePicture(one, id, -3*i)
			}
			return p
		}, ""},
	})
	gaps := forward(good(), func(s rtptest.Stamp) bool { return s.Temporal == 0 })
	if found := judge(codec.VP8, rtptest.Expectations{PictureIDs: true}, gaps); len(found) != 4 {
		t.Errorf("found %q, want each of four gaps", found)
	}
}

func TestPictureIDsWrap(t *testing.T) {
	for _, c := range []codec.Codec{codec.VP8, codec.VP9} {
		s := rtptest.NewStream(rtptest.Config{Codec: c, SSRC: ssrc, PayloadType: 96})
		var packets []*rtp.Packet
		for i := range 1<<15 + 10 {
			packets = append(packets, s.Frame(rtptest.FrameOptions{Keyframe: i == 0, Octets: 20})...)
		}
		if found := judge(c, rtptest.Expectations{PictureIDs: true}, packets); found != nil {
			t.Errorf("%v: %q", c, found)
		}
	}
}

func TestPictureIDIsOneWithinAPicture(t *testing.T) {
	good := func() []*rtp.Packet { return video(stream(codec.VP8), 3) }
	runMutations(t, good, checking(codec.VP8, rtptest.Expectations{PictureIDs: true}), []mutation{
		{"another in the last packet", func(p []*rtp.Packet) []*rtp.Packet {
			renamePicture(p[8], 2, 1)
			return p
		}, "other identifiers than its picture"},
		{"another base layer in the last packet", func(p []*rtp.Packet) []*rtp.Packet {
			p[8].Payload[4]++
			return p
		}, "other identifiers than its picture"},
	})
}

func TestLostPicturesMayTakeIdentifiers(t *testing.T) {
	want := rtptest.Expectations{PictureIDs: true, MayLose: true}
	packets := slices.Delete(onePacketEach(rtptest.Config{Codec: codec.VP8, Mode: "L1T3"}, 20), 5, 9)
	if found := judge(codec.VP8, want, packets); found != nil {
		t.Errorf("found %q", found)
	}
	for _, p := range packets[5:] {
		renamePicture(p, 2, 1) // one more than were lost
	}
	if found := judge(codec.VP8, want, packets); len(found) != 1 {
		t.Errorf("found %q, want one violation", found)
	}
}

func TestPictureIDsOfVP9(t *testing.T) {
	const id, tl0 = 1, 4
	good := func() []*rtp.Packet { // two packets a picture
		return onePacketEach(rtptest.Config{Codec: codec.VP9, Mode: "L2T3"}, 20)
	}
	runMutations(t, good, checking(codec.VP9, rtptest.Expectations{PictureIDs: true}), []mutation{
		{"a gap", func(p []*rtp.Packet) []*rtp.Packet {
			for _, one := range p[10:] {
				renamePicture(one, id, 3)
			}
			return p
		}, ""},
		{"back", func(p []*rtp.Packet) []*rtp.Packet {
			for _, one := range p[10:] {
				renamePicture(one, id, -2)
			}
			return p
		}, "has picture id"},
		{"an upper spatial layer of another picture", func(p []*rtp.Packet) []*rtp.Packet {
			renamePicture(p[39], id, 1)
			return p
		}, "other identifiers than its picture"},
		{"a gap of the base layer", func(p []*rtp.Packet) []*rtp.Packet {
			for _, one := range p[16:] {
				one.Payload[tl0]++
			}
			return p
		}, "of temporal layer 0 has TL0PICIDX"},
	})
}
