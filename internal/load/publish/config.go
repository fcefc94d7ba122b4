package publish

import (
	"fmt"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Writer takes the packets, as transport.Conn does. It must not keep b.
type Writer interface {
	WriteRTP(b []byte) error
	WriteRTCP(b []byte) error
}

// Config describes one publisher.
type Config struct {
	// Source is the publisher's number in the stamps, unique in a run.
	Source uint32
	// Media is what was negotiated. Streams that are nil are not sent.
	Media *transport.Media
	// Video has a clip for each negotiated encoding, lowest first. A single
	// encoding may have several: the largest is sent, and Adapt may change to the
	// smaller ones.
	Video []clip.Video
	Voice clip.Audio
	// Bitrates in bit/s, one for each encoding, lowest first; 0, or a missing one,
	// is the clip's own. They count RTP payload, as an encoder's target and the
	// octets of sender reports do: headers, audio and retransmissions come on top.
	// Filler that decoders skip makes up the difference to the clip. New refuses a
	// bitrate below the clip's own, see OwnBitrate.
	Bitrates []int
	// FramesPerSecond is 30 by default. Clips play slower or faster to match.
	FramesPerSecond int
	// PacketSize is the largest RTP payload in octets, 1100 by default.
	PacketSize int
	// KeyframeInterval is the longest time between keyframes; 0: only when asked
	// for, and when the clip begins again.
	KeyframeInterval time.Duration
	// Adapt lowers and raises the video bitrate as feedback says.
	Adapt bool
	// Burst sends all packets of a frame at once. By default they are paced like
	// libwebrtc's, at 2.5 times the target.
	Burst bool
	// Seed decides everything random: first sequence numbers and timestamps, the
	// phase of the frames, who speaks when. Give each publisher its own.
	Seed uint64
	// Reels keeps prepared clips for all senders of a run; nil prepares them for
	// this one alone.
	Reels *Reels
}

const (
	defaultFramesPerSecond = 30
	maxFramesPerSecond     = 240
	defaultPacketSize      = 1100
	minPacketSize          = 200
	maxPacketSize          = 1400
)

// withDefaults returns the configuration with all values set, or what is wrong
// with it.
func (c Config) withDefaults() (Config, error) {
	if c.FramesPerSecond == 0 {
		c.FramesPerSecond = defaultFramesPerSecond
	}
	if c.PacketSize == 0 {
		c.PacketSize = defaultPacketSize
	}
	if c.Reels == nil {
		c.Reels = NewReels()
	}
	switch {
	case c.Media == nil || (c.Media.Audio == nil && c.Media.Video == nil):
		return c, ErrNothing
	case c.FramesPerSecond < 1 || c.FramesPerSecond > maxFramesPerSecond:
		return c, fmt.Errorf("%w: %d frames a second", ErrRange, c.FramesPerSecond)
	case c.PacketSize < minPacketSize || c.PacketSize > maxPacketSize:
		return c, fmt.Errorf("%w: packets of %d octets", ErrRange, c.PacketSize)
	case c.KeyframeInterval < 0:
		return c, fmt.Errorf("%w: a keyframe every %v", ErrRange, c.KeyframeInterval)
	}
	if c.Media.Audio != nil {
		if err := c.checkAudio(); err != nil {
			return c, err
		}
	}
	if c.Media.Video != nil {
		if err := c.checkVideo(); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (c *Config) checkAudio() error {
	if len(c.Voice.Frames) == 0 {
		return fmt.Errorf("%w: no audio", ErrClips)
	}
	if c.Media.Audio.Codec != codec.Opus {
		return fmt.Errorf("%w: Opus for a stream of %v", ErrClips, c.Media.Audio.Codec)
	}
	return checkStream(c.Media.Audio, 1)
}

func (c *Config) checkVideo() error {
	want := encodings(c.Media.Video)
	if len(c.Video) < want || (want > 1 && len(c.Video) != want) {
		return fmt.Errorf("%w: %d for %d encodings", ErrClips, len(c.Video), want)
	}
	for i, v := range c.Video {
		if v.Codec != c.Media.Video.Codec {
			return fmt.Errorf("%w: %v for a stream of %v", ErrClips, v.Codec, c.Media.Video.Codec)
		}
		if len(v.Frames) == 0 {
			return fmt.Errorf("%w: clip %d is empty", ErrClips, i)
		}
	}
	if len(c.Bitrates) > want {
		return fmt.Errorf("%w: %d bitrates for %d encodings", ErrRange, len(c.Bitrates), want)
	}
	for _, bitrate := range c.Bitrates {
		if bitrate < 0 || bitrate > maxBitrate {
			return fmt.Errorf("%w: %d bit/s", ErrRange, bitrate)
		}
	}
	return checkStream(c.Media.Video, want)
}

// maxBitrate is beyond what anybody sends to a room, and keeps sums from
// overflowing.
const maxBitrate = 1_000_000_000

// encodings returns how many streams a media section has.
func encodings(m *transport.Stream) int { return max(1, len(m.RIDs)) }

func checkStream(m *transport.Stream, want int) error {
	switch {
	case len(m.SSRCs) < want:
		return fmt.Errorf("%w: %d SSRCs for %d encodings", ErrStream, len(m.SSRCs), want)
	case m.RTXPayloadType != 0 && len(m.RTXSSRCs) < want:
		return fmt.Errorf("%w: %d SSRCs for retransmission, %d encodings", ErrStream, len(m.RTXSSRCs), want)
	case m.ClockRate == 0:
		return fmt.Errorf("%w: no clock rate", ErrStream)
	}
	return nil
}

// bitrate returns the target of an encoding, 0 for the clip's own.
func (c *Config) bitrate(encoding int) int {
	if encoding < len(c.Bitrates) {
		return c.Bitrates[encoding]
	}
	return 0
}
