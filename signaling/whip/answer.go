package whip

import "strings"

// The lines of an answer that WHIP and WHEP have their own mind about.
const (
	bothWaysLine = "a=sendrecv"
	muxLine      = "a=rtcp-mux"
	muxOnlyLine  = "a=rtcp-mux-only"
)

// finish makes of the media server's answer what the two protocols want of one. Sound and
// picture go one way, also when the offer is for both (RFC 9725 section 4.2,
// draft-ietf-wish-whep-03 section 4.2.5). Sections that are offered with rtcp-mux-only are
// answered with it (RFC 9725 section 4.4.1, RFC 9143 section 7.3; RFC 8858 section 4 would
// have it left out, so it is nowhere else).
func finish(answer, offer string, k kind) string {
	oneWay := "a=recvonly"
	if k == whep {
		oneWay = "a=sendonly"
	}
	only := muxOnly(offer)
	var out strings.Builder
	section, media := -1, false
	for line := range strings.Lines(answer) {
		text := strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(text, "m=") {
			section++
			media = hasAny(text, "m=audio ", "m=video ")
		}
		switch {
		case media && text == bothWaysLine:
			text = oneWay
		case text == muxOnlyLine:
			continue
		}
		out.WriteString(text + "\r\n")
		if text == muxLine && section >= 0 && section < len(only) && only[section] {
			out.WriteString(muxOnlyLine + "\r\n")
		}
	}
	return out.String()
}

// muxOnly says of each section of an offer whether it has rtcp-mux-only.
func muxOnly(offer string) (has []bool) {
	for line := range strings.Lines(offer) {
		switch line = strings.TrimRight(line, "\r\n"); {
		case strings.HasPrefix(line, "m="):
			has = append(has, false)
		case line == muxOnlyLine && len(has) > 0:
			has[len(has)-1] = true
		}
	}
	return has
}
