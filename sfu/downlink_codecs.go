package sfu

import (
	"slices"
	"strings"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// payloadTypes gives each variant of a codec its payload type on one connection: in a
// bundle it means the same in all sections (RFC 9143 section 9.1), for as long as the
// connection lives (RFC 3264 section 8.3.2).
type payloadTypes struct {
	known map[codec.Codec]bool
	given []offeredCodec
	spare []uint8 // of the dynamic ones (RFC 3551 section 6, and those that browsers add to them), the next last
}

func newPayloadTypes(known map[codec.Codec]bool) payloadTypes {
	p := payloadTypes{known: known, given: offerable(known, Audio|Video)}
	for i := range p.given {
		p.given[i].feedback = deliveryFeedback(p.given[i].codec)
	}
	for n := uint8(127); n >= 35; n-- {
		if n > 63 && n < 96 { // RTCP's (RFC 5761 section 4)
			continue
		}
		if !slices.ContainsFunc(p.given, func(c offeredCodec) bool { return n == c.payloadType || n == c.rtx || n == c.red }) {
			p.spare = append(p.spare, n)
		}
	}
	slices.Reverse(p.spare)
	return p
}

// deliveryFeedback is what a client is asked to report of a codec.
func deliveryFeedback(c codec.Codec) []feedbackType {
	if !c.IsVideo() {
		return []feedbackType{feedbackTWCC}
	}
	return []feedbackType{feedbackREMB, feedbackTWCC, feedbackFIR, feedbackNACK, feedbackPLI}
}

// of returns the variants that a track is offered in, the best first; none for a codec
// that cannot be forwarded. H.264 is offered in the publisher's profile, and in the one
// that everybody has: decoders take more than they announce (see h264Compatibility).
func (p *payloadTypes) of(published offeredCodec) (list []offeredCodec) {
	if !p.known[published.codec] {
		return nil
	}
	variants := []string{variantOf(published)}
	if published.codec == codec.H264 {
		usual := h264Variant(packetizationMode(published.fmtp), "42e01f")
		if usual != variants[0] {
			variants = append(variants, usual)
		}
	}
	for _, fmtp := range variants {
		if c, ok := p.variant(published.codec, fmtp); ok {
			list = append(list, c)
		}
	}
	return list
}

// variant returns one with its payload type, a new one if need be; false when there are no
// more.
func (p *payloadTypes) variant(which codec.Codec, fmtp string) (offeredCodec, bool) {
	i := slices.IndexFunc(p.given, func(c offeredCodec) bool {
		return c.codec == which && (c.fmtp == fmtp || !which.IsVideo())
	})
	if i >= 0 {
		return p.given[i], true
	}
	if len(p.spare) < 2 {
		return offeredCodec{}, false
	}
	c := offeredCodec{codec: which, fmtp: fmtp, payloadType: p.spare[0], rtx: p.spare[1], feedback: deliveryFeedback(which)}
	p.spare, p.given = p.spare[2:], append(p.given, c)
	return c, true
}

// variantOf returns the a=fmtp that tells variants of a codec apart, in one form.
func variantOf(c offeredCodec) string {
	switch c.codec {
	case codec.VP9:
		return "profile-id=" + digit(numeric(c.fmtp, "profile-id"))
	case codec.AV1:
		if profile := digit(numeric(c.fmtp, "profile")); profile != "0" {
			return "profile=" + profile
		}
	case codec.H264:
		return h264Variant(packetizationMode(c.fmtp), fmtpValue(c.fmtp, "profile-level-id"))
	}
	return ""
}

// digit returns one decimal digit, "0" for what is none: it goes into a description.
func digit(s string) string {
	if len(s) == 1 && s[0] >= '0' && s[0] <= '9' {
		return s
	}
	return "0"
}

// h264Variant returns the a=fmtp of a variant of H.264 (RFC 6184 section 8.1).
func h264Variant(mode, profile string) string {
	profile = strings.ToLower(profile)
	if len(profile) != 6 || strings.Trim(profile, "0123456789abcdef") != "" {
		profile = "42e01f"
	}
	if mode != "1" {
		mode = "0"
	}
	return "level-asymmetry-allowed=1;packetization-mode=" + mode + ";profile-level-id=" + profile
}
