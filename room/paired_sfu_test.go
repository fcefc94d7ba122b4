package room_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/room"
	webm "github.com/atrium-rtc/atrium/room/recorder"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// duo is a participant with paired connections and the Pion client behind it.
type duo struct {
	t        *testing.T
	ctx      context.Context //nolint:containedctx // of the test
	m        *room.Manager
	id       room.ParticipantID
	up, down *webrtc.PeerConnection
	sent     []*sentStream
	offers   chan room.SubscriberOfferEvent
	errors   chan room.MediaErrorEvent
	silent   atomic.Bool // leaves offers unanswered

	mu      sync.Mutex
	senders map[string]string         // by section
	packets map[string]map[string]int // by sender and kind, from the last reset on
	offered room.SubscriberOfferEvent // the last one
	answers map[int]string            // by number
}

// sentStream is what a duo sends as one stream.
type sentStream struct {
	id     string
	tracks []*webrtc.TrackLocalStaticRTP
	mids   []string
	over   context.CancelFunc
}

// duos passes events to the participants whom they are for.
type duos struct {
	room.NopHandler
	mu   sync.Mutex
	byID map[room.ParticipantID]*duo
}

func (d *duos) of(id room.ParticipantID) *duo {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.byID[id]
}

func (d *duos) OnSubscriberOffer(e room.SubscriberOfferEvent) {
	if who := d.of(e.To.ID); who != nil {
		who.offers <- e
	}
}

func (d *duos) OnMediaError(e room.MediaErrorEvent) {
	if who := d.of(e.To.ID); who != nil {
		who.errors <- e
	}
}

// join adds a participant with paired connections.
func (d *duos) join(ctx context.Context, t *testing.T, m *room.Manager, user string) *duo {
	t.Helper()
	p := &duo{
		t: t, ctx: ctx, m: m, id: room.ParticipantID("session-of-" + user),
		offers: make(chan room.SubscriberOfferEvent, 64), errors: make(chan room.MediaErrorEvent, 64),
		up: newConnection(t), down: newConnection(t),
		senders: make(map[string]string), packets: make(map[string]map[string]int), answers: make(map[int]string),
	}
	d.mu.Lock()
	if d.byID == nil {
		d.byID = make(map[room.ParticipantID]*duo)
	}
	d.byID[p.id] = p
	d.mu.Unlock()
	if _, err := m.Join(ctx, room.JoinRequest{ID: p.id, User: user, Room: "fifty", AutoCreate: true, Paired: true}); err != nil {
		t.Fatal(err)
	}
	p.down.OnTrack(p.read)
	var answering sync.WaitGroup
	done := make(chan struct{})
	answering.Go(func() {
		for {
			select {
			case e := <-p.offers:
				p.answer(e)
			case <-done:
				return
			}
		}
	})
	t.Cleanup(func() {
		close(done)
		answering.Wait()
		for _, s := range p.sent {
			s.over()
		}
		if err := errors.Join(p.up.Close(), p.down.Close()); err != nil {
			t.Error(err)
		}
	})
	return p
}

// answer answers an offer as a client does: one that it has answered gets the same again.
func (p *duo) answer(e room.SubscriberOfferEvent) {
	p.mu.Lock()
	p.offered = e
	clear(p.senders)
	for _, s := range e.Streams {
		for _, mid := range s.MIDs {
			p.senders[mid] = s.Publisher + "_" + s.Stream
		}
	}
	answer := p.answers[e.Number]
	p.mu.Unlock()
	if p.silent.Load() {
		return
	}
	if answer == "" {
		answer = p.negotiated(e.SDP)
		p.mu.Lock()
		p.answers[e.Number] = answer
		p.mu.Unlock()
	}
	if err := p.m.AnswerOffer(p.ctx, p.id, e.Number, answer, nil); err != nil && p.ctx.Err() == nil {
		p.t.Errorf("answer %d: %v", e.Number, err)
	}
}

// negotiated gives the receiving connection an offer and returns the answer, with all
// candidates.
func (p *duo) negotiated(offer string) string {
	p.mu.Lock()
	down := p.down
	p.mu.Unlock()
	if err := down.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		p.t.Errorf("offer: %v\n%s", err, offer)
		return ""
	}
	answer, err := down.CreateAnswer(nil)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	gathered := webrtc.GatheringCompletePromise(down)
	if err := down.SetLocalDescription(answer); err != nil {
		p.t.Error(err)
	}
	<-gathered
	return down.LocalDescription().SDP
}

// read counts the packets of a track by the sender that its section belongs to.
func (p *duo) read(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	p.mu.Lock()
	down, mid := p.down, ""
	p.mu.Unlock()
	for _, tr := range down.GetTransceivers() {
		if tr.Receiver() == receiver {
			mid = tr.Mid()
		}
	}
	buf := make([]byte, 1500)
	for {
		if _, _, err := track.Read(buf); err != nil {
			return
		}
		p.mu.Lock()
		sender := p.senders[mid]
		if p.packets[sender] == nil {
			p.packets[sender] = make(map[string]int)
		}
		p.packets[sender][track.Kind().String()]++
		p.mu.Unlock()
	}
}

// sends begins to send sound and picture as a stream, with the next publish.
func (p *duo) sends(id string) {
	p.t.Helper()
	s := &sentStream{id: id}
	ctx, over := context.WithCancel(p.ctx)
	s.over = over
	for _, mime := range []string{webrtc.MimeTypeOpus, webrtc.MimeTypeVP8} {
		track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: mime}, id+mime, id)
		if err != nil {
			p.t.Fatal(err)
		}
		tr, err := p.up.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		if err != nil {
			p.t.Fatal(err)
		}
		s.tracks, s.mids = append(s.tracks, track), append(s.mids, "")
		go (&realPublisher{}).readRTCP(tr.Sender())
	}
	p.sent = append(p.sent, s)
	go s.run(ctx)
}

// run sends until the context ends. Every thirtieth picture is a keyframe.
func (s *sentStream) run(ctx context.Context) {
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
		_ = s.tracks[0].WriteRTP(mic.Frame(rtptest.FrameOptions{})[0])
		for _, pkt := range camera.Frame(rtptest.FrameOptions{Keyframe: i%30 == 0, Octets: 900}) {
			_ = s.tracks[1].WriteRTP(pkt)
		}
	}
}

// publish offers everything that is sent.
func (p *duo) publish() error {
	p.t.Helper()
	offer, err := p.up.CreateOffer(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(p.up)
	if err := p.up.SetLocalDescription(offer); err != nil {
		p.t.Fatal(err)
	}
	<-gathered
	req := room.StreamsRequest{Offer: p.up.LocalDescription().SDP}
	for _, s := range p.sent {
		for _, tr := range p.up.GetTransceivers() {
			for i, track := range s.tracks {
				if tr.Sender() != nil && tr.Sender().Track() == track {
					s.mids[i] = tr.Mid()
				}
			}
		}
		req.Streams = append(req.Streams, room.StreamRequest{ID: s.id, MIDs: s.mids})
	}
	answer, err := p.m.PublishStreams(p.ctx, p.id, req)
	if err != nil {
		return err
	}
	return p.up.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer})
}

// stops ends a stream, with the next publish.
func (p *duo) stops(id string) {
	at := slices.IndexFunc(p.sent, func(s *sentStream) bool { return s.id == id })
	s := p.sent[at]
	s.over()
	p.sent = slices.Delete(p.sent, at, at+1)
	for _, sender := range p.up.GetSenders() {
		for _, track := range s.tracks {
			if sender.Track() == track {
				if err := p.up.RemoveTrack(sender); err != nil {
					p.t.Error(err)
				}
			}
		}
	}
}

// receives asks for senders, all of which must be there.
func (p *duo) receives(senders ...string) {
	p.t.Helper()
	failed, err := p.m.ReceiveStreams(p.ctx, p.id, room.StreamsToReceive{Streams: refs(senders...)})
	if err != nil || len(failed) > 0 {
		p.t.Fatalf("receive %v: %v %v", senders, failed, err)
	}
}

// reset forgets what has come.
func (p *duo) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.packets)
}

// hears waits until fifteen packets of each kind of each sender have come since the reset.
func (p *duo) hears(senders ...string) {
	p.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	enough := func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, s := range senders {
			if p.packets[s]["audio"] < 15 || p.packets[s]["video"] < 15 {
				return false
			}
		}
		return true
	}
	for !enough() {
		select {
		case <-tick.C:
		case <-p.ctx.Done():
			p.mu.Lock()
			defer p.mu.Unlock()
			p.t.Fatalf("want %v, came %v", senders, p.packets)
		}
	}
}

// inPairs is a room on the built-in media server with duos.
func inPairs(t *testing.T) (context.Context, *room.Manager, *duos) {
	t.Helper()
	ctx, m, _ := inside(t)
	d := &duos{}
	m.Handle(d)
	return ctx, m, d
}

func TestThreePeopleOfBothKindsOnTheMediaServer(t *testing.T) {
	ctx, m, all := inPairs(t)
	ann, bob := all.join(ctx, t, m, "publisher"), all.join(ctx, t, m, "bob")
	ann.sends("webcam")
	ann.sends("screen")
	if err := ann.publish(); err != nil {
		t.Fatal(err)
	}
	cy := join(ctx, t, m, "cy")
	old := publishStream(ctx, t, m, cy, room.DefaultStream)
	sending, stop := context.WithCancel(ctx)
	var busy sync.WaitGroup
	busy.Go(func() { old.sendFrames(sending, t, 900) })
	defer func() {
		stop()
		busy.Wait()
		_ = old.pc.Close()
	}()
	old.keyframe.Store(true)

	bob.receives("publisher_webcam", "publisher_screen")
	bob.hears("publisher_webcam", "publisher_screen")
	bob.receives("cy_webcam")
	ann.receives("cy_webcam")
	bob.reset()
	bob.hears("publisher_webcam", "publisher_screen", "cy_webcam")
	ann.hears("cy_webcam")
	seen := receiveStream(ctx, t, m, cy, "screen")
	defer func() { _ = seen.pc.Close() }()
	seen.await(ctx, t, 15)

	// The screen ends, and the camera goes on without a gap.
	ann.stops("screen")
	if err := ann.publish(); err != nil {
		t.Fatal(err)
	}
	bob.reset()
	bob.hears("publisher_webcam", "cy_webcam")
	bob.sends("webcam")
	if err := bob.publish(); err != nil {
		t.Fatal(err)
	}
	ann.receives("bob_webcam")
	ann.hears("bob_webcam", "cy_webcam")
	look(ctx, t, m)
}

// look checks what an operator sees of the call.
func look(ctx context.Context, t *testing.T, m *room.Manager) {
	t.Helper()
	is, err := m.Inspect(ctx, "fifty", room.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, p := range is.People {
		for _, pub := range p.Publishes {
			seen[p.User] += fmt.Sprintf(" sends %s to %d in %d tracks", pub.Stream, pub.Receivers, len(pub.Tracks))
		}
		for _, sub := range p.Receives {
			seen[p.User] += fmt.Sprintf(" gets %s_%s in %d tracks", sub.Publisher, sub.Stream, len(sub.Tracks))
		}
	}
	wantSame(t, "inspected", seen, map[string]string{
		"publisher": " sends webcam to 1 in 2 tracks gets bob_webcam in 2 tracks gets cy_webcam in 2 tracks",
		"bob":       " sends webcam to 1 in 2 tracks gets publisher_webcam in 2 tracks gets cy_webcam in 2 tracks",
		"cy":        " sends webcam to 2 in 2 tracks",
	})
}

// A client that has missed an offer, or whose answer was lost, goes on after Resume.
func TestAnOfferThatWaitsIsTakenUpOnTheMediaServer(t *testing.T) {
	ctx, m, all := inPairs(t)
	ann, bob := all.join(ctx, t, m, "ann"), all.join(ctx, t, m, "bob")
	ann.sends("webcam")
	if err := ann.publish(); err != nil {
		t.Fatal(err)
	}
	bob.silent.Store(true)
	bob.receives("ann_webcam")
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for number := 0; number == 0; {
		bob.mu.Lock()
		number = bob.offered.Number
		bob.mu.Unlock()
		<-tick.C
	}
	bob.silent.Store(false)
	if err := m.Resume(ctx, bob.id); err != nil {
		t.Error(err)
	}
	bob.hears("ann_webcam")
	bob.mu.Lock()
	last := slices.Max(slices.Collect(maps.Keys(bob.answers)))
	answer := bob.answers[last]
	bob.mu.Unlock()
	if err := m.AnswerOffer(ctx, bob.id, last, answer, nil); err != nil {
		t.Errorf("the last answer again: %v", err)
	}
	wantCode(t, m.AnswerOffer(ctx, bob.id, last+1, answer, nil), room.CodeSDP)
	if err := m.RestartReceiving(ctx, bob.id, nil); err != nil {
		t.Error(err)
	}
	bob.reset()
	bob.hears("ann_webcam")
}

// What is switched off or muted is not sent; what a moderator ends is ended; an application
// has the packets of what it taps.
func TestMutesTapsAndEvictionOnPairedConnections(t *testing.T) {
	ctx, m, all := inPairs(t)
	ann, bob := all.join(ctx, t, m, "ann"), all.join(ctx, t, m, "bob")
	ann.sends("webcam")
	ann.sends("screen")
	if err := ann.publish(); err != nil {
		t.Fatal(err)
	}
	bob.receives("ann_webcam", "ann_screen")
	bob.hears("ann_webcam", "ann_screen")
	if err := errors.Join(m.SetOff(ctx, ann.id, "", room.Audio), m.Moderate("fifty").Mute(ctx, "ann", "screen", room.Video)); err != nil {
		t.Error(err)
	}
	bob.reset()
	w := newWiretap()
	film := &reel{}
	tape := webm.New(film)
	if err := errors.Join(m.AddTap(ctx, ann.id, "", room.All, w), m.AddTap(ctx, ann.id, "screen", room.Audio, tape)); err != nil {
		t.Fatal(err)
	}
	if tracks := awaitOr(ctx, t, "beginning", w.begun); len(tracks) != 2 {
		t.Errorf("tapped %+v", tracks)
	}
	heard := newWiretap()
	if err := m.AddTap(ctx, ann.id, "screen", room.Audio, heard); err != nil {
		t.Error(err)
	}
	for range 10 {
		awaitOr(ctx, t, "sound", heard.packets)
	}
	for quiet := false; !quiet; { // what was on its way may still come
		bob.reset()
		for range 10 {
			if p := awaitOr(ctx, t, "packet", w.packets); p.Track != 1 {
				t.Error("the tap hears what is switched off")
			}
		}
		bob.mu.Lock()
		quiet = bob.packets["ann_webcam"]["audio"]+bob.packets["ann_screen"]["video"] == 0
		bob.mu.Unlock()
	}
	if err := m.Moderate("fifty").Unpublish(ctx, "ann", ""); err != nil {
		t.Error(err)
	}
	if why := awaitOr(ctx, t, "end", w.ended); why != room.TapUnpublished {
		t.Errorf("the tap ended because of %q", why)
	}
	if e := awaitOr(ctx, t, "word", ann.errors); e.Stream != "webcam" || e.Connection != "" {
		t.Errorf("told %+v", e)
	}
	if err := m.Evict(ctx, ann.id); err != nil {
		t.Error(err)
	}
	awaitOr(ctx, t, "recording", tape.Done())
	if err := tape.Err(); err != nil || !bytes.HasPrefix(film.Bytes(), []byte{0x1a, 0x45, 0xdf, 0xa3}) {
		t.Errorf("recorded %d octets: %v", film.Len(), err)
	}
}

// reel is a file in memory. The recorder's goroutine writes it, and is done when it is read.
type reel struct{ bytes.Buffer }

func (*reel) Close() error { return nil }

// A client whose connection is gone on its side makes another one.
func TestAFreshConnectionTakesThePlaceOfTheOldOne(t *testing.T) {
	ctx, m, all := inPairs(t)
	ann, bob := all.join(ctx, t, m, "ann"), all.join(ctx, t, m, "bob")
	ann.sends("webcam")
	if err := ann.publish(); err != nil {
		t.Fatal(err)
	}
	bob.receives("ann_webcam")
	bob.hears("ann_webcam")
	bob.mu.Lock()
	gone := bob.down
	bob.down, bob.answers = newConnection(t), map[int]string{}
	bob.down.OnTrack(bob.read)
	bob.mu.Unlock()
	if err := gone.Close(); err != nil {
		t.Error(err)
	}
	bob.reset()
	if _, err := m.ReceiveStreams(ctx, bob.id, room.StreamsToReceive{Fresh: true, Streams: refs("ann_webcam")}); err != nil {
		t.Error(err)
	}
	bob.hears("ann_webcam")
}
