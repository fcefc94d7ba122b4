package publish

import (
	"math/rand/v2"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/stamp"
)

// audioPerSecond: a packet holds 20 ms.
const audioPerSecond = 50

// voice sends the audio stream. Its packets are small and do not wait for those
// of video.
type voice struct {
	schedule schedule
	stream   *stream
	reel     *reel
	talk     *talk
	number   uint32 // of the next packet, for the stamp
	muted    bool
	resumed  bool // the next packet is the first after a pause
}

func newVoice(cfg *Config, cname string, random *rand.Rand) (*voice, error) {
	frames := make([][]byte, len(cfg.Voice.Frames))
	for i, f := range cfg.Voice.Frames {
		frames[i] = f.Data
	}
	r, err := cfg.Reels.get(cfg.Media.Audio.Codec, frames, 0, cfg.PacketSize)
	if err != nil {
		return nil, err
	}
	st, err := newStream(cfg.Media.Audio, 0, audioPerSecond, cname, random)
	if err != nil {
		return nil, err
	}
	return &voice{
		schedule: schedule{phase: time.Duration(random.Int64N(int64(time.Second / audioPerSecond))), perSecond: audioPerSecond},
		stream:   st,
		reel:     r,
		talk:     newTalk(cfg.Voice.Frames, random),
	}, nil
}

// next returns the packet that is due, false while muted.
func (v *voice) next() (packet, bool) {
	at, timestamp := v.schedule.due(), v.schedule.timestamp(v.stream.media.ClockRate)
	v.schedule.n++
	if v.muted {
		return packet{}, false
	}
	index, level := v.talk.next(at)
	p := packet{
		of:        &v.reel.frames[index].lean,
		timestamp: v.stream.timestamp + timestamp,
		level:     level,
		stamp:     stamp.Stamp{Number: v.number, Resumed: v.resumed},
	}
	v.number++
	v.resumed = false
	v.stream.counters.frames.Add(1)
	return p, true
}

// mute pauses, or ends the pause.
func (v *voice) mute(muted bool) {
	v.resumed = v.resumed || (v.muted && !muted)
	v.muted = muted
}
