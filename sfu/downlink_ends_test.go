package sfu_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/testnet"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// opusAndVP9 is a client that decodes no VP8.
func opusAndVP9() []webrtc.RTPCodecParameters {
	return []webrtc.RTPCodecParameters{
		{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}, PayloadType: 111},
		{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP9, ClockRate: 90000}, PayloadType: 98},
	}
}

func (r *receiver) endOf(sub *sfu.Subscription) (ended bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	err, ended = r.ended[sub]
	return ended, err
}

// refusing answers as a browser does that lacks the codec of a section.
func refusing(mids ...string) func(string) string {
	return func(answer string) string {
		parts := strings.SplitAfter(answer, "\r\nm=")
		for i, part := range parts {
			for _, mid := range mids {
				if strings.Contains(part, "a=mid:"+mid+"\r\n") {
					kind, rest, _ := strings.Cut(part, " ")
					_, rest, _ = strings.Cut(rest, " ")
					line, _, _ := strings.Cut(rest, "\r\n")
					parts[i] = fmt.Sprintf("%s 0 %s\r\nc=IN IP4 0.0.0.0\r\na=inactive", kind, line)
					if strings.HasSuffix(part, "\r\nm=") {
						parts[i] += "\r\nm="
					} else {
						parts[i] += "\r\n"
					}
				}
			}
		}
		return strings.Join(parts, "")
	}
}

func TestAStreamWhoseCodecIsRefusedEndsAlone(t *testing.T) {
	simulate(t, 103, func(t *testing.T, s *stage) {
		from := s.publishers(3)
		r := s.receive("10.0.2.1")
		subs := r.subscribe(from...)
		r.change = refusing("3") // the picture of the second
		r.answer()
		s.connected(r.pc)
		<-subs[1].Done()
		if ended, err := r.endOf(subs[1]); !ended || !errors.Is(err, sfu.ErrCodecMismatch) || !strings.Contains(err.Error(), "VP8") {
			t.Errorf("it ended: %v, with %v; want ErrCodecMismatch that names VP8", ended, err)
		}
		o := r.answer() // its sound is taken out
		if len(o.Streams) != 2 || len(sections(o.SDP)) != 6 || !strings.HasPrefix(sections(o.SDP)[3], "video 0 ") {
			t.Errorf("%d streams in %d sections are left:\n%s", len(o.Streams), len(sections(o.SDP)), sections(o.SDP)[3])
		}
		sendAll(from, 3*time.Second)
		for _, sub := range []*sfu.Subscription{subs[0], subs[2]} {
			if sound, picture := r.arrived(o, sub); sound.packets < 140 || picture.packets < 100 {
				t.Errorf("%d packets of sound and %d of the picture came beside what was refused", sound.packets, picture.packets)
			}
		}
		if n := s.engine.Stats().Egress.Streams[codec.Opus]; n != 2 {
			t.Errorf("%d sounds are sent, want 2", n)
		}
		r.quiet()
	})
}

func TestAClientThatCannotDecodeThePictureIsTold(t *testing.T) {
	simulate(t, 116, func(t *testing.T, s *stage) {
		from := s.publishers(1)
		r := s.receive("10.0.2.1", opusAndVP9()...)
		sub := r.subscribe(from[0])[0]
		r.answer()
		<-sub.Done()
		time.Sleep(time.Second)
		if ended, err := r.endOf(sub); !ended || !errors.Is(err, sfu.ErrCodecMismatch) {
			t.Errorf("it ended: %v, with %v; want ErrCodecMismatch", ended, err)
		}
		if n := s.engine.Stats().Egress.Streams[codec.Opus]; n != 0 {
			t.Errorf("%d sounds are sent without their picture", n)
		}
	})
}

func TestAClientThatTakesNothingMayTakeTheNext(t *testing.T) {
	simulate(t, 104, func(t *testing.T, s *stage) {
		from := s.publishers(2)
		r := s.receive("10.0.2.1")
		sub := r.subscribe(from[0])[0]
		o := r.next()
		nothing := "v=0\r\no=- 7 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE\r\nm=audio 0 UDP/TLS/RTP/SAVPF 111\r\nm=video 0 UDP/TLS/RTP/SAVPF 96\r\n"
		if err := r.downlink.Complete(context.Background(), o.Number, nothing); err != nil {
			t.Fatal(err)
		}
		<-sub.Done()
		time.Sleep(time.Minute) // which is no reason to give it up
		sub = r.subscribe(from[1])[0]
		o = r.answer()
		s.connected(r.pc)
		sendAll(from, 2*time.Second)
		if sound, picture := r.arrived(o, sub); sound.packets < 90 || picture.packets < 100 {
			t.Errorf("%d packets of sound and %d of the picture came", sound.packets, picture.packets)
		}
	})
}

func TestSubscriptionsEndWithTheirPublication(t *testing.T) {
	simulate(t, 105, func(t *testing.T, s *stage) {
		from := s.publishers(2)
		r := s.receive("10.0.2.1")
		subs := r.subscribe(from...)
		r.answer()
		s.connected(r.pc)
		from[0].publication.Close()
		<-subs[0].Done()
		o := r.answer()
		if ended, err := r.endOf(subs[0]); !ended || err != nil {
			t.Errorf("it ended: %v, with %v; want no error", ended, err)
		}
		if len(o.Streams) != 1 || o.Streams[0].Subscription != subs[1] {
			t.Errorf("%d streams are left in the next offer, want the other one", len(o.Streams))
		}
		if _, err := r.downlink.Subscribe(from[0].publication, sfu.ReceiveRequest{}); !errors.Is(err, sfu.ErrClosed) {
			t.Errorf("subscribing to what has ended: %v, want ErrClosed", err)
		}
	})
}

func TestAnswersAreForTheOfferThatIsOutstanding(t *testing.T) {
	simulate(t, 106, func(t *testing.T, s *stage) {
		from := s.publishers(2)
		r := s.receive("10.0.2.1")
		complete := func(number int, answer string) error {
			return r.downlink.Complete(context.Background(), number, answer)
		}
		if err := complete(0, ""); !errors.Is(err, sfu.ErrBadOffer) {
			t.Errorf("an answer before there is an offer: %v, want ErrBadOffer", err)
		}
		r.subscribe(from[0])
		o := r.next()
		if again, ok := r.downlink.Outstanding(); !ok || again.SDP != o.SDP {
			t.Error("the offer is not outstanding")
		}
		r.subscribe(from[1]) // waits
		answer := r.answerTo(o)
		for _, number := range []int{0, 2, -1} {
			if err := complete(number, answer); !errors.Is(err, sfu.ErrBadOffer) {
				t.Errorf("answer to offer %d: %v, want ErrBadOffer", number, err)
			}
		}
		for _, text := range []string{"", strings.ReplaceAll(answer, "a=fingerprint:", "a=x:"), strings.ReplaceAll(answer, "a=mid:0", "a=mid:5")} {
			if err := complete(1, text); !errors.Is(err, sfu.ErrBadOffer) {
				t.Errorf("an answer that is none: %v, want ErrBadOffer", err)
			}
		}
		r.quiet()
		for range 2 { // a client that did not hear that it was taken
			if err := complete(1, answer); err != nil {
				t.Errorf("the answer: %v", err)
			}
		}
		s.connected(r.pc)
		o = r.next()
		if o.Number != 2 || len(o.Streams) != 2 {
			t.Errorf("offer %d has %d streams, want the second with both", o.Number, len(o.Streams))
		}
		other := strings.NewReplacer("a=ice-ufrag:", "a=ice-ufrag:xx").Replace(r.answerTo(o))
		if err := complete(2, other); !errors.Is(err, sfu.ErrBadOffer) {
			t.Errorf("an answer with other ICE credentials: %v, want ErrBadOffer", err)
		}
		if f := r.observer.failures(); len(f) > 0 {
			t.Errorf("the connection failed: %v", f)
		}
	})
}

func TestAClientThatNeverAnswersLosesTheConnection(t *testing.T) {
	simulate(t, 107, func(t *testing.T, s *stage) {
		from := s.publishers(1)
		r := s.receive("10.0.2.1")
		time.Sleep(5 * time.Minute) // nothing is asked of it yet
		sub := r.subscribe(from[0])[0]
		r.next()
		time.Sleep(29 * time.Second)
		if f := r.observer.failures(); len(f) > 0 {
			t.Errorf("after 29 s it is said that %v", f)
		}
		time.Sleep(2 * time.Second)
		if f := r.observer.failures(); len(f) != 1 {
			t.Errorf("after 31 s it is said that %v, want one failure", f)
		}
		<-sub.Done()
		<-r.downlink.Done()
		if _, err := r.downlink.Subscribe(from[0].publication, sfu.ReceiveRequest{}); !errors.Is(err, sfu.ErrClosed) {
			t.Errorf("subscribing on what was lost: %v, want ErrClosed", err)
		}
	})
}

func TestAnOfferThatIsNotAnsweredHoldsBackOnlyWhatComesLater(t *testing.T) {
	simulate(t, 108, func(t *testing.T, s *stage) {
		from := s.publishers(2)
		r := s.receive("10.0.2.1")
		sub := r.subscribe(from[0])[0]
		o := r.answer()
		s.connected(r.pc)
		r.subscribe(from[1])
		r.next() // its socket is away
		sendAll(from, time.Minute)
		if _, picture := r.arrived(o, sub); picture.packets < 7000 {
			t.Errorf("%d packets of the first picture came in a minute", picture.packets)
		}
		if f := r.observer.failures(); len(f) > 0 {
			t.Errorf("the connection failed: %v", f)
		}
	})
}

func TestADownlinkRestartsICE(t *testing.T) {
	simulate(t, 109, func(t *testing.T, s *stage) {
		s.lossy = true
		from := s.publishers(2)
		r := s.receive("10.0.2.1")
		sub := r.subscribe(from[0])[0]
		r.answer()
		s.connected(r.pc)
		from[0].send(3 * time.Second)
		var o sfu.DownlinkOffer
		whileSending(func(d time.Duration) { from[0].send(d) }, func() {
			before := r.downlink
			s.move("10.0.2.1", "10.0.2.2")
			before.Restart()
			before.Restart()
			r.subscribe(from[1]) // goes with it
			o = r.answer()
		})
		if o.Number != 2 || len(o.Streams) != 2 {
			t.Errorf("offer %d has %d streams, want the second with both", o.Number, len(o.Streams))
		}
		from[0].send(time.Second)
		_, first := r.arrived(o, sub)
		from[0].send(10 * time.Second)
		_, last := r.arrived(o, sub)
		if n := last.packets - first.packets; n < 10*30*3 {
			t.Errorf("%d packets of video in 10 s after the restart, want about 1,200", n)
		}
		if f := r.observer.failures(); len(f) > 0 {
			t.Errorf("the connection failed: %v", f)
		}
		r.quiet()
	})
}

func TestARestartNeedsNewCredentials(t *testing.T) {
	simulate(t, 110, func(t *testing.T, s *stage) {
		from := s.publishers(1)
		r := s.receive("10.0.2.1")
		r.subscribe(from[0])
		old := r.answerTo(r.next())
		if err := r.downlink.Complete(context.Background(), 1, old); err != nil {
			t.Fatal(err)
		}
		s.connected(r.pc)
		r.downlink.Restart()
		o := r.next()
		if err := r.downlink.Complete(context.Background(), o.Number, old); !errors.Is(err, sfu.ErrBadOffer) {
			t.Errorf("an answer with the old credentials: %v, want ErrBadOffer", err)
		}
		if err := r.downlink.Complete(context.Background(), o.Number, r.answerTo(o)); err != nil {
			t.Errorf("a better one: %v", err)
		}
	})
}

func TestCandidatesMayComeBeforeTheAnswer(t *testing.T) {
	simulate(t, 111, func(t *testing.T, s *stage) {
		from := s.publishers(1)
		r := s.receive("10.0.2.1")
		r.subscribe(from[0])
		var lines []string
		r.change = func(answer string) string {
			var kept []string
			for _, line := range strings.SplitAfter(answer, "\r\n") {
				if c, ok := strings.CutPrefix(line, "a=candidate:"); ok {
					lines = append(lines, "candidate:"+strings.TrimSpace(c))
					continue
				}
				kept = append(kept, line)
			}
			return strings.Join(kept, "")
		}
		o := r.next()
		answer := r.answerTo(o)
		for _, c := range lines {
			if err := r.downlink.AddICECandidate(sfu.Candidate{Candidate: c, SDPMid: "0"}); err != nil {
				t.Error(err)
			}
		}
		time.Sleep(time.Second)
		if err := r.downlink.Complete(context.Background(), o.Number, answer); err != nil {
			t.Fatal(err)
		}
		s.connected(r.pc)
	})
}

func TestADownlinkClosesInEveryState(t *testing.T) {
	for name, until := range map[string]func(s *stage, r *receiver, from []*publisher){
		"new":         func(*stage, *receiver, []*publisher) {},
		"subscribing": func(_ *stage, r *receiver, from []*publisher) { r.subscribe(from...) },
		"offered":     func(_ *stage, r *receiver, from []*publisher) { r.subscribe(from...); r.next() },
		"answered":    func(_ *stage, r *receiver, from []*publisher) { r.subscribe(from...); r.answer() },
		"connected": func(s *stage, r *receiver, from []*publisher) {
			r.subscribe(from...)
			r.answer()
			s.connected(r.pc)
			from[0].send(time.Second)
		},
		"offered more": func(s *stage, r *receiver, from []*publisher) {
			r.subscribe(from[0])
			r.answer()
			s.connected(r.pc)
			r.subscribe(from[1])
			r.next()
		},
		"restarting": func(s *stage, r *receiver, from []*publisher) {
			r.subscribe(from...)
			r.answer()
			s.connected(r.pc)
			r.downlink.Restart()
			r.next()
		},
	} {
		t.Run(name, func(t *testing.T) {
			simulate(t, 112, func(t *testing.T, s *stage) {
				from := s.publishers(2)
				r := s.receive("10.0.2.1")
				until(s, r, from)
				r.downlink.Close()
				<-r.downlink.Done()
				if _, ok := r.downlink.Outstanding(); ok {
					t.Error("an offer is outstanding")
				}
				if _, err := r.downlink.Subscribe(from[0].publication, sfu.ReceiveRequest{}); !errors.Is(err, sfu.ErrClosed) {
					t.Errorf("subscribing: %v, want ErrClosed", err)
				}
				if err := r.downlink.Complete(context.Background(), 1, ""); !errors.Is(err, sfu.ErrClosed) {
					t.Errorf("answering: %v, want ErrClosed", err)
				}
				if f := r.observer.failures(); len(f) > 0 || len(r.ended) > 0 {
					t.Errorf("it is said that %v, and %d subscriptions ended by themselves", f, len(r.ended))
				}
				time.Sleep(time.Second)
				st := s.engine.Stats()
				if st.Peers != 2 || st.Egress.Subscribers != 0 || st.Egress.Streams[codec.VP8] != 0 {
					t.Errorf("%d connections, %d subscribers and %d pictures are left", st.Peers, st.Egress.Subscribers, st.Egress.Streams[codec.VP8])
				}
			})
		})
	}
}

func TestAVanishedReceiverIsReported(t *testing.T) {
	simulate(t, 113, func(t *testing.T, s *stage) {
		from := s.publishers(1)
		r := s.receive("10.0.2.1")
		sub := r.subscribe(from[0])[0]
		r.answer()
		s.connected(r.pc)
		from[0].send(time.Second)
		s.net.Host("10.0.2.1").SetUplink(testnet.Link{Loss: 1})
		s.net.Host("10.0.2.1").SetDownlink(testnet.Link{Loss: 1})
		start := time.Now()
		<-sub.Done()
		if gone := time.Since(start); gone > 20*time.Second {
			t.Errorf("gone after %v, want at most 20 s", gone)
		}
		if f := r.observer.failures(); len(f) != 1 {
			t.Errorf("reported %q, want one failure", f)
		}
	})
}

func TestWhatIsSaidBeforeTheAnswerHolds(t *testing.T) {
	simulate(t, 114, func(t *testing.T, s *stage) {
		from := s.publishers(2)
		r := s.receive("10.0.2.1")
		subs := r.subscribe(from...)
		subs[0].SetVideoPreference(sfu.VideoPreference{Priority: sfu.PriorityHidden})
		subs[1].Mute(sfu.Audio)
		o := r.answer()
		s.connected(r.pc)
		sendAll(from, 3*time.Second)
		if sound, picture := r.arrived(o, subs[0]); sound.packets < 140 || picture.packets > 0 {
			t.Errorf("%d packets of sound and %d of a hidden picture came", sound.packets, picture.packets)
		}
		if sound, picture := r.arrived(o, subs[1]); sound.packets > 0 || picture.packets < 200 {
			t.Errorf("%d packets of muted sound and %d of the picture came", sound.packets, picture.packets)
		}
	})
}

// hidden takes the candidates out of an answer, as those are whose addresses a browser
// hides: the client's checks show where it is.
func hidden(answer string) string {
	var kept []string
	for _, line := range strings.SplitAfter(answer, "\r\n") {
		if !strings.HasPrefix(line, "a=candidate:") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

func TestAClientWithHiddenCandidatesConnectsAtOnceAndRestarts(t *testing.T) {
	simulate(t, 115, func(t *testing.T, s *stage) {
		s.lossy = true
		from := s.publishers(1)
		r := s.receive("10.0.2.1")
		r.change = hidden
		sub := r.subscribe(from[0])[0]
		r.answer()
		start := time.Now()
		s.connected(r.pc)
		if took := time.Since(start); took > 500*time.Millisecond {
			t.Errorf("it took %v to connect", took)
		}
		from[0].send(2 * time.Second)
		var o sfu.DownlinkOffer
		whileSending(func(d time.Duration) { from[0].send(d) }, func() {
			s.move("10.0.2.1", "10.0.2.2")
			r.downlink.Restart()
			o = r.answer()
		})
		from[0].send(time.Second)
		_, first := r.arrived(o, sub)
		from[0].send(20 * time.Second)
		_, last := r.arrived(o, sub)
		if n := last.packets - first.packets; n < 20*30*3 {
			t.Errorf("%d packets of video in 20 s after the restart, want about 2,400", n)
		}
		if f := r.observer.failures(); len(f) > 0 {
			t.Errorf("the connection failed: %v", f)
		}
	})
}
