package transport

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pion/sdp/v3"
)

const (
	// maxAnswerSize and maxAnswerSections bound what is parsed of an answer.
	maxAnswerSize     = 64 << 10
	maxAnswerSections = 16
)

// answer is what a server said to an offer.
type answer struct {
	media        Media
	lite         bool // the server does ICE-lite (RFC 8445 section 2.5)
	ufrag, pwd   string
	fingerprints []fingerprint
	active       bool     // the server is the DTLS client (RFC 5763 section 5)
	candidates   []string // values of a=candidate
}

// parseAnswer reads the answer to an offer. Its errors wrap ErrBadAnswer, and
// ErrRefused or ErrCodec where these tell more.
func (p *proposal) parseAnswer(text string) (*answer, error) {
	d, err := readAnswer(text)
	if err != nil {
		return nil, err
	}
	a := &answer{}
	_, a.lite = d.Attribute(sdp.AttrKeyICELite)
	var first *sdp.MediaDescription // the accepted section whose transport is used
	for i := range p.sections {
		offered := &p.sections[i]
		m, err := answerTo(d, offered, i)
		if err != nil {
			return nil, err
		}
		stream, err := offered.accept(m, p.send)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrBadAnswer, offered.kind, err)
		}
		if stream == nil {
			continue
		}
		a.set(offered.kind, stream)
		if first == nil {
			first = m
		} else if attribute(d, m, "ice-ufrag") != a.ufrag {
			return nil, fmt.Errorf("%w: its sections are not bundled (RFC 9143)", ErrBadAnswer)
		}
		if err := a.readTransport(d, m); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrBadAnswer, offered.kind, err)
		}
	}
	if first == nil {
		return nil, fmt.Errorf("%w: %w", ErrBadAnswer, ErrRefused)
	}
	return a, nil
}

func readAnswer(text string) (*sdp.SessionDescription, error) {
	if len(text) > maxAnswerSize {
		return nil, fmt.Errorf("%w: %d octets, at most %d are read", ErrBadAnswer, len(text), maxAnswerSize)
	}
	d := &sdp.SessionDescription{}
	if err := d.UnmarshalString(text); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadAnswer, err)
	}
	if n := len(d.MediaDescriptions); n > maxAnswerSections {
		return nil, fmt.Errorf("%w: %d sections, at most %d are read", ErrBadAnswer, n, maxAnswerSections)
	}
	return d, nil
}

// answerTo finds the section that answers the offered one: by its place (RFC
// 3264 section 6), which the mid must confirm where there is one.
func answerTo(d *sdp.SessionDescription, offered *section, place int) (*sdp.MediaDescription, error) {
	if place >= len(d.MediaDescriptions) {
		return nil, fmt.Errorf("%w: no section for %s", ErrBadAnswer, offered.kind)
	}
	m := d.MediaDescriptions[place]
	if m.MediaName.Media != offered.kind {
		return nil, fmt.Errorf("%w: section %d is %q, offered was %s", ErrBadAnswer, place, m.MediaName.Media, offered.kind)
	}
	if mid, ok := m.Attribute(sdp.AttrKeyMID); ok && mid != offered.mid && m.MediaName.Port.Value != 0 {
		return nil, fmt.Errorf("%w: section %d has mid %q, offered was %q", ErrBadAnswer, place, mid, offered.mid)
	}
	return m, nil
}

func (a *answer) set(kind string, s *Stream) {
	if kind == "audio" {
		a.media.Audio = s
	} else {
		a.media.Video = s
	}
}

// readTransport reads how to reach the server. All sections of a bundle say the
// same; candidates may stand in any.
func (a *answer) readTransport(d *sdp.SessionDescription, m *sdp.MediaDescription) error {
	for _, list := range [][]sdp.Attribute{d.Attributes, m.Attributes} {
		for _, attr := range list {
			if attr.Key == sdp.AttrKeyCandidate {
				a.candidates = append(a.candidates, attr.Value)
			}
		}
	}
	if a.ufrag != "" {
		return nil
	}
	a.ufrag = attribute(d, m, "ice-ufrag")
	a.pwd = attribute(d, m, "ice-pwd")
	if a.ufrag == "" || a.pwd == "" {
		return errors.New("no ICE credentials")
	}
	setup := attribute(d, m, sdp.AttrKeyConnectionSetup)
	switch strings.ToLower(setup) {
	case "active":
		a.active = true
	case "passive", "actpass", "": // the last two are wrong (RFC 8842 section 5.3) but leave us a choice
	default:
		return fmt.Errorf("a=setup:%.20s", setup)
	}
	return a.readFingerprints(d, m)
}

// readFingerprints keeps those by known hash functions. There must be one.
func (a *answer) readFingerprints(d *sdp.SessionDescription, m *sdp.MediaDescription) error {
	failed := errors.New("no fingerprint")
	for _, list := range [][]sdp.Attribute{m.Attributes, d.Attributes} {
		for _, attr := range list {
			if attr.Key != "fingerprint" {
				continue
			}
			f, err := parseFingerprint(attr.Value)
			if err != nil {
				failed = err
				continue
			}
			a.fingerprints = append(a.fingerprints, f)
		}
		if len(a.fingerprints) > 0 {
			return nil // a section's own replace the session's
		}
	}
	return failed
}

// attribute reads a section's attribute, or the session's in its place.
func attribute(d *sdp.SessionDescription, m *sdp.MediaDescription, key string) string {
	if v, ok := m.Attribute(key); ok {
		return v
	}
	v, _ := d.Attribute(key)
	return v
}
