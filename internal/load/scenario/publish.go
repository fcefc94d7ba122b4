package scenario

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

const (
	defaultFramesPerSecond = 30
	defaultPacketSize      = 1100
)

// complete returns p with the defaults in place of zero values.
func (p Publish) complete() Publish {
	if p.Codec == codec.Unknown {
		p.Codec = codec.VP8
	}
	if p.Size == (Size{}) {
		p.Size = sizes[1]
		if p.Simulcast {
			p.Size = sizes[2]
		}
	}
	p.FramesPerSecond = cmp.Or(p.FramesPerSecond, defaultFramesPerSecond)
	p.PacketSize = cmp.Or(p.PacketSize, defaultPacketSize)
	return p
}

func (p Publish) check() error {
	switch p = p.complete(); {
	case !p.Audio && !p.Video:
		return errors.New("sends neither audio nor video: leave one of them true")
	case p.Simulcast && !p.Video:
		return errors.New("has simulcast without video")
	case p.Simulcast && p.Size == sizes[0]:
		return fmt.Errorf("has simulcast with nothing smaller than size %v: use %v or %v", p.Size, sizes[1], sizes[2])
	}
	return nil
}

// sends says whether there is media of the kind.
func (p *Publish) sends(k Kind) bool {
	return p != nil && (k == Audio && p.Audio || k == Video && p.Video)
}

// String describes it for people: "VP8 1280x720 simulcast, 30 fps, 1 Mbit/s + Opus".
func (p Publish) String() string {
	p = p.complete()
	if !p.Video {
		return "Opus"
	}
	text := fmt.Sprintf("%v %v", p.Codec, p.Size)
	if p.Simulcast {
		text += " simulcast"
	}
	text += fmt.Sprintf(", %d fps", p.FramesPerSecond)
	if p.Bitrate > 0 {
		text += ", " + p.Bitrate.String()
	}
	if p.Audio {
		text += " + Opus"
	}
	return text
}
