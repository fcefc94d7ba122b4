package transport

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/pion/sdp/v3"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// written returns the lines of an offer.
func written(t *testing.T, o Options) []string {
	t.Helper()
	text, err := newProposal(&o).marshal(&endpointDescription{
		ufrag: "u", pwd: "p", fingerprint: "sha-256 00", address: netip.MustParseAddrPort("192.0.2.7:5000"),
		candidates: []string{"1 1 udp 1 192.0.2.7 5000 typ host"},
	}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := new(sdp.SessionDescription).UnmarshalString(text); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(text), "\r\n")
}

func expectLines(t *testing.T, lines []string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !slices.Contains(lines, w) {
			t.Errorf("the offer lacks %q:\n%s", w, strings.Join(lines, "\n"))
		}
	}
}

func expectNone(t *testing.T, lines []string, prefixes ...string) {
	t.Helper()
	for _, l := range lines {
		for _, p := range prefixes {
			if strings.HasPrefix(l, p) {
				t.Errorf("the offer has %q", l)
			}
		}
	}
}

func TestReceiversOfferLooksLikeABrowsers(t *testing.T) {
	lines := written(t, Options{Audio: true, Video: []codec.Codec{codec.H264, codec.VP8}})
	expectLines(t, lines,
		"a=group:BUNDLE 0 1", "a=extmap-allow-mixed",
		"m=audio 5000 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 192.0.2.7",
		"a=candidate:1 1 udp 1 192.0.2.7 5000 typ host", "a=end-of-candidates",
		"a=ice-ufrag:u", "a=ice-pwd:p", "a=ice-options:trickle", "a=fingerprint:sha-256 00", "a=setup:actpass",
		"a=mid:0", "a=mid:1", "a=recvonly", "a=rtcp-mux", "a=rtcp-rsize", "a=rtcp-xr:rcvr-rtt=all",
		"a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;useinbandfec=1",
		"m=video 5000 UDP/TLS/RTP/SAVPF 102 103 96 97",
		"a=rtpmap:102 H264/90000", "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
		"a=rtpmap:103 rtx/90000", "a=fmtp:103 apt=102",
		"a=rtcp-fb:96 transport-cc", "a=rtcp-fb:96 ccm fir", "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli",
		"a=extmap:1 "+ExtensionAudioLevel, "a=extmap:3 "+ExtensionTransportCC, "a=extmap:4 "+ExtensionMID,
	)
	expectNone(t, lines, "a=sendonly", "a=ssrc", "a=msid:", "a=rid", "a=simulcast", "a=extmap:10 ", "a=extmap:11 ")
}

func TestSendersOfferNamesItsSources(t *testing.T) {
	lines := written(t, Options{Send: true, Audio: true, Video: []codec.Codec{codec.VP9, codec.AV1}})
	expectLines(t, lines, "a=sendonly", "m=video 5000 UDP/TLS/RTP/SAVPF 98 99 45 46", "a=fmtp:98 profile-id=0")
	expectNone(t, lines, "a=recvonly", "a=rid", "a=simulcast", "a=rtcp-xr")
	var groups, sources int
	for _, l := range lines {
		if strings.HasPrefix(l, "a=ssrc-group:FID ") {
			groups++
		}
		if strings.HasPrefix(l, "a=ssrc:") && strings.Contains(l, " cname:") {
			sources++
		}
	}
	if groups != 1 || sources != 3 {
		t.Errorf("%d groups and %d sources, want 1 and 3:\n%s", groups, sources, strings.Join(lines, "\n"))
	}
}

func TestSimulcastOfferNamesItsEncodings(t *testing.T) {
	lines := written(t, Options{Send: true, Video: []codec.Codec{codec.VP8}, RIDs: []string{"q", "h", "f"}})
	expectLines(t, lines, "a=rid:q send", "a=rid:h send", "a=rid:f send", "a=simulcast:send q;h;f",
		"a=extmap:10 "+ExtensionRID, "a=extmap:11 "+ExtensionRepairedRID)
	expectNone(t, lines, "a=ssrc")
}

func TestEveryEncodingHasSourcesOfItsOwn(t *testing.T) {
	p := newProposal(&Options{Send: true, Audio: true, Video: []codec.Codec{codec.VP8}, RIDs: []string{"q", "h", "f"}})
	var all []uint32
	for _, s := range p.sections {
		all = append(append(all, s.ssrcs...), s.rtx...)
	}
	slices.Sort(all)
	if len(all) != 7 || len(slices.Compact(all)) != 7 || all[0] == 0 {
		t.Errorf("sources %v, want 7 different ones", all)
	}
}
