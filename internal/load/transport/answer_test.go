package transport

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

const sum = "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F"

// answered is a plain answer to a sender of sound and VP8 or H.264.
const answered = `v=0
o=- 1 1 IN IP4 0.0.0.0
s=-
t=0 0
a=group:BUNDLE 0 1
a=ice-lite
a=fingerprint:sha-256 ` + sum + `
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=setup:active
a=mid:0
a=ice-ufrag:uf
a=ice-pwd:pw
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=extmap:1/recvonly urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=recvonly
a=candidate:1 1 udp 1 192.0.2.1 5000 typ host
m=video 9 UDP/TLS/RTP/SAVPF 102 103 96
c=IN IP4 0.0.0.0
a=setup:active
a=mid:1
a=ice-ufrag:uf
a=ice-pwd:pw
a=rtcp-mux
a=rtpmap:102 H264/90000
a=rtcp-fb:102 nack
a=rtcp-fb:* nack pli
a=rtcp-fb:96 ccm fir
a=fmtp:102 packetization-mode=1
a=rtpmap:103 rtx/90000
a=fmtp:103 apt=102
a=rtpmap:96 VP8/90000
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=extmap:9 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:7 urn:unknown
a=recvonly
`

func sending(rids ...string) *proposal {
	return newProposal(&Options{Send: true, Audio: true, Video: []codec.Codec{codec.VP8, codec.H264}, RIDs: rids})
}

func TestAnswerIsReadAgainstTheOffer(t *testing.T) {
	p := sending()
	a, err := p.parseAnswer(answered)
	if err != nil {
		t.Fatal(err)
	}
	want := Media{
		Audio: &Stream{
			Codec: codec.Opus, ClockRate: 48000, PayloadType: 111, MID: "0", SSRCs: p.sections[0].ssrcs,
			Extensions: map[string]uint8{ExtensionMID: 4, ExtensionAudioLevel: 1},
		},
		Video: &Stream{
			Codec: codec.H264, ClockRate: 90000, PayloadType: 102, RTXPayloadType: 103, MID: "1",
			SSRCs: p.sections[1].ssrcs, RTXSSRCs: p.sections[1].rtx,
			Extensions: map[string]uint8{ExtensionMID: 4}, NACK: true, PLI: true,
		},
	}
	if diff := cmp.Diff(want, a.media); diff != "" {
		t.Error(diff)
	}
	if !a.lite || !a.active || a.ufrag != "uf" || a.pwd != "pw" || len(a.fingerprints) != 1 || len(a.candidates) != 1 {
		t.Errorf("%+v", a)
	}
}

func TestWhatIsWrongWithAnAnswerIsSaid(t *testing.T) {
	cut := func(from, to string) func(string) string {
		return func(s string) string { return strings.ReplaceAll(s, from, to) }
	}
	for name, c := range map[string]struct {
		change func(string) string
		is     error
		says   string
	}{
		"no SDP":              {func(string) string { return "hello" }, ErrBadAnswer, ""},
		"empty":               {func(string) string { return "" }, ErrBadAnswer, ""},
		"large":               {func(s string) string { return s + strings.Repeat("a=x\n", maxAnswerSize) }, ErrBadAnswer, "octets"},
		"many sections":       {func(s string) string { return s + strings.Repeat("m=audio 0 RTP 0\n", maxAnswerSections) }, ErrBadAnswer, "sections"},
		"all refused":         {cut(" 9 UDP", " 0 UDP"), ErrRefused, ""},
		"all inactive":        {cut("a=recvonly", "a=inactive"), ErrRefused, ""},
		"wrong direction":     {cut("a=recvonly", "a=sendonly"), ErrRefused, ""},
		"codec never offered": {cut("SAVPF 102 103 96", "SAVPF 120"), ErrCodec, "video"},
		"repair alone":        {cut("SAVPF 102 103 96", "SAVPF 103"), ErrCodec, "103"},
		"payload type reused": {func(s string) string { return cut("a=rtpmap:96 VP8", "a=rtpmap:96 VP9")(cut("102 103 96", "96")(s)) }, ErrCodec, "96"},
		"no fingerprint":      {cut("a=fingerprint", "a=finger"), ErrBadAnswer, "no fingerprint"},
		"old fingerprint":     {cut("sha-256", "sha-1"), ErrBadAnswer, "sha-1"},
		"short fingerprint":   {cut(":1E:1F", ""), ErrBadAnswer, "fingerprint"},
		"no password":         {cut("a=ice-pwd:pw", "a=x"), ErrBadAnswer, "credentials"},
		"no username":         {cut("a=ice-ufrag:uf", "a=x"), ErrBadAnswer, "credentials"},
		"hold":                {cut("a=setup:active", "a=setup:holdconn"), ErrBadAnswer, "holdconn"},
		"unbundled":           {cut("a=mid:1\na=ice-ufrag:uf", "a=mid:1\na=ice-ufrag:other"), ErrBadAnswer, "bundled"},
		"mids confused":       {cut("a=mid:1", "a=mid:7"), ErrBadAnswer, `"7"`},
		"kinds confused":      {cut("m=audio", "m=application"), ErrBadAnswer, "application"},
		"a section missing":   {func(s string) string { return s[:strings.Index(s, "m=video")] }, ErrBadAnswer, "video"},
	} {
		_, err := sending().parseAnswer(c.change(answered))
		if !errors.Is(err, c.is) || !errors.Is(err, ErrBadAnswer) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %v with %q", name, err, c.is, c.says)
		}
	}
}

func TestOneRefusedSectionLeavesTheOther(t *testing.T) {
	for name, change := range map[string][2]string{
		"by its port":      {"m=audio 9", "m=audio 0"},
		"by its direction": {"audio-level\na=recvonly", "audio-level\na=inactive"},
	} {
		a, err := sending().parseAnswer(strings.Replace(answered, change[0], change[1], 1))
		if err != nil || a.media.Audio != nil || a.media.Video == nil || a.ufrag != "uf" {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
}

func TestSetupDecidesTheRole(t *testing.T) {
	for setup, active := range map[string]bool{"active": true, "passive": false, "actpass": false, "ACTIVE": true} {
		a, err := sending().parseAnswer(strings.ReplaceAll(answered, "setup:active", "setup:"+setup))
		if err != nil || a.active != active {
			t.Errorf("%s: active %v, %v", setup, a.active, err)
		}
	}
}

func TestAcceptedEncodingsKeepTheirOrderAndSources(t *testing.T) {
	for value, want := range map[string]string{
		"recv q;h;f":      "q h f",
		"recv f;~q":       "q f",
		"recv h,q":        "h",
		"send x recv q;h": "q h",
		"recv unknown":    "",
		"recv":            "",
		"send q;h;f":      "",
		"recv q;;h":       "q h",
	} {
		p := sending("q", "h", "f")
		text := strings.Replace(answered, "a=mid:1\n", "a=mid:1\na=simulcast:"+value+"\n", 1)
		a, err := p.parseAnswer(text)
		if err != nil {
			t.Fatal(err)
		}
		v := a.media.Video
		if got := strings.Join(v.RIDs, " "); got != want || len(v.SSRCs) != max(1, len(v.RIDs)) || len(v.RTXSSRCs) != len(v.SSRCs) {
			t.Errorf("%q: encodings %q, sources %v, want %q", value, got, v.SSRCs, want)
		}
		for i, rid := range v.RIDs {
			if at := map[string]int{"q": 0, "h": 1, "f": 2}[rid]; v.SSRCs[i] != p.sections[1].ssrcs[at] {
				t.Errorf("%q: encoding %s has another's source", value, rid)
			}
		}
	}
}

func TestAReceiverLearnsTheServersSources(t *testing.T) {
	p := newProposal(&Options{Audio: true, Video: []codec.Codec{codec.VP8, codec.H264}})
	text := strings.ReplaceAll(answered, "a=recvonly", "a=sendonly") +
		"a=ssrc-group:FID 10 20\na=ssrc:10 cname:x\na=ssrc:10 msid:a b\na=ssrc:20 cname:x\na=ssrc:none\na=ssrc:0 x\n"
	a, err := p.parseAnswer(text)
	if err != nil {
		t.Fatal(err)
	}
	type sources struct{ Media, Repair []uint32 }
	got := sources{a.media.Video.SSRCs, a.media.Video.RTXSSRCs}
	if diff := cmp.Diff(sources{[]uint32{10}, []uint32{20}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestCandidatesOfNoUseAreIgnored(t *testing.T) {
	for _, s := range []string{
		"", "a=end-of-candidates", "end-of-candidates",
		"candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype passive",
		"candidate:1 2 udp 1 192.0.2.1 5000 typ host",
		"candidate:1 1 udp 1 0a1b2c3d-1111-2222-3333-444455556666.local 5000 typ host",
	} {
		if c, err := parseCandidate(s); c != nil || err != nil {
			t.Errorf("%q: %v, %v", s, c, err)
		}
	}
	for _, s := range []string{
		"candidate:1 1 udp 1 192.0.2.1 5000 typ host", "a=candidate:1 1 UDP 1 2001:db8::1 5000 typ host generation 0",
		"candidate:1 1 udp 1 192.0.2.1 5000 typ srflx raddr 10.0.0.1 rport 5000\r\n",
	} {
		if c, err := parseCandidate(s); c == nil || err != nil {
			t.Errorf("%q: %v, %v", s, c, err)
		}
	}
	for _, s := range []string{"nonsense", "candidate:1 1 udp x 192.0.2.1 5000 typ host", "candidate:1 1 udp 1 example.org 5000 typ host"} {
		if _, err := parseCandidate(s); !errors.Is(err, ErrBadCandidate) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// FuzzAnswer reads arbitrary answers. What is accepted can be used without
// further checks.
func FuzzAnswer(f *testing.F) {
	f.Add(answered)
	f.Add(strings.Replace(answered, "a=mid:1\n", "a=mid:1\na=simulcast:recv q;~h,f\n", 1))
	f.Add(strings.ReplaceAll(answered, "a=recvonly", "a=sendonly") + "a=ssrc-group:FID 1 2\na=ssrc:1 cname:x\n")
	f.Add(strings.Replace(answered, "m=audio 9", "m=audio 0", 1))
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range []*proposal{
			sending(), sending("q", "h", "f"),
			newProposal(&Options{Audio: true, Video: []codec.Codec{codec.VP8, codec.H264}}),
		} {
			a, err := p.parseAnswer(text)
			if err != nil {
				if !errors.Is(err, ErrBadAnswer) {
					t.Fatalf("%v does not wrap ErrBadAnswer", err)
				}
				continue
			}
			if a.ufrag == "" || a.pwd == "" || len(a.fingerprints) == 0 {
				t.Fatalf("accepted without transport: %+v", a)
			}
			for _, s := range []*Stream{a.media.Audio, a.media.Video} {
				if s != nil && (s.Codec == codec.Unknown || s.PayloadType > 127 || p.send && len(s.SSRCs) != max(1, len(s.RIDs))) {
					t.Fatalf("accepted %+v", s)
				}
			}
			for _, c := range a.candidates {
				_, _ = parseCandidate(c)
			}
		}
	})
}

// FuzzCandidate reads arbitrary candidates, which come by signalling too.
func FuzzCandidate(f *testing.F) {
	f.Add("candidate:1 1 udp 2113937151 192.0.2.1 50000 typ host generation 0")
	f.Add("a=candidate:2 1 tcp 1518280447 ::1 9 typ host tcptype active")
	f.Add("candidate:x y z")
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := parseCandidate(s); err != nil && (c != nil || !errors.Is(err, ErrBadCandidate)) {
			t.Fatalf("%v, %v", c, err)
		}
	})
}
