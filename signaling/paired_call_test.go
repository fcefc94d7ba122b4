package signaling_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// browser is a Pion connection on loopback, as much of a browser as these tests need.
func browser(t testing.TB) *webrtc.PeerConnection {
	t.Helper()
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	media := &webrtc.MediaEngine{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(media),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{})).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	return pc
}

// local sets a description of ours and returns it with all candidates, as a JSON string.
func local(t testing.TB, pc *webrtc.PeerConnection, d webrtc.SessionDescription, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(d); err != nil {
		t.Fatal(err)
	}
	<-gathered
	quoted, err := json.Marshal(pc.LocalDescription().SDP)
	if err != nil {
		t.Fatal(err)
	}
	return string(quoted)
}

// until reads messages up to one that is wanted.
func (c *client) until(wanted func(message) bool) message {
	c.t.Helper()
	for {
		if m := c.message(); wanted(m) {
			return m
		}
	}
}

// result sends a request under an id and returns its result, whatever comes before.
func (c *client) result(id int, method, params string) map[string]any {
	c.t.Helper()
	c.send(`{"method":%q,"params":%s,"id":%d}`, method, params, id)
	m := c.until(func(m message) bool { return m.ID != nil && *m.ID == id })
	if m.Error.Code != 0 {
		c.t.Fatalf("%s: %+v", method, m.Error)
	}
	return m.Result
}

// broadcast publishes a camera over the websocket and sends until the test ends.
func (c *client) broadcast(ctx context.Context) {
	c.t.Helper()
	pc := browser(c.t)
	var tracks []*webrtc.TrackLocalStaticRTP
	for _, mime := range []string{webrtc.MimeTypeOpus, webrtc.MimeTypeVP8} {
		track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: mime}, mime, "camera")
		if err != nil {
			c.t.Fatal(err)
		}
		if _, err := pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}); err != nil {
			c.t.Fatal(err)
		}
		tracks = append(tracks, track)
	}
	d, err := pc.CreateOffer(nil)
	offer := local(c.t, pc, d, err)
	answer, _ := c.result(2, "publish", `{"sdpOffer":`+offer+`,"streams":[{"id":"webcam","mids":["0","1"]}]}`)["sdpAnswer"].(string)
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		c.t.Fatal(err)
	}
	go func() {
		mic := rtptest.NewStream(rtptest.Config{Codec: codec.Opus, Seed: 2})
		camera := rtptest.NewStream(rtptest.Config{Codec: codec.VP8, Seed: 1})
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			_ = tracks[0].WriteRTP(mic.Frame(rtptest.FrameOptions{})[0])
			for _, pkt := range camera.Frame(rtptest.FrameOptions{Keyframe: i%30 == 0, Octets: 900}) {
				_ = tracks[1].WriteRTP(pkt)
			}
		}
	}()
}

// spectator receives on one connection, and counts.
type spectator struct {
	*client
	pc             *webrtc.PeerConnection
	sound, picture atomic.Int64
	answers        map[float64]string
}

func watch(c *client) *spectator {
	s := &spectator{client: c, pc: browser(c.t), answers: make(map[float64]string)}
	s.pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		buf := make([]byte, 1500)
		for {
			if _, _, err := track.Read(buf); err != nil {
				return
			}
			if track.Kind() == webrtc.RTPCodecTypeAudio {
				s.sound.Add(1)
			} else {
				s.picture.Add(1)
			}
		}
	})
	return s
}

// offered waits for an offer.
func (s *spectator) offered() message {
	s.t.Helper()
	return s.until(func(m message) bool { return m.Method == "subscriberOffer" })
}

// take gives the connection an offer and notes the answer.
func (s *spectator) take(m message) (number float64) {
	s.t.Helper()
	number, _ = m.Params["number"].(float64)
	sdp, _ := m.Params["sdpOffer"].(string)
	if err := s.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: sdp}); err != nil {
		s.t.Fatalf("%v\n%s", err, sdp)
	}
	d, err := s.pc.CreateAnswer(nil)
	s.answers[number] = local(s.t, s.pc, d, err)
	return number
}

// answer sends the answer to an offer.
func (s *spectator) answer(id int, number float64) {
	s.t.Helper()
	s.result(id, "subscriberAnswer", fmt.Sprintf(`{"number":%v,"sdpAnswer":%s}`, number, s.answers[number]))
}

// resume goes on with the session on another socket.
func (s *spectator) resume(f *fixture, id int) {
	s.t.Helper()
	again := f.connect()
	again.session = s.session
	again.call(fmt.Sprintf(`{"method":"connect","params":{"sessionId":"$S"},"id":%d}`, id),
		fmt.Sprintf(`{"id":%d,"result":{"value":"reconnection successful","sessionId":"$S"},"jsonrpc":"2.0"}`, id))
	s.client = again
}

// sees waits for more of both kinds.
func (s *spectator) sees(ctx context.Context) {
	s.t.Helper()
	sound, picture := s.sound.Load()+10, s.picture.Load()+10
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for s.sound.Load() < sound || s.picture.Load() < picture {
		select {
		case <-tick.C:
		case <-ctx.Done():
			s.t.Fatalf("%d packets of sound, %d of the picture", s.sound.Load(), s.picture.Load())
		}
	}
}

// A call between two websockets: media outlives one of them, and an offer whose answer was lost
// with it is answered on the next.
func TestACallOutlivesItsSocket(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	f := start(t, withSFU(t))
	ann := f.pair("ann", `[]`)
	ann.broadcast(ctx)
	bob := watch(f.pair("bob", `[{"id":"ann","streams":[{"id":"webcam"}],"role":"participant"}]`))
	bob.result(2, "subscribe", `{"senders":["ann_webcam"]}`)
	bob.answer(3, bob.take(bob.offered()))
	bob.sees(ctx)

	_ = bob.conn.Close()
	bob.sees(ctx)
	bob.resume(f, 4)
	bob.result(5, "restartIce", `{"connection":"subscriber"}`)
	number := bob.take(bob.offered()) // and its answer is lost with the socket
	_ = bob.conn.Close()
	bob.resume(f, 6)
	if m := bob.offered(); m.Params["number"] != number {
		t.Fatalf("offered %v, want %v again", m.Params["number"], number)
	}
	bob.answer(8, number)
	bob.sees(ctx)
	now := bob.result(7, "getRoom", `{}`)
	if list, _ := now["subscriptions"].([]any); len(list) != 1 || list[0] != "ann_webcam" || now["connections"] != "paired" {
		t.Errorf("the room is %v", now)
	}
	ann.result(8, "leaveRoom", `{}`)
	if m := bob.offered(); len(m.Params["streams"].([]any)) != 0 {
		t.Errorf("offered %v of one who has left", m.Params["streams"])
	}
}
