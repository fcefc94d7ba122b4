package codec_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// grid writes a set of targets as one group for each spatial layer, with the
// temporal layers in it.
func grid(set packet.Targets) string {
	var rows []string
	for s := range uint8(packet.MaxSpatial + 1) {
		row := []byte("----")
		for t := range uint8(packet.MaxTemporal + 1) {
			if set.Has(packet.TargetOf(s, t)) {
				row[t] = '0' + t
			}
		}
		rows = append(rows, string(row))
	}
	return strings.Join(rows, " ")
}

// Sets that many frames have.
const (
	everything = "0123 0123 0123 0123"
	nothing    = "---- ---- ---- ----"
)

// told is a packet and the sets that an Inspector must give it.
type told struct {
	name                string
	payload, descriptor []byte
	needed, switches    string
}

// tell gives packets to a new Inspector and compares the sets.
func tell(t *testing.T, c codec.Codec, packets []told) {
	t.Helper()
	i := codec.NewInspector(c)
	for _, p := range packets {
		f, err := i.Inspect(p.payload, p.descriptor)
		if err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
		if got := grid(f.Needed); got != p.needed {
			t.Errorf("%s: needed by  %s\n                want %s", p.name, got, p.needed)
		}
		if got := grid(f.Switch); got != p.switches {
			t.Errorf("%s: entered at %s\n                want %s", p.name, got, p.switches)
		}
	}
}

func TestEveryTargetNeedsAStreamWithoutLayers(t *testing.T) {
	tell(t, codec.Opus, []told{{"packet", []byte{0x78, 1}, nil, everything, nothing}})
	tell(t, codec.H264, []told{
		{"keyframe", h264Keyframe, nil, everything, everything},
		{"rest of it", []byte{0x7c, 0x05, 0x88}, nil, everything, nothing},
		{"slice", []byte{0x41, 0x9a}, nil, everything, nothing},
	})
	tell(t, codec.VP8, []told{
		{"keyframe", []byte{0x10, 0x10}, nil, everything, everything},
		{"rest of it", []byte{0x00, 0x10}, nil, everything, nothing},
		{"delta frame", []byte{0x10, 0x11}, nil, everything, nothing},
	})
	tell(t, codec.VP9, []told{
		{"key picture", []byte{0x08, 0x82}, nil, everything, everything},
		{"rest of it", []byte{0x04, 0x82}, nil, everything, nothing},
		{"inter picture", []byte{0x4c, 0x82}, nil, everything, nothing},
	})
	tell(t, codec.AV1, []told{
		{"keyframe", av1Keyframe, nil, everything, everything},
		{"rest of it", []byte{0x90, 0x08, 0x10}, nil, everything, nothing},
		{"frame", []byte{0x10, 0x30, 0x10}, nil, everything, nothing},
	})
}

// vp8Frame begins a frame of a temporal layer.
func vp8Frame(key bool, temporal uint8, sync bool) []byte {
	b := []byte{0x90, 0x20, temporal << 6, 0x11}
	if sync {
		b[2] |= 0x20
	}
	if key {
		b[3] = 0x10
	}
	return b
}

func TestVP8LayersAreEnteredAtTheirSyncFrames(t *testing.T) {
	rest := vp8Frame(false, 1, true)
	rest[0] = 0x80
	tell(t, codec.VP8, []told{
		{"keyframe", vp8Frame(true, 0, true), nil, everything, everything},
		{"T2 on the base layer", vp8Frame(false, 2, true), nil, "--23 --23 --23 --23", "--23 --23 --23 --23"},
		{"T1 on the base layer", vp8Frame(false, 1, true), nil, "-123 -123 -123 -123", "-1-- -1-- -1-- -1--"},
		{"rest of it", rest, nil, "-123 -123 -123 -123", nothing},
		{"T2 on another layer", vp8Frame(false, 2, false), nil, "--23 --23 --23 --23", nothing},
		{"T0", vp8Frame(false, 0, false), nil, everything, nothing},
		{"T0 on a keyframe", vp8Frame(false, 0, true), nil, everything, nothing},
		{"T3", vp8Frame(false, 3, true), nil, "---3 ---3 ---3 ---3", "---3 ---3 ---3 ---3"},
		{"keyframe of two layers", vp8Frame(true, 0, true), nil, everything, everything},
		{"T1 as the highest", vp8Frame(false, 1, true), nil, "-123 -123 -123 -123", "-123 -123 -123 -123"},
	})
}

// vp9Frame begins a frame of a layer. The flags are "P" for inter-picture
// prediction, "U" for a switching up point, "D" for inter-layer prediction, "Z"
// for no reference of upper layers, "V" for a structure of three spatial layers.
func vp9Frame(spatial, temporal uint8, flags string) []byte {
	b := []byte{0x28, temporal<<5 | spatial<<1, 0}
	for _, flag := range flags {
		switch flag {
		case 'P':
			b[0] |= 0x40
		case 'U':
			b[1] |= 0x10
		case 'D':
			b[1] |= 0x01
		case 'Z':
			b[0] |= 0x01
		case 'V':
			b[0] |= 0x02
			b = append(b, 0x50, 1, 64, 0, 180, 2, 128, 1, 104, 5, 0, 2, 208)
		}
	}
	return append(b, 0x82)
}

func TestVP9FullSVCNeedsTheLayersBelow(t *testing.T) {
	tell(t, codec.VP9, []told{
		{"key S0", vp9Frame(0, 0, "UV"), nil, everything, everything},
		{"key S1", vp9Frame(1, 0, "UD"), nil, "---- 0123 0123 0123", "---- 0123 ---- ----"},
		{"key S2", vp9Frame(2, 0, "UD"), nil, "---- ---- 0123 0123", "---- ---- 0123 0123"},
		{"T2 S0", vp9Frame(0, 2, "P"), nil, "--23 --23 --23 --23", nothing},
		{"T2 S1", vp9Frame(1, 2, "PD"), nil, "---- --23 --23 --23", nothing},
		{"T2 S2", vp9Frame(2, 2, "PD"), nil, "---- ---- --23 --23", nothing},
		{"T1 S0", vp9Frame(0, 1, "PU"), nil, "-123 -123 -123 -123", "--23 ---- ---- ----"},
		{"T1 S1", vp9Frame(1, 1, "PUD"), nil, "---- -123 -123 -123", "---- --23 ---- ----"},
		{"T1 S2", vp9Frame(2, 1, "PUD"), nil, "---- ---- -123 -123", "---- ---- --23 --23"},
		{"T0 S0", vp9Frame(0, 0, "PU"), nil, everything, "-123 ---- ---- ----"},
		{"T0 S1 without the layer below, once", vp9Frame(1, 0, "PU"), nil, "---- 0123 0123 0123", "---- -123 ---- ----"},
		{"T0 S0 afterwards", vp9Frame(0, 0, "PU"), nil, everything, "-123 ---- ---- ----"},
		{"refresh of S1", vp9Frame(1, 0, "D"), nil, "---- 0123 0123 0123", "---- 0123 ---- ----"},
	})
}

func TestVP9KeySVCNeedsTheLayersBelowInKeyPictures(t *testing.T) {
	rest := vp9Frame(0, 0, "PU")
	rest[0] &^= 0x08
	tell(t, codec.VP9, []told{
		{"key S0", vp9Frame(0, 0, "UV"), nil, everything, everything},
		{"key S1", vp9Frame(1, 0, "UD"), nil, "---- 0123 0123 0123", "---- 0123 ---- ----"},
		{"key S2", vp9Frame(2, 0, "UD"), nil, "---- ---- 0123 0123", "---- ---- 0123 0123"},
		{"first S0 after it, not known better", vp9Frame(0, 2, "P"), nil, "--23 --23 --23 --23", nothing},
		{"T2 S1", vp9Frame(1, 2, "P"), nil, "---- --23 ---- ----", nothing},
		{"T2 S2", vp9Frame(2, 2, "P"), nil, "---- ---- --23 --23", nothing},
		{"T0 S0", vp9Frame(0, 0, "PU"), nil, "0123 ---- ---- ----", "-123 ---- ---- ----"},
		{"rest of it", rest, nil, "0123 ---- ---- ----", nothing},
		{"T0 S1", vp9Frame(1, 0, "PU"), nil, "---- 0123 ---- ----", "---- -123 ---- ----"},
		{"T0 S2", vp9Frame(2, 0, "PU"), nil, "---- ---- 0123 0123", "---- ---- -123 -123"},
		{"another key S0", vp9Frame(0, 0, "UV"), nil, everything, everything},
		{"S0 after it", vp9Frame(0, 2, "P"), nil, "--23 --23 --23 --23", nothing},
	})
}

func TestVP9TellsWhatUpperLayersReferTo(t *testing.T) {
	tell(t, codec.VP9, []told{
		{"key S0", vp9Frame(0, 0, "UV"), nil, everything, everything},
		{"key S1", vp9Frame(1, 0, "UD"), nil, "---- 0123 0123 0123", "---- 0123 ---- ----"},
		{"key S2", vp9Frame(2, 0, "UDZ"), nil, "---- ---- 0123 0123", "---- ---- 0123 0123"},
		{"first S0 after it", vp9Frame(0, 2, "PZ"), nil, "--23 ---- ---- ----", nothing},
		{"T2 S1", vp9Frame(1, 2, "PZ"), nil, "---- --23 ---- ----", nothing},
		{"T2 S2", vp9Frame(2, 2, "PZ"), nil, "---- ---- --23 --23", nothing},
		{"S0 in front of a refresh", vp9Frame(0, 0, "PU"), nil, everything, "-123 ---- ---- ----"},
		{"refresh of S1", vp9Frame(1, 0, "DZ"), nil, "---- 0123 ---- ----", "---- 0123 ---- ----"},
		{"key S0 of independent layers", vp9Frame(0, 0, "UVZ"), nil, "0123 ---- ---- ----", everything},
	})
}

func TestVP9SimulcastInOneStreamNeedsNoOtherLayer(t *testing.T) {
	tell(t, codec.VP9, []told{
		{"key S0, not known better", vp9Frame(0, 0, "UV"), nil, everything, everything},
		{"key S1", vp9Frame(1, 0, "U"), nil, "---- 0123 ---- ----", "---- 0123 ---- ----"},
		{"key S2", vp9Frame(2, 0, "U"), nil, "---- ---- 0123 0123", "---- ---- 0123 0123"},
		{"T1 S0, not known better", vp9Frame(0, 1, "P"), nil, "-123 -123 -123 -123", nothing},
		{"T1 S1", vp9Frame(1, 1, "P"), nil, "---- -123 ---- ----", nothing},
		{"T0 S0", vp9Frame(0, 0, "P"), nil, "0123 ---- ---- ----", nothing},
	})
}

func TestVP9CountsTheLayersThatItSees(t *testing.T) {
	tell(t, codec.VP9, []told{
		{"key S0 without structure", vp9Frame(0, 0, ""), nil, everything, everything},
		{"key S1 is the top", vp9Frame(1, 0, "D"), nil, "---- 0123 0123 0123", "---- 0123 0123 0123"},
		{"until key S2", vp9Frame(2, 0, "D"), nil, "---- ---- 0123 0123", "---- ---- 0123 0123"},
		{"inter S2", vp9Frame(2, 0, "P"), nil, "---- ---- 0123 0123", nothing},
		{"inter S1", vp9Frame(1, 0, "PU"), nil, "---- 0123 ---- ----", "---- -123 ---- ----"},
		{"structure of three", vp9Frame(0, 0, "PV"), nil, "0123 ---- ---- ----", nothing},
		{"S5 counts as S3", vp9Frame(5, 6, "PU"), nil, "---- ---- ---- ---3", nothing},
		{"S2 is not the top any more", vp9Frame(2, 0, "P"), nil, "---- ---- 0123 ----", nothing},
		{"key S0 starts over", vp9Frame(0, 0, ""), nil, everything, everything},
		{"with one layer", vp9Frame(0, 0, "PU"), nil, everything, "-123 -123 -123 -123"},
	})
}

func TestAV1LayersOfExtensionHeaders(t *testing.T) {
	tell(t, codec.AV1, []told{
		{"key S0", []byte{0x28, 3, 0x0c, 0x00, 0x00, 0x34, 0x00, 1}, nil, everything, everything},
		{"key S1", []byte{0x10, 0x34, 0x08, 1}, nil, "---- 0123 0123 0123", nothing},
		{"rest of it", []byte{0x90, 0xff, 0xff}, nil, "---- 0123 0123 0123", nothing},
		{"S0 T2", []byte{0x10, 0x34, 0x40, 1}, nil, "--23 --23 --23 --23", nothing},
		{"rest of it and S2 T2", []byte{0xa0, 1, 0xff, 0x34, 0x50, 1}, nil, "---- ---- --23 --23", nothing},
		{"rest of that", []byte{0xd0, 0xff, 0xff}, nil, "---- ---- --23 --23", nothing},
		{"frame without layers", []byte{0x10, 0x30, 0x10}, nil, everything, nothing},
	})
}

// described is a frame of a structure and the sets it must have.
type described struct {
	name             string
	template         int
	needed, switches string
}

func TestDescribedFramesOfScalabilityModes(t *testing.T) {
	tests := []struct {
		name   string
		s      *structureSpec
		frames []described
	}{
		{"L1T1", l1t1(), []described{
			{"key", 0, everything, everything},
			{"delta", 1, everything, "-123 -123 -123 -123"}, // all targets are alike
		}},
		{"L1T3", l1t3(), []described{
			{"key", 0, everything, everything},
			{"T2", 3, "--23 --23 --23 --23", nothing},
			{"T1", 2, "-123 -123 -123 -123", "--23 --23 --23 --23"},
			{"T2 again", 4, "--23 --23 --23 --23", nothing},
			{"T0", 1, everything, "-123 -123 -123 -123"},
		}},
		{"L3T3", l3t3(), []described{
			{"key S0", 0x1, everything, everything},
			{"key S1", 0x6, "---- 0123 0123 0123", "---- 0123 ---- ----"},
			{"key S2", 0xb, "---- ---- 0123 0123", "---- ---- 0123 0123"},
			{"T2 S0", 0x3, "--23 --23 --23 --23", nothing},
			{"T2 S1", 0x8, "---- --23 --23 --23", nothing},
			{"T2 S2", 0xd, "---- ---- --23 --23", nothing},
			{"T1 S0", 0x2, "-123 -123 -123 -123", "--23 ---- ---- ----"},
			{"T1 S1", 0x7, "---- -123 -123 -123", "---- --23 ---- ----"},
			{"T1 S2", 0xc, "---- ---- -123 -123", "---- ---- --23 --23"},
			{"T2 S0 again", 0x4, "--23 --23 --23 --23", nothing},
			{"T2 S1 again", 0x9, "---- --23 --23 --23", nothing},
			{"T2 S2 again", 0xe, "---- ---- --23 --23", nothing},
			{"T0 S0", 0x0, everything, "-123 ---- ---- ----"},
			{"T0 S1", 0x5, "---- 0123 0123 0123", "---- -123 ---- ----"},
			{"T0 S2", 0xa, "---- ---- 0123 0123", "---- ---- -123 -123"},
		}},
		{"L3T3_KEY", l3t3Key(), []described{
			{"key S0", 0x0, everything, everything},
			{"key S1", 0x5, "---- 0123 0123 0123", "---- 0123 ---- ----"},
			{"key S2", 0xa, "---- ---- 0123 0123", "---- ---- 0123 0123"},
			{"T2 S0", 0x3, "--23 ---- ---- ----", nothing},
			{"T2 S1", 0x8, "---- --23 ---- ----", nothing},
			{"T2 S2", 0xd, "---- ---- --23 --23", nothing},
			{"T1 S0", 0x2, "-123 ---- ---- ----", "--23 ---- ---- ----"},
			{"T1 S1", 0x7, "---- -123 ---- ----", "---- --23 ---- ----"},
			{"T1 S2", 0xc, "---- ---- -123 -123", "---- ---- --23 --23"},
			{"T2 S0 again", 0x4, "--23 ---- ---- ----", nothing},
			{"T2 S1 again", 0x9, "---- --23 ---- ----", nothing},
			{"T2 S2 again", 0xe, "---- ---- --23 --23", nothing},
			{"T0 S0", 0x1, "0123 ---- ---- ----", "-123 ---- ---- ----"},
			{"T0 S1", 0x6, "---- 0123 ---- ----", "---- -123 ---- ----"},
			{"T0 S2", 0xb, "---- ---- 0123 0123", "---- ---- -123 -123"},
		}},
		{"S3T3", s3t3(), []described{
			{"key S0", 0x1, "0123 ---- ---- ----", everything},
			{"key S1", 0x6, "---- 0123 ---- ----", "---- 0123 ---- ----"},
			{"key S2", 0xb, "---- ---- 0123 0123", "---- ---- 0123 0123"},
			{"T2 S0", 0x3, "--23 ---- ---- ----", nothing},
			{"T2 S1", 0x8, "---- --23 ---- ----", nothing},
			{"T2 S2", 0xd, "---- ---- --23 --23", nothing},
			{"T1 S0", 0x2, "-123 ---- ---- ----", "--23 ---- ---- ----"},
			{"T1 S1", 0x7, "---- -123 ---- ----", "---- --23 ---- ----"},
			{"T1 S2", 0xc, "---- ---- -123 -123", "---- ---- --23 --23"},
			{"T0 S0", 0x0, "0123 ---- ---- ----", "-123 ---- ---- ----"},
			{"T0 S1", 0x5, "---- 0123 ---- ----", "---- -123 ---- ----"},
			{"T0 S2", 0xa, "---- ---- 0123 0123", "---- ---- -123 -123"},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var packets []told
			for n, f := range tt.frames {
				b := tt.s.octets(descriptorSpec{start: true, template: f.template, number: uint16(65534 + n), attach: n == 0})
				rest := tt.s.octets(descriptorSpec{end: true, template: f.template, number: uint16(65534 + n)})
				packets = append(packets,
					told{f.name, []byte{0x10, 0x30}, b, f.needed, f.switches},
					told{f.name + ", rest", []byte{0x90, 0x30}, rest, f.needed, nothing})
			}
			tell(t, codec.AV1, packets)
		})
	}
}

func TestDescriptorFillsTheFrame(t *testing.T) {
	s := l3t3()
	for _, c := range []codec.Codec{codec.AV1, codec.H264} {
		i := codec.NewInspector(c)
		encrypted := []byte{0x18, 0xff, 0xff, 0xff} // neither OBUs nor NAL units
		for _, tt := range []struct {
			spec descriptorSpec
			want codec.Frame
		}{
			{
				descriptorSpec{start: true, template: 1, number: 0xffff, attach: true},
				codec.Frame{
					Keyframe: true, Start: true, HasPictureID: true, PictureID: 0xffff, PictureIDBits: 16,
					Width: 320, Height: 180, Needed: packet.AllTargets, Switch: packet.AllTargets,
				},
			},
			{
				descriptorSpec{end: true, template: 1, number: 0xffff},
				codec.Frame{
					End: true, HasPictureID: true, PictureID: 0xffff, PictureIDBits: 16,
					Width: 320, Height: 180, Needed: packet.AllTargets,
				},
			},
			{
				descriptorSpec{start: true, end: true, template: 0xd, number: 4},
				codec.Frame{
					Start: true, End: true, HasPictureID: true, PictureID: 4, PictureIDBits: 16,
					SpatialLayer: 2, TemporalLayer: 2, Width: 1280, Height: 720,
					Needed: packet.TargetsFrom(2, 2) | packet.TargetsFrom(3, 2),
				},
			},
		} {
			got, err := i.Inspect(encrypted, s.octets(tt.spec))
			if err != nil || got != tt.want {
				t.Errorf("%v, %+v:\n got %+v %v\nwant %+v", c, tt.spec, got, err, tt.want)
			}
		}
	}
}

func TestPictureIDOfThePayloadComesBeforeTheFrameNumber(t *testing.T) {
	s := l1t3()
	b := s.octets(descriptorSpec{start: true, number: 77, attach: true})
	for name, tt := range map[string]struct {
		c       codec.Codec
		payload []byte
		id      uint16
		bits    uint8
	}{
		"VP8 with":    {codec.VP8, vp8Keyframe, 0x1234, 15},
		"VP8 without": {codec.VP8, []byte{0x10, 0x10}, 77, 16},
		"VP9 with":    {codec.VP9, vp9Keyframe, 1, 15},
		"VP9 without": {codec.VP9, []byte{0x08, 0x82}, 77, 16},
	} {
		f, err := codec.NewInspector(tt.c).Inspect(tt.payload, b)
		if err != nil || !f.HasPictureID || f.PictureID != tt.id || f.PictureIDBits != tt.bits {
			t.Errorf("%s: %d in %d bits, %v", name, f.PictureID, f.PictureIDBits, err)
		}
	}
}

func TestFramesThatAreMissingMakeNoPicture(t *testing.T) {
	s := l3t3()
	frame := func(template int, number uint16) []byte {
		return s.octets(descriptorSpec{start: true, template: template, number: number, attach: template == 1})
	}
	payload := []byte{0x10, 0x30}
	tell(t, codec.AV1, []told{
		{"key S0", payload, frame(0x1, 10), everything, everything},
		{"key S2, S1 being late", payload, frame(0xb, 12), "---- ---- 0123 0123", "---- ---- 0123 0123"},
		{"key S1, late", payload, frame(0x6, 11), "---- 0123 0123 0123", "---- 0123 ---- ----"},
		{"T0 S0", payload, frame(0x0, 22), everything, "-123 ---- ---- ----"},
		// With the rest of that picture and S0 of a key picture lost, S1 seems to
		// refer to a frame of its own picture.
		{"key S1 without S0", payload, frame(0x6, 35), "---- 0123 0123 0123", "---- -123 ---- ----"},
		{"key S1, again late", payload, frame(0x6, 11), "---- 0123 0123 0123", "---- -123 ---- ----"},
	})
}

func TestDecodeTargetsOfOtherStructures(t *testing.T) {
	// S1 begins at T1 only; a target that no frame belongs to comes first.
	sparse := &structureSpec{templates: []templateSpec{
		{0, 0, "-SS", nil, nil},
		{0, 1, "-RR", nil, []uint32{1}},
		{1, 0, "--R", nil, []uint32{1}},
		{1, 1, "--D", nil, []uint32{1}},
		{1, 1, "---", nil, []uint32{1}},
	}}
	frame := func(template int) []byte {
		return sparse.octets(descriptorSpec{template: template, attach: template == 0})
	}
	payload := []byte{0x10, 0x30}
	tell(t, codec.AV1, []told{
		{"S0T0", payload, frame(0), everything, nothing},
		{"S0T1", payload, frame(1), everything, nothing},
		{"S1T0, whose cell is given another target", payload, frame(2), "---- 0123 -123 -123", nothing},
		{"S1T1", payload, frame(3), "---- -123 -123 -123", nothing},
		{"S1T1 that nobody needs", payload, frame(4), "---- -1-- ---- ----", nothing},
	})
	// Eight temporal layers: the last column stands for the upper five.
	high := &structureSpec{templates: []templateSpec{{0, 0, "SSSSSSSS", nil, nil}}}
	for i := 1; i < 8; i++ {
		letters := strings.Repeat("-", i) + strings.Repeat("S", 8-i)
		high.templates = append(high.templates, templateSpec{0, i, letters, nil, []uint32{1}})
	}
	var packets []told
	for i, want := range []struct{ needed, switches string }{
		{everything, everything},
		{"-123 -123 -123 -123", "--23 --23 --23 --23"},
		{"--23 --23 --23 --23", "---3 ---3 ---3 ---3"},
		{"---3 ---3 ---3 ---3", nothing},
		{"---3 ---3 ---3 ---3", nothing},
		{"---3 ---3 ---3 ---3", nothing},
		{"---3 ---3 ---3 ---3", nothing},
		{"---3 ---3 ---3 ---3", nothing},
	} {
		b := high.octets(descriptorSpec{start: true, template: i, number: uint16(i), attach: i == 0})
		packets = append(packets, told{"T" + string(rune('0'+i)), payload, b, want.needed, want.switches})
	}
	tell(t, codec.AV1, packets)
}

func TestInspectorRefusesWhatItCannotRead(t *testing.T) {
	whole := l1t3().octets(descriptorSpec{attach: true})
	for _, tt := range []struct {
		name                string
		c                   codec.Codec
		payload, descriptor []byte
		err                 error
	}{
		{"no payload", codec.AV1, nil, whole, codec.ErrEmpty},
		{"truncated payload", codec.VP8, []byte{0x90}, nil, codec.ErrTruncated},
		{"truncated descriptor", codec.AV1, av1Keyframe, []byte{}, codec.ErrDescriptor},
		{"descriptor without its structure", codec.AV1, av1Keyframe, []byte{0x80, 0, 1}, codec.ErrTemplate},
		{"unknown codec", codec.Unknown, []byte{1}, nil, codec.ErrUnknown},
		{"unknown codec with a descriptor", codec.Unknown, []byte{1}, whole, codec.ErrUnknown},
	} {
		if f, err := codec.NewInspector(tt.c).Inspect(tt.payload, tt.descriptor); !errors.Is(err, tt.err) || f != (codec.Frame{}) {
			t.Errorf("%s: %+v %v, want %v", tt.name, f, err, tt.err)
		}
	}
}

// sizes collects what an Inspector says of packets, one after the other.
func sizes(t *testing.T, c codec.Codec, packets ...[]byte) [][2]uint16 {
	t.Helper()
	i := codec.NewInspector(c)
	var all [][2]uint16
	for _, b := range packets {
		f, err := i.Inspect(b, nil)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, [2]uint16{f.Width, f.Height})
	}
	return all
}

func expectSizes(t *testing.T, got [][2]uint16, want ...[2]uint16) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("sizes %v, want %v", got, want)
	}
}

func TestSizesStayUntilTheStreamTellsOthers(t *testing.T) {
	none, vga := [2]uint16{}, [2]uint16{640, 360}
	small := slices.Clone(vp8Keyframe)
	small[12], small[13] = 0x40, 0x01 // 320 pixels wide
	expectSizes(t, sizes(t, codec.VP8, vp8Frame(false, 1, false), vp8Keyframe, vp8Frame(false, 1, false), []byte{0x10, 0x10}, small),
		none, vga, vga, vga, [2]uint16{320, 360})
	expectSizes(t, sizes(t, codec.AV1, []byte{0x10, 0x30, 0x10}, av1Keyframe, []byte{0x90, 0x30}, []byte{0x10, 0x30, 0x10}),
		none, [2]uint16{1920, 1080}, [2]uint16{1920, 1080}, [2]uint16{1920, 1080})
	sps := spsSpec{width: 640, height: 360}.octets()
	expectSizes(t, sizes(t, codec.H264, []byte{0x41, 0x9a}, sps, []byte{0x65, 0x88}, []byte{0x67, 0x42}, []byte{0x41, 0x9a}),
		none, vga, vga, vga, vga)
}

func TestEachVP9LayerHasItsSize(t *testing.T) {
	other := vp9Frame(0, 0, "PV")
	other[3] = 0x70 // of four layers, the last without size
	other = append(other[:len(other)-1], 0, 0, 0, 0, 0x82)
	expectSizes(t, sizes(t, codec.VP9,
		vp9Frame(0, 0, ""), vp9Frame(0, 0, "V"), vp9Frame(1, 0, "D"), vp9Frame(2, 0, "D"), vp9Frame(1, 2, "P"),
		vp9Frame(3, 0, "P"), other, vp9Frame(3, 0, "P"), []byte{0x0a, 0x00, 0x82}),
		[2]uint16{}, [2]uint16{320, 180}, [2]uint16{640, 360}, [2]uint16{1280, 720}, [2]uint16{640, 360},
		[2]uint16{}, [2]uint16{320, 180}, [2]uint16{}, [2]uint16{320, 180})
}

func TestOnlyTheTopAV1LayerHasASizeWithoutDescriptor(t *testing.T) {
	header := sequenceSpec{width: 1280, height: 720, points: []uint32{0x307, 0x103}}.octets()
	key := append([]byte{0x28, byte(len(header))}, header...)
	expectSizes(t, sizes(t, codec.AV1, append(key, 0x34, 0x00, 1), []byte{0x10, 0x34, 0x08, 1}, []byte{0x10, 0x34, 0x10, 1}),
		[2]uint16{}, [2]uint16{1280, 720}, [2]uint16{})
}

func TestSizeOfThePayloadWhereTheDescriptorHasNone(t *testing.T) {
	s := l1t3()
	sps := spsSpec{width: 640, height: 360}.octets()
	for c, payload := range map[codec.Codec][]byte{codec.AV1: av1Keyframe, codec.H264: sps, codec.VP8: vp8Keyframe} {
		i := codec.NewInspector(c)
		key, err := i.Inspect(payload, s.octets(descriptorSpec{start: true, attach: true}))
		if err != nil || key.Width == 0 {
			t.Errorf("%v: %dx%d, %v", c, key.Width, key.Height, err)
		}
		delta, err := i.Inspect([]byte{0x30, 0x34, 0xff}, s.octets(descriptorSpec{start: true, template: 3, number: 1}))
		if err != nil || delta.Width != key.Width || delta.Height != key.Height {
			t.Errorf("%v: %dx%d after %dx%d, %v", c, delta.Width, delta.Height, key.Width, key.Height, err)
		}
	}
}

// streams has a short stream of each codec, from a keyframe on.
func streams() map[string][]told {
	s := l3t3()
	key, delta := s.octets(descriptorSpec{start: true, template: 1, attach: true}), s.octets(descriptorSpec{template: 0xd, number: 5})
	return map[string][]told{
		"opus":           {{payload: []byte{0x78, 1}}, {payload: []byte{0x78, 2}}},
		"VP8":            {{payload: vp8Keyframe}, {payload: vp8Frame(false, 1, true)}},
		"VP9":            {{payload: vp9Keyframe}, {payload: vp9Frame(1, 1, "PU")}},
		"H264":           {{payload: spsSpec{width: 640, height: 360}.octets()}, {payload: []byte{0x41, 0x9a}}},
		"AV1":            {{payload: av1Keyframe}, {payload: []byte{0x10, 0x34, 0x08, 1}}},
		"AV1 described":  {{payload: av1Keyframe, descriptor: key}, {payload: []byte{0x10, 0x34, 0x08, 1}, descriptor: delta}},
		"H264 described": {{payload: h264Keyframe, descriptor: key}, {payload: []byte{0x41, 0x9a}, descriptor: delta}},
	}
}

func codecOf(t testing.TB, stream string) codec.Codec {
	t.Helper()
	name, _, _ := strings.Cut(stream, " ")
	c, ok := codec.Parse(name)
	if !ok {
		t.Fatal(name)
	}
	return c
}

func TestInspectorDoesNotAllocate(t *testing.T) {
	for name, packets := range streams() {
		i := codec.NewInspector(codecOf(t, name))
		if allocs := testing.AllocsPerRun(100, func() { // the first run, which may, does not count
			for _, p := range packets {
				if _, err := i.Inspect(p.payload, p.descriptor); err != nil {
					t.Fatal(err)
				}
			}
		}); allocs != 0 {
			t.Errorf("%s: %v allocations", name, allocs)
		}
	}
}

// BenchmarkInspector reads the packets that make up nearly all of a stream, and
// the first one of a keyframe.
func BenchmarkInspector(b *testing.B) {
	for name, packets := range streams() {
		for n, kind := range []string{"keyframe", "delta"} {
			b.Run(name+" "+kind, func(b *testing.B) {
				i := codec.NewInspector(codecOf(b, name))
				if _, err := i.Inspect(packets[0].payload, packets[0].descriptor); err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := i.Inspect(packets[n].payload, packets[n].descriptor); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// packetsOf takes fuzzed octets apart: a codec, then packets as the length of
// the payload, the length of the descriptor or 255 for none, and the octets.
func packetsOf(b []byte) (codec.Codec, []told) {
	if len(b) == 0 {
		return codec.Unknown, nil
	}
	c, b := codec.Codec(b[0]%6), b[1:]
	var packets []told
	for len(b) >= 2 {
		payload, descriptor := int(b[0]), int(b[1])
		b = b[2:]
		var p told
		p.payload, b = b[:min(payload, len(b))], b[min(payload, len(b)):]
		if descriptor != 255 {
			p.descriptor, b = b[:min(descriptor, len(b))], b[min(descriptor, len(b)):]
		}
		packets = append(packets, p)
	}
	return c, packets
}

func fuzzedOf(c codec.Codec, packets []told) []byte {
	b := []byte{byte(c)}
	for _, p := range packets {
		if p.descriptor == nil {
			b = append(append(b, byte(len(p.payload)), 255), p.payload...)
			continue
		}
		b = append(append(b, byte(len(p.payload)), byte(len(p.descriptor))), p.payload...)
		b = append(b, p.descriptor...)
	}
	return b
}

// FuzzInspector gives an Inspector any packets in any order.
func FuzzInspector(f *testing.F) {
	for name, packets := range streams() {
		f.Add(fuzzedOf(codecOf(f, name), packets))
	}
	for name, c := range captures(f) {
		var packets []told
		for _, p := range readCapture(f, name)[:9] {
			packets = append(packets, told{payload: p.payload, descriptor: p.descriptor})
		}
		f.Add(fuzzedOf(c, packets))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, packets := packetsOf(b)
		i := codec.NewInspector(c)
		for _, p := range packets {
			got, err := i.Inspect(p.payload, p.descriptor)
			checkFrame(t, got, err)
			if err == nil {
				checkTargets(t, got)
			}
		}
		if len(packets) > 4 {
			return // to count allocations stops the world
		}
		if allocs := testing.AllocsPerRun(10, func() {
			for _, p := range packets {
				_, _ = i.Inspect(p.payload, p.descriptor)
			}
		}); allocs != 0 {
			t.Errorf("%v allocations", allocs)
		}
	})
}

// checkTargets holds for the sets of any packet that was understood.
func checkTargets(t *testing.T, f codec.Frame) {
	t.Helper()
	if own := packet.TargetOf(f.SpatialLayer, f.TemporalLayer); !f.Needed.Has(own) {
		t.Errorf("needed by %s, but not by its own layers: %+v", grid(f.Needed), f)
	}
	if f.Switch != packet.NoTargets && !f.Start {
		t.Errorf("entered at %s, but begins no frame: %+v", grid(f.Switch), f)
	}
	if f.Keyframe && f.Switch != packet.AllTargets {
		t.Errorf("a keyframe that is entered at %s only: %+v", grid(f.Switch), f)
	}
}
