package sfu

import (
	"fmt"

	"github.com/pion/sdp/v3"
)

// amend adds to Pion's answer what was agreed beside it: simulcast, the
// measurement of the round trip, and the role in the DTLS handshake that a client
// leaves us.
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
		o.answerSetup(s, media)
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

// answerSetup makes us the DTLS client of a client that insists on being the
// server (RFC 5763 section 5). Pion takes that role too, but its answer says
// otherwise.
func (o *offer) answerSetup(s *section, answer *sdp.MediaDescription) {
	setup, ok := s.media.Attribute(sdp.AttrKeyConnectionSetup)
	if !ok {
		setup, _ = o.desc.Attribute(sdp.AttrKeyConnectionSetup)
	}
	if setup != sdp.ConnectionRolePassive.String() {
		return
	}
	for i, a := range answer.Attributes {
		if a.Key == sdp.AttrKeyConnectionSetup {
			answer.Attributes[i].Value = sdp.ConnectionRoleActive.String()
		}
	}
}
