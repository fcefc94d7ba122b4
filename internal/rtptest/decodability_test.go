package rtptest_test

import (
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// checking returns a maker of checkers for one codec as payload type 96.
func checking(c codec.Codec, want rtptest.Expectations) func() *rtptest.Conformance {
	want.Codecs = map[uint8]codec.Codec{96: c}
	return func() *rtptest.Conformance { return rtptest.NewConformance(want) }
}

// encodings returns pictures of two encodings as a server makes one stream of
// them: from the given one on those of the other. Its fourth is a keyframe.
func encodings(second int) []*rtp.Packet {
	l := rtptest.NewLadder(rtptest.LadderConfig{
		Config: rtptest.Config{Codec: codec.VP8, PayloadType: 96}, Rungs: rtptest.DefaultRungs()[:2],
	})
	var packets []*rtp.Packet
	for i := range 6 {
		both := l.Frame(rtptest.FrameOptions{Keyframe: i == 0 || i == 4, Octets: 2500})
		if i < second {
			packets = append(packets, both[0]...)
		} else {
			packets = append(packets, both[1]...)
		}
	}
	for i, p := range packets {
		p.SSRC, p.SequenceNumber, p.Timestamp = ssrc, 5+uint16(i), 1000+uint32(i/3)*3000 // three packets a frame
	}
	return packets
}

func TestFramesThatCannotBeDecodedAreFound(t *testing.T) {
	good := func() []*rtp.Packet { return video(stream(codec.VP8), 10) } // three packets a frame
	runMutations(t, good, checking(codec.VP8, rtptest.Expectations{}), []mutation{
		{"a frame taken out", func(p []*rtp.Packet) []*rtp.Packet {
			return renumber(slices.Delete(p, 6, 9))
		}, "refers to frame 2 that did not come whole"},
		{"a packet taken out of a frame", func(p []*rtp.Packet) []*rtp.Packet {
			return renumber(slices.Delete(p[:12], 10, 11))
		}, "frame 3 of encoding 0 lacks packets"},
		{"two packets of the last frame swapped", func(p []*rtp.Packet) []*rtp.Packet {
			p[28].Payload, p[29].Payload = p[29].Payload, p[28].Payload
			return p
		}, "frame 9 of encoding 0 lacks packets"},
		{"the end of the last frame missing", func(p []*rtp.Packet) []*rtp.Packet {
			return p[:29]
		}, ""}, // it may still come
	})
}

func TestFrameCutOffIsFound(t *testing.T) {
	packets := video(stream(codec.VP8), 6)
	packets[13].Marker = true
	for i, p := range packets {
		p.SequenceNumber = uint16(i)
	}
	found := judge(codec.VP8, rtptest.Expectations{}, renumber(slices.Delete(packets, 14, 15)))
	want := []string{
		"ssrc 00001234: frame 4 of encoding 0 is cut off behind packet 13",
		"ssrc 00001234: packet 14 begins frame 5 of encoding 0, which refers to frame 4 that did not come whole",
	}
	if diff := gocmp.Diff(want, found); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOnlyTheFirstOfFramesThatBuildOnALostOneIsReported(t *testing.T) {
	packets := slices.Delete(video(stream(codec.VP8), 10), 6, 9)
	if found := judge(codec.VP8, rtptest.Expectations{}, renumber(packets)); len(found) != 1 {
		t.Errorf("found %q, want one violation", found)
	}
}

func TestSwitchOfEncodingNeedsAKeyframe(t *testing.T) {
	if found := judge(codec.VP8, rtptest.Expectations{}, encodings(4)); found != nil {
		t.Errorf("at a keyframe: %q", found)
	}
	want := []string{
		"ssrc 00001234: packet 14 begins frame 3 of encoding 1, which refers to frame 2 that did not come whole",
		"ssrc 00001234: packet 14 switches to encoding 1 without a keyframe",
	}
	if diff := gocmp.Diff(want, judge(codec.VP8, rtptest.Expectations{}, encodings(3))); diff != "" {
		t.Errorf("in between (-want +got):\n%s", diff)
	}
}

func TestFewerLayersConform(t *testing.T) {
	upTo := func(spatial, temporal uint8) func(rtptest.Stamp) bool {
		return func(s rtptest.Stamp) bool { return s.Spatial <= spatial && s.Temporal <= temporal }
	}
	only := func(spatial uint8) func(rtptest.Stamp) bool {
		return func(s rtptest.Stamp) bool { return s.Spatial == spatial || (s.Key && s.Spatial < spatial) }
	}
	tests := []struct {
		mode   string
		wanted func(rtptest.Stamp) bool
	}{
		{"L3T3", upTo(2, 2)},
		{"L3T3", upTo(1, 1)},
		{"L3T3", upTo(0, 0)},
		{"L3T3_KEY", only(2)},
		{"L3T3_KEY", only(0)},
		{"S3T3", func(s rtptest.Stamp) bool { return s.Spatial == 1 }},
	}
	for _, c := range []codec.Codec{codec.VP9, codec.AV1} {
		for _, tt := range tests {
			packets := forward(slices.Concat(pictures(layered(c, tt.mode), 20)...), tt.wanted)
			want := rtptest.Expectations{Descriptor: descriptorID, PictureIDs: true}
			if found := judge(c, want, packets); found != nil {
				t.Errorf("%v %s: %q", c, tt.mode, found)
			}
		}
	}
}

func TestSpatialLayerEnteredBetweenKeyframesIsFound(t *testing.T) {
	packets := forward(slices.Concat(pictures(layered(codec.VP9, "L2T1_KEY"), 20)...), func(s rtptest.Stamp) bool {
		return s.Spatial == 0 && s.Frame < 20 || s.Spatial == 1 && s.Frame >= 20
	})
	found := judge(codec.VP9, rtptest.Expectations{}, packets)
	if len(found) != 1 {
		t.Errorf("found %q, want one violation", found)
	}
}

func TestCountsTellWhatWasShown(t *testing.T) {
	packets := slices.Concat(pictures(layered(codec.VP9, "L2T2"), 8)...)
	lost := slices.IndexFunc(packets, func(p *rtp.Packet) bool { return stampOf(t, p).Frame == 9 }) // picture 4, upper layer
	packets = slices.Delete(packets, lost, lost+1)
	checker := checking(codec.VP9, rtptest.Expectations{MayLose: true})()
	for _, p := range packets {
		checker.Packet(p)
	}
	if found := checker.Violations(); found != nil {
		t.Errorf("found %q", found)
	}
	want := map[rtptest.Layer]rtptest.Counts{
		{Spatial: 0, Temporal: 0}: {Frames: 4, Whole: 4, Decodable: 4},
		{Spatial: 0, Temporal: 1}: {Frames: 4, Whole: 4, Decodable: 4},
		{Spatial: 1, Temporal: 0}: {Frames: 4, Whole: 3, Decodable: 2},
		{Spatial: 1, Temporal: 1}: {Frames: 4, Whole: 4, Decodable: 2},
	}
	if diff := gocmp.Diff(want, checker.Layers(ssrc)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, want := checker.Counts(ssrc), (rtptest.Counts{Frames: 16, Whole: 15, Decodable: 12}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := checker.Counts(1); got != (rtptest.Counts{}) {
		t.Errorf("%+v of a stream that never was", got)
	}
}

// show feeds frames 100 ms apart to a checker, those of three packets in which
// the given packets are late or lost.
func show(late map[int]time.Duration, lost ...int) *rtptest.Conformance {
	checker := checking(codec.VP8, rtptest.Expectations{MayLose: true})()
	start := time.Unix(1000, 0)
	s := rtptest.NewStream(rtptest.Config{Codec: codec.VP8, SSRC: ssrc, PayloadType: 96, Interval: 100 * time.Millisecond})
	for i, p := range video(s, 20) {
		if !slices.Contains(lost, i) {
			checker.PacketAt(p, start.Add(time.Duration(i/3)*100*time.Millisecond+late[i]))
		}
	}
	return checker
}

func TestLongestGap(t *testing.T) {
	tests := []struct {
		name string
		late map[int]time.Duration
		lost []int
		want time.Duration
	}{
		{"steady", nil, nil, 100 * time.Millisecond},
		{"the first packet behind the second", map[int]time.Duration{0: 50 * time.Millisecond}, nil, 100 * time.Millisecond},
		{"a late packet holds its frame and those behind it", map[int]time.Duration{13: 350 * time.Millisecond}, nil, 450 * time.Millisecond},
		{"a lost packet holds all until the keyframe", nil, []int{14}, 700 * time.Millisecond},
		{"nothing to begin with", nil, []int{0}, time.Second},
		{"nothing at the end", nil, []int{31}, time.Second},
	}
	for _, tt := range tests {
		checker := show(tt.late, tt.lost...)
		if got := checker.LongestGap(ssrc); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	if got := show(nil).LongestGap(1); got != 0 {
		t.Errorf("%v of a stream that never was", got)
	}
}

func TestLongestGapOfSound(t *testing.T) {
	checker := checking(codec.Opus, rtptest.Expectations{})()
	for i, p := range video(stream(codec.Opus), 10) {
		at := time.Unix(1000, 0).Add(time.Duration(i) * 20 * time.Millisecond)
		if i > 5 {
			at = at.Add(time.Second)
		}
		checker.PacketAt(p, at)
	}
	if got := checker.LongestGap(ssrc); got != 1020*time.Millisecond {
		t.Errorf("%v, want 1.02 s", got)
	}
}
