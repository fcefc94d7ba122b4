package sfu

import (
	"cmp"
	"slices"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/ingress"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// Kind is a set of media kinds.
type Kind uint8

// The kinds, to be combined with |.
const (
	Audio Kind = 1 << iota
	Video
)

// String returns the kind as SDP and log lines name it; a set has no name.
func (k Kind) String() string {
	switch k {
	case Audio:
		return "audio"
	case Video:
		return "video"
	default:
		return "several kinds"
	}
}

// Track is one published track. Its methods may be called from any goroutine.
type Track struct {
	*ingress.Track
	kind        Kind
	codec       offeredCodec
	extension   map[string]uint8 // ids of the publisher's header extensions
	publication *Publication

	wanted atomic.Uint32 // encodings whose keyframe was asked for, as bits
	uses   uses

	// owned by the publication's goroutine
	keyframes [simulcast.MaxEncodings]simulcast.KeyframeRequests
	rest      *simulcast.Rest // nil without simulcast
	firSeq    uint8
	pauser    pauser
}

func newTrack(t *ingress.Track, p *Publication, kind Kind, c chosen) *Track {
	track := &Track{Track: t, kind: kind, codec: c.codec, extension: c.section.extension, publication: p}
	if t.Encodings() > 1 {
		track.rest = simulcast.NewRest(t.Encodings())
	}
	return track
}

// Reception implements egress.Source.
func (t *Track) Reception() egress.Reception {
	st := t.Stats()
	return egress.Reception{Packets: st.Packets, Nacked: st.Nacked, Unrepaired: st.Unrepaired, RTT: t.RTT()}
}

// Room implements egress.Source.
func (t *Track) Room() string { return t.publication.room }

// Kind returns Audio or Video.
func (t *Track) Kind() Kind { return t.kind }

// RequestKeyframe asks the publisher for a keyframe of an encoding, as soon as
// the last request is long enough ago (see simulcast.KeyframeRequests); of all
// encodings with simulcast.None.
func (t *Track) RequestKeyframe(layer packet.Layer) {
	if t.kind != Video {
		return
	}
	bits := uint32(1)<<t.Encodings() - 1
	if layer != simulcast.None {
		bits &= 1 << layer
	}
	if t.wanted.Or(bits)&bits != bits {
		t.publication.owner.wake()
	}
}

// requestKeyframes sends the requests that are due and returns when to look
// again, 0 for never. It runs on the publication's goroutine.
func (t *Track) requestKeyframes(now time.Time) (wait time.Duration) {
	wanted := t.wanted.Swap(0)
	lowest := t.lowest(now)
	for i := range t.Encodings() {
		layer := packet.Layer(i) //nolint:gosec // few
		if wanted>>layer&1 != 0 {
			t.keyframes[i].Want()
		}
		if t.SSRC(layer) == 0 {
			continue // nothing came yet that could be referred to
		}
		interval := simulcast.LargeKeyframeInterval
		if layer == lowest {
			interval = simulcast.KeyframeInterval
		}
		send, again := t.keyframes[i].Due(now, t.Keyframes(layer), interval)
		if send {
			t.publication.requested.Add(1)
			t.publication.engine.keyframes.Add(1)
			t.publication.SendRTCP([]rtcp.Packet{t.keyframeRequest(layer)})
			again = interval
		}
		wait = sooner(wait, again)
	}
	if t.waits() {
		wait = sooner(wait, simulcast.KeyframeInterval)
	}
	return wait
}

// waits reports whether a keyframe is wanted of an encoding that has not begun.
func (t *Track) waits() bool {
	for i := range t.Encodings() {
		if t.keyframes[i].Wanted() && t.SSRC(packet.Layer(i)) == 0 { //nolint:gosec // few
			return true
		}
	}
	return false
}

// lowest returns the encoding with the smallest picture, as far as is known.
func (t *Track) lowest(now time.Time) packet.Layer {
	sizes := t.Sizes(now)
	if len(sizes) == 0 {
		return 0
	}
	return slices.MinFunc(sizes, func(a, b simulcast.RungSize) int {
		return cmp.Compare(int(a.Width)*int(a.Height), int(b.Width)*int(b.Height))
	}).Layer
}

// keyframeRequest returns the RTCP that asks for a keyframe: PLI (RFC 4585
// section 6.3.1) or, where that was not agreed, FIR (RFC 5104 section 4.3.1).
func (t *Track) keyframeRequest(layer packet.Layer) rtcp.Packet {
	own, ssrc := t.publication.ssrc, t.SSRC(layer)
	if !t.codec.has(feedbackPLI) && t.codec.has(feedbackFIR) {
		t.firSeq++
		return &rtcp.FullIntraRequest{SenderSSRC: own, FIR: []rtcp.FIREntry{{SSRC: ssrc, SequenceNumber: t.firSeq}}}
	}
	return &rtcp.PictureLossIndication{SenderSSRC: own, MediaSSRC: ssrc}
}
