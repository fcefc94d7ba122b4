package sfu_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// talker is a Pion client that publishes any number of streams on one connection.
type talker struct {
	s        *stage
	pc       *webrtc.PeerConnection
	uplink   *sfu.Uplink
	observer *silent
	offer    string // the last one
	answer   string // to it

	undeclared bool // offers tell no sources of video

	mu             sync.Mutex
	streams        map[string][]*voice
	layers         map[string]func([]sfu.SubscribedLayer)
	sequence       uint16 // transport-wide
	acked, missing int    // of those numbers
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
	off         bool
	mutate      func(*rtp.Packet) *rtp.Packet
}

func (s *stage) talker(ip string) *talker {
	s.t.Helper()
	t := &talker{s: s, pc: s.client(ip), observer: &silent{}, streams: make(map[string][]*voice), layers: make(map[string]func([]sfu.SubscribedLayer))}
	t.uplink = s.engine.NewUplink(sfu.UplinkRequest{Observer: t.observer, Disturbed: t.observer.disturbed})
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
	t.mu.Lock()
	t.streams[stream] = append(t.streams[stream], v)
	t.mu.Unlock()
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
	t.mu.Lock()
	delete(t.streams, stream)
	t.mu.Unlock()
}

// listed returns what is to be published.
func (t *talker) listed() (list []sfu.UplinkStream) {
	for id, voices := range t.streams {
		one := sfu.UplinkStream{ID: id, Layers: t.layers[id]}
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
	t.offer = t.pc.LocalDescription().SDP
	if t.undeclared {
		t.offer = withoutSources(t.offer)
	}
	answer, published, err := t.uplink.Negotiate(t.s.t.Context(), t.offer, t.listed())
	if err != nil {
		t.s.t.Fatalf("%v\n%s", err, t.offer)
	}
	t.s.accept(t.pc, withAllCodecs(t.s.t, answer, t.offer))
	t.s.connected(t.pc)
	t.answer = answer
	return published
}

func withoutSources(offer string) string {
	var b strings.Builder
	video := false
	for line := range strings.Lines(offer) {
		if strings.HasPrefix(line, "m=") {
			video = strings.HasPrefix(line, "m=video")
		}
		if !video || !strings.HasPrefix(line, "a=ssrc") {
			b.WriteString(line)
		}
	}
	return b.String()
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
	t.mu.Lock()
	all := maps.Clone(t.streams)
	t.mu.Unlock()
	for _, voices := range all {
		for _, v := range voices {
			if v.video == video && !v.off {
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
			switch pkt := pkt.(type) {
			case *rtcp.PictureLossIndication:
				v.plis <- struct{}{}
			case *rtcp.TransportLayerCC:
				v.t.arrivals(pkt)
			}
		}
	}
}

func (sub *subscriber) count() int {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	return len(sub.video)
}

// named adds the identification of its section to each packet, as browsers do.
func (v *voice) named() {
	id := extensionID(v.transceiver.Sender(), sdp.SDESMidURI)
	mid := v.transceiver.Mid()
	v.mutate = func(p *rtp.Packet) *rtp.Packet {
		if err := p.SetExtension(id, []byte(mid)); err != nil {
			v.t.s.t.Error(err)
		}
		return p
	}
}

// numbered gives all packets transport-wide sequence numbers.
func (t *talker) numbered() {
	for _, voices := range t.streams {
		for _, v := range voices {
			id := extensionID(v.transceiver.Sender(), sdp.TransportCCURI)
			v.mutate = func(p *rtp.Packet) *rtp.Packet {
				t.mu.Lock()
				defer t.mu.Unlock()
				t.sequence++
				if err := p.SetExtension(id, []byte{byte(t.sequence >> 8), byte(t.sequence)}); err != nil {
					t.s.t.Error(err)
				}
				return p
			}
		}
	}
}

// arrivals counts what a feedback message says.
func (t *talker) arrivals(message *rtcp.TransportLayerCC) {
	t.mu.Lock()
	defer t.mu.Unlock()
	left := int(message.PacketStatusCount)
	count := func(symbol uint16, n int) {
		n = min(n, left)
		left -= n
		if symbol == rtcp.TypeTCCPacketNotReceived {
			t.missing += n
		} else {
			t.acked += n
		}
	}
	for _, chunk := range message.PacketChunks {
		switch c := chunk.(type) {
		case *rtcp.RunLengthChunk:
			count(c.PacketStatusSymbol, int(c.RunLength))
		case *rtcp.StatusVectorChunk:
			for _, symbol := range c.SymbolList {
				count(symbol, 1)
			}
		}
	}
}

// share gives a stream a track on a section that no other uses any more.
func (t *talker) share(stream string) *voice {
	t.s.t.Helper()
	v := t.newVoice(stream, codec.VP8)
	sender, err := t.pc.AddTrack(v.track)
	if err != nil {
		t.s.t.Fatal(err)
	}
	for _, tr := range t.pc.GetTransceivers() {
		if tr.Sender() == sender {
			v.transceiver = tr
		}
	}
	go v.readRTCP(sender)
	t.mu.Lock()
	t.streams[stream] = append(t.streams[stream], v)
	t.mu.Unlock()
	return v
}

// stop sends nothing any more.
func (v *voice) stop() {
	v.t.mu.Lock()
	defer v.t.mu.Unlock()
	v.off = true
}
