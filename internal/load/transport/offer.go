package transport

import (
	"crypto/rand"
	"encoding/binary"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// proposal is the media of an offer. It does not change once made; the answer
// is read against it.
type proposal struct {
	send     bool
	sections []section
	cname    string // of the sources (RFC 7022)
	stream   string // id of the MediaStream, for a=msid (RFC 8830)
}

// section is one offered media section.
type section struct {
	kind       string // "audio" or "video"
	mid        string
	formats    []format
	extensions []extension
	rids       []string // lowest first; nil for one encoding
	ssrcs, rtx []uint32 // of a sender, one for each encoding
}

// endpointDescription is what an offer says about how to reach its maker.
type endpointDescription struct {
	ufrag, pwd  string
	fingerprint string
	address     netip.AddrPort // of the default candidate
	candidates  []string       // values of a=candidate
}

func newProposal(o *Options) *proposal {
	p := &proposal{send: o.Send, cname: rand.Text()[:16], stream: rand.Text()}
	if o.Audio {
		p.sections = append(p.sections, section{
			kind: "audio", mid: "0", formats: []format{formatOf(codec.Opus)}, extensions: audioExtensions(),
		})
	}
	if len(o.Video) > 0 {
		s := section{
			kind: "video", mid: strconv.Itoa(len(p.sections)),
			extensions: videoExtensions(len(o.RIDs) > 0), rids: slices.Clone(o.RIDs),
		}
		for _, c := range o.Video {
			s.formats = append(s.formats, formatOf(c))
		}
		p.sections = append(p.sections, s)
	}
	if o.Send {
		p.chooseSources()
	}
	return p
}

func (p *proposal) chooseSources() {
	taken := map[uint32]bool{0: true}
	pick := func() uint32 {
		for {
			var b [4]byte
			_, _ = rand.Read(b[:]) // never fails
			if ssrc := binary.BigEndian.Uint32(b[:]); !taken[ssrc] {
				taken[ssrc] = true
				return ssrc
			}
		}
	}
	for i := range p.sections {
		s := &p.sections[i]
		for range max(1, len(s.rids)) {
			s.ssrcs = append(s.ssrcs, pick())
			if s.kind == "video" {
				s.rtx = append(s.rtx, pick())
			}
		}
	}
}

// marshal writes the offer.
func (p *proposal) marshal(e *endpointDescription, session uint64) (string, error) {
	d := &sdp.SessionDescription{
		Origin: sdp.Origin{
			Username: "-", SessionID: session, SessionVersion: 2,
			NetworkType: "IN", AddressType: "IP4", UnicastAddress: "127.0.0.1",
		},
		SessionName:      "-",
		TimeDescriptions: []sdp.TimeDescription{{}},
	}
	var mids []string
	for _, s := range p.sections {
		mids = append(mids, s.mid)
	}
	d.WithValueAttribute(sdp.AttrKeyGroup, "BUNDLE "+strings.Join(mids, " "))
	d.WithPropertyAttribute(sdp.AttrKeyExtMapAllowMixed)
	d.WithValueAttribute(sdp.AttrKeyMsidSemantic, strings.TrimSpace("WMS "+p.streamIfSending()))
	for i := range p.sections {
		d.WithMedia(p.describe(&p.sections[i], e))
	}
	b, err := d.Marshal()
	return string(b), err
}

func (p *proposal) streamIfSending() string {
	if p.send {
		return p.stream
	}
	return ""
}

// describe writes one media section, its attributes in a browser's order.
func (p *proposal) describe(s *section, e *endpointDescription) *sdp.MediaDescription {
	family := "IP6"
	if e.address.Addr().Is4() {
		family = "IP4"
	}
	m := &sdp.MediaDescription{
		MediaName: sdp.MediaName{
			Media: s.kind, Port: sdp.RangedPort{Value: int(e.address.Port())},
			Protos: []string{"UDP", "TLS", "RTP", "SAVPF"},
		},
		ConnectionInformation: &sdp.ConnectionInformation{
			NetworkType: "IN", AddressType: family, Address: &sdp.Address{Address: e.address.Addr().String()},
		},
	}
	m.WithValueAttribute("rtcp", "9 IN IP4 0.0.0.0")
	for _, c := range e.candidates {
		m.WithValueAttribute(sdp.AttrKeyCandidate, c)
	}
	m.WithPropertyAttribute(sdp.AttrKeyEndOfCandidates)
	m.WithICECredentials(e.ufrag, e.pwd)
	m.WithValueAttribute("ice-options", "trickle")
	m.WithValueAttribute("fingerprint", e.fingerprint)
	m.WithValueAttribute(sdp.AttrKeyConnectionSetup, "actpass")
	m.WithValueAttribute(sdp.AttrKeyMID, s.mid)
	for _, x := range s.extensions {
		m.WithValueAttribute(sdp.AttrKeyExtMap, strconv.Itoa(int(x.id))+" "+x.uri)
	}
	if p.send {
		m.WithPropertyAttribute(sdp.AttrKeySendOnly)
		m.WithValueAttribute(sdp.AttrKeyMsid, p.msid(s))
	} else {
		m.WithPropertyAttribute(sdp.AttrKeyRecvOnly)
	}
	m.WithPropertyAttribute(sdp.AttrKeyRTCPMux)
	m.WithPropertyAttribute(sdp.AttrKeyRTCPRsize)
	if !p.send {
		m.WithValueAttribute("rtcp-xr", "rcvr-rtt=all") // RFC 3611 section 5.1
	}
	for _, f := range s.formats {
		f.describe(m)
	}
	p.describeSources(s, m)
	return m
}

func (p *proposal) msid(s *section) string { return p.stream + " " + s.kind + "-" + p.stream[:8] }

func (f *format) describe(m *sdp.MediaDescription) {
	pt, clock := strconv.Itoa(int(f.pt)), "/"+strconv.Itoa(int(f.codec.ClockRate()))
	m.MediaName.Formats = append(m.MediaName.Formats, pt)
	m.WithValueAttribute("rtpmap", pt+" "+f.codec.String()+clock+f.channels)
	for _, fb := range f.feedback {
		m.WithValueAttribute("rtcp-fb", pt+" "+fb)
	}
	if f.fmtp != "" {
		m.WithValueAttribute("fmtp", pt+" "+f.fmtp)
	}
	if f.rtx != 0 {
		rtx := strconv.Itoa(int(f.rtx))
		m.MediaName.Formats = append(m.MediaName.Formats, rtx)
		m.WithValueAttribute("rtpmap", rtx+" rtx"+clock)
		m.WithValueAttribute("fmtp", rtx+" apt="+pt)
	}
}

// describeSources names the encodings of a sender: one by its SSRCs, several by
// their RIDs alone, as Chromium does.
func (p *proposal) describeSources(s *section, m *sdp.MediaDescription) {
	if len(s.rids) > 0 {
		for _, rid := range s.rids {
			m.WithValueAttribute("rid", rid+" send")
		}
		m.WithValueAttribute("simulcast", "send "+strings.Join(s.rids, ";"))
		return
	}
	if !p.send {
		return
	}
	sources := s.ssrcs[:1:1]
	if len(s.rtx) > 0 {
		sources = append(sources, s.rtx[0])
		m.WithValueAttribute(sdp.AttrKeySSRCGroup, "FID "+decimal(sources[0])+" "+decimal(sources[1]))
	}
	for _, ssrc := range sources {
		m.WithValueAttribute(sdp.AttrKeySSRC, decimal(ssrc)+" cname:"+p.cname)
		m.WithValueAttribute(sdp.AttrKeySSRC, decimal(ssrc)+" msid:"+p.msid(s))
	}
}

func decimal(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
