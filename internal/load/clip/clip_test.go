package clip_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtp/codecs"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

const payloadSize = 1100

// payloads packetizes a frame as a publisher does.
func payloads(c codec.Codec, frame []byte) [][]byte {
	switch c {
	case codec.VP8:
		return (&codecs.VP8Payloader{EnablePictureID: true}).Payload(payloadSize, frame)
	case codec.VP9:
		return (&codecs.VP9Payloader{}).Payload(payloadSize, frame)
	case codec.H264:
		return (&codecs.H264Payloader{}).Payload(payloadSize, frame)
	default:
		return (&codecs.AV1Payloader{}).Payload(payloadSize, frame)
	}
}

// everyVideo runs a test for each of the clips.
func everyVideo(t *testing.T, test func(t *testing.T, v clip.Video)) {
	t.Helper()
	for _, c := range codec.All() {
		if !c.IsVideo() {
			continue
		}
		videos, err := clip.Videos(c)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range videos {
			t.Run(fmt.Sprintf("%v/%d", c, v.Height), func(t *testing.T) { test(t, v) })
		}
	}
}

func TestEveryCodecHasThreeSizesSmallestFirst(t *testing.T) {
	for _, c := range []codec.Codec{codec.VP8, codec.VP9, codec.H264, codec.AV1} {
		videos, err := clip.Videos(c)
		if err != nil {
			t.Fatal(err)
		}
		var sizes []string
		for _, v := range videos {
			sizes = append(sizes, fmt.Sprintf("%v %dx%d at %d", v.Codec, v.Width, v.Height, v.FramesPerSecond))
		}
		want := []string{c.String() + " 320x180 at 30", c.String() + " 640x360 at 30", c.String() + " 1280x720 at 30"}
		if diff := cmp.Diff(want, sizes); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

func TestVideoIsFourSecondsWithOneKeyframeInFront(t *testing.T) {
	everyVideo(t, func(t *testing.T, v clip.Video) {
		if len(v.Frames) != 120 {
			t.Fatalf("%d frames, want 120", len(v.Frames))
		}
		for i, frame := range v.Frames {
			packets := payloads(v.Codec, frame)
			if len(packets) == 0 {
				t.Fatalf("frame %d: the payloader does not understand it", i)
			}
			for n, packet := range packets {
				f, err := codec.Inspect(v.Codec, packet)
				if err != nil || f.Keyframe && i > 0 || n == 0 && (!f.Start || f.Keyframe != (i == 0)) {
					t.Errorf("frame %d, packet %d of %d: %+v %v", i, n, len(packets), f, err)
				}
			}
		}
	})
}

func TestVideoBitratesGrowAndKeyframesAreSmall(t *testing.T) {
	most := map[int]int{180: 150_000, 360: 350_000, 720: 800_000}
	least := map[int]int{180: 90_000, 360: 200_000, 720: 450_000}
	everyVideo(t, func(t *testing.T, v clip.Video) {
		if rate := v.Bitrate(); rate < least[v.Height] || rate > most[v.Height] {
			t.Errorf("%d bit/s, want %d to %d", rate, least[v.Height], most[v.Height])
		}
		if key := len(v.Frames[0]); key > 16_000 {
			t.Errorf("a keyframe of %d octets", key)
		}
	})
}

// A frame that is not shown, or shown later, would make frame counts differ from
// pictures counted.
func TestEveryFrameIsOnePicture(t *testing.T) {
	everyVideo(t, func(t *testing.T, v clip.Video) {
		for i, frame := range v.Frames {
			if !onePicture(v.Codec, frame) {
				t.Errorf("frame %d: %x...", i, frame[:12])
			}
		}
	})
}

func onePicture(c codec.Codec, frame []byte) bool {
	switch c {
	case codec.VP8: // RFC 6386 section 9.1: show_frame
		return frame[0]&0x10 != 0
	case codec.VP9: // |10|profile 00|show_existing 0|type|show 1|, no superframe index at the end
		return frame[0]&0xfa == 0x82 && frame[len(frame)-1]&0xe0 != 0xc0
	case codec.H264: // one slice in one unit
		return bytes.Count(frame, []byte{0, 0, 1, 0x41})+bytes.Count(frame, []byte{0, 0, 1, 0x61})+
			bytes.Count(frame, []byte{0, 0, 1, 0x65}) == 1
	default: // temporal delimiter, sequence header if any, one frame with show_existing 0 and show 1
		obus := obusOf(frame)
		if len(obus) == 3 && obus[1][0]>>3 == 1 {
			obus = append(obus[:1], obus[2])
		}
		return len(obus) == 2 && obus[0][0]>>3 == 2 && obus[1][0]>>3 == 6 && obus[1][1]&0x90 == 0x10
	}
}

// obusOf splits a temporal unit; each OBU without its size.
func obusOf(unit []byte) [][]byte {
	var obus [][]byte
	for at := 0; at < len(unit); {
		size, shift, header := 0, 0, at
		for at++; ; at++ {
			size |= int(unit[at]&0x7f) << shift
			shift += 7
			if unit[at]&0x80 == 0 {
				break
			}
		}
		at++
		obus = append(obus, append([]byte{unit[header]}, unit[at:at+size]...))
		at += size
	}
	return obus
}

func TestH264IsConstrainedBaselineWithParametersInFront(t *testing.T) {
	videos, err := clip.Videos(codec.H264)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range videos {
		at := bytes.Index(v.Frames[0], []byte{0, 0, 1, 0x67})
		// profile_idc 66 with constraint_set1_flag, level 3.1
		if sps := v.Frames[0][at+4:]; at != 1 || sps[0] != 0x42 || sps[1]&0x40 == 0 || sps[2] != 0x1f {
			t.Errorf("%d: begins %x", v.Height, v.Frames[0][:12])
		}
	}
}

func TestNoPicturesInAudio(t *testing.T) {
	for _, c := range []codec.Codec{codec.Opus, codec.Unknown} {
		if videos, err := clip.Videos(c); err == nil {
			t.Errorf("%v: %d videos", c, len(videos))
		}
	}
}

func TestVoiceSpeaksAndPauses(t *testing.T) {
	voice, err := clip.Voice()
	if err != nil {
		t.Fatal(err)
	}
	if len(voice.Frames) != 300 {
		t.Fatalf("%d packets, want 300", len(voice.Frames))
	}
	var spoken, changes int
	for i, f := range voice.Frames {
		if f.Voice {
			spoken++
		}
		if i > 0 && f.Voice != voice.Frames[i-1].Voice {
			changes++
		}
		if f.Level <= 40 && !f.Voice || f.Level > 127 {
			t.Errorf("packet %d: level %d, voice %v", i, f.Level, f.Voice)
		}
		// RFC 6716 section 3.1: configurations of 20 ms, one channel, one frame
		if toc := f.Data[0]; toc&0x07 != 0 || !lasts20ms(toc>>3) {
			t.Errorf("packet %d: TOC %#x", i, toc)
		}
		if len(f.Data) < 10 {
			t.Errorf("packet %d has %d octets: discontinuous transmission", i, len(f.Data))
		}
	}
	if changes != 6 || spoken < 150 || spoken > 270 {
		t.Errorf("voice in %d packets, beginning or ending %d times; want three phrases", spoken, changes)
	}
}

func lasts20ms(config byte) bool {
	switch {
	case config < 12: // SILK: 10, 20, 40, 60 ms
		return config&3 == 1
	case config < 16: // hybrid: 10, 20 ms
		return config&1 == 1
	default: // CELT: 2.5, 5, 10, 20 ms
		return config&3 == 3
	}
}

func TestAllClipsAreUnderTwoMegabytes(t *testing.T) {
	octets := 0
	everyVideo(t, func(_ *testing.T, v clip.Video) {
		for _, frame := range v.Frames {
			octets += len(frame)
		}
	})
	if octets > 2_000_000 {
		t.Errorf("%d octets", octets)
	}
}
