package sfu

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// descriptionLimits bound what a client can make us parse.
type descriptionLimits struct {
	octets, sections int
	refusing         bool // the bundle may be empty: the client does without all sections
}

// offerLimits are those of offers: a browser's, for one publication, has 6 to 9 KB and up
// to 3 sections.
var offerLimits = descriptionLimits{octets: 64 << 10, sections: 16}

// offer is a client's proposal, as far as we use it.
type offer struct {
	desc     *sdp.SessionDescription
	sections []*section
	mixed    bool // one-byte and two-byte header extensions in one stream (RFC 8285 section 6)
}

// section is one media section of an offer.
type section struct {
	media     *sdp.MediaDescription
	kind      string // "audio", "video", "application", ...
	mid       string
	sends     bool // the client would send
	receives  bool // the client would receive
	codecs    []offeredCodec
	extension map[string]uint8 // id by URI
	ssrc, rtx uint32           // declared sources, 0 if none
	rids      []string         // of simulcast that the client would send, nil without
	accepted  []string         // of them, those that are answered
}

// offeredCodec is a payload type of a section that carries a codec we forward.
type offeredCodec struct {
	codec       codec.Codec
	payloadType uint8
	fmtp        string
	feedback    []feedbackType // that the client knows
	rtx         uint8          // payload type of its repair stream, 0 if none
	red         uint8          // payload type of its redundant form (RFC 2198), 0 if none
	redFMTP     string
	redFirst    bool // whether the client prefers it
}

// has reports whether a feedback type was offered.
func (c offeredCodec) has(f feedbackType) bool { return slices.Contains(c.feedback, f) }

// feedbackType is an RTCP feedback message, as in a=rtcp-fb (RFC 4585 section
// 4.2): a type and an optional parameter.
type feedbackType struct{ kind, parameter string }

var (
	feedbackNACK = feedbackType{kind: "nack"}
	feedbackPLI  = feedbackType{kind: "nack", parameter: "pli"}
	feedbackFIR  = feedbackType{kind: "ccm", parameter: "fir"}
	feedbackTWCC = feedbackType{kind: "transport-cc"}
	feedbackREMB = feedbackType{kind: "goog-remb"}
	feedbackCCFB = feedbackType{kind: "ack", parameter: "ccfb"} // RFC 8888 section 6
	// feedbackPause is RFC 7728's; clients add parameters behind it (section 9).
	feedbackPause = feedbackType{kind: "ccm", parameter: "pause"}
)

// parseOffer reads an offer. Codecs that are not in allowed are left out.
func parseOffer(text string, allowed map[codec.Codec]bool) (*offer, error) {
	return parseDescription(text, allowed, offerLimits)
}

// parseDescription reads an offer, or an answer, within limits.
func parseDescription(text string, allowed map[codec.Codec]bool, limits descriptionLimits) (*offer, error) {
	if len(text) > limits.octets {
		return nil, fmt.Errorf("%w: %d octets, at most %d are read", ErrBadOffer, len(text), limits.octets)
	}
	desc := &sdp.SessionDescription{}
	if err := desc.UnmarshalString(text); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadOffer, err)
	}
	if len(desc.MediaDescriptions) == 0 {
		return nil, fmt.Errorf("%w: it has no media section at all", ErrNoMedia)
	}
	if len(desc.MediaDescriptions) > limits.sections {
		return nil, fmt.Errorf("%w: %d media sections, at most %d are read",
			ErrBadOffer, len(desc.MediaDescriptions), limits.sections)
	}
	group, _ := desc.Attribute(sdp.AttrKeyGroup)
	if limits.refusing && group == "BUNDLE" {
		group += " "
	}
	if !strings.HasPrefix(group, "BUNDLE ") {
		return nil, fmt.Errorf("%w: its sections are not bundled (RFC 9143), and there is one port", ErrBadOffer)
	}
	o := &offer{desc: desc}
	_, o.mixed = desc.Attribute(sdp.AttrKeyExtMapAllowMixed)
	for _, media := range desc.MediaDescriptions {
		o.sections = append(o.sections, parseSection(media, allowed))
	}
	return o, nil
}

func parseSection(media *sdp.MediaDescription, allowed map[codec.Codec]bool) *section {
	s := &section{media: media, kind: media.MediaName.Media, extension: make(map[string]uint8)}
	s.mid, _ = media.Attribute(sdp.AttrKeyMID)
	s.sends, s.receives = directions(media)
	for _, a := range media.Attributes {
		if a.Key == sdp.AttrKeyExtMap {
			s.addExtension(a.Value)
		}
	}
	s.ssrc, s.rtx = sources(media)
	s.rids = offeredEncodings(media)
	s.codecs = offeredCodecs(media, allowed)
	return s
}

// directions reads the direction attribute; sendrecv is the default (RFC 8866
// section 6.7). A section with port 0 is refused by the client itself.
func directions(media *sdp.MediaDescription) (sends, receives bool) {
	if media.MediaName.Port.Value == 0 {
		if _, bundled := media.Attribute("bundle-only"); !bundled {
			return false, false
		}
	}
	has := func(key string) bool { _, ok := media.Attribute(key); return ok }
	switch {
	case has(sdp.AttrKeyInactive):
		return false, false
	case has(sdp.AttrKeySendOnly):
		return true, false
	case has(sdp.AttrKeyRecvOnly):
		return false, true
	}
	return true, true
}

// addExtension reads an a=extmap value: "id[/direction] URI ...".
func (s *section) addExtension(value string) {
	id, uri, ok := strings.Cut(value, " ")
	if !ok {
		return
	}
	id, _, _ = strings.Cut(id, "/")
	n, err := strconv.ParseUint(id, 10, 8)
	if err != nil || n == 0 {
		return
	}
	uri, _, _ = strings.Cut(uri, " ")
	s.extension[uri] = uint8(n)
}

// sources returns the declared SSRC of the media and of its repair stream: by
// the FID group (RFC 5576 section 4.2), else the first SSRC.
func sources(media *sdp.MediaDescription) (ssrc, rtx uint32) {
	for _, a := range media.Attributes {
		fields := strings.Fields(a.Value)
		switch {
		case a.Key == sdp.AttrKeySSRCGroup && len(fields) == 3 && fields[0] == "FID":
			return parseSSRC(fields[1]), parseSSRC(fields[2])
		case a.Key == sdp.AttrKeySSRC && len(fields) > 0 && ssrc == 0:
			ssrc = parseSSRC(fields[0])
		}
	}
	return ssrc, 0
}

func parseSSRC(s string) uint32 {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// sending returns the first section of a kind in which the client sends, with a
// codec that we forward.
func (o *offer) sending(kind string) *section {
	return o.first(func(s *section) bool { return s.kind == kind && s.sends && len(s.codecs) > 0 })
}

// receiving returns the first section of a kind in which the client receives,
// whatever it can decode.
func (o *offer) receiving(kind string) *section {
	return o.first(func(s *section) bool { return s.kind == kind && s.receives })
}

func (o *offer) first(ok func(*section) bool) *section {
	if i := slices.IndexFunc(o.sections, ok); i >= 0 {
		return o.sections[i]
	}
	return nil
}

// restrict reduces the offer to what will be answered, and returns its text:
// audio and video sections that are not in used become inactive; simulcast is
// taken out, and so are the sources of its encodings, since Pion knows one source
// in a section; candidates beyond maxCandidates are dropped.
func (o *offer) restrict(used map[*section]bool) (string, error) {
	candidates := 0
	for _, s := range o.sections {
		unused := !used[s] && (s.kind == "audio" || s.kind == "video")
		s.media.Attributes = slices.DeleteFunc(s.media.Attributes, func(a sdp.Attribute) bool {
			switch a.Key {
			case sdp.AttrKeySendRecv, sdp.AttrKeySendOnly, sdp.AttrKeyRecvOnly, sdp.AttrKeyInactive:
				return unused
			case sdp.AttrKeySSRC, sdp.AttrKeySSRCGroup:
				return unused || len(s.rids) > 0
			case sdp.AttrKeyCandidate:
				candidates++
				return candidates > maxCandidates
			}
			return a.Key == "rid" || a.Key == "simulcast"
		})
		if unused {
			s.media.Attributes = append(s.media.Attributes, sdp.Attribute{Key: sdp.AttrKeyInactive})
		}
	}
	text, err := o.desc.Marshal()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrBadOffer, err)
	}
	return string(text), nil
}
