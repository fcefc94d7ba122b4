package egress

import (
	"math/bits"
	"time"

	"github.com/atrium-rtc/atrium/sfu/bwe"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

const (
	// rateSlot is how long octets are counted for one sample of a bitrate, and
	// rateWeight how much of the average a sample replaces: half of a change is seen
	// after one second.
	rateSlot   = 500 * time.Millisecond
	rateWeight = 0.3
	// keyframeShare of a keyframe counts. It is a burst, for which the pacer has
	// room; how often they come depends on who joins and who changes layers. Were
	// they counted in full, the allocator would leave half of a narrow link unused.
	keyframeShare = 4
	// rateGap without packets means that the encoding rested, and that what was
	// counted before says nothing.
	rateGap = 700 * time.Millisecond
	// headerOctets is what a packet has on average besides its payload.
	headerOctets = 28
)

// rates measures what each decode target of a track costs: the octets of all
// packets that it needs. What an encoding cost is kept while it rests.
type rates [simulcast.MaxEncodings]encodingRate

// encodingRate is that of one encoding.
type encodingRate struct {
	octets   [16]uint32  // by target, in this slot
	rate     [16]float32 // bits per second, 0 while unknown
	began    time.Time   // of the slot
	last     time.Time   // of the packets
	keyframe uint32      // timestamp of the last one
	begun    uint32      // frames, in this slot
	fps      float32     // frames a second
	temporal uint8       // highest layer that was seen
}

// observe takes note of a packet of the track.
func (r *rates) observe(p *packet.Packet) {
	if p.Layer < 0 || p.Layer >= simulcast.MaxEncodings || p.Needed == packet.NoTargets {
		return
	}
	e := &r[p.Layer]
	switch {
	case e.last.IsZero() || p.Arrival.Sub(e.last) > rateGap:
		e.octets, e.begun, e.began = [16]uint32{}, 0, p.Arrival
	case p.Arrival.Sub(e.began) >= rateSlot:
		e.close(p.Arrival)
	}
	e.last = p.Arrival
	e.temporal = max(e.temporal, min(p.Temporal, packet.MaxTemporal))
	size := uint32(len(p.Payload()) + headerOctets) //nolint:gosec // a packet is small
	if p.Width != 0 && p.Keyframe {                 // not of sound, where every packet is one
		e.keyframe = p.Timestamp
	}
	if p.FrameStart && p.Spatial == 0 {
		e.begun++
	}
	if p.Timestamp == e.keyframe && e.keyframe != 0 {
		size /= keyframeShare
	}
	for set := uint16(p.Needed); set != 0; set &= set - 1 {
		e.octets[bits.TrailingZeros16(set)] += size
	}
}

// close makes a sample of the slot that ends now.
func (e *encodingRate) close(now time.Time) {
	seconds := float32(now.Sub(e.began).Seconds())
	for i, n := range e.octets {
		sample := float32(n) * 8 / seconds
		if e.rate[i] == 0 {
			e.rate[i] = sample
		} else {
			e.rate[i] += rateWeight * (sample - e.rate[i])
		}
	}
	if e.fps == 0 {
		e.fps = float32(e.begun) / seconds
	} else {
		e.fps += rateWeight * (float32(e.begun)/seconds - e.fps)
	}
	e.octets, e.begun, e.began = [16]uint32{}, 0, now
}

// frames returns how many pictures a second an encoding has.
func (r *rates) frames(layer simulcast.Layer) float64 { return float64(r[layer].fps) }

// of returns what a target of an encoding costs, 0 while unknown.
func (r *rates) of(at simulcast.Rung, temporal uint8) bwe.Bitrate {
	target := packet.TargetOf(at.Spatial, temporal)
	return bwe.Bitrate(r[at.Layer].rate[bits.TrailingZeros16(uint16(target))])
}

// temporalLayers returns how many temporal layers an encoding was seen to have.
func (r *rates) temporalLayers(layer simulcast.Layer) uint8 { return r[layer].temporal + 1 }
