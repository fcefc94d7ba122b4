package load

import (
	"fmt"
	"sync"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/internal/load/publish"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// library holds the clips of a run, read once for all publishers. Any goroutine
// may call its methods.
type library struct {
	reels *publish.Reels
	voice func() (clip.Audio, error)

	mu     sync.Mutex
	videos map[codec.Codec][]clip.Video
}

func newLibrary() *library {
	return &library{reels: publish.NewReels(), voice: sync.OnceValues(clip.Voice), videos: make(map[codec.Codec][]clip.Video)}
}

// video returns the clips of a codec, smallest first.
func (l *library) video(c codec.Codec) ([]clip.Video, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if found, ok := l.videos[c]; ok {
		return found, nil
	}
	read, err := clip.Videos(c)
	if err != nil {
		return nil, err
	}
	l.videos[c] = read
	return read, nil
}

// affordable returns an error if a publisher is to send less than its clip has.
// It is better to know before anybody has joined.
func (l *library) affordable(p *scenario.Publish) error {
	if !p.Video || p.Bitrate == 0 {
		return nil
	}
	sizes, err := l.video(p.Codec)
	if err != nil {
		return err
	}
	cfg := publish.Config{FramesPerSecond: p.FramesPerSecond, PacketSize: p.PacketSize, Reels: l.reels}
	largest := encodings(sizes, *p, 1)[0]
	own, err := publish.OwnBitrate(cfg, largest)
	if err != nil {
		return err
	}
	if int(p.Bitrate) < own {
		return fmt.Errorf("%v is less than the %v that the %s clip of %dx%d needs at %d frames a second: choose a smaller size",
			p.Bitrate, scenario.Bitrate(own), p.Codec, largest.Width, largest.Height, p.FramesPerSecond)
	}
	return nil
}
