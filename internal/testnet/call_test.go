package testnet_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"

	"github.com/atrium-rtc/atrium/internal/testnet"
)

// peer makes a PeerConnection on a host, without interceptors: what is counted
// must be what the network did.
func peer(t *testing.T, h *testnet.Host) *webrtc.PeerConnection {
	t.Helper()
	var settings webrtc.SettingEngine
	settings.SetNet(h.Net())
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	engine := &webrtc.MediaEngine{}
	if err := engine.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	api := webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(engine),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	return pc
}

func gathered(t *testing.T, pc *webrtc.PeerConnection, d webrtc.SessionDescription) webrtc.SessionDescription {
	t.Helper()
	complete := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(d); err != nil {
		t.Fatal(err)
	}
	<-complete
	return *pc.LocalDescription()
}

func negotiate(t *testing.T, a, b *webrtc.PeerConnection) {
	t.Helper()
	offer, err := a.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SetRemoteDescription(gathered(t, a, offer)); err != nil {
		t.Fatal(err)
	}
	answer, err := b.CreateAnswer(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.SetRemoteDescription(gathered(t, b, answer)); err != nil {
		t.Fatal(err)
	}
}

type tally struct {
	Received, Lost int64
	Took           time.Duration
}

// call sends a minute of audio over a path that loses 5 % and counts.
func call(t *testing.T, seed uint64) (got tally) {
	synctest.Test(t, func(t *testing.T) {
		n := testnet.New(t, testnet.Options{Seed: seed})
		from, to := n.Host(alice), n.Host(bob)
		from.SetUplink(testnet.Link{Delay: 20 * time.Millisecond})
		to.SetUplink(testnet.Link{Delay: 20 * time.Millisecond})
		a, b := peer(t, from), peer(t, to)
		track, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "a", "s")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.AddTrack(track); err != nil {
			t.Fatal(err)
		}
		var received atomic.Int64
		b.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
			for buf := make([]byte, 1500); ; received.Add(1) {
				if _, _, err := remote.Read(buf); err != nil {
					return
				}
			}
		})
		connected := make(chan struct{})
		a.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
			if s == webrtc.PeerConnectionStateConnected {
				close(connected)
			}
		})
		start := time.Now()
		negotiate(t, a, b)
		<-connected
		from.SetUplink(testnet.Link{Delay: 20 * time.Millisecond, Loss: 0.05})
		for range 60 * 50 {
			if err := track.WriteSample(media.Sample{Data: make([]byte, 100), Duration: 20 * time.Millisecond}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(time.Second)
		got = tally{received.Load(), 3000 - received.Load(), time.Since(start).Round(time.Second)}
		_ = a.GracefulClose()
		_ = b.GracefulClose()
		time.Sleep(10 * time.Second)
	})
	return got
}

func TestACallRepeatsForASeed(t *testing.T) {
	first, second := call(t, 3), call(t, 3)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("two runs of one seed differ:\n%s", diff)
	}
	if first.Lost < 100 || first.Lost > 200 || first.Took < 61*time.Second || first.Took > 63*time.Second {
		t.Errorf("%+v, want about 150 of 3000 lost in little over 61 s", first)
	}
}
