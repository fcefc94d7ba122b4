package transport

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
)

// accept reads the answer to one offered section. It returns nil when the
// server refused it: by port 0, or by a direction that leaves nothing to do.
func (s *section) accept(m *sdp.MediaDescription, send bool) (*Stream, error) {
	if m.MediaName.Port.Value == 0 || !flows(m, send) {
		return nil, nil
	}
	formats := readFormats(m)
	chosen, f := s.choose(formats)
	if chosen == nil {
		return nil, fmt.Errorf("%w: answered %s", ErrCodec, strings.Join(m.MediaName.Formats, " "))
	}
	stream := &Stream{
		Codec: f.codec, ClockRate: f.codec.ClockRate(),
		PayloadType:    chosen.pt,
		RTXPayloadType: repairOf(chosen.pt, formats),
		MID:            s.mid,
		Extensions:     make(map[string]uint8),
	}
	stream.readFeedback(chosen.feedback)
	for _, a := range m.Attributes {
		if a.Key == sdp.AttrKeyExtMap {
			s.acceptExtension(stream, a.Value)
		}
	}
	if send {
		s.acceptEncodings(stream, m)
	} else {
		stream.SSRCs, stream.RTXSSRCs = announcedSources(m)
	}
	return stream, nil
}

// flows reports whether media flows in the direction of the offer.
func flows(m *sdp.MediaDescription, send bool) bool {
	for _, a := range m.Attributes {
		switch a.Key {
		case sdp.AttrKeyInactive:
			return false
		case sdp.AttrKeySendOnly:
			return !send
		case sdp.AttrKeyRecvOnly:
			return send
		}
	}
	return true // sendrecv is the default (RFC 8866 section 6.7)
}

// answeredFormat is what a section says about one payload type.
type answeredFormat struct {
	pt       uint8
	fmtp     string
	name     string // encoding name and rate, as "VP8/90000"
	apt      string // what it repairs, of RTX
	feedback []string
}

// readFormats collects what a section says about its payload types, in the
// order of its m= line.
func readFormats(m *sdp.MediaDescription) []answeredFormat {
	var formats []answeredFormat
	for _, number := range m.MediaName.Formats {
		pt, err := strconv.ParseUint(number, 10, 7)
		if err != nil {
			continue
		}
		f := answeredFormat{pt: uint8(pt)}
		for _, a := range m.Attributes {
			if of, rest, ok := strings.Cut(a.Value, " "); ok && (of == number || of == "*" && a.Key == "rtcp-fb") {
				f.add(a.Key, strings.TrimSpace(rest))
			}
		}
		formats = append(formats, f)
	}
	return formats
}

func (f *answeredFormat) add(key, value string) {
	switch key {
	case "rtpmap":
		f.name = value
	case "fmtp":
		if apt, ok := strings.CutPrefix(value, "apt="); ok {
			f.apt, _, _ = strings.Cut(apt, ";")
		}
		f.fmtp = value
	case "rtcp-fb":
		f.feedback = append(f.feedback, value)
	}
}

// choose returns the offered codec that the answer names first, which is what
// browsers send. Payload types keep their meaning in an answer (RFC 3264 section
// 6.1).
func (s *section) choose(formats []answeredFormat) (*answeredFormat, *format) {
	for i := range formats {
		for k := range s.formats {
			if s.formats[k].is(&formats[i]) {
				return &formats[i], &s.formats[k]
			}
		}
	}
	return nil, nil
}

// is compares with an answered payload type, which need not have an rtpmap.
func (f *format) is(a *answeredFormat) bool {
	if a.pt != f.pt || a.name == "" {
		return a.pt == f.pt
	}
	encoding, rest, _ := strings.Cut(a.name, "/")
	rate, _, _ := strings.Cut(rest, "/")
	return strings.EqualFold(encoding, f.codec.String()) && rate == strconv.Itoa(int(f.codec.ClockRate()))
}

// repairOf returns the payload type of the RTX stream (RFC 4588 section 8) for
// pt, 0 if there is none.
func repairOf(pt uint8, formats []answeredFormat) uint8 {
	for _, f := range formats {
		encoding, _, _ := strings.Cut(f.name, "/")
		if f.apt == strconv.Itoa(int(pt)) && strings.EqualFold(encoding, "rtx") {
			return f.pt
		}
	}
	return 0
}

func (s *Stream) readFeedback(values []string) {
	for _, v := range values {
		switch v {
		case "nack":
			s.NACK = true
		case "nack pli":
			s.PLI = true
		case "ccm fir":
			s.FIR = true
		case "transport-cc":
			s.TransportCC = true
		}
	}
}

// acceptExtension reads an a=extmap value: "id[/direction] URI". Only what was
// offered counts, under the offer's id (RFC 8285 section 6).
func (s *section) acceptExtension(stream *Stream, value string) {
	id, uri, _ := strings.Cut(value, " ")
	id, _, _ = strings.Cut(id, "/")
	uri, _, _ = strings.Cut(strings.TrimSpace(uri), " ")
	i := slices.IndexFunc(s.extensions, func(x extension) bool { return x.uri == uri })
	if i >= 0 && id == strconv.Itoa(int(s.extensions[i].id)) {
		stream.Extensions[uri] = s.extensions[i].id
	}
}

// acceptEncodings finds which of the offered encodings the server takes: those
// of its a=simulcast (RFC 8853 section 5.1), else a single one without a name.
func (s *section) acceptEncodings(stream *Stream, m *sdp.MediaDescription) {
	value, _ := m.Attribute("simulcast")
	taken := simulcastReceived(value)
	for i, rid := range s.rids {
		if slices.Contains(taken, rid) {
			stream.RIDs = append(stream.RIDs, rid)
			stream.SSRCs = append(stream.SSRCs, s.ssrcs[i])
			stream.RTXSSRCs = append(stream.RTXSSRCs, s.rtx[i])
		}
	}
	if stream.RIDs == nil {
		stream.SSRCs = slices.Clone(s.ssrcs[:1])
		if len(s.rtx) > 0 {
			stream.RTXSSRCs = slices.Clone(s.rtx[:1])
		}
	}
	if stream.RTXPayloadType == 0 {
		stream.RTXSSRCs = nil
	}
}

// simulcastReceived returns the RIDs that the writer of an a=simulcast value
// receives: "recv q;h;f". Of alternatives ("a,b") the first counts; one that
// begins paused ("~q") is taken all the same.
func simulcastReceived(value string) []string {
	fields := strings.Fields(value)
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i] != "recv" {
			continue
		}
		var rids []string
		for alternatives := range strings.SplitSeq(fields[i+1], ";") {
			rid, _, _ := strings.Cut(alternatives, ",")
			rids = append(rids, strings.TrimPrefix(rid, "~"))
		}
		return rids
	}
	return nil
}

// announcedSources returns the SSRCs of a server's media, and those of the
// repair streams that its FID groups name (RFC 5576 section 4.2).
func announcedSources(m *sdp.MediaDescription) (media, repair []uint32) {
	for _, a := range m.Attributes {
		fields := strings.Fields(a.Value)
		if a.Key == sdp.AttrKeySSRCGroup && len(fields) == 3 && fields[0] == "FID" {
			if ssrc, ok := parseSSRC(fields[2]); ok {
				repair = append(repair, ssrc)
			}
		}
	}
	for _, a := range m.Attributes {
		if a.Key != sdp.AttrKeySSRC {
			continue
		}
		number, _, _ := strings.Cut(a.Value, " ")
		ssrc, ok := parseSSRC(number)
		if ok && !slices.Contains(repair, ssrc) && !slices.Contains(media, ssrc) {
			media = append(media, ssrc)
		}
	}
	return media, repair
}

func parseSSRC(s string) (uint32, bool) {
	n, err := strconv.ParseUint(s, 10, 32)
	return uint32(n), err == nil && n != 0
}
