package stamp_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/internal/load/stamp"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

func payloader(c codec.Codec) rtp.Payloader {
	switch c {
	case codec.Opus:
		return &codecs.OpusPayloader{}
	case codec.VP8:
		return &codecs.VP8Payloader{EnablePictureID: true}
	case codec.VP9:
		return &codecs.VP9Payloader{}
	case codec.H264:
		return &codecs.H264Payloader{}
	default:
		return &codecs.AV1Payloader{}
	}
}

func depacketizer(c codec.Codec) rtp.Depacketizer {
	switch c {
	case codec.Opus:
		return &codecs.OpusPacket{}
	case codec.VP8:
		return &codecs.VP8Packet{}
	case codec.VP9:
		return &codecs.VP9Packet{}
	case codec.H264:
		return &codecs.H264Packet{}
	default:
		return &codecs.AV1Depacketizer{}
	}
}

// clipFrames are the frames of a clip: of the one with the height, or of the
// voice.
func clipFrames(t testing.TB, c codec.Codec, height int) [][]byte {
	t.Helper()
	if c == codec.Opus {
		voice, err := clip.Voice()
		if err != nil {
			t.Fatal(err)
		}
		var frames [][]byte
		for _, f := range voice.Frames {
			frames = append(frames, f.Data)
		}
		return frames
	}
	videos, err := clip.Videos(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range videos {
		if v.Height == height {
			return v.Frames
		}
	}
	t.Fatalf("no %v of height %d", c, height)
	return nil
}

// publisher packetizes and stamps as one does.
type publisher struct {
	codec     codec.Codec
	size      int
	payloader rtp.Payloader
	next      uint32
}

// send returns the payloads of a frame. Where a stamp would straddle two of
// them it takes more filler.
func (p *publisher) send(t testing.TB, frame []byte, filler int) (payloads [][]byte, s stamp.Stamp) {
	t.Helper()
	s = stamp.Stamp{Source: 77, Number: p.next, Layer: 1, Sent: sent}
	p.next++
	for _, filler := range []int{filler, filler + stamp.Tail(p.codec)} {
		payloads = p.payloader.Payload(uint16(p.size), stamp.Append(p.codec, frame, filler))
		if slices.ContainsFunc(payloads, func(b []byte) bool { return stamp.Write(p.codec, b, s) }) {
			return payloads, s
		}
	}
	t.Fatalf("%v: frame %d with filler %d: no payload takes the stamp", p.codec, s.Number, filler)
	return nil, s
}

// receive reads the one stamp in the payloads of a frame, and the frame.
func receive(t testing.TB, c codec.Codec, d rtp.Depacketizer, payloads [][]byte) (frame []byte, s stamp.Stamp) {
	t.Helper()
	found := 0
	for i, b := range payloads {
		if got, ok := stamp.Read(c, b); ok {
			s = got
			found++
			if last := i == len(payloads)-1; last != (c != codec.H264) && len(payloads) > 1 {
				t.Errorf("%v: the stamp is in payload %d of %d", c, i, len(payloads))
			}
		}
		part, err := d.Unmarshal(b)
		if err != nil {
			t.Fatal(err)
		}
		frame = append(frame, part...)
	}
	if found != 1 {
		t.Errorf("%v: %d stamps in a frame", c, found)
	}
	return frame, s
}

func TestEveryFrameOfTheClipsCarriesItsStamp(t *testing.T) {
	for _, c := range codec.All() {
		for _, size := range []int{100, 1100, 1400} {
			t.Run(fmt.Sprintf("%v/%d", c, size), func(t *testing.T) {
				if c == codec.Opus && size < 1100 {
					t.Skip("Opus has one packet a frame")
				}
				p := publisher{codec: c, size: size, payloader: payloader(c)}
				d := depacketizer(c)
				dice := rand.New(rand.NewPCG(uint64(c), uint64(size)))
				for _, frame := range clipFrames(t, c, 360) {
					payloads, want := p.send(t, frame, dice.IntN(3*size))
					if _, got := receive(t, c, d, payloads); !cmp.Equal(got, want) {
						t.Errorf("got %+v, want %+v", got, want)
					}
				}
			})
		}
	}
}

// Wherever the frame ends in its last payload, at most one retry finds room.
func TestStampNeverStraddlesForLong(t *testing.T) {
	const size = 200
	for _, c := range []codec.Codec{codec.VP8, codec.VP9, codec.H264, codec.AV1} {
		p := publisher{codec: c, size: size, payloader: payloader(c)}
		frame := clipFrames(t, c, 180)[1]
		for filler := range 2 * size {
			p.send(t, frame, filler)
		}
	}
}

// A server that waits for a keyframe takes the packet it knows one by for the
// first of the frame, so the stamp must not be in front of that.
func TestStampIsNotInFrontOfWhatTellsAKeyframe(t *testing.T) {
	for _, c := range []codec.Codec{codec.VP8, codec.VP9, codec.H264, codec.AV1} {
		p := publisher{codec: c, size: 1100, payloader: payloader(c)}
		payloads, _ := p.send(t, clipFrames(t, c, 720)[0], 500)
		if f, err := codec.Inspect(c, payloads[0]); err != nil || !f.Keyframe || !f.Start {
			t.Errorf("%v: the first payload of a keyframe says %+v %v", c, f, err)
		}
	}
}
