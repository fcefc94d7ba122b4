package codec_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// coded is a packet with what is really referred to, in frame numbers.
type coded struct {
	codec.Frame
	number uint16
	diffs  []uint16
}

// receiver is given the packets of a target and changes it as Switch allows.
type receiver struct {
	spatial, temporal uint8
	decoded           map[uint16]bool
	random            *rand.Rand
}

// raise moves the receiver up, one target after the other, as long as the frame
// lets it and chance wants it.
func (r *receiver) raise(set packet.Targets) {
	for range r.random.IntN(packet.MaxSpatial + packet.MaxTemporal + 1) {
		temporal, spatial := packet.TargetOf(r.spatial, r.temporal+1), packet.TargetOf(r.spatial+1, 0)
		switch {
		case r.spatial < packet.MaxSpatial && set.Has(spatial) && r.random.IntN(3) == 0:
			r.spatial, r.temporal = r.spatial+1, 0
		case r.temporal < packet.MaxTemporal && set.Has(temporal) && r.random.IntN(2) == 0:
			r.temporal++
		}
	}
}

// follow sends a stream to receivers, one from each keyframe on, who move up when
// they may and down in temporal layers when they like, and holds that they can
// decode what they are sent.
func follow(t *testing.T, stream []coded, seed uint64) {
	t.Helper()
	r := receiver{decoded: map[uint16]bool{}, random: rand.New(rand.NewPCG(seed, 0))}
	for _, p := range stream {
		switch {
		case p.Keyframe:
			r.spatial, r.temporal = 0, 0 // somebody else
		case p.Start && p.Switch == packet.NoTargets && r.random.IntN(8) == 0:
			r.temporal = uint8(r.random.IntN(int(r.temporal) + 1))
		}
		if p.Start {
			r.raise(p.Switch)
		}
		if !p.Needed.Has(packet.TargetOf(r.spatial, r.temporal)) {
			continue
		}
		if p.Start {
			r.decoded[p.number] = true
		}
		if !r.decoded[p.number] {
			t.Fatalf("seed %d: S%dT%d is sent a frame %d without its beginning", seed, r.spatial, r.temporal, p.number)
		}
		for _, diff := range p.diffs {
			if !r.decoded[p.number-diff] {
				t.Fatalf("seed %d: S%dT%d is sent frame %d (S%dT%d), which refers to %d, which it was not",
					seed, r.spatial, r.temporal, p.number, p.SpatialLayer, p.TemporalLayer, p.number-diff)
			}
		}
	}
}

// codedStream is a stream of a mode, with a keyframe now and then. The pictures
// are the templates of their frames.
func codedStream(t *testing.T, s *structureSpec, key, pictures [][]int) []coded {
	t.Helper()
	i := codec.NewInspector(codec.AV1)
	var r codec.DescriptorReader
	var stream []coded
	number := uint16(65000)
	add := func(template int, attach bool) {
		for _, spec := range []descriptorSpec{{start: true, attach: attach}, {end: true}} {
			spec.template, spec.number = template, number
			f, err := i.Inspect([]byte{0x10, 0x30}, s.octets(spec))
			if err != nil {
				t.Fatal(err)
			}
			d, err := r.Read(s.octets(spec))
			if err != nil {
				t.Fatal(err)
			}
			stream = append(stream, coded{f, number, slices.Clone(d.Diffs())})
		}
		number++
	}
	for n := range 200 {
		cycle := pictures
		if n%20 == 0 {
			cycle = key
		}
		for p, picture := range cycle {
			for layer, template := range picture {
				add(template, n%20 == 0 && p == 0 && layer == 0)
			}
		}
	}
	return stream
}

func TestReceiversCanDecodeTheTargetsOfScalabilityModes(t *testing.T) {
	three := [][]int{{3, 8, 0xd}, {2, 7, 0xc}, {4, 9, 0xe}}
	for name, tt := range map[string]struct {
		s             *structureSpec
		key, pictures [][]int
	}{
		"L1T1":     {l1t1(), [][]int{{0}}, [][]int{{1}}},
		"L1T3":     {l1t3(), [][]int{{0}, {3}, {2}, {4}}, [][]int{{1}, {3}, {2}, {4}}},
		"L3T3":     {l3t3(), append([][]int{{1, 6, 0xb}}, three...), append([][]int{{0, 5, 0xa}}, three...)},
		"L3T3_KEY": {l3t3Key(), append([][]int{{0, 5, 0xa}}, three...), append([][]int{{1, 6, 0xb}}, three...)},
		"S3T3":     {s3t3(), append([][]int{{1, 6, 0xb}}, three...), append([][]int{{0, 5, 0xa}}, three...)},
	} {
		t.Run(name, func(t *testing.T) {
			stream := codedStream(t, tt.s, tt.key, tt.pictures)
			for seed := range uint64(50) {
				follow(t, stream, seed)
			}
		})
	}
}

// TestReceiversCanDecodeTheTargetsOfBrowsers takes what frames refer to from the
// descriptors, and the sets from them or from the payload.
func TestReceiversCanDecodeTheTargetsOfBrowsers(t *testing.T) {
	for name := range captures(t) {
		for _, descriptors := range []bool{true, false} {
			for _, packets := range inspectCapture(t, name, descriptors) {
				if packets[0].descriptor == nil {
					continue
				}
				stream := referring(t, packets)
				for seed := range uint64(100) {
					follow(t, stream, seed)
				}
			}
		}
	}
}

func referring(t *testing.T, packets []inspected) []coded {
	t.Helper()
	var r codec.DescriptorReader
	var stream []coded
	for _, p := range packets {
		d, err := r.Read(p.descriptor)
		if err != nil {
			t.Fatal(err)
		}
		// AV1 and H.264 have several starts, or none, in the payload of a frame.
		p.Start = d.Start
		stream = append(stream, coded{p.Frame, d.FrameNumber, slices.Clone(d.Diffs())})
	}
	return stream
}

// TestReceiversCanDecodeTheTargetsOfVP8 repeats the cycle of eight frames in
// which Chromium makes three temporal layers, with sync bits as it sets them.
// What the frames refer to is from a capture with descriptors.
func TestReceiversCanDecodeTheTargetsOfVP8(t *testing.T) {
	cycle := []struct {
		temporal uint8
		sync     bool
		diffs    []uint16
	}{
		{0, false, []uint16{4}},
		{2, true, []uint16{1}},
		{1, true, []uint16{2}},
		{2, false, []uint16{1}},
		{0, false, []uint16{4}},
		{2, false, []uint16{3, 1}},
		{1, false, []uint16{4, 2}},
		{2, false, []uint16{1}},
	}
	i := codec.NewInspector(codec.VP8)
	var stream []coded
	for n := range uint16(400) {
		c := cycle[n%8]
		key := n%40 == 0
		if key {
			c.diffs = nil
		}
		f, err := i.Inspect(vp8Frame(key, c.temporal, c.sync), nil)
		if err != nil {
			t.Fatal(err)
		}
		stream = append(stream, coded{f, n, c.diffs})
	}
	for seed := range uint64(200) {
		follow(t, stream, seed)
	}
}
