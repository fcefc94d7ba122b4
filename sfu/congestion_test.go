package sfu_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/sfu"
)

// A subscriber reports when packets arrive in one of two ways: the transport-wide
// one if it offers it, or that of RFC 8888.
func TestOneKindOfCongestionFeedbackIsAnswered(t *testing.T) {
	const perTrack = "a=rtcp-fb:* ack ccfb\r\n"
	offered := fixture(t, "subscribe-recvonly.sdp")
	both := strings.ReplaceAll(offered, "a=rtcp-mux\r\n", "a=rtcp-mux\r\n"+perTrack)
	only := regexp.MustCompile(`a=rtcp-fb:\d+ transport-cc\r\n`).ReplaceAllString(both, "")
	for name, c := range map[string]struct{ offer, has, lacks string }{
		"transport-wide": {offered, " transport-cc", " ccfb"},
		"both":           {both, " transport-cc", " ccfb"},
		"RFC 8888":       {only, " ack ccfb", " transport-cc"},
	} {
		t.Run(name, func(t *testing.T) {
			simulate(t, 1, func(t *testing.T, s *stage) {
				p := s.answered(fixture(t, "publish-sendonly.sdp"), false)
				sub, err := s.engine.Subscribe(t.Context(), p, sfu.SubscribeRequest{Offer: c.offer, Observer: &silent{}})
				if err != nil {
					t.Fatal(err)
				}
				if answer := sub.Answer(); !strings.Contains(answer, c.has) || strings.Contains(answer, c.lacks) {
					t.Errorf("the answer should have %q and not %q:\n%s", c.has, c.lacks, answer)
				}
			})
		})
	}
}

func TestCongestionModesAreTheWordsOfTheConfiguration(t *testing.T) {
	for _, mode := range []sfu.Congestion{sfu.CongestionOn, sfu.CongestionUnpaced, sfu.CongestionOff} {
		if got, err := sfu.ParseCongestion(mode.String()); err != nil || got != mode {
			t.Errorf("%v is read as %v, %v", mode, got, err)
		}
	}
	if _, err := sfu.ParseCongestion("maybe"); err == nil {
		t.Error("an unknown word is accepted")
	}
}
