package clip

import (
	"embed"
	"fmt"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

//go:embed videos/*.ivf videos/*.h264 voice/voice.ogg voice/levels
var files embed.FS

// FramesPerSecond is the rate at which all pictures were made.
const FramesPerSecond = 30

// Video is a moving picture. Its end and its beginning fit together.
type Video struct {
	Codec           codec.Codec
	Width, Height   int
	FramesPerSecond int
	// Frames are in the order in which they are sent and shown, the first the only
	// keyframe. VP8 and VP9: without superframe index. H.264: access units of a byte
	// stream (annex B), parameter sets in the first. AV1: temporal units of OBUs with
	// sizes. Frames lie in one buffer; read only.
	Frames [][]byte
}

// Bitrate returns the mean over the clip, in bit/s.
func (v Video) Bitrate() int {
	octets := 0
	for _, frame := range v.Frames {
		octets += len(frame)
	}
	if len(v.Frames) == 0 {
		return 0
	}
	return octets * 8 * v.FramesPerSecond / len(v.Frames)
}

// Videos returns the clips of a codec, the smallest first: 320x180, 640x360 and
// 1280x720. Each call reads them again, so keep what it returns.
func Videos(c codec.Codec) ([]Video, error) {
	if !c.IsVideo() {
		return nil, fmt.Errorf("clip: no pictures in %v", c)
	}
	videos := []Video{{Width: 320, Height: 180}, {Width: 640, Height: 360}, {Width: 1280, Height: 720}}
	for i := range videos {
		v := &videos[i]
		v.Codec, v.FramesPerSecond = c, FramesPerSecond
		parse, extension := ivfFrames, "ivf"
		if c == codec.H264 {
			parse, extension = accessUnits, "h264"
		}
		name := fmt.Sprintf("videos/%s-%d.%s", strings.ToLower(c.String()), v.Height, extension)
		file, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("clip: %w", err)
		}
		if v.Frames, err = parse(file); err != nil {
			return nil, fmt.Errorf("clip: %s: %w", name, err)
		}
	}
	return videos, nil
}

// PacketTime is what an AudioFrame lasts.
const PacketTime = 20 * time.Millisecond

// Audio is a tone with the rhythm of speech.
type Audio struct {
	Frames []AudioFrame
}

// AudioFrame is one Opus packet of one frame, and what its sender would say of
// it in the audio level extension (RFC 6464).
type AudioFrame struct {
	Data  []byte
	Level uint8 // in -dBov: 0 is the loudest, 127 is silence
	Voice bool  // somebody speaks
}

// Voice returns six seconds of speech and pauses, in Opus.
func Voice() (Audio, error) {
	ogg, err := files.ReadFile("voice/voice.ogg")
	if err != nil {
		return Audio{}, fmt.Errorf("clip: %w", err)
	}
	levels, err := files.ReadFile("voice/levels")
	if err != nil {
		return Audio{}, fmt.Errorf("clip: %w", err)
	}
	packets, err := opusPackets(ogg)
	if err != nil {
		return Audio{}, fmt.Errorf("clip: voice/voice.ogg: %w", err)
	}
	frames, err := withLevels(packets, string(levels))
	if err != nil {
		return Audio{}, fmt.Errorf("clip: voice/levels: %w", err)
	}
	return Audio{Frames: frames}, nil
}
