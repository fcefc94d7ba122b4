package ingress

import (
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
	"github.com/atrium-rtc/atrium/sfu/speaker"
)

// silence is how long an encoding must not have been heard to count as silent.
const silence = time.Second

// TrackConfig is one negotiated track of a publisher.
type TrackConfig struct {
	Codec codec.Codec
	MID   string // of the media section
	// PayloadType is the media's, RTXPayloadType its repair stream's (RFC 4588),
	// REDPayloadType that of its redundant form (RFC 2198); 0 is "not agreed".
	PayloadType, RTXPayloadType, REDPayloadType uint8
	// NACK says that generic NACK was negotiated.
	NACK bool
	// Encodings are those of simulcast (RFC 8853) in the order of the offer; a
	// track without simulcast has one. At most simulcast.MaxEncodings.
	Encodings []EncodingConfig
}

// EncodingConfig is one encoding of a track, as far as the offer tells.
type EncodingConfig struct {
	RID string // RFC 8851; empty without simulcast
	// SSRC and RTXSSRC are those declared in the offer, or 0.
	SSRC, RTXSSRC uint32
}

// Track is one published track. The methods for the media are called by its
// Receiver; all exported ones may be called from any goroutine.
type Track struct {
	cfg       TrackConfig
	feedback  Feedback
	own       uint32 // our SSRC in feedback
	level     uint8  // audio level extension id
	clock     *clockOffset
	encodings []*encoding
	meter     *speaker.Meter // nil for video

	rtt   atomic.Int64 // nanoseconds, 0 until measured
	sinks fanout
	stats trackCounters
}

func newTrack(tc TrackConfig, ids Extensions, feedback Feedback, own uint32, clock *clockOffset) *Track {
	t := &Track{cfg: tc, feedback: feedback, own: own, level: ids.AudioLevel, clock: clock, meter: newMeter(tc)}
	for i, ec := range tc.Encodings {
		t.encodings = append(t.encodings, newEncoding(t, packet.Layer(i), ec, ids.Dependency)) //nolint:gosec // few
	}
	return t
}

// Codec returns what the track carries.
func (t *Track) Codec() codec.Codec { return t.cfg.Codec }

// Encodings returns how many encodings the track has.
func (t *Track) Encodings() int { return len(t.encodings) }

// RID returns the name of an encoding, empty without simulcast.
func (t *Track) RID(layer packet.Layer) string { return t.encodings[layer].cfg.RID }

// SSRC returns the synchronization source of an encoding, 0 until it is known.
func (t *Track) SSRC(layer packet.Layer) uint32 { return t.encodings[layer].ssrc.Load() }

// Keyframes returns how many keyframes of an encoding have begun to arrive.
func (t *Track) Keyframes(layer packet.Layer) uint64 {
	return t.encodings[layer].stats.keyframes.Load()
}

// SetRTT sets the measured round trip time to the publisher, which spaces
// repeated NACKs.
func (t *Track) SetRTT(rtt time.Duration) { t.rtt.Store(int64(rtt)) }

// RTT returns the round trip time that SetRTT was told, 0 before.
func (t *Track) RTT() time.Duration { return time.Duration(t.rtt.Load()) }

// AddSink adds a receiver of the track's packets; from its return on, each new
// packet is pushed once.
func (t *Track) AddSink(s packet.Sink) { t.sinks.add(s) }

// RemoveSink removes it; a push that is under way may still arrive.
func (t *Track) RemoveSink(s packet.Sink) { t.sinks.remove(s) }

// Reference returns an RTP timestamp of an encoding and the moment of our clock
// at which the publisher sampled it, from its last sender report. All encodings
// and tracks of a publisher share the clock. ok is false before the first report.
func (t *Track) Reference(layer packet.Layer) (rtp uint32, wall time.Time, ok bool) {
	if int(layer) >= len(t.encodings) || layer < 0 {
		return 0, time.Time{}, false
	}
	ref := t.encodings[layer].ref.Load()
	if ref == nil {
		return 0, time.Time{}, false
	}
	return ref.rtp, t.clock.local(ref.theirs), true
}

// Sizes returns the encodings and spatial layers that have come so far.
func (t *Track) Sizes(now time.Time) []simulcast.RungSize {
	var list []simulcast.RungSize
	for _, e := range t.encodings {
		silent := e.silence(now) > silence
		for spatial := range e.sizes {
			v := e.sizes[spatial].Load()
			if v == 0 {
				continue
			}
			list = append(list, simulcast.RungSize{
				Rung:  simulcast.Rung{Layer: e.layer, Spatial: uint8(spatial)}, //nolint:gosec // few
				Width: uint16(v >> 16), Height: uint16(v),                      //nolint:gosec // packed so
				Silent: silent,
			})
		}
	}
	return list
}

// encodingOf returns the encoding of a RID. Without simulcast there is one, and
// the name does not matter.
func (t *Track) encodingOf(rid string) *encoding {
	if len(t.encodings) == 1 {
		return t.encodings[0]
	}
	for _, e := range t.encodings {
		if rid != "" && e.cfg.RID == rid {
			return e
		}
	}
	return nil
}

// sendNACK asks the publisher for packets of one source.
func (t *Track) sendNACK(ssrc uint32, pairs []rtcp.NackPair) {
	t.feedback.SendRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{SenderSSRC: t.own, MediaSSRC: ssrc, Nacks: pairs}})
}
