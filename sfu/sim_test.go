package sfu_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/internal/testnet"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/udp"
)

// The simulations of this package run real Pion clients against the Engine over
// a simulated network in fake time. This file is the stage: the engine's host,
// a publisher and a subscriber.

const serverAddress = "10.0.0.1"

// simulate runs fn in a bubble with an Engine, and checks afterwards that
// nothing is left of the call: no goroutine (the bubble would not end) and no
// packet.
func simulate(t *testing.T, seed uint64, fn func(t *testing.T, s *stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := testnet.New(t, testnet.Options{Seed: seed})
		mux, err := udp.New(udp.Config{Sockets: []net.PacketConn{n.Host(serverAddress).ListenPacket(8082)}})
		if err != nil {
			t.Fatal(err)
		}
		engine, err := sfu.New(sfu.Config{Ports: &sfu.Ports{UDP: mux}, Shards: 2})
		if err != nil {
			t.Fatal(err)
		}
		s := &stage{t: t, net: n, engine: engine}
		fn(t, s)
		for _, pc := range s.connections {
			if err := pc.Close(); err != nil {
				t.Errorf("close client: %v", err)
			}
		}
		if err := engine.Close(); err != nil {
			t.Errorf("close engine: %v", err)
		}
		time.Sleep(time.Minute)
		if left := engine.Stats().Packets; left != 0 {
			t.Errorf("%d packets still held after everything was closed", left)
		}
	})
}

type stage struct {
	t           *testing.T
	net         *testnet.Net
	engine      *sfu.Engine
	connections []*webrtc.PeerConnection
	lossy       bool // packets without repair, like sound, may be missing
	roams       map[string]*roaming
	dress       func(*webrtc.SettingEngine) // what else clients are like; nil for nothing
}

// silent is an Observer that only remembers.
type silent struct {
	mu         sync.Mutex
	candidates []sfu.Candidate
	failed     []string
	heard      []reachReport
}

// reachReport is what was told of a connection and when: disturbed, again in order, or failed.
type reachReport struct {
	what string
	at   time.Time
}

func (o *silent) disturbed(is bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.heard = append(o.heard, reachReport{map[bool]string{true: "disturbed", false: "in order"}[is], time.Now()})
}

func (o *silent) reports() []reachReport {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]reachReport(nil), o.heard...)
}

func (o *silent) ICECandidate(c sfu.Candidate) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.candidates = append(o.candidates, c)
}

func (o *silent) Failed(reason string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failed = append(o.failed, reason)
	o.heard = append(o.heard, reachReport{"failed", time.Now()})
}

func (o *silent) failures() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.failed...)
}

// client makes a PeerConnection on a host, with the interceptors that Pion
// clients have by default: they answer and send NACK, and send reports.
func (s *stage) client(ip string, codecs ...webrtc.RTPCodecParameters) *webrtc.PeerConnection {
	s.t.Helper()
	var settings webrtc.SettingEngine
	settings.SetNet(s.netOf(ip))
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	if s.dress != nil {
		s.dress(&settings)
	}
	media := &webrtc.MediaEngine{}
	if len(codecs) == 0 {
		if err := media.RegisterDefaultCodecs(); err != nil {
			s.t.Fatal(err)
		}
	}
	for _, c := range codecs {
		kind := webrtc.RTPCodecTypeVideo
		if c.Channels > 0 {
			kind = webrtc.RTPCodecTypeAudio
		}
		if err := media.RegisterCodec(c, kind); err != nil {
			s.t.Fatal(err)
		}
	}
	registry := &interceptor.Registry{}
	if err := webrtc.RegisterDefaultInterceptors(media, registry); err != nil {
		s.t.Fatal(err)
	}
	api := webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(media),
		webrtc.WithInterceptorRegistry(registry))
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		s.t.Fatal(err)
	}
	s.connections = append(s.connections, pc)
	return pc
}

// offerOf returns the client's complete offer.
func (s *stage) offerOf(pc *webrtc.PeerConnection) string {
	s.t.Helper()
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		s.t.Fatal(err)
	}
	<-gathered
	return pc.LocalDescription().SDP
}

func (s *stage) accept(pc *webrtc.PeerConnection, answer string) {
	s.t.Helper()
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		s.t.Fatalf("answer refused by the client: %v\n%s", err, answer)
	}
}

// publisher sends 30 frames of VP8 and 50 packets of Opus a second, a keyframe
// at the start and whenever it is asked for.
type publisher struct {
	s            *stage
	pc           *webrtc.PeerConnection
	publication  *sfu.Publication
	observer     *silent
	video, audio *webrtc.TrackLocalStaticRTP
	camera, mic  *rtptest.Stream
	plis         chan time.Time
	received     chan *webrtc.TrackRemote // of a loopback

	started bool
	asked   int                           // keyframe requests answered
	mutate  func(*rtp.Packet) *rtp.Packet // nil: packets go out as they are
}

func vp8Track(s *stage) *webrtc.TrackLocalStaticRTP {
	t, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, "video", "camera")
	if err != nil {
		s.t.Fatal(err)
	}
	return t
}

func opusTrack(s *stage) *webrtc.TrackLocalStaticRTP {
	t, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "audio", "camera")
	if err != nil {
		s.t.Fatal(err)
	}
	return t
}

// publish negotiates and waits until the connection stands.
func (s *stage) publish(ip string, loopback bool) *publisher {
	s.t.Helper()
	p := &publisher{
		s: s, pc: s.client(ip), observer: &silent{}, video: vp8Track(s), audio: opusTrack(s),
		camera: rtptest.NewStream(rtptest.Config{Codec: codec.VP8, Seed: 1}),
		mic:    rtptest.NewStream(rtptest.Config{Codec: codec.Opus, Seed: 2}),
		plis:   make(chan time.Time, 1000), received: make(chan *webrtc.TrackRemote, 4),
	}
	direction := webrtc.RTPTransceiverDirectionSendonly
	if loopback {
		direction = webrtc.RTPTransceiverDirectionSendrecv
	}
	for _, track := range []webrtc.TrackLocal{p.audio, p.video} {
		tr, err := p.pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: direction})
		if err != nil {
			s.t.Fatal(err)
		}
		go p.readRTCP(tr.Sender())
	}
	p.pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { p.received <- t })
	var err error
	p.publication, err = s.engine.Publish(context.Background(), sfu.PublishRequest{
		Offer: s.offerOf(p.pc), Loopback: loopback, Observer: p.observer, Disturbed: p.observer.disturbed,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.accept(p.pc, p.publication.Answer())
	s.connected(p.pc)
	return p
}

// connected waits for a connection.
func (s *stage) connected(pc *webrtc.PeerConnection) {
	s.t.Helper()
	for range 1000 {
		if pc.ConnectionState() == webrtc.PeerConnectionStateConnected {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Fatalf("not connected after 10 s: %s", pc.ConnectionState())
}

func (p *publisher) readRTCP(sender *webrtc.RTPSender) {
	for {
		pkts, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, pkt := range pkts {
			if _, ok := pkt.(*rtcp.PictureLossIndication); ok {
				p.plis <- time.Now()
			}
		}
	}
}

// send sends media for d of fake time: 30 frames and 50 packets of sound a
// second.
func (p *publisher) send(d time.Duration) {
	p.s.t.Helper()
	video := time.NewTicker(time.Second / 30)
	defer video.Stop()
	audio := time.NewTicker(20 * time.Millisecond)
	defer audio.Stop()
	for end := time.After(d); ; {
		select {
		case <-video.C:
			p.sendFrame()
		case <-audio.C:
			p.write(p.audio, p.mic.Frame(rtptest.FrameOptions{}))
		case <-end:
			return
		}
	}
}

// sendFrame sends one frame, a keyframe when one was asked for.
func (p *publisher) sendFrame() {
	keyframe := !p.started
	p.started = true
	for len(p.plis) > 0 {
		<-p.plis
		p.asked++
		keyframe = true
	}
	p.write(p.video, p.camera.Frame(rtptest.FrameOptions{Keyframe: keyframe, Octets: 3600}))
}

func (p *publisher) write(track *webrtc.TrackLocalStaticRTP, pkts []*rtp.Packet) {
	for _, pkt := range pkts {
		if p.mutate != nil {
			pkt = p.mutate(pkt)
		}
		if err := track.WriteRTP(pkt); err != nil {
			p.s.t.Errorf("publisher: %v", err)
		}
	}
}

// subscriber receives and remembers.
type subscriber struct {
	s            *stage
	pc           *webrtc.PeerConnection
	subscription *sfu.Subscription
	observer     *silent

	judge   *rtptest.Conformance
	mu      sync.Mutex
	video   []rtp.Packet
	audio   []rtp.Packet
	reports map[webrtc.RTPCodecType][]rtcp.SenderReport
	streams map[webrtc.RTPCodecType]string
	ssrcs   map[webrtc.RTPCodecType]uint32
}

// subscribe negotiates and waits until the connection stands.
func (s *stage) subscribe(ip string, to *sfu.Publication, codecs ...webrtc.RTPCodecParameters) *subscriber {
	s.t.Helper()
	sub := s.newSubscriber(ip, codecs...)
	var err error
	sub.subscription, err = s.engine.Subscribe(context.Background(), to, sfu.SubscribeRequest{
		Offer: s.offerOf(sub.pc), Observer: sub.observer,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.accept(sub.pc, sub.subscription.Answer())
	s.connected(sub.pc)
	return sub
}

func (s *stage) newSubscriber(ip string, codecs ...webrtc.RTPCodecParameters) *subscriber {
	s.t.Helper()
	sub := &subscriber{
		s: s, pc: s.client(ip, codecs...), observer: &silent{},
		judge: rtptest.NewConformance(rtptest.Expectations{
			Codecs:  map[uint8]codec.Codec{96: codec.VP8, 111: codec.Opus, 121: codec.VP8, 103: codec.Opus},
			MayLose: s.lossy, PictureIDs: true, SSRCs: rtptest.Limits{Audio: 1, Video: 1},
		}),
		reports: make(map[webrtc.RTPCodecType][]rtcp.SenderReport),
		streams: make(map[webrtc.RTPCodecType]string),
		ssrcs:   make(map[webrtc.RTPCodecType]uint32),
	}
	sub.pc.OnTrack(sub.onTrack)
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
		if _, err := sub.pc.AddTransceiverFromKind(kind, init); err != nil {
			s.t.Fatal(err)
		}
	}
	return sub
}

func (sub *subscriber) onTrack(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	sub.mu.Lock()
	sub.streams[track.Kind()] = track.StreamID()
	sub.ssrcs[track.Kind()] = uint32(track.SSRC())
	sub.mu.Unlock()
	go sub.readReports(track.Kind(), receiver)
	for {
		pkt, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		sub.judge.Packet(pkt)
		sub.mu.Lock()
		if track.Kind() == webrtc.RTPCodecTypeVideo {
			sub.video = append(sub.video, *pkt)
		} else {
			sub.audio = append(sub.audio, *pkt)
		}
		sub.mu.Unlock()
	}
}

func (sub *subscriber) readReports(kind webrtc.RTPCodecType, receiver *webrtc.RTPReceiver) {
	for {
		pkts, _, err := receiver.ReadRTCP()
		if err != nil {
			return
		}
		for _, pkt := range pkts {
			if sr, ok := pkt.(*rtcp.SenderReport); ok {
				sub.judge.SenderReport(sr)
				sub.mu.Lock()
				sub.reports[kind] = append(sub.reports[kind], *sr)
				sub.mu.Unlock()
			}
		}
	}
}

// frames returns how many packets of each frame are missing, by frame number.
func (sub *subscriber) frames() map[uint32]int {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	seen := make(map[uint16]bool)
	missing := make(map[uint32]int)
	for _, p := range sub.video {
		stamp, ok := rtptest.ReadStamp(p.Payload)
		if !ok || seen[p.SequenceNumber] {
			continue
		}
		seen[p.SequenceNumber] = true
		if _, known := missing[stamp.Frame]; !known {
			missing[stamp.Frame] = int(stamp.Count)
		}
		missing[stamp.Frame]--
	}
	return missing
}

// complete returns how many frames between the first and the last one that was
// seen are whole, and how many there are.
func (sub *subscriber) complete() (whole, all int) {
	missing := sub.frames()
	if len(missing) == 0 {
		return 0, 0
	}
	first, last := ^uint32(0), uint32(0)
	for f := range missing {
		first, last = min(first, f), max(last, f)
	}
	for f := first; f <= last; f++ {
		all++
		if n, ok := missing[f]; ok && n == 0 {
			whole++
		}
	}
	return whole, all
}

// conforms reports what a browser would have stumbled over.
func (sub *subscriber) conforms() {
	sub.s.t.Helper()
	for _, v := range sub.judge.Violations() {
		sub.s.t.Errorf("violation: %s", v)
	}
}
