package publish_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/internal/load/publish"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

func TestConfigurationsThatCannotBeSentAreRefused(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*publish.Config)
		want   error
	}{
		{"no media", func(c *publish.Config) { c.Media = nil }, publish.ErrNothing},
		{"nothing accepted", func(c *publish.Config) { c.Media = &transport.Media{} }, publish.ErrNothing},
		{"no clip", func(c *publish.Config) { c.Video = nil }, publish.ErrClips},
		{"an empty clip", func(c *publish.Config) { c.Video = []clip.Video{{Codec: codec.VP8}} }, publish.ErrClips},
		{"a clip of another codec", func(c *publish.Config) { c.Video = clips()[codec.VP9][:1] }, publish.ErrClips},
		{"fewer clips than encodings", func(c *publish.Config) { c.Media = media(codec.VP8, "l", "h") }, publish.ErrClips},
		{"no voice", func(c *publish.Config) { c.Voice = clip.Audio{} }, publish.ErrClips},
		{"an empty voice", func(c *publish.Config) { c.Voice = clip.Audio{Frames: make([]clip.AudioFrame, 1)} }, publish.ErrStamp},
		{"no Opus", func(c *publish.Config) { c.Media.Audio.Codec = codec.Unknown }, publish.ErrClips},
		{"no clock rate", func(c *publish.Config) { c.Media.Audio.ClockRate = 0 }, publish.ErrStream},
		{"no SSRC", func(c *publish.Config) { c.Media.Audio.SSRCs = nil }, publish.ErrStream},
		{"no SSRC for retransmission", func(c *publish.Config) { c.Media.Video.RTXSSRCs = nil }, publish.ErrStream},
		{"an endless MID", func(c *publish.Config) { c.Media.Video.MID = strings.Repeat("m", 256) }, publish.ErrStream},
		{"a long MID", func(c *publish.Config) { c.Media.Audio.MID = strings.Repeat("m", 200) }, publish.ErrStream},
		{"a negative frame rate", func(c *publish.Config) { c.FramesPerSecond = -1 }, publish.ErrRange},
		{"a slow-motion camera", func(c *publish.Config) { c.FramesPerSecond = 241 }, publish.ErrRange},
		{"small packets", func(c *publish.Config) { c.PacketSize = 199 }, publish.ErrRange},
		{"large packets", func(c *publish.Config) { c.PacketSize = 1401 }, publish.ErrRange},
		{"a negative interval", func(c *publish.Config) { c.KeyframeInterval = -1 }, publish.ErrRange},
		{"too many bitrates", func(c *publish.Config) { c.Bitrates = []int{1, 2} }, publish.ErrRange},
		{"a negative bitrate", func(c *publish.Config) { c.Bitrates = []int{-1} }, publish.ErrRange},
		{"a bitrate below the clip's", func(c *publish.Config) { c.Bitrates = []int{50_000} }, publish.ErrBitrate},
		{"a bitrate below what all the keyframes need", func(c *publish.Config) {
			c.Bitrates, c.KeyframeInterval = []int{200_000}, 100*time.Millisecond
		}, publish.ErrBitrate},
		{"a frame that takes no stamp", func(c *publish.Config) {
			c.Voice = clip.Audio{Frames: []clip.AudioFrame{{Data: []byte{0x7b, 1, 2}}}} // code 3
		}, publish.ErrStamp},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := config(codec.VP8)
			tt.change(&cfg)
			if _, err := publish.New(cfg, start); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
}

func TestOneKindOfMediaIsEnough(t *testing.T) {
	audio, video := config(codec.VP8), config(codec.VP8)
	audio.Media.Video, audio.Video = nil, nil
	video.Media.Audio, video.Voice = nil, clip.Audio{}
	for ssrc, cfg := range map[uint32]publish.Config{audioSSRC: audio, videoSSRC: video} {
		s := newStage(t, cfg)
		s.hear(pli(videoSSRC), fir(1, videoSSRC, 1), nack(videoSSRC, 1), nack(audioSSRC, 1))
		s.sender.Mute(publish.Audio, false)
		s.sender.Mute(publish.Video, false)
		s.run(time.Second)
		if n := len(s.of(ssrc)); n == 0 || n != len(s.packets) {
			t.Errorf("%d packets of %x among %d", n, ssrc, len(s.packets))
		}
		s.sender.Stats()
	}
}

func TestOwnBitrateIsTheLeastThatIsAccepted(t *testing.T) {
	for _, c := range videoCodecs() {
		for _, interval := range []time.Duration{0, time.Second} {
			cfg := config(c)
			cfg.KeyframeInterval = interval
			own, err := publish.OwnBitrate(cfg, cfg.Video[0])
			if err != nil {
				t.Fatal(err)
			}
			cfg.Bitrates = []int{own}
			if _, err := publish.New(cfg, start); err != nil {
				t.Errorf("%v: %v", c, err)
			}
			cfg.Bitrates = []int{own - 1}
			if _, err := publish.New(cfg, start); !errors.Is(err, publish.ErrBitrate) {
				t.Errorf("%v: a bit less: %v", c, err)
			}
		}
	}
	if _, err := publish.OwnBitrate(publish.Config{}, clip.Video{}); !errors.Is(err, publish.ErrClips) {
		t.Errorf("no clip: %v", err)
	}
	strange := clip.Video{Codec: codec.H264, Frames: [][]byte{{1, 2, 3}}}
	if _, err := publish.OwnBitrate(publish.Config{}, strange); !errors.Is(err, publish.ErrStamp) {
		t.Errorf("no H.264: %v", err)
	}
}
