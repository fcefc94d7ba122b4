package sfu_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// receiver is a client with a receiving connection, which answers what it is offered.
type receiver struct {
	s        *stage
	pc       *webrtc.PeerConnection
	downlink *sfu.Downlink
	observer *silent
	offers   chan sfu.DownlinkOffer
	change   func(answer string) string // on its way; nil for nothing

	mu    sync.Mutex
	ended map[*sfu.Subscription]error
	got   map[string]*arrived // by stream and kind
}

// arrived is what came of one track.
type arrived struct {
	packets int
	ssrc    uint32
	judge   *rtptest.Conformance
	over    bool
}

// receive makes a client with a Downlink, which has nothing on it yet.
func (s *stage) receive(ip string, codecs ...webrtc.RTPCodecParameters) *receiver {
	s.t.Helper()
	r := &receiver{
		s: s, pc: s.client(ip, codecs...), observer: &silent{}, offers: make(chan sfu.DownlinkOffer, 100),
		ended: make(map[*sfu.Subscription]error), got: make(map[string]*arrived),
	}
	r.pc.OnTrack(r.onTrack)
	var err error
	r.downlink, err = s.engine.NewDownlink(sfu.DownlinkRequest{
		Observer: r.observer,
		Offer:    func(o sfu.DownlinkOffer) { r.offers <- o },
		Ended: func(sub *sfu.Subscription, err error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.ended[sub] = err
		},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (r *receiver) onTrack(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
	a := &arrived{ssrc: uint32(track.SSRC()), judge: rtptest.NewConformance(rtptest.Expectations{
		Codecs: map[uint8]codec.Codec{96: codec.VP8, 111: codec.Opus}, MayLose: r.s.lossy, PictureIDs: true,
		SSRCs: rtptest.Limits{Audio: 1, Video: 1},
	})}
	r.mu.Lock()
	r.got[track.StreamID()+" "+track.Kind().String()] = a
	r.mu.Unlock()
	for {
		pkt, _, err := track.ReadRTP()
		r.mu.Lock()
		if err != nil {
			a.over = true
			r.mu.Unlock()
			return
		}
		a.packets++
		r.mu.Unlock()
		a.judge.Packet(pkt)
	}
}

// subscribe asks for publications, all at once.
func (r *receiver) subscribe(to ...*publisher) (list []*sfu.Subscription) {
	r.s.t.Helper()
	for _, p := range to {
		sub, err := r.downlink.Subscribe(p.publication, sfu.ReceiveRequest{})
		if err != nil {
			r.s.t.Fatal(err)
		}
		list = append(list, sub)
	}
	return list
}

// answer takes the next offer and answers it.
func (r *receiver) answer() sfu.DownlinkOffer {
	r.s.t.Helper()
	o := r.next()
	if err := r.downlink.Complete(context.Background(), o.Number, r.answerTo(o)); err != nil {
		r.s.t.Fatalf("answer %d: %v", o.Number, err)
	}
	return o
}

// next waits for the next offer.
func (r *receiver) next() sfu.DownlinkOffer {
	r.s.t.Helper()
	select {
	case o := <-r.offers:
		return o
	case <-time.After(5 * time.Second):
		r.s.t.Fatalf("no offer came; it is said that %v", r.observer.failures())
		return sfu.DownlinkOffer{}
	}
}

// answerTo has the client make an answer.
func (r *receiver) answerTo(o sfu.DownlinkOffer) string {
	r.s.t.Helper()
	if err := r.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: o.SDP}); err != nil {
		r.s.t.Fatalf("offer refused by the client: %v\n%s", err, o.SDP)
	}
	answer, err := r.pc.CreateAnswer(nil)
	if err != nil {
		r.s.t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(r.pc)
	if err := r.pc.SetLocalDescription(answer); err != nil {
		r.s.t.Fatal(err)
	}
	<-gathered
	text := r.pc.LocalDescription().SDP
	if r.change != nil {
		text = r.change(text)
	}
	return text
}

// quiet fails when an offer is due that should not be.
func (r *receiver) quiet() {
	r.s.t.Helper()
	select {
	case o := <-r.offers:
		r.s.t.Errorf("offer %d came:\n%s", o.Number, o.SDP)
	case <-time.After(100 * time.Millisecond):
	}
}

// arrived returns what came of the sound and the picture of a subscription, by the msid
// that an offer gives it.
func (r *receiver) arrived(o sfu.DownlinkOffer, sub *sfu.Subscription) (sound, picture arrived) {
	r.s.t.Helper()
	stream := streamOf(o, sub)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, kind := range []string{"audio", "video"} {
		a := r.got[stream+" "+kind]
		if a == nil {
			continue
		}
		if kind == "audio" {
			sound = *a
		} else {
			picture = *a
		}
	}
	return sound, picture
}

// sections splits a description.
func sections(text string) []string { return strings.Split(text, "\r\nm=")[1:] }

// streamOf returns the stream id that an offer gives a subscription.
func streamOf(o sfu.DownlinkOffer, sub *sfu.Subscription) string {
	for _, st := range o.Streams {
		if st.Subscription != sub {
			continue
		}
		for _, section := range sections(o.SDP) {
			if valueOf(section, "a=mid:") == st.MIDs[0] {
				stream, _, _ := strings.Cut(valueOf(section, "a=msid:"), " ")
				return stream
			}
		}
	}
	return ""
}

// publishers makes n of them.
func (s *stage) publishers(n int) (list []*publisher) {
	for i := range n {
		list = append(list, s.publish(fmt.Sprintf("10.0.1.%d", i+1), false))
	}
	return list
}

// sendAll has all of them send at once.
func sendAll(list []*publisher, d time.Duration) {
	var all sync.WaitGroup
	for _, p := range list {
		all.Go(func() { p.send(d) })
	}
	all.Wait()
}

func TestNineStreamsComeOverOneConnection(t *testing.T) {
	simulate(t, 101, func(t *testing.T, s *stage) {
		from := s.publishers(9)
		r := s.receive("10.0.2.1")
		subs := r.subscribe(from[:4]...)
		first := r.answer()
		s.connected(r.pc)
		if n := len(first.Streams); n != 4 {
			t.Errorf("the first offer has %d streams, want the 4 that were asked for at once", n)
		}
		subs = append(subs, r.subscribe(from[4:]...)...)
		last := r.answer()
		if last.Number != 2 || len(last.Streams) != 9 || len(sections(last.SDP)) != 18 {
			t.Errorf("offer %d has %d streams in %d sections, want 9 in 18", last.Number, len(last.Streams), len(sections(last.SDP)))
		}
		sendAll(from, 10*time.Second) // until the link is known to carry them all
		before := make(map[*sfu.Subscription]int)
		for _, sub := range subs {
			_, picture := r.arrived(last, sub)
			before[sub] = picture.packets
		}
		sendAll(from, 5*time.Second)
		for i, sub := range subs {
			sound, picture := r.arrived(last, sub)
			if pictures := picture.packets - before[sub]; sound.packets < 740 || pictures < 590 {
				t.Errorf("stream %d: %d packets of sound and, in the end, %d of the picture came, want about 750 and 600", i, sound.packets, pictures)
			}
			for _, a := range []arrived{sound, picture} {
				if a.judge == nil {
					continue
				}
				for _, v := range a.judge.Violations() {
					t.Errorf("stream %d: %s", i, v)
				}
			}
		}
		st := s.engine.Stats()
		if st.Peers != 10 || st.SealedByShard != 1 {
			t.Errorf("%d connections, %d of them sealed by a shard; want 10 and 1", st.Peers, st.SealedByShard)
		}
		if st.Egress.Streams[codec.VP8] != 9 || st.Egress.Streams[codec.Opus] != 9 {
			t.Errorf("%d pictures and %d sounds are sent, want 9 of each", st.Egress.Streams[codec.VP8], st.Egress.Streams[codec.Opus])
		}
		r.quiet()
	})
}

func TestAFreeSectionIsUsedAgain(t *testing.T) {
	simulate(t, 102, func(t *testing.T, s *stage) {
		from := s.publishers(3)
		r := s.receive("10.0.2.1")
		subs := r.subscribe(from[:2]...)
		r.answer()
		s.connected(r.pc)
		sendAll(from, time.Second)
		subs[0].Close()
		<-subs[0].Done()
		third := r.subscribe(from[2])[0]
		o := r.answer()
		// The client has not answered yet that the sections are free.
		if n := len(sections(o.SDP)); n != 6 {
			t.Errorf("%d sections, want 6: the two that end, and two new ones", n)
		}
		for i, section := range sections(o.SDP)[:4] {
			if inactive := strings.Contains(section, "a=inactive"); inactive != (i < 2) {
				t.Errorf("section %d is inactive: %v\n%s", i, inactive, section)
			}
		}
		r.quiet()
		third.Close()
		again := r.subscribe(from[0])[0]
		o = r.answer()
		if n := len(sections(o.SDP)); n != 6 {
			t.Errorf("%d sections after one stream has left and another one come, want the same 6", n)
		}
		if mids := o.Streams[0].MIDs; o.Streams[0].Subscription != again || mids[0] != "0" || mids[1] != "1" {
			t.Errorf("it comes in the sections %v, want 0 and 1", mids)
		}
		sendAll(from, 3*time.Second)
		sound, picture := r.arrived(o, again)
		if sound.packets < 140 || picture.packets < 300 {
			t.Errorf("%d packets of sound and %d of the picture came in the sections that are used again", sound.packets, picture.packets)
		}
		for _, a := range []arrived{sound, picture} {
			if a.judge != nil && len(a.judge.Violations()) > 0 {
				t.Errorf("violations: %v", a.judge.Violations())
			}
		}
	})
}
