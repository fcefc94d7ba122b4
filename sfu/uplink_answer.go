package sfu

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
)

// uplinkFeedback is what publishers are told by RTCP.
var uplinkFeedback = []feedbackType{feedbackNACK, feedbackPLI, feedbackFIR, feedbackTWCC, feedbackPause}

// sectionAnswer is what a section of an offer is answered with.
type sectionAnswer struct {
	refused bool   // it stays closed
	use     chosen // what is received; without a section nothing is
	active  bool   // it may be sent now
	formats []string
}

// receiving answers a section with what was chosen, when it or an earlier offer began it.
func receiving(c chosen, now *section) sectionAnswer {
	formats := []string{strconv.Itoa(int(c.codec.payloadType))}
	for _, pt := range []uint8{c.codec.rtx, c.codec.red} {
		if pt != 0 {
			formats = append(formats, strconv.Itoa(int(pt)))
		}
	}
	// In the order of the offer: the first is what the client sends.
	offered := now.media.MediaName.Formats
	slices.SortStableFunc(formats, func(a, b string) int { return slices.Index(offered, a) - slices.Index(offered, b) })
	return sectionAnswer{use: c, active: now.sends, formats: formats}
}

// unused answers a section that no stream comes in. It is not refused while the client keeps
// it, even with codecs that are not forwarded: it may carry the transport of the bundle.
func unused(s *section) sectionAnswer {
	if s.stopped() || !slices.Contains(mediaKinds, s.kind) {
		return sectionAnswer{refused: true, formats: s.media.MediaName.Formats}
	}
	formats := s.media.MediaName.Formats
	if len(s.codecs) > 0 {
		formats = []string{strconv.Itoa(int(s.codecs[0].payloadType))}
	}
	return sectionAnswer{formats: formats[:min(1, len(formats))]}
}

// answeredRole returns ours in DTLS. A client that insists on being the server makes us the
// client (RFC 5763 section 5): Pion does that too, but its answer says otherwise.
func (t remoteTransport) answeredRole() string {
	if t.setup == sdp.ConnectionRolePassive.String() {
		return sdp.ConnectionRoleActive.String()
	}
	return sdp.ConnectionRolePassive.String()
}

// describe writes the answer to an offer. The sections are in its order (RFC 3264 section 6),
// and the origin is that of all answers of the connection, with a version that grows.
func (p *uplinkPlan) describe(own localTransport, setup string, origin sdp.Origin) (string, error) {
	d := sdp.SessionDescription{
		Origin: origin, SessionName: "-", TimeDescriptions: []sdp.TimeDescription{{}},
	}
	bundle := "BUNDLE"
	for i, a := range p.answers {
		s := p.offer.sections[i]
		media := a.describe(s)
		if !a.refused {
			media.WithValueAttribute(sdp.AttrKeyConnectionSetup, setup).
				WithICECredentials(own.credentials.Ufrag, own.credentials.Password)
			if bundle == "BUNDLE" { // the first of the bundle has the candidates (RFC 9143 section 7.3.3)
				addLines(media, own.candidates)
			}
			bundle += " " + s.mid
		}
		d.MediaDescriptions = append(d.MediaDescriptions, media)
	}
	d.WithValueAttribute(sdp.AttrKeyGroup, bundle)
	if p.offer.mixed {
		d.WithPropertyAttribute(sdp.AttrKeyExtMapAllowMixed)
	}
	if own.lite {
		d.WithPropertyAttribute(sdp.AttrKeyICELite)
	}
	d.WithValueAttribute("fingerprint", own.fingerprint)
	text, err := d.Marshal()
	if err != nil {
		return "", fmt.Errorf("own answer: %w", err)
	}
	return string(text), nil
}

// addLines adds candidate lines, and that there are no others.
func addLines(media *sdp.MediaDescription, candidates []string) {
	for _, line := range candidates {
		value := strings.TrimPrefix(strings.TrimRight(line, "\r\n"), candidateLine)
		media.WithValueAttribute(sdp.AttrKeyCandidate, value)
	}
	media.WithPropertyAttribute(strings.TrimPrefix(lastCandidate, "a="))
}

// describe writes the answer to one section, without its transport.
func (a sectionAnswer) describe(s *section) *sdp.MediaDescription {
	media := sdp.NewJSEPMediaDescription(s.kind, nil)
	media.MediaName.Protos, media.MediaName.Formats = s.media.MediaName.Protos, a.formats
	if s.mid != "" {
		media.WithValueAttribute(sdp.AttrKeyMID, s.mid)
	}
	if a.refused {
		media.MediaName.Port.Value = 0
		return media.WithPropertyAttribute(sdp.AttrKeyInactive)
	}
	media.WithPropertyAttribute(sdp.AttrKeyRTCPMux).WithPropertyAttribute(sdp.AttrKeyRTCPRsize)
	direction := sdp.AttrKeyInactive
	if a.use.section != nil && a.active {
		direction = sdp.AttrKeyRecvOnly
	}
	media.WithPropertyAttribute(direction)
	for _, format := range a.formats {
		copyFormat(media, s.media, format)
	}
	if a.use.section == nil {
		return media
	}
	for _, f := range uplinkFeedback {
		if a.use.codec.has(f) {
			media.WithValueAttribute("rtcp-fb", strings.TrimRight(fmt.Sprintf("%d %s %s", a.use.codec.payloadType, f.kind, f.parameter), " "))
		}
	}
	for _, uri := range uplinkExtensions(a.use) {
		if id := s.extension[uri]; id != 0 && (extensionKind(uri) == 0 || extensionKind(uri).String() == s.kind) {
			media.WithValueAttribute(sdp.AttrKeyExtMap, fmt.Sprintf("%d %s", id, uri))
		}
	}
	accepted := slices.DeleteFunc(slices.Clone(a.use.section.accepted), func(rid string) bool { return !slices.Contains(s.rids, rid) })
	if len(accepted) > 0 {
		acceptSimulcast(media, accepted)
	}
	return media
}

// uplinkExtensions are those that a section is answered with. The names of encodings are among
// them without simulcast too: some clients, Pion for one, go by their first answer with the
// camera that comes later.
func uplinkExtensions(c chosen) []string {
	names := []string{sdp.SDESRTPStreamIDURI, sdp.SDESRepairRTPStreamIDURI}
	others := slices.DeleteFunc(publisherExtensions([]chosen{c}), func(uri string) bool { return slices.Contains(names, uri) })
	return append(others, names...)
}

// copyFormat copies what the offer says of a payload type.
func copyFormat(to, from *sdp.MediaDescription, format string) {
	for _, a := range from.Attributes {
		if pt, _, _ := strings.Cut(a.Value, " "); pt == format && (a.Key == "rtpmap" || a.Key == "fmtp") {
			to.Attributes = append(to.Attributes, a)
		}
	}
}
