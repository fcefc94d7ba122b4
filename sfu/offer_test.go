package sfu

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

func allCodecs() map[codec.Codec]bool {
	m := make(map[codec.Codec]bool)
	for _, c := range codec.All() {
		m[c] = true
	}
	return m
}

func TestOfferOfChromiumIsRead(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("testdata", "sdp", "publish-sendrecv-loopback-data.sdp"))
	if err != nil {
		t.Fatal(err)
	}
	o, err := parseOffer(string(b), allCodecs())
	if err != nil {
		t.Fatal(err)
	}
	video := o.sending("video")
	if video.mid != "1" || video.ssrc != 4097606675 || video.rtx != 1750613689 {
		t.Errorf("mid %q, ssrc %d, rtx %d", video.mid, video.ssrc, video.rtx)
	}
	if id := video.extension["urn:ietf:params:rtp-hdrext:sdes:mid"]; id != 4 {
		t.Errorf("mid extension %d, want 4", id)
	}
	first := video.codecs[0]
	if first.codec != codec.VP8 || first.payloadType != 96 || first.rtx != 97 || !first.has(feedbackTWCC) || !first.has(feedbackNACK) {
		t.Errorf("first codec %+v", first)
	}
	var names []string
	for _, c := range video.codecs {
		names = append(names, c.codec.String())
	}
	want := strings.Fields("VP8 H264 H264 H264 H264 H264 H264 AV1 VP9 VP9")
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("codecs (-want +got):\n%s", diff)
	}
}

func TestSubscriberCodecMatching(t *testing.T) {
	h264 := func(pt uint8, mode, profile string) offeredCodec {
		return offeredCodec{codec: codec.H264, payloadType: pt, fmtp: "packetization-mode=" + mode + ";profile-level-id=" + profile}
	}
	tests := []struct {
		name string
		have []offeredCodec
		want offeredCodec
		pt   uint8 // 0: none
	}{
		{"same codec", []offeredCodec{{codec: codec.VP9, payloadType: 98}, {codec: codec.VP8, payloadType: 120}}, offeredCodec{codec: codec.VP8}, 120},
		{"codec absent", []offeredCodec{{codec: codec.VP9, payloadType: 98}}, offeredCodec{codec: codec.VP8}, 0},
		{"VP9 profile 2 is not profile 0", []offeredCodec{{codec: codec.VP9, payloadType: 98, fmtp: "profile-id=0"}}, offeredCodec{codec: codec.VP9, fmtp: "profile-id=2"}, 0},
		{"VP9 profile 0 is the default", []offeredCodec{{codec: codec.VP9, payloadType: 98}}, offeredCodec{codec: codec.VP9, fmtp: "profile-id=0"}, 98},
		{"AV1 profile", []offeredCodec{{codec: codec.AV1, payloadType: 45, fmtp: "level-idx=5;profile=0;tier=0"}}, offeredCodec{codec: codec.AV1, fmtp: "profile=1"}, 0},
		{"H.264 exact profile first", []offeredCodec{h264(1, "1", "640c1f"), h264(2, "1", "42e01f")}, h264(9, "1", "42e01f"), 2},
		{"H.264 other level", []offeredCodec{h264(1, "1", "640c1f"), h264(2, "1", "42e034")}, h264(9, "1", "42e01f"), 2},
		{"H.264 packetization mode", []offeredCodec{h264(1, "0", "42e01f")}, h264(9, "1", "42e01f"), 0},
		{"H.264 any profile", []offeredCodec{h264(1, "1", "4d001f")}, h264(9, "1", "42e01f"), 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := decodable(tt.have, tt.want)
			if ok != (tt.pt != 0) || got.payloadType != tt.pt {
				t.Errorf("payload type %d (found %v), want %d", got.payloadType, ok, tt.pt)
			}
		})
	}
}

func TestH264PublisherSendsFragmentableMode(t *testing.T) {
	got := published([]offeredCodec{
		{codec: codec.H264, payloadType: 104, fmtp: "packetization-mode=0"},
		{codec: codec.VP8, payloadType: 96},
		{codec: codec.H264, payloadType: 102, fmtp: "packetization-mode=1"},
	})
	if got.payloadType != 102 {
		t.Errorf("payload type %d, want 102", got.payloadType)
	}
}

// FuzzOffer reads arbitrary offers the way both sides do; whatever is accepted
// must come out as SDP again.
func FuzzOffer(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "sdp", "*.sdp"))
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Add("v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\nm=video 0 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := parseOffer(text, allCodecs())
		if err != nil {
			return
		}
		use, err := choosePublished(o)
		if err != nil {
			return
		}
		for _, c := range use {
			if !c.section.sends || c.codec.payloadType > 127 {
				t.Fatalf("chose %+v", c)
			}
		}
		again, err := o.restrict(sectionsOf(use))
		if err != nil {
			t.Fatalf("restricted offer cannot be written: %v", err)
		}
		if _, err := parseOffer(again, allCodecs()); err != nil && len(again) <= offerLimits.octets {
			t.Fatalf("restricted offer cannot be read: %v\n%s", err, again)
		}
	})
}

// FuzzCandidate reads arbitrary candidates.
func FuzzCandidate(f *testing.F) {
	for _, s := range []string{
		"", "candidate:1 1 udp 2113937151 192.0.2.1 50000 typ host generation 0",
		"candidate:1 1 udp 2113937151 0a1b-2c.local 50000 typ host", "a=candidate:2 1 tcp 1518280447 ::1 9 typ host tcptype active",
		"end-of-candidates", "candidate:", "candidate:x y z",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if use, err := (Candidate{Candidate: s}).usable(); use && err != nil {
			t.Fatal("usable and wrong at once")
		}
	})
}

func TestUselessCandidatesAreSkippedWithoutError(t *testing.T) {
	for _, s := range []string{
		"", "candidate:1 1 udp 2113937151 0a1b2c3d-1111-2222-3333-444455556666.local 50000 typ host",
		"candidate:2 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active",
	} {
		if use, err := (Candidate{Candidate: s}).usable(); use || err != nil {
			t.Errorf("%q: use %v, error %v", s, use, err)
		}
	}
	for _, s := range []string{"candidate:1 1 udp 1 192.0.2.1 5000 typ host", "candidate:1 1 udp 1 2001:db8::1 5000 typ host"} {
		if use, err := (Candidate{Candidate: s}).usable(); !use || err != nil {
			t.Errorf("%q: use %v, error %v", s, use, err)
		}
	}
	if _, err := (Candidate{Candidate: "candidate:nonsense"}).usable(); err == nil {
		t.Error("nonsense is no error")
	}
}
