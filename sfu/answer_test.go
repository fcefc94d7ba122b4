package sfu_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/sdp/v3"

	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// fixture reads an offer recorded from a real client: Chromium 156 under
// kurento-utils.
func fixture(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "sdp", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// outline is what a client acts on in one section of an answer.
type outline struct {
	Kind, MID, Direction string
	Formats              []string
	Refused              bool
	Stream               string // of a=msid
}

func outlineOf(t *testing.T, answer string) []outline {
	t.Helper()
	var d sdp.SessionDescription
	if err := d.UnmarshalString(answer); err != nil {
		t.Fatalf("answer is not SDP: %v\n%s", err, answer)
	}
	var list []outline
	for _, m := range d.MediaDescriptions {
		o := outline{Kind: m.MediaName.Media, Formats: m.MediaName.Formats, Refused: m.MediaName.Port.Value == 0}
		o.MID, _ = m.Attribute("mid")
		for _, dir := range []string{"sendrecv", "sendonly", "recvonly", "inactive"} {
			if _, ok := m.Attribute(dir); ok {
				o.Direction = dir
			}
		}
		if msid, ok := m.Attribute("msid"); ok {
			o.Stream, _, _ = strings.Cut(msid, " ")
		}
		list = append(list, o)
	}
	return list
}

// answered publishes an offer that must be answered, without a client behind it.
func (s *stage) answered(offer string, loopback bool) *sfu.Publication {
	s.t.Helper()
	p, err := s.engine.Publish(s.t.Context(), sfu.PublishRequest{Offer: offer, Loopback: loopback, Observer: &silent{}})
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// answeredTo subscribes to p with Chromium's offer.
func (s *stage) answeredTo(p *sfu.Publication) *sfu.Subscription {
	s.t.Helper()
	sub, err := s.engine.Subscribe(s.t.Context(), p, sfu.SubscribeRequest{
		Offer: fixture(s.t, "subscribe-recvonly.sdp"), Observer: &silent{},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return sub
}

func TestPublishedOfferIsAnsweredWithOneCodecOfEachKind(t *testing.T) {
	simulate(t, 1, func(t *testing.T, s *stage) {
		p := s.answered(fixture(t, "publish-sendonly.sdp"), false)
		want := []outline{
			{Kind: "audio", MID: "0", Direction: "recvonly", Formats: []string{"111", "63"}},
			{Kind: "video", MID: "1", Direction: "recvonly", Formats: []string{"96", "97"}},
		}
		if diff := cmp.Diff(want, outlineOf(t, p.Answer())); diff != "" {
			t.Errorf("answer (-want +got):\n%s\n%s", diff, p.Answer())
		}
		for _, line := range []string{
			"a=group:BUNDLE 0 1", "a=rtcp-mux", "a=setup:passive", "a=fingerprint:sha-256 ",
			"a=rtcp-fb:96 nack\r", "a=rtcp-fb:96 nack pli", "a=rtcp-fb:96 transport-cc",
			"a=candidate:", "a=end-of-candidates", "transport-wide-cc-extensions-01", "sdes:mid",
		} {
			if !strings.Contains(p.Answer(), line) {
				t.Errorf("the answer has no %q:\n%s", line, p.Answer())
			}
		}
	})
}

func TestLoopbackOfferIsAnsweredSendrecvInOneStream(t *testing.T) {
	simulate(t, 1, func(t *testing.T, s *stage) {
		p := s.answered(fixture(t, "publish-sendrecv-loopback-data.sdp"), true)
		got := outlineOf(t, p.Answer())
		if len(got) != 3 {
			t.Fatalf("%d sections, want 3:\n%s", len(got), p.Answer())
		}
		for _, o := range got[:2] {
			if o.Direction != "sendrecv" || o.Stream == "" || o.Stream != got[0].Stream {
				t.Errorf("section %+v, want sendrecv in stream %q", o, got[0].Stream)
			}
		}
		if got[2].Kind != "application" || got[2].Refused {
			t.Errorf("data section %+v, want it accepted", got[2])
		}
	})
}

func TestLoopbackOfferWithoutLoopbackIsAnsweredRecvonly(t *testing.T) {
	simulate(t, 1, func(t *testing.T, s *stage) {
		p := s.answered(fixture(t, "publish-sendrecv-loopback-data.sdp"), false)
		for _, o := range outlineOf(t, p.Answer())[:2] {
			if o.Direction != "recvonly" || o.Stream != "" {
				t.Errorf("section %+v, want recvonly without a stream", o)
			}
		}
	})
}

func TestSubscriptionIsAnsweredWithThePublishersCodecsInOneStream(t *testing.T) {
	simulate(t, 1, func(t *testing.T, s *stage) {
		p := s.answered(fixture(t, "publish-sendonly.sdp"), false)
		sub := s.answeredTo(p)
		got := outlineOf(t, sub.Answer())
		want := []outline{
			{Kind: "audio", MID: "0", Direction: "sendonly", Formats: []string{"111", "63"}, Stream: got[0].Stream},
			{Kind: "video", MID: "1", Direction: "sendonly", Formats: []string{"96", "97"}, Stream: got[0].Stream},
		}
		if diff := cmp.Diff(want, got); diff != "" || got[0].Stream == "" {
			t.Errorf("answer (-want +got):\n%s\n%s", diff, sub.Answer())
		}
		if n := strings.Count(sub.Answer(), "a=rtcp-xr:rcvr-rtt=all\r\n"); n != 2 {
			t.Errorf("the round trip is agreed to in %d sections, want 2:\n%s", n, sub.Answer())
		}
		if !strings.Contains(sub.Answer(), "a=ssrc-group:FID ") {
			t.Errorf("no repair stream in the answer:\n%s", sub.Answer())
		}
	})
}

// without returns an offer with one kind of section left out.
func without(t *testing.T, offer, kind string) string {
	t.Helper()
	var d sdp.SessionDescription
	if err := d.UnmarshalString(offer); err != nil {
		t.Fatal(err)
	}
	var kept []*sdp.MediaDescription
	var mids []string
	for _, m := range d.MediaDescriptions {
		if m.MediaName.Media != kind {
			kept = append(kept, m)
			mid, _ := m.Attribute("mid")
			mids = append(mids, mid)
		}
	}
	d.MediaDescriptions = kept
	for i, a := range d.Attributes {
		if a.Key == "group" {
			d.Attributes[i].Value = "BUNDLE " + strings.Join(mids, " ")
		}
	}
	b, err := d.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestKindThatIsNotPublishedIsAnsweredInactiveButNotRefused(t *testing.T) {
	for _, missing := range []string{"audio", "video"} {
		t.Run(missing, func(t *testing.T) {
			simulate(t, 1, func(t *testing.T, s *stage) {
				p := s.answered(without(t, fixture(t, "publish-sendonly.sdp"), missing), false)
				sub := s.answeredTo(p)
				for _, o := range outlineOf(t, sub.Answer()) {
					want := "sendonly"
					if o.Kind == missing {
						want = "inactive"
					}
					if o.Direction != want || o.Refused {
						t.Errorf("section %+v, want %s and not refused", o, want)
					}
				}
				if !strings.Contains(sub.Answer(), "a=group:BUNDLE 0 1") {
					t.Errorf("bundle is broken:\n%s", sub.Answer())
				}
			})
		})
	}
}

func TestUnusableOffersAreRefused(t *testing.T) {
	offer := fixture(t, "publish-sendonly.sdp")
	tests := []struct {
		name, offer string
		want        error
	}{
		{"no sections", fixture(t, "subscribe-broken-no-mlines.sdp"), sfu.ErrNoMedia},
		{"receiving only", fixture(t, "subscribe-recvonly.sdp"), sfu.ErrNoMedia},
		{"data only", without(t, without(t, fixture(t, "publish-sendrecv-loopback-data.sdp"), "audio"), "video"), sfu.ErrNoMedia},
		{"no codec of ours", strings.NewReplacer("opus/48000/2", "speex/16000", "VP8/", "X8/", "VP9/", "X9/", "H264/", "X4/", "AV1/", "X1/").Replace(offer), sfu.ErrNoMedia},
		{"not SDP", "hello", sfu.ErrBadOffer},
		{"empty", "", sfu.ErrNoMedia},
		{"too large", offer + strings.Repeat("a=x\r\n", 20000), sfu.ErrBadOffer},
		{"too many sections", offer + strings.Repeat("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", 20), sfu.ErrBadOffer},
		{"not bundled", strings.Replace(offer, "a=group:BUNDLE 0 1\r\n", "", 1), sfu.ErrBadOffer},
		{"no MID", strings.Replace(offer, "a=mid:1\r\n", "", 1), sfu.ErrBadOffer},
		{"no ICE", strings.ReplaceAll(offer, "a=ice-ufrag", "a=x-ufrag"), sfu.ErrBadOffer},
		{"no fingerprint", strings.ReplaceAll(offer, "a=fingerprint", "a=x-fingerprint"), sfu.ErrBadOffer},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			simulate(t, 1, func(t *testing.T, s *stage) {
				p, err := s.engine.Publish(t.Context(), sfu.PublishRequest{Offer: tt.offer, Observer: &silent{}})
				if !errors.Is(err, tt.want) {
					t.Errorf("got %v, want %v", err, tt.want)
				}
				if p != nil {
					t.Error("a publication came with the error")
				}
			})
		})
	}
}

func TestOfferWithOldStyleMIDsIsAnswered(t *testing.T) {
	offer := fixture(t, "publish-sendonly.sdp")
	named := strings.NewReplacer("BUNDLE 0 1", "BUNDLE audio video", "a=mid:0", "a=mid:audio", "a=mid:1", "a=mid:video").Replace(offer)
	if named == offer {
		t.Fatal("the fixture has changed its form")
	}
	simulate(t, 1, func(t *testing.T, s *stage) {
		p := s.answered(named, false)
		want := []outline{
			{Kind: "audio", MID: "audio", Direction: "recvonly", Formats: []string{"111", "63"}},
			{Kind: "video", MID: "video", Direction: "recvonly", Formats: []string{"96", "97"}},
		}
		if diff := cmp.Diff(want, outlineOf(t, p.Answer())); diff != "" {
			t.Errorf("answer (-want +got):\n%s", diff)
		}
	})
}

func TestPublisherChoosesItsCodecByTheOrderOfTheOffer(t *testing.T) {
	offer := fixture(t, "publish-sendonly.sdp")
	for _, tt := range []struct{ first, name string }{{"98", "VP9"}, {"45", "AV1"}, {"102", "H264"}} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(offer, "SAVPF 96 ", "SAVPF "+tt.first+" 96 ", 1)
			simulate(t, 1, func(t *testing.T, s *stage) {
				p := s.answered(text, false)
				if got := p.Tracks()[1].Codec().String(); got != tt.name {
					t.Errorf("publishes %s, want %s\n%s", got, tt.name, p.Answer())
				}
				sub := s.answeredTo(p)
				if !strings.Contains(sub.Answer(), " "+tt.name+"/90000") {
					t.Errorf("the subscription is not answered with %s:\n%s", tt.name, sub.Answer())
				}
			})
		})
	}
}

func TestSimulcastIsAnsweredWithTheOfferedRIDs(t *testing.T) {
	offer := strings.Replace(fixture(t, "publish-sendonly.sdp"), "a=mid:1\r\n",
		"a=mid:1\r\na=rid:h send\r\na=rid:l send\r\na=rid:b recv\r\na=simulcast:send h;~l,m;x;h recv b\r\n", 1)
	simulate(t, 1, func(t *testing.T, s *stage) {
		p := s.answered(offer, false)
		for _, line := range []string{
			"a=rid:h recv\r\n", "a=rid:l recv\r\n", "a=simulcast:recv h;l\r\n",
			"sdes:rtp-stream-id", "sdes:repaired-rtp-stream-id",
		} {
			if !strings.Contains(p.Answer(), line) {
				t.Errorf("the answer has no %q:\n%s", line, p.Answer())
			}
		}
		if n := strings.Count(p.Answer(), "a=rid:"); n != 2 {
			t.Errorf("%d encodings are answered, want the two that are declared for sending", n)
		}
		if got := p.Tracks()[1].Encodings(); got != 2 {
			t.Errorf("the track has %d encodings, want 2", got)
		}
	})
}

func TestOneEncodingIsNoSimulcast(t *testing.T) {
	offer := strings.Replace(fixture(t, "publish-sendonly.sdp"), "a=mid:1\r\n",
		"a=mid:1\r\na=rid:h send\r\na=simulcast:send h\r\n", 1)
	simulate(t, 1, func(t *testing.T, s *stage) {
		p := s.answered(offer, false)
		if strings.Contains(p.Answer(), "a=rid:") || strings.Contains(p.Answer(), "a=simulcast:") {
			t.Errorf("simulcast is answered:\n%s", p.Answer())
		}
	})
}

func TestCodecsThatMayBePublishedChangeForThoseWhoCome(t *testing.T) {
	simulate(t, 1, func(t *testing.T, s *stage) {
		before := s.answered(fixture(t, "publish-sendonly.sdp"), false)
		s.engine.SetVideoCodecs([]codec.Codec{codec.AV1})
		after := s.answered(fixture(t, "publish-sendonly.sdp"), false)
		if got := outlineOf(t, after.Answer())[1].Formats; !slices.Equal(got, []string{"45", "46"}) {
			t.Errorf("video is answered with formats %v, want those of AV1", got)
		}
		sub := s.answeredTo(before)
		if got := outlineOf(t, sub.Answer())[1].Formats; !slices.Equal(got, []string{"96", "97"}) {
			t.Errorf("who subscribes to what was published before gets formats %v, want those of VP8", got)
		}
	})
}
