package sfu_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/pion/dtls/v3"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu"
)

// A Pion client decrypts what comes, whoever sealed it, over UDP and TCP, with
// each of the profiles that browsers have.
func TestEverySealerIsUnderstood(t *testing.T) {
	for _, profile := range []struct {
		name string
		use  []dtls.SRTPProtectionProfile
	}{
		{"GCM", []dtls.SRTPProtectionProfile{dtls.SRTP_AEAD_AES_128_GCM}},
		{"CM", []dtls.SRTPProtectionProfile{dtls.SRTP_AES128_CM_HMAC_SHA1_80}},
	} {
		for _, network := range []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeTCP4} {
			for _, sealing := range []sfu.Sealing{sfu.SealAuto, sfu.SealShard, sfu.SealPion} {
				t.Run(profile.name+" "+network.String()+" "+sealing.String(), func(t *testing.T) {
					s := newSiteOf(t, sfu.ListenConfig{}, sfu.Config{Sealing: sealing})
					s.profiles = profile.use
					s.client = func() *webrtc.PeerConnection { return s.newClient(network) }
					s.call()
					want := sfu.Stats{SealedByShard: 1}
					if sealing == sfu.SealPion {
						want = sfu.Stats{SealedByPion: 1}
					}
					if got := s.engine.Stats(); got.SealedByShard != want.SealedByShard || got.SealedByPion != want.SealedByPion {
						t.Errorf("%d connections sealed by the shard and %d by Pion", got.SealedByShard, got.SealedByPion)
					}
				})
			}
		}
	}
}

// A client that insists on being the DTLS server leaves us without the keys.
func TestWithoutKeysPionSeals(t *testing.T) {
	for _, sealing := range []sfu.Sealing{sfu.SealAuto, sfu.SealShard} {
		t.Run(sealing.String(), func(t *testing.T) {
			s := newSiteOf(t, sfu.ListenConfig{}, sfu.Config{Sealing: sealing})
			_, track, publication, _ := s.publish()
			pc, arrived := s.listener()
			observer := &silent{}
			offer := strings.ReplaceAll(s.offer(pc), "a=setup:actpass", "a=setup:passive")
			subscription, err := s.engine.Subscribe(s.ctx, publication, sfu.SubscribeRequest{Offer: offer, Observer: observer})
			if err != nil {
				t.Fatal(err)
			}
			if sealing == sfu.SealShard { // it ends as soon as it stands: the client may not notice that it did
				answer := webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: s.route(subscription.Answer())}
				if err := pc.SetRemoteDescription(answer); err != nil {
					t.Fatal(err)
				}
				s.await(subscription.Done(), "the end of a connection without keys")
				if f := observer.failures(); len(f) != 1 || !strings.Contains(f[0], "keys") {
					t.Errorf("reported %q, want the missing keys", f)
				}
				return
			}
			s.connect(pc, subscription.Answer())
			s.sendUntil(track, arrived)
			if got := s.engine.Stats(); got.SealedByShard != 0 || got.SealedByPion != 1 {
				t.Errorf("%d connections sealed by the shard and %d by Pion", got.SealedByShard, got.SealedByPion)
			}
		})
	}
}

func TestSealingIsReadAsItIsWritten(t *testing.T) {
	for _, s := range []sfu.Sealing{sfu.SealAuto, sfu.SealShard, sfu.SealPion} {
		if got, err := sfu.ParseSealing(s.String()); got != s || err != nil {
			t.Errorf("%v is read as %v, %v", s, got, err)
		}
	}
	if _, err := sfu.ParseSealing("tape"); err == nil || errors.Is(err, sfu.ErrClosed) {
		t.Errorf("tape: %v", err)
	}
}
