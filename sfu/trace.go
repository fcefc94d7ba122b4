package sfu

import (
	"context"
	"errors"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/tracing"
)

// conclude ends a step of a negotiation. Of an error it notes only the kind, because its
// text may quote the client's description, addresses included.
func conclude(step *tracing.Span, err error) {
	if step != nil && err != nil {
		step.Fail(kindOfError(err))
	}
	step.End()
}

func kindOfError(err error) string {
	for _, known := range []error{ErrBadOffer, ErrNoMedia, ErrCodecMismatch, ErrClosed, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "internal error"
}

// tracePair notes of which kind the path of a connection is, without its addresses.
func tracePair(span *tracing.Span, pc *webrtc.PeerConnection) {
	if span == nil {
		return
	}
	pair, err := pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil || pair == nil {
		return
	}
	if transport, remote, family, ok := kindOfPair(pair); ok {
		span.Text("network.transport", pairTransports[transport])
		span.Text("network.type", pairFamilies[family])
		span.Text("atrium.candidate", pairRemotes[remote])
	}
}
