package sfu_test

import (
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/testnet"
	"github.com/atrium-rtc/atrium/sfu"
)

// wantOutcomes checks how connections came up, and that each was counted once.
func wantOutcomes(t *testing.T, st sfu.Stats, ice sfu.ICEOutcomes, dtls sfu.DTLSOutcomes) {
	t.Helper()
	h := st.Handshakes
	if h.ICE != ice || h.DTLS != dtls {
		t.Errorf("ICE %+v, DTLS %+v; want %+v, %+v", h.ICE, h.DTLS, ice, dtls)
	}
	if n := h.ICE.Connected + h.ICE.Failed + h.ICE.Closed; n != st.Connections {
		t.Errorf("%d outcomes of %d connections: %+v", n, st.Connections, h.ICE)
	}
	if h.ICESeconds.Count != h.ICE.Connected || h.DTLSSeconds.Count != h.DTLS.Connected {
		t.Errorf("%d and %d durations of %d and %d connections", h.ICESeconds.Count, h.DTLSSeconds.Count, h.ICE.Connected, h.DTLS.Connected)
	}
	if n := connectionsOf(h.Pairs, ""); n != h.ICE.Connected {
		t.Errorf("%d pairs of %d connections", n, h.ICE.Connected)
	}
}

// connectionsOf counts the connections over a transport, or over all.
func connectionsOf(pairs []sfu.PairStats, transport string) (n uint64) {
	for _, p := range pairs {
		if transport == "" || p.Transport+" "+p.Family == transport {
			n += p.Connections
		}
	}
	return n
}

func TestConnectionsThatComeUpAreTimed(t *testing.T) {
	simulate(t, 71, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		sub := s.subscribe("10.0.2.1", p.publication)
		synctest.Wait()
		st := s.engine.Stats()
		wantOutcomes(t, st, sfu.ICEOutcomes{Connected: 2}, sfu.DTLSOutcomes{Connected: 2})
		if n := connectionsOf(st.Handshakes.Pairs, "udp ipv4"); n != 2 {
			t.Errorf("%d connections over UDP and IPv4, want 2", n)
		}
		p.publication.Close()
		<-p.publication.Done()
		<-sub.subscription.Done()
		wantOutcomes(t, s.engine.Stats(), sfu.ICEOutcomes{Connected: 2}, sfu.DTLSOutcomes{Connected: 2})
	})
}

func TestEachConnectionHasOneOutcome(t *testing.T) {
	simulate(t, 72, func(t *testing.T, s *stage) {
		publish := func(offer string) *sfu.Publication {
			p, err := s.engine.Publish(t.Context(), sfu.PublishRequest{Offer: offer, Observer: &silent{}})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		never := publish(fixture(t, "publish-sendonly.sdp"))
		closed := publish(fixture(t, "publish-sendonly.sdp"))
		closed.Close()
		<-closed.Done()
		synctest.Wait()
		<-never.Done()
		wantOutcomes(t, s.engine.Stats(), sfu.ICEOutcomes{Failed: 1, Closed: 1}, sfu.DTLSOutcomes{})

		// The client refuses the certificate.
		pc := s.client("10.0.1.1", webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}, PayloadType: 96,
		})
		if _, err := pc.AddTransceiverFromTrack(vp8Track(s)); err != nil {
			t.Fatal(err)
		}
		keyless := publish(s.offerOf(pc))
		other := func(octet string) string { // the first of the fingerprint is any, 00 as well
			if octet == "sha-256 00:" {
				return "sha-256 FF:"
			}
			return "sha-256 00:"
		}
		s.accept(pc, regexp.MustCompile(`sha-256 [0-9A-F]{2}:`).ReplaceAllStringFunc(keyless.Answer(), other))
		<-keyless.Done()
		wantOutcomes(t, s.engine.Stats(), sfu.ICEOutcomes{Connected: 1, Failed: 1, Closed: 1}, sfu.DTLSOutcomes{Failed: 1})
	})
}

func TestLostConnectionsWereConnected(t *testing.T) {
	simulate(t, 73, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		sub := s.subscribe("10.0.2.1", p.publication)
		p.send(time.Second)
		dead := testnet.Link{Loss: 1}
		s.net.Host("10.0.2.1").SetUplink(dead)
		s.net.Host("10.0.2.1").SetDownlink(dead)
		<-sub.subscription.Done()
		wantOutcomes(t, s.engine.Stats(), sfu.ICEOutcomes{Connected: 2, Disconnected: 1}, sfu.DTLSOutcomes{Connected: 2})
	})
}
