package sfu

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

// answerLimits are those of a client's answer on a Downlink: a section has about 1 KB.
var answerLimits = descriptionLimits{octets: 512 << 10, sections: 512}

// errNoSection says that Pion did with a track what was not expected.
var errNoSection = errors.New("the track is in no section")

// sourcesOfSender is how many sources more a client may report about, or from, for each
// track that it gets.
const sourcesOfSender = 4

// accept takes an answer to the outstanding offer. It runs on the peer's goroutine.
func (d *Downlink) accept(ctx context.Context, answer *offer) error {
	var own sdp.SessionDescription
	if err := own.UnmarshalString(d.offered); err != nil {
		return fmt.Errorf("own offer: %w", err)
	}
	if err := answers(answer, &own); err != nil {
		return err
	}
	added, refused := d.agree(answer)
	text, err := answer.forPion(&own)
	if err != nil {
		return err
	}
	if d.number == 1 {
		d.peer.connecting.answer(ctx)
		d.peer.deadline.Reset(connectTimeout)
	}
	d.sources.Add(int32(sourcesOfSender * len(added))) //nolint:gosec // as many as there are sections
	d.outstanding.Store(nil)
	if err := d.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: text}); err != nil {
		d.peer.fail("the client's answer cannot be used")
		return fmt.Errorf("%w: %w", ErrBadOffer, err)
	}
	d.route(func(l senders) senders { return append(l, added...) })
	for _, s := range refused {
		d.end(s, fmt.Errorf("%w: the publisher sends %s", ErrCodecMismatch, s.publication.codecs()), true)
	}
	return nil
}

// answers reports what is wrong with an answer: it must have the sections of the offer, in
// order (RFC 3264 section 6).
func answers(answer *offer, own *sdp.SessionDescription) error {
	if len(answer.sections) != len(own.MediaDescriptions) {
		return fmt.Errorf("%w: the answer has %d sections, the offer %d", ErrBadOffer, len(answer.sections), len(own.MediaDescriptions))
	}
	for i, media := range own.MediaDescriptions {
		if mid, _ := media.Attribute(sdp.AttrKeyMID); answer.sections[i].mid != mid {
			return fmt.Errorf("%w: section %d of the answer is %q, in the offer %q", ErrBadOffer, i, answer.sections[i].mid, mid)
		}
	}
	return nil
}

// agree sets up the senders that are in an answer for the first time, and returns those
// that it takes, and the subscriptions of which it refuses something.
func (d *Downlink) agree(answer *offer) (added senders, refused []*Subscription) {
	for _, a := range answer.sections {
		section := d.section(a.mid)
		if section == nil || section.sender == nil || section.answered {
			continue
		}
		section.answered = true
		i := slices.IndexFunc(a.codecs, func(c offeredCodec) bool { return c.payloadType == section.offered.payloadType })
		if !a.receives || i < 0 || a.codecs[i].codec != section.offered.codec {
			if !slices.Contains(refused, section.subscription) {
				refused = append(refused, section.subscription)
			}
			continue
		}
		snd := section.sender
		snd.codec = a.codecs[i]
		snd.extensions = answer.extensionsTo(snd.track, chosen{section: a, codec: snd.codec})
		added = append(added, snd)
	}
	for _, s := range refused {
		for _, snd := range s.senders {
			snd.refused = true
		}
	}
	return slices.DeleteFunc(added, func(snd *sender) bool { return snd.refused }), refused
}

// codecs names what is published, for a person.
func (p *Publication) codecs() string {
	text := ""
	for _, t := range p.tracks {
		if text != "" {
			text += " and "
		}
		text += describe(t.codec)
	}
	return text
}

// forPion returns the answer as Pion is to see it: with the codecs and header extensions of
// its own offer in every section, of which the client's answer has a part (see
// Downlink.describe), and with a transport in each, also where the client has refused a
// section.
func (o *offer) forPion(own *sdp.SessionDescription) (string, error) {
	transport := o.transport()
	candidates := 0
	for i, s := range o.sections {
		s.media.MediaName.Formats = own.MediaDescriptions[i].MediaName.Formats
		s.media.MediaName.Port.Value = 9
		_, whole := s.media.Attribute("ice-ufrag")
		s.media.Attributes = slices.DeleteFunc(s.media.Attributes, func(a sdp.Attribute) bool {
			if a.Key == sdp.AttrKeyCandidate {
				candidates++
				return candidates > maxCandidates
			}
			return negotiated(a.Key) || a.Key == sdp.AttrKeySSRC || a.Key == sdp.AttrKeySSRCGroup || !whole && ofTransport(a.Key)
		})
		if !whole {
			s.media.Attributes = append(s.media.Attributes, transport...)
		}
		for _, a := range own.MediaDescriptions[i].Attributes {
			if negotiated(a.Key) && !directional(a.Key) {
				s.media.Attributes = append(s.media.Attributes, a)
			}
		}
		direction := sdp.AttrKeyInactive
		if s.receives {
			direction = sdp.AttrKeyRecvOnly
		}
		s.media.Attributes = append(s.media.Attributes, sdp.Attribute{Key: direction})
	}
	text, err := o.desc.Marshal()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrBadOffer, err)
	}
	return string(text), nil
}

// transport returns the attributes of the transport from the first section that has
// them: in a bundle there is one.
func (o *offer) transport() (list []sdp.Attribute) {
	for _, s := range o.sections {
		if _, ok := s.media.Attribute("ice-ufrag"); !ok {
			continue
		}
		for _, a := range s.media.Attributes {
			if ofTransport(a.Key) {
				list = append(list, a)
			}
		}
		return list
	}
	return nil
}

// ofTransport reports whether an attribute is about the transport of a section.
func ofTransport(key string) bool {
	switch key {
	case "ice-ufrag", "ice-pwd", "ice-options", "fingerprint", "rtcp-mux", sdp.AttrKeyConnectionSetup:
		return true
	}
	return false
}

// negotiated reports whether an attribute is about media and replaced for Pion.
func negotiated(key string) bool {
	switch key {
	case "rtpmap", "fmtp", "rtcp-fb", sdp.AttrKeyExtMap, "rid", "simulcast":
		return true
	}
	return directional(key)
}

func directional(key string) bool {
	switch key {
	case sdp.AttrKeySendRecv, sdp.AttrKeySendOnly, sdp.AttrKeyRecvOnly, sdp.AttrKeyInactive:
		return true
	}
	return false
}
