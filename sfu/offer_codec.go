package sfu

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// usualH264 is the variant of H.264 that everybody decodes: constrained baseline, in
// packetization mode 1.
const usualH264 = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"

// offeredCodecs lists the codecs of a section that we forward, in the order of
// the offer, each with its repair stream and feedback.
func offeredCodecs(media *sdp.MediaDescription, allowed map[codec.Codec]bool) []offeredCodec {
	var (
		names    = make(map[string]string) // by payload type: "VP8/90000"
		fmtp     = make(map[string]string)
		feedback = make(map[string][]feedbackType)
	)
	for _, a := range media.Attributes {
		pt, rest, ok := strings.Cut(a.Value, " ")
		if !ok {
			continue
		}
		switch a.Key {
		case "rtpmap":
			names[pt] = rest
		case "fmtp":
			fmtp[pt] = rest
		case "rtcp-fb":
			kind, parameter, _ := strings.Cut(rest, " ")
			if kind == feedbackPause.kind && strings.HasPrefix(parameter, feedbackPause.parameter) {
				parameter = feedbackPause.parameter
			}
			feedback[pt] = append(feedback[pt], feedbackType{kind, parameter})
		}
	}
	repair := make(map[string]string) // media payload type -> rtx payload type
	redundant := make(map[string]string)
	for pt, name := range names {
		switch kind, _, _ := strings.Cut(strings.ToLower(name), "/"); kind {
		case "rtx":
			repair[fmtpValue(fmtp[pt], "apt")] = pt
		case "red":
			// "111/111": the payload type of each block (RFC 2198 section 5)
			primary, _, _ := strings.Cut(fmtp[pt], "/")
			redundant[primary] = pt
		}
	}
	var list []offeredCodec
	for _, pt := range media.MediaName.Formats {
		c, ok := parseRTPMap(names[pt])
		number, err := parsePayloadType(pt)
		if !ok || err != nil || !allowed[c] || c.IsVideo() != (media.MediaName.Media == "video") {
			continue
		}
		oc := offeredCodec{codec: c, payloadType: number, fmtp: fmtp[pt], feedback: feedback[pt]}
		oc.feedback = append(oc.feedback, feedback["*"]...)
		if rtx, err := parsePayloadType(repair[pt]); err == nil {
			oc.rtx = rtx
		}
		if red, err := parsePayloadType(redundant[pt]); err == nil && c == codec.Opus {
			oc.red, oc.redFMTP = red, fmtp[redundant[pt]]
			oc.redFirst = slices.Index(media.MediaName.Formats, redundant[pt]) < slices.Index(media.MediaName.Formats, pt)
		}
		list = append(list, oc)
	}
	return list
}

// parseRTPMap reads "VP8/90000" or "opus/48000/2".
func parseRTPMap(value string) (codec.Codec, bool) {
	name, rest, _ := strings.Cut(value, "/")
	c, ok := codec.Parse(name)
	if !ok {
		return c, false
	}
	clock, _, _ := strings.Cut(rest, "/")
	rate, err := strconv.ParseUint(clock, 10, 32)
	return c, err == nil && uint32(rate) == c.ClockRate()
}

func parsePayloadType(s string) (uint8, error) {
	n, err := strconv.ParseUint(s, 10, 7)
	if err != nil {
		return 0, fmt.Errorf("payload type %q: %w", s, err)
	}
	return uint8(n), nil
}

// fmtpValue returns a parameter of an a=fmtp value.
func fmtpValue(fmtp, key string) string {
	for part := range strings.SplitSeq(fmtp, ";") {
		k, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		if strings.EqualFold(k, key) {
			return v
		}
	}
	return ""
}

// published picks the codec that a publisher is to send: its own first choice
// among those we forward. Of H.264's variants the first with packetization mode
// 1 is taken, which alone allows fragmented NAL units (RFC 6184 section 5.2).
func published(codecs []offeredCodec) offeredCodec {
	first := codecs[0]
	if first.codec != codec.H264 {
		return first
	}
	for _, c := range codecs {
		if c.codec == codec.H264 && packetizationMode(c.fmtp) == "1" {
			return c
		}
	}
	return first
}

// decodable picks the subscriber's payload type for what a publisher sends, the
// closest match first. It returns false when the subscriber cannot decode it.
func decodable(codecs []offeredCodec, want offeredCodec) (offeredCodec, bool) {
	var best offeredCodec
	bestScore := 0
	for _, c := range codecs {
		if score := compatibility(c, want); score > bestScore {
			best, bestScore = c, score
		}
	}
	return best, bestScore > 0
}

// compatibility is 0 when a decoder for have cannot take want, and higher for
// closer matches.
func compatibility(have, want offeredCodec) int {
	if have.codec != want.codec {
		return 0
	}
	switch want.codec {
	case codec.VP9:
		return boolScore(numeric(have.fmtp, "profile-id") == numeric(want.fmtp, "profile-id"))
	case codec.AV1:
		return boolScore(numeric(have.fmtp, "profile") == numeric(want.fmtp, "profile"))
	case codec.H264:
		return h264Compatibility(have.fmtp, want.fmtp)
	default:
		return 1
	}
}

// h264Compatibility wants the same packetization mode. Of the profiles the
// exact one is best, then the same profile at another level, then any: decoders
// in use take baseline, main and high alike, whatever they announce.
func h264Compatibility(have, want string) int {
	if packetizationMode(have) != packetizationMode(want) {
		return 0
	}
	h, w := strings.ToLower(fmtpValue(have, "profile-level-id")), strings.ToLower(fmtpValue(want, "profile-level-id"))
	switch {
	case h == w:
		return 3
	case len(h) == 6 && len(w) == 6 && h[:4] == w[:4]:
		return 2
	default:
		return 1
	}
}

func packetizationMode(fmtp string) string {
	return numeric(fmtp, "packetization-mode")
}

// numeric returns a parameter whose absence means 0, as it does for the
// profiles of VP9 and AV1 and for H.264's packetization mode.
func numeric(fmtp, key string) string {
	if v := fmtpValue(fmtp, key); v != "" {
		return v
	}
	return "0"
}

func boolScore(b bool) int {
	if b {
		return 1
	}
	return 0
}
