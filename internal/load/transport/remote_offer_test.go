package transport

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/sdp/v3"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// serverOffer is one as Atrium makes it: sound and picture of ann, a section that
// nobody is in any more, and one that was refused.
const serverOffer = `v=0
o=- 1 3 IN IP4 0.0.0.0
s=-
t=0 0
a=group:BUNDLE 0 1 2
a=extmap-allow-mixed
a=ice-options:trickle
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=fingerprint:sha-256 ` + digits + `
a=setup:actpass
m=audio 9 UDP/TLS/RTP/SAVPF 111 63
c=IN IP4 0.0.0.0
a=mid:0
a=rtcp-mux
a=sendonly
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;useinbandfec=1
a=rtcp-fb:111 transport-cc
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=extmap:1 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:9 urn:example:unknown
a=ssrc:1111 cname:ann
a=candidate:1 1 udp 2130706431 127.0.0.1 5000 typ host
a=end-of-candidates
m=video 9 UDP/TLS/RTP/SAVPF 96 97
c=IN IP4 0.0.0.0
a=mid:1
a=rtcp-mux
a=sendonly
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 goog-remb
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtcp-fb:96 transport-cc
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=extmap:1 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=ssrc-group:FID 2222 3333
a=ssrc:2222 cname:ann
a=ssrc:3333 cname:ann
m=video 9 UDP/TLS/RTP/SAVPF 98 99
c=IN IP4 0.0.0.0
a=mid:2
a=rtcp-mux
a=inactive
a=rtpmap:98 VP9/90000
a=fmtp:98 profile-id=0
a=rtpmap:99 rtx/90000
a=fmtp:99 apt=98
m=video 0 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=mid:3
a=inactive
a=rtpmap:96 VP8/90000
`

const digits = "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"

func TestMediaOfAServersOffer(t *testing.T) {
	o, err := ParseOffer(serverOffer)
	if err != nil {
		t.Fatal(err)
	}
	cc := map[string]uint8{ExtensionTransportCC: 1}
	want := &Media{
		Audio: &Stream{
			Codec: codec.Opus, ClockRate: 48000, PayloadType: 111, MID: "0", SSRCs: []uint32{1111}, Extensions: cc, TransportCC: true,
		},
		Video: &Stream{
			Codec: codec.VP8, ClockRate: 90000, PayloadType: 96, RTXPayloadType: 97, MID: "1", SSRCs: []uint32{2222},
			RTXSSRCs: []uint32{3333}, Extensions: cc, NACK: true, PLI: true, TransportCC: true,
		},
	}
	if diff := cmp.Diff(want, o.Media([]string{"0", "1"})); diff != "" {
		t.Errorf("ann's media (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(&Media{}, o.Media([]string{"2", "3", "9"})); diff != "" {
		t.Errorf("sections without media (-want +got):\n%s", diff)
	}
	if id := o.TransportExtension(); id != 1 {
		t.Errorf("transport-wide numbers have the extension %d, want 1", id)
	}
}

// The answer has every section in its place, takes what is known, and refuses
// what was refused.
func TestAnswerToAServersOffer(t *testing.T) {
	identity, err := NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Options{Identity: identity, Audio: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	o, err := ParseOffer(serverOffer)
	if err != nil {
		t.Fatal(err)
	}
	text, err := c.Answer(o)
	if err != nil {
		t.Fatal(err)
	}
	var d sdp.SessionDescription
	if err := d.UnmarshalString(text); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range d.MediaDescriptions {
		setup, _ := m.Attribute("setup")
		way := "-"
		for _, key := range []string{"recvonly", "inactive", "sendrecv", "sendonly"} {
			if _, ok := m.Attribute(key); ok {
				way = key
			}
		}
		got = append(got, fmt.Sprint(m.MediaName.Media, " ", m.MediaName.Port.Value, m.MediaName.Formats, way, setup))
	}
	want := []string{"audio 9 [111]recvonlyactive", "video 9 [96 97]recvonlyactive", "video 9 [98 99]inactiveactive", "video 0 [96]-"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !strings.Contains(text, "a=group:BUNDLE 0 1 2\r\n") || strings.Count(text, "a=end-of-candidates") != 1 {
		t.Errorf("bundle or candidates are wrong:\n%s", text)
	}

	restarted, err := ParseOffer(strings.Replace(serverOffer, "ice-ufrag:abcd", "ice-ufrag:wxyz", 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Answer(restarted); !errors.Is(err, ErrOtherConnection) {
		t.Errorf("other ICE credentials: %v", err)
	}
}

func TestUnusableOffers(t *testing.T) {
	without := func(part string) string { return strings.ReplaceAll(serverOffer, part, "") }
	for name, text := range map[string]string{
		"empty":            "",
		"no sections":      serverOffer[:strings.Index(serverOffer, "m=")],
		"too long":         strings.Repeat("a", maxOfferSize+1),
		"too many":         serverOffer + strings.Repeat("m=audio 9 UDP/TLS/RTP/SAVPF 111\na=mid:x\n", maxOfferSections),
		"no mid":           without("a=mid:1\n"),
		"one mid twice":    strings.Replace(serverOffer, "a=mid:1\n", "a=mid:0\n", 1),
		"no credentials":   without("a=ice-pwd:abcdefghijklmnopqrstuvwx\n"),
		"no fingerprint":   without("a=fingerprint:sha-256 " + digits + "\n"),
		"a strange setup":  strings.Replace(serverOffer, "setup:actpass", "setup:holdconn", 1),
		"nothing in use":   strings.NewReplacer("m=audio 9", "m=audio 0", "m=video 9", "m=video 0").Replace(serverOffer),
		"no fingerprint 2": strings.Replace(serverOffer, digits, "00", 1),
	} {
		if _, err := ParseOffer(text); !errors.Is(err, ErrBadOffer) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a server offers is the word of a stranger: whatever it is, there is an
// error or an answer that can be read.
func FuzzParseOffer(f *testing.F) {
	f.Add(serverOffer)
	f.Add(strings.ReplaceAll(serverOffer, "\n", "\r\n"))
	f.Add(strings.Replace(serverOffer, "setup:actpass", "setup:active", 1))
	f.Add(strings.Replace(serverOffer, "opus/48000/2", "PCMU/8000", 1))
	f.Add(strings.Replace(serverOffer, "FID 2222 3333", "FID 2222 3333 4444", 1))
	f.Add(strings.Replace(serverOffer, "extmap:1 ", "extmap:300 ", 1))
	f.Fuzz(func(t *testing.T, text string) {
		o, err := ParseOffer(text)
		if err != nil {
			if !errors.Is(err, ErrBadOffer) {
				t.Errorf("error %v is no ErrBadOffer", err)
			}
			return
		}
		var mids []string
		for _, s := range o.sections {
			mids = append(mids, s.mid)
		}
		for _, s := range []*Stream{o.Media(mids).Audio, o.Media(mids).Video} {
			if s != nil && s.ClockRate == 0 {
				t.Errorf("a stream without a clock: %+v", s)
			}
		}
		answer, err := o.marshalAnswer(&endpointDescription{ufrag: "u", pwd: "p", fingerprint: "sha-256 " + digits}, 1)
		if err != nil {
			t.Fatal(err)
		}
		var d sdp.SessionDescription
		if err := d.UnmarshalString(answer); err != nil {
			t.Fatalf("%v:\n%s", err, answer)
		}
		if len(d.MediaDescriptions) != len(o.sections) {
			t.Errorf("%d sections answer %d", len(d.MediaDescriptions), len(o.sections))
		}
	})
}
