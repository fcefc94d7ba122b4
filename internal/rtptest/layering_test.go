package rtptest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

const descriptorID = 9

// layered is a stream of a mode, with dependency descriptors.
func layered(c codec.Codec, mode string) *rtptest.Stream {
	return rtptest.NewStream(rtptest.Config{
		Codec: c, SSRC: ssrc, PayloadType: 96, Seed: 1, Mode: mode, Descriptor: descriptorID, Width: 1280, Height: 720,
	})
}

// pictures is that many of them, the first a keyframe.
func pictures(s *rtptest.Stream, count int) [][]*rtp.Packet {
	list := make([][]*rtp.Packet, count)
	for i := range list {
		list[i] = s.Frame(rtptest.FrameOptions{Keyframe: i == 0, Octets: 3000})
	}
	return list
}

func stampOf(t *testing.T, p *rtp.Packet) rtptest.Stamp {
	t.Helper()
	stamp, ok := rtptest.ReadStamp(p.Payload)
	if !ok {
		t.Fatalf("packet %d has no stamp", p.SequenceNumber)
	}
	return stamp
}

func TestVP8TemporalLayers(t *testing.T) {
	type frame struct {
		Temporal, TL0Step uint8
		Sync, Droppable   bool
		Ref               uint16
	}
	tests := map[string][]frame{
		"L1T1": {{0, 1, true, false, 0}, {0, 1, false, false, 1}, {0, 1, false, false, 1}},
		"L1T2": {{0, 1, true, false, 0}, {1, 0, true, true, 1}, {0, 1, false, false, 2}, {1, 0, true, true, 1}},
		"L1T3": {
			{0, 1, true, false, 0},
			{2, 0, true, true, 1},
			{1, 0, true, false, 2},
			{2, 0, false, true, 1},
			{0, 1, false, false, 4},
			{2, 0, true, true, 1},
			{1, 0, true, false, 2},
			{2, 0, false, true, 1},
		},
	}
	for mode, want := range tests {
		s := rtptest.NewStream(rtptest.Config{Codec: codec.VP8, Mode: mode})
		s.Frame(rtptest.FrameOptions{Keyframe: true})
		tl0 := s.Frame(rtptest.FrameOptions{Keyframe: true})[0].Payload[4]
		var got []frame
		for i := range want {
			p := s.Frame(rtptest.FrameOptions{Keyframe: i == 0})[0]
			var d codecs.VP8Packet
			if _, err := d.Unmarshal(p.Payload); err != nil {
				t.Fatal(err)
			}
			got = append(got, frame{d.TID, d.TL0PICIDX - tl0, d.Y == 1, d.N == 1, stampOf(t, p).Refs[0]})
			tl0 = d.TL0PICIDX
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", mode, diff)
		}
	}
}

func TestVP8WithDescriptorHasNoIdentifiersOfItsOwn(t *testing.T) {
	s := layered(codec.VP8, "L1T3")
	for i, packets := range pictures(s, 5) {
		f, err := codec.Inspect(codec.VP8, packets[0].Payload)
		if err != nil {
			t.Fatal(err)
		}
		if f.HasPictureID || f.HasTL0PICIDX || f.TemporalLayer != 0 || !f.Start || f.Keyframe != (i == 0) {
			t.Errorf("picture %d: %+v", i, f)
		}
		if packets[0].GetExtension(descriptorID) == nil {
			t.Errorf("picture %d: no descriptor", i)
		}
	}
}

// vp9Descriptor is what stands in front of a layer frame, without the picture
// identifier and the scalability structure.
func vp9Descriptor(t *testing.T, payload []byte) string {
	t.Helper()
	var d codecs.VP9Packet
	if _, err := d.Unmarshal(payload); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("I%v P%v L%v F%v Z%v V%v T%d S%d U%v D%v %v",
		d.I, d.P, d.L, d.F, d.Z, d.V, d.TID, d.SID, d.U, d.D, d.PDiff)
}

// TestVP9IsThatOfChromium compares what stands in front of each layer frame.
func TestVP9IsThatOfChromium(t *testing.T) {
	for _, mode := range []string{"L1T3", "L3T3", "L3T3_KEY", "S3T3"} {
		var want, got []string
		for _, p := range recording(t, "chromium-vp9-"+strings.ToLower(mode)+".txt") {
			if len(p.payload) > 0 && p.payload[0]&0x08 != 0 {
				want = append(want, vp9Descriptor(t, p.payload))
			}
		}
		s := rtptest.NewStream(rtptest.Config{Codec: codec.VP9, Mode: mode, Flexible: true})
		for _, p := range slices.Concat(pictures(s, len(want))...) {
			if p.Payload[0]&0x08 != 0 {
				got = append(got, vp9Descriptor(t, p.Payload))
			}
		}
		if diff := gocmp.Diff(want, got[:len(want)]); diff != "" || len(want) < 5 {
			t.Errorf("%s, %d frames (-want +got):\n%s", mode, len(want), diff)
		}
	}
}

func TestVP9PictureGroup(t *testing.T) {
	s := rtptest.NewStream(rtptest.Config{Codec: codec.VP9, Mode: "L3T3", Width: 1280, Height: 720})
	var tl0, id uint16
	for i, packets := range pictures(s, 9) {
		var spatial []uint8
		for j, p := range packets {
			var d codecs.VP9Packet
			if _, err := d.Unmarshal(p.Payload); err != nil {
				t.Fatal(err)
			}
			if d.B {
				spatial = append(spatial, d.SID)
			}
			wantTemporal := []uint8{0, 2, 1, 2}[i%4]
			if d.TID != wantTemporal || !d.U || d.D != (d.SID > 0) || d.P != (i > 0) || d.F || p.Marker != (j == len(packets)-1) {
				t.Errorf("picture %d, packet %d: %+v", i, j, d)
			}
			if i == 0 && j == 0 {
				if d.NS != 2 || !slices.Equal(d.Width, []uint16{320, 640, 1280}) || !slices.Equal(d.Height, []uint16{180, 360, 720}) ||
					!slices.Equal(d.PGTID, []uint8{0, 2, 1, 2}) || !slices.Equal(d.PGU, []bool{true, true, true, true}) ||
					!gocmp.Equal(d.PGPDiff, [][]uint8{{4}, {1}, {2}, {1}}) {
					t.Errorf("structure %+v", d)
				}
				tl0, id = uint16(d.TL0PICIDX), d.PictureID
			}
			if d.V != (i == 0 && j == 0) || d.PictureID != (id+uint16(i))&0x7fff || uint16(d.TL0PICIDX) != (tl0+uint16(i/4))&0xff {
				t.Errorf("picture %d, packet %d: %+v", i, j, d)
			}
		}
		if !slices.Equal(spatial, []uint8{0, 1, 2}) {
			t.Errorf("picture %d: spatial layers %v", i, spatial)
		}
	}
}

func TestVP9SpatialLayersLeanAsTheModeSays(t *testing.T) {
	for mode, want := range map[string][2]bool{"L2T1": {true, true}, "L2T1_KEY": {true, false}, "S2T1": {false, false}} {
		s := rtptest.NewStream(rtptest.Config{Codec: codec.VP9, Mode: mode})
		for i, packets := range pictures(s, 2) {
			upper := packets[len(packets)-1]
			f, err := codec.Inspect(codec.VP9, upper.Payload)
			if err != nil {
				t.Fatal(err)
			}
			stamp := stampOf(t, upper)
			leans := slices.Contains(stamp.Refs[:], 1)
			if f.SpatialLayer != 1 || f.InterLayer != want[i] || leans != want[i] || f.InterPicture != (i == 1) {
				t.Errorf("%s, picture %d: %+v, refers to the layer below: %v", mode, i, f, leans)
			}
		}
	}
}

// TestAV1IsThatOfChromium compares OBU headers and descriptors, frame by frame.
func TestAV1IsThatOfChromium(t *testing.T) {
	for _, mode := range []string{"L1T3", "L3T3", "L3T3_KEY"} {
		want := av1Frames(t, recording(t, "chromium-av1-"+strings.ToLower(mode)+".txt"))
		var sent []recordedPacket
		for _, p := range slices.Concat(pictures(layered(codec.AV1, mode), len(want))...) {
			sent = append(sent, recordedPacket{descriptor: p.GetExtension(descriptorID), payload: p.Payload})
		}
		got := av1Frames(t, sent)
		if diff := gocmp.Diff(want, got[:len(want)]); diff != "" || len(want) < 5 {
			t.Errorf("%s, %d frames (-want +got):\n%s", mode, len(want), diff)
		}
	}
}

// av1Frames says of each frame how its first packet begins.
func av1Frames(t *testing.T, packets []recordedPacket) []string {
	t.Helper()
	var list []string
	var structure *rtptest.Structure
	var first uint16
	for i, p := range packets {
		d, err := rtptest.ReadDescriptor(p.descriptor, structure)
		if err != nil {
			t.Fatal(err)
		}
		if d.Attached != nil {
			structure = d.Attached
		}
		if i == 0 {
			first = d.FrameNumber
		}
		if !d.First {
			continue
		}
		obu := p.payload[1:]
		if p.payload[0]&0x08 != 0 { // a sequence header first, behind its size
			obu = obu[1+obu[0]:]
		}
		list = append(list, fmt.Sprintf("N%v OBU %x frame %d S%dT%d %s %v %v structure %v", p.payload[0]&0x08 != 0, obu[:2],
			d.FrameNumber-first, d.Spatial, d.Temporal, d.Targets, d.Diffs, d.Chains, d.Attached != nil))
	}
	return list
}

func TestAV1SimulcastModeHasASequenceForEachLayer(t *testing.T) {
	for i, packets := range pictures(layered(codec.AV1, "S3T1"), 2) {
		var keyframes []uint8
		for _, p := range packets {
			f, err := codec.Inspect(codec.AV1, p.Payload)
			if err != nil {
				t.Fatal(err)
			}
			if f.Keyframe {
				keyframes = append(keyframes, f.SpatialLayer)
			}
		}
		if want := [][]uint8{{0, 1, 2}, nil}[i]; !slices.Equal(keyframes, want) {
			t.Errorf("picture %d: keyframes of layers %v, want %v", i, keyframes, want)
		}
	}
}

func TestH264TemporalLayersAreInDescriptorAndReferenceBits(t *testing.T) {
	var structure *rtptest.Structure
	for i, packets := range pictures(layered(codec.H264, "L1T3"), 8) {
		last := packets[len(packets)-1]
		if i == 0 {
			d, err := rtptest.ReadDescriptor(packets[0].GetExtension(descriptorID), nil)
			if err != nil {
				t.Fatal(err)
			}
			structure = d.Attached
		}
		d, err := rtptest.ReadDescriptor(last.GetExtension(descriptorID), structure)
		if err != nil {
			t.Fatal(err)
		}
		referenced := last.Payload[0]&0x60 != 0
		if want := []uint8{0, 2, 1, 2}[i%4]; d.Temporal != want || !d.Last || referenced != (want < 2) {
			t.Errorf("picture %d: %+v, referenced %v", i, d, referenced)
		}
	}
}

func TestPatternBeginsAgainAtAKeyframe(t *testing.T) {
	s := rtptest.NewStream(rtptest.Config{Codec: codec.VP8, Mode: "L1T3"})
	var got []uint8
	for i := range 9 {
		got = append(got, stampOf(t, s.Frame(rtptest.FrameOptions{Keyframe: i%6 == 0})[0]).Temporal)
	}
	if want := []uint8{0, 2, 1, 2, 0, 2, 0, 2, 1}; !slices.Equal(got, want) {
		t.Errorf("temporal layers %v, want %v", got, want)
	}
}

func TestStampsOfSpatialLayers(t *testing.T) {
	s := rtptest.NewStream(rtptest.Config{Codec: codec.VP9, Mode: "L2T2", Encoding: 3, PacketOctets: 5000})
	var got []rtptest.Stamp
	for _, p := range slices.Concat(pictures(s, 3)...) {
		got = append(got, stampOf(t, p))
	}
	want := []rtptest.Stamp{
		{Frame: 0, Key: true},
		{Frame: 1, Key: true, Spatial: 1, Refs: [4]uint16{1}},
		{Frame: 2, Temporal: 1, Refs: [4]uint16{2}},
		{Frame: 3, Temporal: 1, Spatial: 1, Refs: [4]uint16{2, 1}},
		{Frame: 4, Refs: [4]uint16{4}},
		{Frame: 5, Spatial: 1, Refs: [4]uint16{4, 1}},
	}
	for i := range want {
		want[i].Encoding, want[i].Count = 3, 1
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestUnknownModesPanic(t *testing.T) {
	for _, cfg := range []rtptest.Config{
		{Codec: codec.VP9, Mode: "L4T1"},
		{Codec: codec.VP9, Mode: "L1T4"},
		{Codec: codec.VP9, Mode: "L0T1"},
		{Codec: codec.VP9, Mode: "L2T1h"},
		{Codec: codec.VP9, Mode: "L02T1"},
		{Codec: codec.VP9, Mode: "L1T1_KEY"},
		{Codec: codec.VP9, Mode: "S2T1_KEY"},
		{Codec: codec.VP9, Mode: "M2T1"},
		{Codec: codec.VP9, Mode: "high"},
		{Codec: codec.VP8, Mode: "L2T1"},
		{Codec: codec.H264, Mode: "S2T1"},
		{Codec: codec.Opus, Mode: "L1T1"},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("no panic for %v %s", cfg.Codec, cfg.Mode)
				}
			}()
			rtptest.NewStream(cfg)
		}()
	}
}
