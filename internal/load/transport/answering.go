package transport

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pion/sdp/v3"
)

// Answer takes a server's offer and returns the SDP answer, complete with
// candidates. The first takes the place of Offer and Accept; each later one is of
// the same connection, with other media in it. Calls must not overlap. Its errors
// wrap ErrBadOffer where the offer is to blame; see ErrOtherConnection, too.
func (c *Conn) Answer(o *RemoteOffer) (string, error) {
	c.state.Lock()
	former := c.answer
	c.state.Unlock()
	switch {
	case former == nil:
		if err := c.takeOffer(o); err != nil {
			return "", err
		}
	case o.ufrag != former.ufrag || o.pwd != former.pwd:
		return "", ErrOtherConnection
	}
	ufrag, pwd, err := c.agent.GetLocalUserCredentials()
	if err != nil {
		return "", fmt.Errorf("ICE credentials: %w", err)
	}
	c.answers++
	return o.marshalAnswer(&endpointDescription{
		ufrag: ufrag, pwd: pwd, fingerprint: c.options.Identity.fingerprint, candidates: c.gathered,
	}, c.answers)
}

// takeOffer takes the transport of the first offer.
func (c *Conn) takeOffer(o *RemoteOffer) error {
	var err error
	if c.gathered, err = gather(c.agent, c.ended); err != nil {
		return err
	}
	if len(c.gathered) == 0 {
		return errors.New("ICE candidates: none")
	}
	if err := c.addCandidates(o.candidates); err != nil {
		return fmt.Errorf("%w: %w", ErrBadOffer, err)
	}
	if err := c.agent.SetRemoteICELite(o.lite); err != nil {
		return fmt.Errorf("ICE: %w", err)
	}
	c.state.Lock()
	defer c.state.Unlock()
	c.answer, c.answering = &o.answer, !o.lite
	return nil
}

// marshalAnswer writes the answer of that version.
func (o *RemoteOffer) marshalAnswer(e *endpointDescription, version uint64) (string, error) {
	d := &sdp.SessionDescription{
		Origin: sdp.Origin{
			Username: "-", SessionID: 1, SessionVersion: version, NetworkType: "IN", AddressType: "IP4", UnicastAddress: "127.0.0.1",
		},
		SessionName: "-", TimeDescriptions: []sdp.TimeDescription{{}},
	}
	// The one who answers begins, unless the server insists on it (RFC 5763 section 5).
	setup := "active"
	if o.active {
		setup = "passive"
	}
	var bundle []string
	for i := range o.sections {
		m := o.sections[i].answerSection(setup, e)
		if m.MediaName.Port.Value != 0 {
			if len(bundle) == 0 {
				for _, c := range e.candidates {
					m.WithValueAttribute(sdp.AttrKeyCandidate, c)
				}
				m.WithPropertyAttribute(sdp.AttrKeyEndOfCandidates)
			}
			bundle = append(bundle, o.sections[i].mid)
		}
		d.WithMedia(m)
	}
	d.WithValueAttribute(sdp.AttrKeyGroup, strings.Join(append([]string{"BUNDLE"}, bundle...), " "))
	d.WithPropertyAttribute(sdp.AttrKeyExtMapAllowMixed)
	b, err := d.Marshal()
	return string(b), err
}
