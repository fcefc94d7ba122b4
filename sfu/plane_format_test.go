package sfu_test

import (
	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/ingress"
)

// format is what a publisher makes of its camera.
type format struct {
	name              string
	codec             codec.Codec
	encodings         int // three with simulcast
	mode              string
	spatial, temporal int // layers of an encoding
	descriptor        uint8
	flexible          bool
}

// formats are those that browsers send, and L3T3 in VP9's flexible mode.
func formats() []format {
	return []format{
		{name: "VP8 L1T3 x3", codec: codec.VP8, encodings: 3, mode: "L1T3", spatial: 1, temporal: 3},
		{name: "VP8", codec: codec.VP8, encodings: 1, spatial: 1, temporal: 1},
		{name: "H264 x3", codec: codec.H264, encodings: 3, spatial: 1, temporal: 1},
		{name: "H264 L1T3 x3", codec: codec.H264, encodings: 3, mode: "L1T3", spatial: 1, temporal: 3, descriptor: upDescriptor},
		{name: "VP9 L3T3_KEY", codec: codec.VP9, encodings: 1, mode: "L3T3_KEY", spatial: 3, temporal: 3},
		{name: "VP9 L3T3", codec: codec.VP9, encodings: 1, mode: "L3T3", spatial: 3, temporal: 3},
		{name: "VP9 L3T3 flex", codec: codec.VP9, encodings: 1, mode: "L3T3", spatial: 3, temporal: 3, flexible: true},
		{name: "AV1 L3T3_KEY", codec: codec.AV1, encodings: 1, mode: "L3T3_KEY", spatial: 3, temporal: 3, descriptor: upDescriptor},
		{name: "AV1 L1T3", codec: codec.AV1, encodings: 1, mode: "L1T3", spatial: 1, temporal: 3, descriptor: upDescriptor},
		{name: "AV1 L1T3 x3", codec: codec.AV1, encodings: 3, mode: "L1T3", spatial: 1, temporal: 3, descriptor: upDescriptor},
		{name: "AV1 S3T3", codec: codec.AV1, encodings: 1, mode: "S3T3", spatial: 3, temporal: 3, descriptor: upDescriptor},
	}
}

func formatNamed(name string) format {
	for _, f := range formats() {
		if f.name == name {
			return f
		}
	}
	panic("no format " + name)
}

// rungs is how many sizes of the picture there are.
func (f format) rungs() int { return f.encodings * f.spatial }

func (f format) simulcast() bool { return f.encodings > 1 }

// offered is what the publisher's offer says of its encodings: names with
// simulcast, else the sources.
func (f format) offered() []ingress.EncodingConfig {
	rungs := f.generation(0)
	if !f.simulcast() {
		return []ingress.EncodingConfig{{SSRC: rungs[0].SSRC, RTXSSRC: rungs[0].RTXSSRC}}
	}
	list := make([]ingress.EncodingConfig, len(rungs))
	for i, r := range rungs {
		list[i].RID = r.RID
	}
	return list
}

// generation returns the encodings of a publisher that has begun anew so many
// times.
func (f format) generation(number uint32) []rtptest.Rung {
	if !f.simulcast() {
		return []rtptest.Rung{{SSRC: 0x1000 + number, RTXSSRC: 0x2000 + number, Width: 1280, Height: 720}}
	}
	rungs := rtptest.DefaultRungs()
	for i := range rungs {
		rungs[i].SSRC += 0x10 * number
		rungs[i].RTXSSRC += 0x10 * number
	}
	return rungs
}
