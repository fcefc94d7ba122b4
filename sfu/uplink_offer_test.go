package sfu

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pion/sdp/v3"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

func recorded(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "sdp", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func plan(text string, live []*uplinkStream, list ...UplinkStream) (*uplinkPlan, error) {
	o, err := parseOffer(text, allCodecs())
	if err != nil {
		return nil, err
	}
	return planUplink(o, list, live, allCodecs())
}

// began is what an offer's streams are when they have been published.
func began(t *testing.T, text string, list ...UplinkStream) []*uplinkStream {
	t.Helper()
	p, err := plan(text, nil, list...)
	if err != nil {
		t.Fatal(err)
	}
	return p.fresh
}

func TestOffersThatDoNotFitTheirStreamsAreRefused(t *testing.T) {
	offer := recorded(t, "publish-sendonly.sdp")
	both := UplinkStream{ID: "webcam", MIDs: []string{"0", "1"}}
	live := began(t, offer, both)
	change := func(from, to string) string {
		text := strings.ReplaceAll(offer, from, to)
		if text == offer {
			t.Fatalf("%q is not in the offer", from)
		}
		return text
	}
	ufrag := "a=ice-ufrag:" + credentialsOf(offer).Ufrag
	tests := []struct {
		name   string
		offer  string
		live   []*uplinkStream
		list   []UplinkStream
		reason string
		want   error
	}{
		{"a section that is not there", offer, nil, []UplinkStream{{ID: "a", MIDs: []string{"7"}}}, `no section "7"`, ErrBadOffer},
		{"no section", offer, nil, []UplinkStream{{ID: "a"}}, "no sections", ErrBadOffer},
		{"no name", offer, nil, []UplinkStream{{MIDs: []string{"0"}}}, "no name", ErrBadOffer},
		{"one name for two", offer, nil, []UplinkStream{{ID: "a", MIDs: []string{"0"}}, {ID: "a", MIDs: []string{"1"}}}, "twice", ErrBadOffer},
		{"one section for two", offer, nil, []UplinkStream{{ID: "a", MIDs: []string{"0"}}, {ID: "b", MIDs: []string{"0"}}}, "twice", ErrBadOffer},
		{"one section twice", offer, nil, []UplinkStream{{ID: "a", MIDs: []string{"0", "0"}}}, "twice", ErrBadOffer},
		{"nothing that is sent", change("a=sendonly", "a=recvonly"), nil, []UplinkStream{both}, "nothing is sent", ErrNoMedia},
		{"a stopped section", change("m=video 9", "m=video 0"), nil, []UplinkStream{both}, "nothing is sent", ErrNoMedia},
		{"no codec that is known", change(" VP8/", " VP7/"), nil, []UplinkStream{both}, "", nil},
		{"other sections than before", offer, live, []UplinkStream{{ID: "webcam", MIDs: []string{"0"}}}, "end it first", ErrBadOffer},
		{"a section that was stopped", change("m=video 9", "m=video 0"), live, []UplinkStream{both}, "is gone", ErrBadOffer},
		{"a codec that is gone", change(" opus/48000/2", " PCMU/8000"), live, []UplinkStream{both}, "no longer has opus", ErrBadOffer},
		{"no credentials", change(ufrag, "a=x:y"), nil, []UplinkStream{both}, "credentials", ErrBadOffer},
		{"no certificate", change("a=fingerprint:", "a=x:"), nil, []UplinkStream{both}, "fingerprint", ErrBadOffer},
		{"one name for two sections", change("a=mid:1", "a=mid:0"), nil, []UplinkStream{both}, "identification", ErrBadOffer},
		{"a section without a name", change("a=mid:1", "a=x:1"), nil, []UplinkStream{both}, "identification", ErrBadOffer},
		{"all stopped", strings.Replace(change("a=group:BUNDLE 0 1\r\n", ""), " 9 UDP", " 0 UDP", 2), live, nil, "not bundled", ErrBadOffer},
		{"an empty bundle", change("a=group:BUNDLE 0 1", "a=group:BUNDLE "), nil, []UplinkStream{both}, "bundle", ErrBadOffer},
		{"another meaning of an extension", change("urn:ietf:params:rtp-hdrext:ssrc-audio-level", "urn:3gpp:video-orientation"), live, []UplinkStream{both}, "means something else", ErrBadOffer},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := plan(tt.offer, tt.live, tt.list...)
			if !errors.Is(err, tt.want) || tt.want != nil && !strings.Contains(strings.ToLower(err.Error()), tt.reason) {
				t.Errorf("%v, want %v because of %q", err, tt.want, tt.reason)
			}
		})
	}
}

func TestTheAnswerToAnUplinksOfferHasOneCodecAndEveryEncoding(t *testing.T) {
	for _, tt := range []struct {
		name   string
		mids   []string
		want   []string
		absent []string
	}{
		{"publish-simulcast-chromium.sdp", nil, []string{"a=simulcast:recv ", "a=recvonly", "hdrext:sdes:rtp-stream-id", "hdrext:sdes:mid", "nack pli"}, []string{"a=inactive", "VP9/"}},
		{"publish-simulcast-firefox.sdp", nil, []string{"a=simulcast:recv ", "a=recvonly"}, []string{"a=inactive"}},
		{"publish-red-chromium.sdp", nil, []string{"red/48000/2", "opus/48000/2"}, nil},
		{"publish-svc-av1-chromium.sdp", nil, []string{"AV1/90000", dependencyURI}, []string{"VP8/"}},
		{"publish-sendonly.sdp", []string{"0"}, []string{"a=recvonly", "a=inactive"}, []string{" nack pli"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := recorded(t, tt.name)
			o, err := parseOffer(text, allCodecs())
			if err != nil {
				t.Fatal(err)
			}
			mids := tt.mids
			if mids == nil {
				for _, s := range o.sections {
					mids = append(mids, s.mid)
				}
			}
			p, err := plan(text, nil, UplinkStream{ID: "webcam", MIDs: mids})
			if err != nil {
				t.Fatal(err)
			}
			answer, err := p.describe(localTransport{}, "passive", sdp.Origin{Username: "-", NetworkType: "IN", AddressType: "IP4", UnicastAddress: "0.0.0.0"})
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range tt.want {
				if !strings.Contains(answer, want) {
					t.Errorf("%q is not in the answer:\n%s", want, answer)
				}
			}
			for _, absent := range tt.absent {
				if strings.Contains(answer, absent) {
					t.Errorf("%q is in the answer:\n%s", absent, answer)
				}
			}
		})
	}
}

// A section that the client has stopped stays closed, and what comes in its place later has
// another name.
func TestAStoppedSectionIsUsedAgainUnderAnotherName(t *testing.T) {
	offer := recorded(t, "publish-sendonly.sdp")
	sound := UplinkStream{ID: "webcam", MIDs: []string{"0"}}
	stopped := strings.Replace(strings.Replace(offer, "m=video 9", "m=video 0", 1), "a=group:BUNDLE 0 1", "a=group:BUNDLE 0", 1)
	p, err := plan(stopped, began(t, offer, sound), sound)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := p.describe(localTransport{}, "passive", sdp.Origin{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(answer, "m=video 0 ") || !strings.Contains(answer, "a=group:BUNDLE 0\r\n") {
		t.Errorf("the stopped section is not refused:\n%s", answer)
	}
	again := strings.ReplaceAll(strings.Replace(offer, "a=mid:1", "a=mid:5", 1), "a=group:BUNDLE 0 1", "a=group:BUNDLE 0 5")
	p, err = plan(again, began(t, offer, sound), sound, UplinkStream{ID: "screen", MIDs: []string{"5"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.fresh) != 1 || p.fresh[0].use[0].section.mid != "5" || len(p.ended) != 0 {
		t.Errorf("%+v, want the screen alone to begin", p)
	}
}

// What may not be published any more goes on, but does not begin.
func TestACodecThatIsForbiddenMeanwhileGoesOn(t *testing.T) {
	offer := recorded(t, "publish-sendonly.sdp")
	both := UplinkStream{ID: "webcam", MIDs: []string{"0", "1"}}
	live := began(t, offer, both)
	o, err := parseOffer(offer, allCodecs())
	if err != nil {
		t.Fatal(err)
	}
	without := map[codec.Codec]bool{codec.Opus: true}
	if _, err := planUplink(o, []UplinkStream{both}, live, without); err != nil {
		t.Errorf("what is published: %v", err)
	}
	if _, err := planUplink(o, []UplinkStream{both}, nil, without); !errors.Is(err, ErrNoMedia) {
		t.Errorf("what would begin: %v, want ErrNoMedia", err)
	}
}

// FuzzUplink plans arbitrary offers, with all their sections and again as what goes on;
// whatever is accepted is answered with as many sections, in SDP.
func FuzzUplink(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "sdp", "*.sdp"))
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, name := range files {
		f.Add(recorded(f, filepath.Base(name)), "0", "1")
	}
	f.Fuzz(func(t *testing.T, text, one, other string) {
		list := []UplinkStream{{ID: "a", MIDs: []string{one}}, {ID: "b", MIDs: []string{other}}}
		p, err := plan(text, nil, list...)
		if err != nil {
			return
		}
		if _, err := plan(text, p.fresh, list...); err != nil {
			t.Fatalf("what was accepted does not go on: %v", err)
		}
		answer, err := p.describe(localTransport{}, "passive", sdp.Origin{Username: "-", NetworkType: "IN", AddressType: "IP4", UnicastAddress: "0.0.0.0"})
		if err != nil {
			t.Fatal(err)
		}
		var d sdp.SessionDescription
		if err := d.UnmarshalString(answer); err != nil || len(d.MediaDescriptions) != len(p.offer.sections) {
			t.Fatalf("answer of %d sections to %d: %v\n%s", len(d.MediaDescriptions), len(p.offer.sections), err, answer)
		}
	})
}
