package transport

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/pion/sdp/v3"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

const (
	// maxOfferSize and maxOfferSections bound what is parsed of a server's offer.
	maxOfferSize     = 512 << 10
	maxOfferSections = 256
)

// ErrBadOffer is an SDP offer of a server that cannot be used; the text says what
// is wrong with it.
var ErrBadOffer = errors.New("unusable offer")

// ErrOtherConnection is an offer with other ICE credentials than those before.
// Nobody here asks for a restart, so that it is of a new connection: the server has
// lost the former one.
var ErrOtherConnection = errors.New("the offer is of another connection")

// RemoteOffer is what a server offers to send on one connection, in as many media
// sections as there are audios and videos. It does not change once parsed.
type RemoteOffer struct {
	answer   // the transport: what an answer says of it
	sections []remoteSection
}

// remoteSection is one offered media section.
type remoteSection struct {
	kind, mid string
	port      int      // 0: out of the bundle
	formats   []string // as offered
	stream    *Stream  // nil when nothing comes in it, or nothing that is known
	codec     answeredFormat
	rtx       uint8
}

// ParseOffer reads a server's offer of what it sends. Its errors wrap ErrBadOffer.
func ParseOffer(text string) (*RemoteOffer, error) {
	if len(text) > maxOfferSize {
		return nil, fmt.Errorf("%w: %d octets, at most %d are read", ErrBadOffer, len(text), maxOfferSize)
	}
	d := &sdp.SessionDescription{}
	if err := d.UnmarshalString(text); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadOffer, err)
	}
	if n := len(d.MediaDescriptions); n == 0 || n > maxOfferSections {
		return nil, fmt.Errorf("%w: %d sections, 1 to %d are read", ErrBadOffer, n, maxOfferSections)
	}
	o := &RemoteOffer{}
	_, o.lite = d.Attribute(sdp.AttrKeyICELite)
	named := make(map[string]bool)
	for i, m := range d.MediaDescriptions {
		s := readRemoteSection(m)
		if named[s.mid] && s.port != 0 || s.mid == "" {
			return nil, fmt.Errorf("%w: section %d is named %q", ErrBadOffer, i, s.mid)
		}
		named[s.mid] = true
		o.sections = append(o.sections, s)
		if s.port == 0 || o.ufrag != "" {
			continue
		}
		if err := o.readTransport(d, m); err != nil {
			return nil, fmt.Errorf("%w: section %d: %w", ErrBadOffer, i, err)
		}
	}
	if o.ufrag == "" {
		return nil, fmt.Errorf("%w: all sections are out of use", ErrBadOffer)
	}
	return o, nil
}

// readRemoteSection reads one section: of what it offers, the codec that it names
// first and that is known here.
func readRemoteSection(m *sdp.MediaDescription) remoteSection {
	s := remoteSection{kind: m.MediaName.Media, port: m.MediaName.Port.Value, formats: m.MediaName.Formats}
	s.mid, _ = m.Attribute(sdp.AttrKeyMID)
	formats := readFormats(m)
	for _, f := range formats {
		which, known := codecOf(s.kind, f.name)
		if !known {
			continue
		}
		s.codec, s.rtx = f, repairOf(f.pt, formats)
		if s.port == 0 || !flows(m, false) {
			break
		}
		s.stream = &Stream{
			Codec: which, ClockRate: which.ClockRate(), PayloadType: f.pt, RTXPayloadType: s.rtx, MID: s.mid,
			Extensions: make(map[string]uint8),
		}
		s.stream.readFeedback(f.feedback)
		s.stream.SSRCs, s.stream.RTXSSRCs = announcedSources(m)
		break
	}
	if s.stream != nil {
		s.readExtensions(m)
	}
	return s
}

// codecOf finds the codec of an a=rtpmap, "VP8/90000" or "opus/48000/2".
func codecOf(kind, rtpmap string) (codec.Codec, bool) {
	for _, c := range []codec.Codec{codec.Opus, codec.VP8, codec.VP9, codec.H264, codec.AV1} {
		f := format{codec: c}
		if c.IsVideo() == (kind == "video") && rtpmap != "" && f.is(&answeredFormat{name: rtpmap}) {
			return c, true
		}
	}
	return codec.Unknown, false
}

// readExtensions takes those that are known here.
func (s *remoteSection) readExtensions(m *sdp.MediaDescription) {
	known := section{extensions: audioExtensions()}
	for _, a := range m.Attributes {
		if a.Key != sdp.AttrKeyExtMap {
			continue
		}
		var e sdp.ExtMap
		if e.Unmarshal("extmap:"+a.Value) != nil || e.URI == nil || e.Value < 1 || e.Value > 255 {
			continue
		}
		uri := e.URI.String()
		if slices.ContainsFunc(known.extensions, func(x extension) bool { return x.uri == uri }) {
			s.stream.Extensions[uri] = uint8(e.Value) //nolint:gosec // bounded above
		}
	}
}

// Media returns what comes in the sections of these names.
func (o *RemoteOffer) Media(mids []string) *Media {
	var media Media
	for i := range o.sections {
		s := &o.sections[i]
		if s.stream == nil || !slices.Contains(mids, s.mid) {
			continue
		}
		if s.kind == "audio" {
			media.Audio = s.stream
		} else {
			media.Video = s.stream
		}
	}
	return &media
}

// TransportExtension is the identifier of the transport-wide sequence number, which
// is the same in all sections of a bundle (RFC 8843 section 9.3.1); 0 when the
// server does not want its feedback.
func (o *RemoteOffer) TransportExtension() uint8 {
	for i := range o.sections {
		if s := o.sections[i].stream; s != nil && s.TransportCC && s.Extensions[ExtensionTransportCC] != 0 {
			return s.Extensions[ExtensionTransportCC]
		}
	}
	return 0
}

// answerSection writes the answer to a section.
func (s *remoteSection) answerSection(setup string, e *endpointDescription) *sdp.MediaDescription {
	m := &sdp.MediaDescription{
		MediaName: sdp.MediaName{
			Media: s.kind, Port: sdp.RangedPort{Value: 9}, Protos: []string{"UDP", "TLS", "RTP", "SAVPF"}, Formats: s.formats,
		},
		ConnectionInformation: &sdp.ConnectionInformation{
			NetworkType: "IN", AddressType: "IP4", Address: &sdp.Address{Address: "0.0.0.0"},
		},
	}
	m.WithValueAttribute(sdp.AttrKeyMID, s.mid)
	if s.port == 0 || s.codec.name == "" {
		m.MediaName.Port.Value = 0
		return m
	}
	m.WithICECredentials(e.ufrag, e.pwd)
	m.WithValueAttribute("fingerprint", e.fingerprint)
	m.WithValueAttribute(sdp.AttrKeyConnectionSetup, setup)
	m.WithPropertyAttribute(sdp.AttrKeyRTCPMux)
	if s.stream == nil {
		m.WithPropertyAttribute(sdp.AttrKeyInactive)
	} else {
		m.WithPropertyAttribute(sdp.AttrKeyRecvOnly)
	}
	s.writeFormats(m)
	return m
}

// writeFormats writes what is taken of what was offered.
func (s *remoteSection) writeFormats(m *sdp.MediaDescription) {
	pt := strconv.Itoa(int(s.codec.pt))
	m.MediaName.Formats = []string{pt}
	m.WithValueAttribute("rtpmap", pt+" "+s.codec.name)
	if s.codec.fmtp != "" {
		m.WithValueAttribute("fmtp", pt+" "+s.codec.fmtp)
	}
	for _, f := range s.codec.feedback {
		switch f {
		case "nack", "nack pli", "ccm fir", "transport-cc":
			m.WithValueAttribute("rtcp-fb", pt+" "+f)
		}
	}
	if s.rtx != 0 {
		rtx := strconv.Itoa(int(s.rtx))
		m.MediaName.Formats = append(m.MediaName.Formats, rtx)
		m.WithValueAttribute("rtpmap", rtx+" rtx/90000")
		m.WithValueAttribute("fmtp", rtx+" apt="+pt)
	}
	if s.stream == nil {
		return
	}
	for _, uri := range []string{ExtensionAudioLevel, ExtensionTransportCC, ExtensionMID} {
		if id := s.stream.Extensions[uri]; id != 0 {
			m.WithValueAttribute(sdp.AttrKeyExtMap, strconv.Itoa(int(id))+" "+uri)
		}
	}
}
