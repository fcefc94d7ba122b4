package room_test

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

const roomSubscribers = 50

// roomTerms says how long the room of fifty lives, and which part of the packets
// may be lost. On a crowded machine the kernel drops what fifty clients in this
// process do not read in time, so the figure to hold, nothing at all, is
// for a quiet machine: ATRIUM_ROOM_DURATION=1m go test -run Fifty ./room
func roomTerms(t *testing.T) (d time.Duration, mayLose float64) {
	s := os.Getenv("ATRIUM_ROOM_DURATION")
	if s == "" {
		return 5 * time.Second, 0.01
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		t.Fatalf("ATRIUM_ROOM_DURATION: %v", err)
	}
	return d, 0
}

// A publisher and fifty subscribers with real connections over loopback: no
// packet is lost on the way, and afterwards nothing is left.
func TestRoomOfFiftyLosesNothingAndLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	runRoomOfFifty(t)
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for runtime.NumGoroutine() > before {
		select {
		case <-tick.C:
		case <-deadline:
			buf := make([]byte, 1<<20)
			t.Fatalf("%d goroutines more than before:\n%s", runtime.NumGoroutine()-before, buf[:runtime.Stack(buf, true)])
		}
	}
}

func runRoomOfFifty(t *testing.T) {
	duration, mayLose := roomTerms(t)
	ctx, cancel := context.WithTimeout(context.Background(), duration+2*time.Minute)
	defer cancel()
	ports, err := sfu.Listen(ctx, sfu.ListenConfig{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, DisableTCP: true})
	if err != nil {
		t.Fatal(err)
	}
	engine, err := sfu.New(sfu.Config{Ports: ports})
	if err != nil {
		t.Fatal(err)
	}
	m := room.NewManager(room.SFU(engine, nil), room.Options{})
	pub := newPublisher(ctx, t, m)
	var subs []*receiver
	for i := range roomSubscribers {
		subs = append(subs, newReceiver(ctx, t, m, fmt.Sprintf("subscriber%d", i)))
	}
	pub.send(t, duration)

	var lost, received, withPicture int64
	for _, s := range subs {
		s.settle(ctx)
		l, n := s.lost()
		lost, received = lost+l, received+n
		if s.video.Load() > 0 {
			withPicture++
		}
		if err := s.pc.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := pub.pc.Close(); err != nil {
		t.Error(err)
	}
	if err := m.Close(ctx); err != nil {
		t.Error(err)
	}
	stats := engine.Stats()
	if err := engine.Close(); err != nil {
		t.Error(err)
	}
	t.Logf("%d packets received by %d subscribers, %d lost; shard wake-ups %d, mailbox drops %d, queue drops %d",
		received, withPicture, lost, stats.Egress.Batches, stats.Egress.Dropped.Mailbox, stats.Network.Dropped.QueueFull)
	if withPicture != roomSubscribers || float64(lost) > mayLose*float64(received) {
		t.Errorf("%d of %d subscribers had a picture, %d packets were lost", withPicture, roomSubscribers, lost)
	}
	if drops := stats.Egress.Dropped.Mailbox + stats.Network.Dropped.QueueFull; drops != 0 {
		t.Errorf("the server itself dropped %d packets", drops)
	}
	if left := engine.Stats().Packets; left != 0 {
		t.Errorf("%d packets still held", left)
	}
}

// newConnection is a Pion client on loopback without interceptors: nothing
// repairs what is lost.
func newConnection(t *testing.T) *webrtc.PeerConnection {
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
	api := webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(media),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	return pc
}

// negotiate has ask answer the connection's offer, and waits until it stands.
func negotiate(ctx context.Context, t *testing.T, pc *webrtc.PeerConnection, ask func(offer string) (string, error)) {
	t.Helper()
	connected := make(chan struct{})
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			close(connected)
		}
	})
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	answer, err := ask(pc.LocalDescription().SDP)
	if err != nil {
		t.Fatal(err)
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-connected:
	case <-ctx.Done():
		t.Fatal("not connected in time")
	}
}

func join(ctx context.Context, t *testing.T, m *room.Manager, user string) room.ParticipantID {
	t.Helper()
	id := room.ParticipantID("session-of-" + user)
	if _, err := m.Join(ctx, room.JoinRequest{ID: id, User: user, Room: "fifty", AutoCreate: true}); err != nil {
		t.Fatal(err)
	}
	return id
}

// realPublisher sends 30 frames of four packets and 50 packets of sound a second.
type realPublisher struct {
	pc           *webrtc.PeerConnection
	video, audio *webrtc.TrackLocalStaticRTP
	keyframe     atomic.Bool
}

func newPublisher(ctx context.Context, t *testing.T, m *room.Manager) *realPublisher {
	t.Helper()
	return publishStream(ctx, t, m, join(ctx, t, m, "publisher"), room.DefaultStream)
}

// publishStream publishes sound and a picture as one stream of a participant.
func publishStream(ctx context.Context, t *testing.T, m *room.Manager, id room.ParticipantID, stream string) *realPublisher {
	t.Helper()
	p := &realPublisher{pc: newConnection(t)}
	var err error
	if p.video, err = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, "video", "camera"); err != nil {
		t.Fatal(err)
	}
	if p.audio, err = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "audio", "camera"); err != nil {
		t.Fatal(err)
	}
	for _, track := range []webrtc.TrackLocal{p.audio, p.video} {
		sender, err := p.pc.AddTrack(track)
		if err != nil {
			t.Fatal(err)
		}
		go p.readRTCP(sender)
	}
	negotiate(ctx, t, p.pc, func(offer string) (string, error) {
		return m.Publish(ctx, id, room.PublishRequest{Stream: stream, Offer: offer})
	})
	return p
}

func (p *realPublisher) readRTCP(sender *webrtc.RTPSender) {
	for {
		pkts, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, pkt := range pkts {
			if _, ok := pkt.(*rtcp.PictureLossIndication); ok {
				p.keyframe.Store(true)
			}
		}
	}
}

func (p *realPublisher) send(t *testing.T, d time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	p.sendFrames(ctx, t, 3600)
}

// sendFrames sends frames of so many octets until ctx ends.
func (p *realPublisher) sendFrames(ctx context.Context, t *testing.T, octets int) {
	camera := rtptest.NewStream(rtptest.Config{Codec: codec.VP8, Seed: 1})
	mic := rtptest.NewStream(rtptest.Config{Codec: codec.Opus, Seed: 2})
	video, audio := time.NewTicker(time.Second/30), time.NewTicker(20*time.Millisecond)
	defer video.Stop()
	defer audio.Stop()
	for {
		select {
		case <-video.C:
			for _, pkt := range camera.Frame(rtptest.FrameOptions{Keyframe: p.keyframe.Swap(false), Octets: octets}) {
				if err := p.video.WriteRTP(pkt); err != nil {
					t.Error(err)
				}
			}
		case <-audio.C:
			for _, pkt := range mic.Frame(rtptest.FrameOptions{}) {
				if err := p.audio.WriteRTP(pkt); err != nil {
					t.Error(err)
				}
			}
		case <-ctx.Done():
			return
		}
	}
}

// receiver counts what comes.
type receiver struct {
	pc      *webrtc.PeerConnection
	video   atomic.Int64
	largest atomic.Int64 // packet of the picture, in octets; one goroutine writes it

	mu   sync.Mutex
	seqs map[webrtc.RTPCodecType][]uint16
}

func newReceiver(ctx context.Context, t *testing.T, m *room.Manager, user string) *receiver {
	t.Helper()
	return receiveStream(ctx, t, m, join(ctx, t, m, user), room.DefaultStream)
}

// receiveStream receives one stream of the publisher.
func receiveStream(ctx context.Context, t *testing.T, m *room.Manager, id room.ParticipantID, stream string) *receiver {
	t.Helper()
	r := &receiver{pc: newConnection(t), seqs: make(map[webrtc.RTPCodecType][]uint16)}
	r.pc.OnTrack(r.read)
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
		if _, err := r.pc.AddTransceiverFromKind(kind, init); err != nil {
			t.Fatal(err)
		}
	}
	negotiate(ctx, t, r.pc, func(offer string) (string, error) {
		return m.Subscribe(ctx, id, room.SubscribeRequest{Publisher: "publisher", Stream: stream, Offer: offer})
	})
	return r
}

func (r *receiver) read(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
	buf := make([]byte, 1500)
	for {
		n, _, err := track.Read(buf)
		if err != nil || n < 4 {
			return
		}
		r.mu.Lock()
		r.seqs[track.Kind()] = append(r.seqs[track.Kind()], uint16(buf[2])<<8|uint16(buf[3]))
		r.mu.Unlock()
		if track.Kind() == webrtc.RTPCodecTypeVideo {
			r.largest.Store(max(r.largest.Load(), int64(n)))
			r.video.Add(1)
		}
	}
}

// settle waits until nothing has come for a while.
func (r *receiver) settle(ctx context.Context) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for last := int64(-1); last != r.video.Load(); {
		last = r.video.Load()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// lost counts the numbers that are missing between the first and the last one
// received.
func (r *receiver) lost() (lost, received int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, seqs := range r.seqs {
		seen := make(map[uint16]bool, len(seqs))
		span := int64(0)
		for i, s := range seqs {
			seen[s] = true
			if i > 0 {
				span += int64(int16(s - seqs[i-1]))
			}
		}
		received += int64(len(seen))
		lost += span + 1 - int64(len(seqs))
	}
	return lost, received
}
