package sfu_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/internal/testnet"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// talker is a Pion client that publishes any number of streams on one connection.
type talker struct {
	s        *stage
	pc       *webrtc.PeerConnection
	uplink   *sfu.Uplink
	observer *silent
	streams  map[string][]*voice
	answer   string // the last one
}

// voice is one track that a talker sends: 30 frames of video or 50 packets of sound a second.
type voice struct {
	t           *talker
	track       *webrtc.TrackLocalStaticRTP
	transceiver *webrtc.RTPTransceiver
	source      *rtptest.Stream
	video       bool
	started     bool
	plis        chan struct{}
	asked       int
	mutate      func(*rtp.Packet) *rtp.Packet
}

func (s *stage) talker(ip string) *talker {
	s.t.Helper()
	t := &talker{s: s, pc: s.client(ip), observer: &silent{}, streams: make(map[string][]*voice)}
	t.uplink = s.engine.NewUplink(sfu.UplinkRequest{Observer: t.observer})
	return t
}

// newVoice makes a track, which nothing sends yet.
func (t *talker) newVoice(stream string, c codec.Codec) *voice {
	t.s.t.Helper()
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: c.MIMEType()}, stream+c.String(), stream)
	if err != nil {
		t.s.t.Fatal(err)
	}
	seed := uint64(len(t.streams)*2 + len(t.streams[stream]) + 1)
	return &voice{
		t: t, track: track, video: c.IsVideo(), plis: make(chan struct{}, 1000),
		source: rtptest.NewStream(rtptest.Config{Codec: c, Seed: seed}),
	}
}

// add gives a stream a track of a codec, which is offered from the next negotiation on.
func (t *talker) add(stream string, c codec.Codec) *voice {
	t.s.t.Helper()
	v := t.newVoice(stream, c)
	tr, err := t.pc.AddTransceiverFromTrack(v.track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		t.s.t.Fatal(err)
	}
	if v.video {
		t.prefer(tr, c)
	}
	v.transceiver = tr
	go v.readRTCP(tr.Sender())
	t.streams[stream] = append(t.streams[stream], v)
	return v
}

// prefer offers one codec first, as browsers do by setCodecPreferences.
func (t *talker) prefer(tr *webrtc.RTPTransceiver, c codec.Codec) {
	t.s.t.Helper()
	codecs := tr.Sender().GetParameters().Codecs
	slices.SortStableFunc(codecs, func(a, b webrtc.RTPCodecParameters) int {
		first := func(p webrtc.RTPCodecParameters) int {
			if strings.EqualFold(p.MimeType, c.MIMEType()) {
				return 0
			}
			return 1
		}
		return first(a) - first(b)
	})
	if err := tr.SetCodecPreferences(codecs); err != nil {
		t.s.t.Fatal(err)
	}
}

// remove takes a stream out of the next offer.
func (t *talker) remove(stream string) {
	t.s.t.Helper()
	for _, v := range t.streams[stream] {
		if err := t.pc.RemoveTrack(v.transceiver.Sender()); err != nil {
			t.s.t.Fatal(err)
		}
	}
	delete(t.streams, stream)
}

// listed returns what is to be published.
func (t *talker) listed() (list []sfu.UplinkStream) {
	for id, voices := range t.streams {
		one := sfu.UplinkStream{ID: id}
		for _, v := range voices {
			one.MIDs = append(one.MIDs, v.transceiver.Mid())
		}
		list = append(list, one)
	}
	return list
}

// negotiate publishes what there is, and returns what is new.
func (t *talker) negotiate(options *webrtc.OfferOptions) map[string]*sfu.Publication {
	t.s.t.Helper()
	offer, err := t.pc.CreateOffer(options)
	if err != nil {
		t.s.t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(t.pc)
	if err := t.pc.SetLocalDescription(offer); err != nil {
		t.s.t.Fatal(err)
	}
	<-gathered
	answer, published, err := t.uplink.Negotiate(t.s.t.Context(), t.pc.LocalDescription().SDP, t.listed())
	if err != nil {
		t.s.t.Fatalf("%v\n%s", err, t.pc.LocalDescription().SDP)
	}
	t.s.accept(t.pc, withAllCodecs(t.s.t, answer, t.pc.LocalDescription().SDP))
	t.s.connected(t.pc)
	t.answer = answer
	return published
}

// withAllCodecs adds to each section of an answer what else was offered: a Pion client forgets
// the codecs that the first answer lacks, for all sections that come later.
func withAllCodecs(t *testing.T, answer, offer string) string {
	t.Helper()
	var ours, theirs sdp.SessionDescription
	if err := errors.Join(ours.UnmarshalString(answer), theirs.UnmarshalString(offer)); err != nil {
		t.Fatal(err)
	}
	for i, media := range ours.MediaDescriptions {
		for _, format := range theirs.MediaDescriptions[i].MediaName.Formats {
			if slices.Contains(media.MediaName.Formats, format) || media.MediaName.Port.Value == 0 {
				continue
			}
			media.MediaName.Formats = append(media.MediaName.Formats, format)
			for _, a := range theirs.MediaDescriptions[i].Attributes {
				if strings.HasPrefix(a.Value, format+" ") && slices.Contains([]string{"rtpmap", "fmtp", "rtcp-fb"}, a.Key) {
					media.Attributes = append(media.Attributes, a)
				}
			}
		}
	}
	text, err := ours.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// send sends all streams for d of fake time.
func (t *talker) send(d time.Duration) {
	t.s.t.Helper()
	video := time.NewTicker(time.Second / 30)
	defer video.Stop()
	audio := time.NewTicker(20 * time.Millisecond)
	defer audio.Stop()
	for end := time.After(d); ; {
		select {
		case <-video.C:
			t.sendKind(true)
		case <-audio.C:
			t.sendKind(false)
		case <-end:
			return
		}
	}
}

func (t *talker) sendKind(video bool) {
	for _, voices := range t.streams {
		for _, v := range voices {
			if v.video == video && v.track != nil {
				v.send()
			}
		}
	}
}

// send sends one frame, a keyframe when one was asked for.
func (v *voice) send() {
	options := rtptest.FrameOptions{}
	if v.video {
		options = rtptest.FrameOptions{Keyframe: !v.started, Octets: 3600}
		v.started = true
		for len(v.plis) > 0 {
			<-v.plis
			v.asked++
			options.Keyframe = true
		}
	}
	for _, pkt := range v.source.Frame(options) {
		if v.mutate != nil {
			if pkt = v.mutate(pkt); pkt == nil {
				continue
			}
		}
		if err := v.track.WriteRTP(pkt); err != nil {
			v.t.s.t.Errorf("publisher: %v", err)
		}
	}
}

func (v *voice) readRTCP(sender *webrtc.RTPSender) {
	for {
		pkts, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, pkt := range pkts {
			if _, ok := pkt.(*rtcp.PictureLossIndication); ok {
				v.plis <- struct{}{}
			}
		}
	}
}

func TestAScreenComesToACameraAndStaysWhenThatGoes(t *testing.T) {
	simulate(t, 41, func(t *testing.T, s *stage) {
		s.net.Host("10.0.1.1").SetUplink(testnet.Link{Delay: 20 * time.Millisecond})
		p := s.talker("10.0.1.1")
		p.add("webcam", codec.Opus)
		p.add("webcam", codec.VP8)
		webcam := p.negotiate(nil)["webcam"]
		sub := s.subscribe("10.0.2.1", webcam)
		p.send(3 * time.Second)
		if whole, all := sub.complete(); all < 80 || whole != all {
			t.Errorf("camera alone: %d of %d frames are whole", whole, all)
		}

		p.add("screen", codec.VP9)
		whileSending(p.send, func() {
			published := p.negotiate(nil)
			if len(published) != 1 || published["screen"] == nil {
				t.Fatalf("published %v, want the screen alone", published)
			}
			screen := published["screen"]
			third := s.subscribe("10.0.2.2", screen)
			time.Sleep(3 * time.Second)
			if n := third.count(); n < 100 {
				t.Errorf("%d packets of the screen", n)
			}
			p.remove("webcam")
			if published := p.negotiate(nil); len(published) != 0 {
				t.Errorf("published %v, want nothing new", published)
			}
			<-webcam.Done()
			<-sub.subscription.Done()
			before := third.count()
			time.Sleep(3 * time.Second)
			if n := third.count() - before; n < 200 {
				t.Errorf("%d packets of the screen in 3 s after the camera went", n)
			}
		})
		sub.conforms()
		if failed := append(p.observer.failures(), sub.observer.failures()...); len(failed) > 0 {
			t.Errorf("failures: %v", failed)
		}
	})
}

func (sub *subscriber) count() int {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	return len(sub.video)
}
