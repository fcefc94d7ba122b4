package sfu

import (
	"fmt"

	"github.com/pion/sdp/v3"
)

// amend adds to Pion's answer what was agreed beside it: simulcast, and the
// measurement of the round trip.
func (o *offer) amend(answer string) (string, error) {
	var d sdp.SessionDescription
	if err := d.UnmarshalString(answer); err != nil {
		return "", fmt.Errorf("own answer: %w", err)
	}
	for i, media := range d.MediaDescriptions {
		if i >= len(o.sections) {
			break
		}
		s := o.sections[i]
		if s.wantsReceiverRTT() {
			media.WithValueAttribute("rtcp-xr", receiverRTT+"=all")
		}
		if len(s.accepted) > 0 {
			acceptSimulcast(media, s.accepted)
		}
	}
	text, err := d.Marshal()
	if err != nil {
		return "", fmt.Errorf("own answer: %w", err)
	}
	return string(text), nil
}
