package recorder

import (
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// frame is one encoded frame of a track: a picture, or an Opus packet.
type frame struct {
	timestamp uint32
	keyframe  bool
	arrival   time.Time // of its first packet
	data      []byte
	elapsed   int64 // ticks since the first frame of the track; see track.take
}

// assembly makes frames of packets that are in order.
type assembly struct {
	codec   codec.Codec
	format  rtp.Depacketizer
	frame   frame
	open    bool // there is a frame that may go on
	whole   bool // nothing of it is missing
	waiting bool // for a keyframe
}

func newAssembly(c codec.Codec) *assembly {
	a := &assembly{codec: c, waiting: true}
	a.reset()
	return a
}

// reset forgets what the format holds of a frame that does not get whole.
func (a *assembly) reset() {
	switch a.codec {
	case codec.VP8:
		a.format = &codecs.VP8Packet{}
	case codec.VP9:
		a.format = &codecs.VP9Packet{}
	case codec.H264:
		a.format = &codecs.H264Packet{IsAVC: true}
	case codec.AV1:
		a.format = &codecs.AV1Depacketizer{}
	default:
		a.format = &codecs.OpusPacket{}
	}
}

// put takes the next packet, and calls each with the frames that are whole.
func (a *assembly) put(p packet, gap bool, each func(frame)) {
	if gap {
		a.whole, a.waiting = false, a.waiting || a.codec.IsVideo()
	}
	if len(p.payload) == 0 {
		return // fills a number
	}
	if !a.codec.IsVideo() {
		each(frame{timestamp: p.timestamp, keyframe: true, arrival: p.arrival, data: p.payload})
		return
	}
	if a.open && p.timestamp != a.frame.timestamp {
		a.end(each)
	}
	if !a.open {
		a.reset()
		a.open, a.whole, a.frame = true, true, frame{timestamp: p.timestamp, keyframe: p.keyframe, arrival: p.arrival}
	}
	data, err := a.format.Unmarshal(p.payload)
	if err != nil {
		a.whole = false
	}
	a.frame.data = append(a.frame.data, data...)
	if p.marker {
		a.end(each)
	}
}

// end ends the frame that is open. What comes behind one that is not whole cannot be
// decoded until the next keyframe.
func (a *assembly) end(each func(frame)) {
	a.open = false
	if !a.whole || len(a.frame.data) == 0 {
		a.waiting = true
		return
	}
	if a.waiting && !a.frame.keyframe {
		return
	}
	a.waiting = false
	each(a.frame)
}
