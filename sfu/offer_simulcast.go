package sfu

import (
	"slices"
	"strings"

	"github.com/pion/sdp/v3"

	"github.com/atrium-rtc/atrium/sfu/ingress"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// Simulcast is negotiated here and not by Pion: it would read each new source to
// find out what it is, 25 at a time, and leave the repair streams of encodings
// unread. What Pion gets to see of the offer has one encoding, whose sources are
// not declared; the answer is amended afterwards.

// offeredEncodings returns the RIDs that the client offers to send (RFC 8853
// section 5.1), in the order of the offer: of alternatives the first, paused ones
// too. Fewer than two make no simulcast.
func offeredEncodings(media *sdp.MediaDescription) []string {
	value, ok := media.Attribute("simulcast")
	if !ok {
		return nil
	}
	restricted := sendRIDs(media)
	var rids []string
	for _, alternatives := range strings.Split(sendList(value), ";") {
		rid, _, _ := strings.Cut(alternatives, ",")
		rid = strings.TrimPrefix(rid, "~")
		if restricted[rid] && !slices.Contains(rids, rid) && len(rids) < simulcast.MaxEncodings {
			rids = append(rids, rid)
		}
	}
	if len(rids) < 2 {
		return nil
	}
	return rids
}

// sendList returns the list of a=simulcast that belongs to the direction "send".
func sendList(value string) string {
	fields := strings.Fields(value)
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i] == "send" {
			return fields[i+1]
		}
	}
	return ""
}

// sendRIDs returns the RIDs that a=rid declares for sending (RFC 8851 section 4).
func sendRIDs(media *sdp.MediaDescription) map[string]bool {
	rids := make(map[string]bool)
	for _, a := range media.Attributes {
		fields := strings.Fields(a.Value)
		if a.Key == "rid" && len(fields) >= 2 && fields[1] == "send" {
			rids[fields[0]] = true
		}
	}
	return rids
}

// encodings returns what the client will send in the section.
func (s *section) encodings() []ingress.EncodingConfig {
	if len(s.accepted) == 0 {
		return []ingress.EncodingConfig{{SSRC: s.ssrc, RTXSSRC: s.rtx}}
	}
	list := make([]ingress.EncodingConfig, len(s.accepted))
	for i, rid := range s.accepted {
		list[i].RID = rid // the sources are told by the packets
	}
	return list
}

// acceptSimulcast adds to a section of an answer that all encodings are received
// (RFC 8853 section 5.3.2).
func acceptSimulcast(media *sdp.MediaDescription, rids []string) {
	for _, rid := range rids {
		media.WithValueAttribute("rid", rid+" recv")
	}
	media.WithValueAttribute("simulcast", "recv "+strings.Join(rids, ";"))
}
