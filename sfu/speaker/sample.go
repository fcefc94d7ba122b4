package speaker

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

const (
	defaultDuration = 20 * time.Millisecond  // of libwebrtc's Opus packets
	maxDuration     = 120 * time.Millisecond // RFC 6716 section 3.2.5
)

// Sample is what one packet of Opus tells about its sound.
type Sample struct {
	// Level is the level in -dBov, 0 (loudest) to 127 (silence), and Voice the V
	// bit of RFC 6464 section 3. Both mean something with HasLevel only.
	Level    uint8
	Voice    bool
	HasLevel bool
	// Size is the payload in octets.
	Size int
	// Duration is how much sound the packet carries, above 0 and up to 120 ms;
	// anything else counts as 20 ms.
	Duration time.Duration
}

// SampleOf returns the Sample of a packet whose payload is Opus. The packet's
// level must have been read (packet.Packet.ReadAudioLevel).
func SampleOf(p *packet.Packet) Sample {
	payload := p.Payload()
	return Sample{
		Level: p.AudioLevel, Voice: p.Voice, HasLevel: p.HasAudioLevel,
		Size: len(payload), Duration: opusDuration(payload),
	}
}

// duration returns Duration within its range.
func (s *Sample) duration() time.Duration {
	if s.Duration <= 0 || s.Duration > maxDuration {
		return defaultDuration
	}
	return s.Duration
}

// opusDuration reads from the table of contents how much sound an Opus packet
// carries (RFC 6716 section 3.1), 0 when it cannot be.
//
//	| config (5) | s | c (2) |   c: one frame, two, two, or as the next octet says
func opusDuration(payload []byte) time.Duration {
	if len(payload) == 0 {
		return 0
	}
	frames := 1
	switch payload[0] & 3 {
	case 1, 2:
		frames = 2
	case 3:
		if len(payload) < 2 {
			return 0
		}
		frames = int(payload[1] & 0x3f)
	}
	return time.Duration(frames) * opusFrame(payload[0]>>3)
}

// opusFrame returns the duration of one frame of a configuration (RFC 6716
// section 3.1, table 2).
func opusFrame(config uint8) time.Duration {
	const tick = 2500 * time.Microsecond
	switch {
	case config >= 16: // CELT: 2.5, 5, 10, 20 ms
		return tick << (config & 3)
	case config >= 12: // hybrid: 10, 20 ms
		return 4 * tick << (config & 1)
	case config&3 == 3: // SILK: 10, 20, 40, 60 ms
		return 24 * tick
	default:
		return 4 * tick << (config & 3)
	}
}
