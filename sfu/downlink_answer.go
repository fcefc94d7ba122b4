package sfu

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// answerLimits are those of a client's answer on a Downlink: Chrome's has about 1 KB for
// each section.
var answerLimits = descriptionLimits{octets: 2048 * maxDownlinkSections, sections: maxDownlinkSections, refusing: true}

// downlinkAnswer is a client's answer that fits the offer.
type downlinkAnswer struct {
	*offer
	transport remoteTransport // zero when the client has refused all sections
}

// remoteTransport is the client's side of the transport.
type remoteTransport struct {
	credentials        ICECredentials
	fingerprint, setup string
	lite               bool
	candidates         []Candidate // that can be used
}

// read reads a client's answer to what was offered last.
func (l *downlinkSections) read(text string) (*downlinkAnswer, error) {
	answer, err := parseDescription(text, l.known, answerLimits)
	switch {
	case errors.Is(err, ErrNoMedia):
		return nil, fmt.Errorf("%w: the answer has no sections", ErrBadOffer)
	case err != nil:
		return nil, err
	}
	if len(answer.sections) != len(l.list) {
		return nil, fmt.Errorf("%w: the answer has %d sections, the offer %d", ErrBadOffer, len(answer.sections), len(l.list))
	}
	a := &downlinkAnswer{offer: answer}
	for i, x := range l.list {
		s := answer.sections[i]
		if s.kind != x.kind.String() {
			return nil, fmt.Errorf("%w: section %d of the answer is of %q, in the offer of %q", ErrBadOffer, i, s.kind, x.kind)
		}
		if s.refused() {
			continue
		}
		if s.mid != x.mid {
			return nil, fmt.Errorf("%w: section %d of the answer is named %q, in the offer %q", ErrBadOffer, i, s.mid, x.mid)
		}
		if a.transport.setup == "" {
			if a.transport, err = answer.transportOf(s); err != nil {
				return nil, err
			}
			if setup := a.transport.setup; setup != "active" && setup != "passive" {
				return nil, fmt.Errorf("%w: a=setup is %q, of an answer it is active or passive (RFC 5763 section 5)", ErrBadOffer, setup)
			}
		}
	}
	return a, nil
}

// refused reports whether the client does without the section: its port is 0 (RFC 3264
// section 6). In a bundle an offer may have that port too, with a=bundle-only, but no
// answer has.
func (s *section) refused() bool { return s.media.MediaName.Port.Value == 0 }

// transportOf reads the client's side of the transport in a section of the bundle, or in
// the session's part.
func (o *offer) transportOf(s *section) (t remoteTransport, err error) {
	value := func(key string) string {
		if v, ok := s.media.Attribute(key); ok {
			return v
		}
		v, _ := o.desc.Attribute(key)
		return v
	}
	t.credentials = ICECredentials{Ufrag: value("ice-ufrag"), Password: value("ice-pwd")}
	t.fingerprint, t.setup = value("fingerprint"), value(sdp.AttrKeyConnectionSetup)
	_, t.lite = o.desc.Attribute(sdp.AttrKeyICELite)
	for _, a := range s.media.Attributes {
		if a.Key != sdp.AttrKeyCandidate {
			continue
		}
		c := Candidate{Candidate: "candidate:" + a.Value}
		if use, err := c.usable(); use && err == nil {
			t.candidates = append(t.candidates, c)
		}
	}
	switch {
	case !t.credentials.valid():
		return t, fmt.Errorf("%w: no ICE credentials (RFC 8839 section 5.4)", ErrBadOffer)
	case len(strings.Fields(t.fingerprint)) != 2:
		return t, fmt.Errorf("%w: no fingerprint (RFC 8122 section 5)", ErrBadOffer)
	}
	return t, nil
}

// asAnswer writes the transport as the answer to Pion's offer, which has one section.
func (t remoteTransport) asAnswer(mid string, number int) string {
	d := newDescription(number, []string{mid})
	d.lite(t.lite)
	d.line("m=audio 9 UDP/TLS/RTP/SAVPF %d", soundOf().payloadType)
	d.line("c=IN IP4 0.0.0.0")
	d.line("a=mid:%s", mid)
	d.line("a=recvonly")
	d.line("a=rtcp-mux")
	d.credentials(t.credentials)
	d.line("a=fingerprint:%s", t.fingerprint)
	d.line("a=setup:%s", t.setup)
	d.codec(soundOf())
	return d.String()
}

// soundOf is the codec of sound as it is offered, with some feedback.
func soundOf(feedback ...feedbackType) offeredCodec {
	c := offerable(map[codec.Codec]bool{codec.Opus: true}, Audio)[0]
	c.feedback = feedback
	return c
}

// connect gives Pion the client's side of the transport, when it does not have it. It runs
// on the peer's goroutine; after an error nothing has changed.
func (d *Downlink) connect(ctx context.Context, t remoteTransport) error {
	switch {
	case t.setup == "":
		return nil // all is refused: there is nothing to be sent, and nowhere
	case d.answered && t.credentials != d.remote:
		return fmt.Errorf("%w: other ICE credentials, and no restart was offered (RFC 8839 section 4.4.1.1)", ErrBadOffer)
	case d.answered:
		return nil
	case t.credentials.Ufrag == d.remote.Ufrag:
		return fmt.Errorf("%w: a restart of ICE was offered, and the credentials are not new", ErrBadOffer)
	}
	first := d.remote == ICECredentials{}
	text := t.asAnswer(d.local.mid, d.number)
	if err := d.peer.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: text}); err != nil {
		return fmt.Errorf("%w: %w", ErrBadOffer, err)
	}
	if first {
		d.peer.connecting.answer(ctx)
	}
	d.peer.deadline.Reset(connectTimeout)
	d.answered, d.remote = true, t.credentials
	d.peer.addCandidates(slices.Concat(t.candidates, d.early))
	d.early = nil
	return nil
}

// AddICECandidate is as in Peer. What comes before the answer that it belongs to is kept
// until then.
func (d *Downlink) AddICECandidate(c Candidate) error {
	use, err := c.usable()
	if err != nil || !use {
		return err
	}
	d.peer.tryDo(func() {
		switch {
		case d.answered:
			d.peer.addCandidates([]Candidate{c})
		case len(d.early) < maxCandidates:
			d.early = append(d.early, c)
		}
	})
	return nil
}

// accept makes streams of what the client takes, and ends what it refuses. It runs on the
// peer's goroutine.
func (d *Downlink) accept(answer *downlinkAnswer) {
	var (
		begin   senders
		refused []*Subscription
	)
	for i, x := range d.sections.list {
		s := answer.sections[i]
		snd, begins := x.offered, x.begins()
		x.settle(s.refused())
		if snd == nil || snd.of.ended {
			continue
		}
		taken := s.receives && !s.refused() && (!begins || snd.agree(answer.offer, s))
		switch {
		case !taken && !slices.Contains(refused, snd.of):
			refused = append(refused, snd.of)
		case taken && begins:
			begin = append(begin, snd)
		}
	}
	for _, s := range refused {
		d.end(s, fmt.Errorf("%w: the publisher sends %s", ErrCodecMismatch, s.publication.codecs()), true)
	}
	for _, snd := range begin {
		if !snd.of.ended {
			d.begin(snd)
		}
	}
	d.reroute()
	if len(d.wanted) > 0 || d.sections.changed() {
		d.change()
	}
}

// agree takes the best codec that the client's answer has of those that were offered, and
// the header extensions that it knows.
func (s *sender) agree(answer *offer, section *section) bool {
	for _, c := range s.offers {
		for _, theirs := range section.codecs {
			if theirs.payloadType != c.payloadType || theirs.codec != c.codec {
				continue
			}
			s.codec = theirs
			s.extensions = answer.extensionsTo(s.track, chosen{section: section, codec: theirs})
			return true
		}
	}
	return false
}

// codecs names what is published, for a person.
func (p *Publication) codecs() string {
	var names []string
	for _, t := range p.receivable() {
		names = append(names, describe(t.codec))
	}
	return strings.Join(names, " and ")
}
