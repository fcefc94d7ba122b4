package sfu

import (
	"sync/atomic"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/ingress"
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

	wanted   atomic.Bool      // a keyframe was asked for
	throttle keyframeThrottle // owned by the publication's goroutine
	firSeq   uint8            // likewise
}

// Kind returns Audio or Video.
func (t *Track) Kind() Kind { return t.kind }

// RequestKeyframe asks the publisher for a keyframe, as soon as the last request
// is keyframeInterval ago. Requests in the meantime are one request.
func (t *Track) RequestKeyframe() {
	if t.kind == Video && !t.wanted.Swap(true) {
		t.publication.peer.wake()
	}
}

// keyframeRequest returns the RTCP that asks for a keyframe: PLI (RFC 4585
// section 6.3.1) or, where that was not agreed, FIR (RFC 5104 section 4.3.1).
func (t *Track) keyframeRequest(own uint32) rtcp.Packet {
	if !t.codec.has(feedbackPLI) && t.codec.has(feedbackFIR) {
		t.firSeq++
		return &rtcp.FullIntraRequest{
			SenderSSRC: own,
			FIR:        []rtcp.FIREntry{{SSRC: t.SSRC(), SequenceNumber: t.firSeq}},
		}
	}
	return &rtcp.PictureLossIndication{SenderSSRC: own, MediaSSRC: t.SSRC()}
}
