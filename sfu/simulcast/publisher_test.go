package simulcast_test

import (
	"time"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// descriptorID is the identifier of the dependency descriptor extension.
const descriptorID = 5

// source is one encoding of the publisher, as an ingress reads it.
type source struct {
	cfg       rtptest.Config
	layer     simulcast.Layer
	stream    *rtptest.Stream
	inspector *codec.Inspector
	unwrapper packet.Unwrapper
	cycles    packet.ExtSeq // numbers before those of the present epoch
	epoch     uint8
	fresh     bool          // nothing was sent, and a keyframe must be first
	picture   packet.ExtSeq // newest picture id
}

func newSource(cfg rtptest.Config, layer simulcast.Layer) *source {
	cfg.SSRC, cfg.PayloadType = uint32(layer)+1, 96
	s := &source{cfg: cfg, layer: layer}
	s.begin()
	return s
}

func (s *source) begin() {
	s.cfg.Encoding = uint8(s.layer) + s.epoch*simulcast.MaxEncodings // frames are counted anew, too
	s.stream, s.inspector = rtptest.NewStream(s.cfg), codec.NewInspector(s.cfg.Codec)
	s.unwrapper, s.fresh = packet.Unwrapper{}, true
}

// restart lets the encoding begin anew, with other numbers.
func (s *source) restart() {
	highest, _ := s.unwrapper.Highest()
	s.cycles += highest>>16<<16 + 1<<17
	s.epoch++
	s.cfg.Seed += 1000
	s.begin()
}

// reference ties the timestamp of the next frame to the moment of its capture.
func (s *source) reference(now time.Time) simulcast.Reference {
	return simulcast.Reference{RTP: s.stream.Timestamp(), Wall: now}
}

// frame returns the packets of the next picture. The caller releases them.
func (s *source) frame(pool *packet.Pool, o rtptest.FrameOptions, now time.Time) ([]*packet.Packet, error) {
	var list []*packet.Packet
	o.Keyframe, s.fresh = o.Keyframe || s.fresh, false
	for _, raw := range s.stream.Frame(o) {
		p := pool.Get()
		list = append(list, p)
		if err := p.Parse(rtptest.Marshal(raw)); err != nil {
			return list, err
		}
		f, err := s.inspector.Inspect(p.Payload(), p.Extension(s.cfg.Descriptor))
		if err != nil {
			return list, err
		}
		p.Seq, p.Arrival = s.cycles+s.unwrapper.Unwrap(p.SequenceNumber), now
		p.Layer, p.Epoch = s.layer, s.epoch
		p.Keyframe, p.FrameStart, p.FrameEnd = f.Keyframe, f.Start, f.End
		p.Spatial, p.Temporal, p.Width, p.Height = f.SpatialLayer, f.TemporalLayer, f.Width, f.Height
		p.Needed, p.Switch = f.Needed, f.Switch
		p.TL0PICIDX, p.HasTL0PICIDX = f.TL0PICIDX, f.HasTL0PICIDX
		if f.PictureIDBits != 0 {
			p.PictureIDBits = f.PictureIDBits
			p.PictureID = packet.UnwrapNear(s.picture, f.PictureID, f.PictureIDBits)
			s.picture = max(s.picture, p.PictureID)
		}
	}
	return list, nil
}
