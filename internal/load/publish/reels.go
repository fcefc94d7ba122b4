package publish

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"sync"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Reels keeps clips that were cut for sending. A publisher of 1 Mbit/s needs
// half a megabyte of them; those with equal settings share it. Any goroutine may
// use it.
type Reels struct {
	seed maphash.Seed
	mu   sync.Mutex
	made map[reelKey]*reel
}

// reelKey is what a reel depends on. Clips are told apart by what is in them, so
// that one that was read twice is prepared once.
type reelKey struct {
	codec      codec.Codec
	clip       uint64
	target     int
	packetSize int
}

// NewReels returns an empty collection.
func NewReels() *Reels { return &Reels{seed: maphash.MakeSeed(), made: map[reelKey]*reel{}} }

// get returns the reel of a clip whose frames are filled up to `target` octets,
// 0 for as they are.
func (r *Reels) get(c codec.Codec, frames [][]byte, target, packetSize int) (*reel, error) {
	key := reelKey{codec: c, clip: r.digest(frames), target: target, packetSize: packetSize}
	r.mu.Lock()
	defer r.mu.Unlock()
	if have := r.made[key]; have != nil {
		return have, nil
	}
	made, err := newReel(c, frames, target, packetSize)
	if err != nil {
		return nil, err
	}
	r.made[key] = made
	return made, nil
}

// digest returns a hash over frames and where they end.
func (r *Reels) digest(frames [][]byte) uint64 {
	var h maphash.Hash
	h.SetSeed(r.seed)
	var size [8]byte
	for _, f := range frames {
		binary.LittleEndian.PutUint64(size[:], uint64(len(f)))
		_, _ = h.Write(size[:]) // never fails
		_, _ = h.Write(f)
	}
	return h.Sum64()
}

// OwnBitrate returns the bit/s that a clip has without filler when it is sent
// with the configuration's frame rate, packet size and keyframe interval: the
// least that Bitrates may ask for.
func OwnBitrate(cfg Config, v clip.Video) (int, error) {
	if len(v.Frames) == 0 {
		return 0, fmt.Errorf("%w: the clip is empty", ErrClips)
	}
	if cfg.FramesPerSecond == 0 {
		cfg.FramesPerSecond = defaultFramesPerSecond
	}
	if cfg.PacketSize == 0 {
		cfg.PacketSize = defaultPacketSize
	}
	if cfg.Reels == nil {
		cfg.Reels = NewReels()
	}
	r, err := cfg.Reels.get(v.Codec, v.Frames, 0, cfg.PacketSize)
	if err != nil {
		return 0, err
	}
	return cfg.own(r), nil
}

// own returns the bit/s of a reel without filler. The shorter the interval, the
// larger the share of the keyframe.
func (c *Config) own(r *reel) int {
	frames := len(r.frames)
	if every := c.keyframeEvery(); every > 0 {
		frames = min(frames, every)
	}
	return int(r.own(frames) * 8 * float64(c.FramesPerSecond))
}

// keyframeEvery returns the keyframe interval in frames, 0 for none.
func (c *Config) keyframeEvery() int {
	if c.KeyframeInterval == 0 {
		return 0
	}
	return max(1, int(c.KeyframeInterval.Seconds()*float64(c.FramesPerSecond)))
}

// octetsPerFrame returns what one frame has at a bitrate.
func (c *Config) octetsPerFrame(bitrate int) int { return bitrate / 8 / c.FramesPerSecond }
