package sfu_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pion/transport/v4"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/testnet"
	"github.com/atrium-rtc/atrium/sfu"
)

// roaming is a client's network that can be exchanged for another one.
type roaming struct{ transport.Net }

// netOf returns the network of a client at an address.
func (s *stage) netOf(ip string) transport.Net {
	if s.roams[ip] == nil {
		if s.roams == nil {
			s.roams = make(map[string]*roaming)
		}
		s.roams[ip] = &roaming{s.net.Host(ip).Net()}
	}
	return s.roams[ip]
}

// move gives the client that began at one address another, and cuts the old one off.
func (s *stage) move(from, to string) {
	s.roams[from].Net = s.net.Host(to).Net()
	s.net.Host(from).SetUplink(testnet.Link{Loss: 1})
	s.net.Host(from).SetDownlink(testnet.Link{Loss: 1})
}

// trickled is a Publication or a Subscription.
type trickled interface {
	AddICECandidate(c sfu.Candidate) error
}

// restart lets a client begin ICE anew, from its offer to its new connection.
func (s *stage) restart(pc *webrtc.PeerConnection, of trickled, begin func(sfu.ICECredentials) (string, error)) string {
	s.t.Helper()
	offer, err := pc.CreateOffer(&webrtc.OfferOptions{ICERestart: true})
	if err != nil {
		s.t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		s.t.Fatal(err)
	}
	<-gathered
	text := pc.LocalDescription().SDP
	answer, err := begin(sfu.ICECredentials{Ufrag: valueOf(text, "a=ice-ufrag:"), Password: valueOf(text, "a=ice-pwd:")})
	if err != nil {
		s.t.Fatal(err)
	}
	s.accept(pc, answer)
	for line := range strings.Lines(text) {
		if c, ok := strings.CutPrefix(strings.TrimSpace(line), "a=candidate:"); ok {
			if err := of.AddICECandidate(sfu.Candidate{Candidate: "candidate:" + c, SDPMid: "0"}); err != nil {
				s.t.Error(err)
			}
		}
	}
	return answer
}

// whileSending sends for as long as fn runs, in whole seconds: capture does not wait
// for signaling, and a media clock that did would be at odds with its reports.
func whileSending(send func(time.Duration), fn func()) {
	over, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			send(time.Second)
			select {
			case <-over:
				return
			default:
			}
		}
	}()
	defer func() {
		close(over)
		<-done
	}()
	fn()
}

func valueOf(text, prefix string) string {
	for line := range strings.Lines(text) {
		if v, ok := strings.CutPrefix(line, prefix); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func TestMediaGoesOnAfterAChangeOfAddress(t *testing.T) {
	for _, tt := range []struct {
		name       string
		publisher  bool
		subscriber bool
	}{
		{"of the publisher", true, false},
		{"of the subscriber", false, true},
		{"of both", true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			simulate(t, 11, func(t *testing.T, s *stage) {
				s.lossy = true
				p := s.publish("10.0.1.1", false)
				sub := s.subscribe("10.0.2.1", p.publication)
				p.send(3 * time.Second)
				whileSending(p.send, func() {
					if tt.publisher {
						s.move("10.0.1.1", "10.0.1.2")
						s.restart(p.pc, p.publication, p.restart)
					}
					if tt.subscriber {
						s.move("10.0.2.1", "10.0.2.2")
						s.restart(sub.pc, sub.subscription, sub.restart)
					}
				})
				p.send(time.Second)
				sub.mu.Lock()
				before := len(sub.video)
				sub.mu.Unlock()
				p.send(20 * time.Second)
				sub.mu.Lock()
				after := len(sub.video)
				sub.mu.Unlock()
				if n := after - before; n < 20*30*3 {
					t.Errorf("%d packets of video in 20 s after the restart, want about 2,400", n)
				}
				if failed := append(p.observer.failures(), sub.observer.failures()...); len(failed) > 0 {
					t.Errorf("connections were given up: %v", failed)
				}
				sub.conforms()
			})
		})
	}
}

func (p *publisher) restart(c sfu.ICECredentials) (string, error) {
	return p.publication.Restart(p.s.t.Context(), c)
}

func (sub *subscriber) restart(c sfu.ICECredentials) (string, error) {
	return sub.subscription.Restart(sub.s.t.Context(), c)
}

func TestARestartChangesNothingButICEInTheAnswer(t *testing.T) {
	simulate(t, 12, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		before := p.publication.Answer()
		for range 3 {
			after := s.restart(p.pc, p.publication, p.restart)
			if valueOf(before, "a=ice-ufrag:") == valueOf(after, "a=ice-ufrag:") {
				t.Error("our username fragment is the old one")
			}
			if withoutICE(before) != withoutICE(after) {
				t.Errorf("the answer was\n%s\nand is\n%s", before, after)
			}
			if strings.Count(after, "a=candidate:") == 0 || strings.Count(after, "a=candidate:") != strings.Count(before, "a=candidate:") {
				t.Errorf("candidates are missing:\n%s", after)
			}
			time.Sleep(time.Second)
		}
		p.send(time.Second)
		if failed := p.observer.failures(); len(failed) > 0 {
			t.Errorf("given up: %v", failed)
		}
	})
}

func withoutICE(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "a=ice-") && !strings.HasPrefix(line, "a=candidate:") {
			out.WriteString(line)
		}
	}
	return out.String()
}

func TestAConnectionThatDoesNotComeBackAfterARestartIsGivenUp(t *testing.T) {
	simulate(t, 13, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		credentials := sfu.ICECredentials{Ufrag: "abcdefgh", Password: strings.Repeat("p", 24)}
		if _, err := p.restart(credentials); err != nil {
			t.Fatal(err)
		}
		time.Sleep(45 * time.Second)
		if failed := p.observer.failures(); len(failed) != 1 {
			t.Errorf("failures: %v, want one", failed)
		}
		if _, err := p.restart(sfu.ICECredentials{Ufrag: "ijklmnop", Password: strings.Repeat("p", 24)}); !errors.Is(err, sfu.ErrClosed) {
			t.Errorf("restart of a closed connection: %v", err)
		}
	})
}

func TestCredentialsThatCannotBeUsedLeaveTheConnectionAlone(t *testing.T) {
	simulate(t, 14, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		own := p.pc.LocalDescription().SDP
		for name, c := range map[string]sfu.ICECredentials{
			"none":       {},
			"too short":  {Ufrag: "abc", Password: strings.Repeat("p", 24)},
			"short pwd":  {Ufrag: "abcd", Password: strings.Repeat("p", 21)},
			"too long":   {Ufrag: strings.Repeat("u", 257), Password: strings.Repeat("p", 24)},
			"a new line": {Ufrag: "abcd\r\na=x", Password: strings.Repeat("p", 24)},
			"the old":    {Ufrag: valueOf(own, "a=ice-ufrag:"), Password: valueOf(own, "a=ice-pwd:")},
		} {
			if _, err := p.restart(c); !errors.Is(err, sfu.ErrBadOffer) {
				t.Errorf("%s: %v, want ErrBadOffer", name, err)
			}
		}
		sub := s.subscribe("10.0.2.1", p.publication)
		p.send(2 * time.Second)
		if whole, all := sub.complete(); all < 50 || whole < all-2 {
			t.Errorf("%d of %d frames", whole, all)
		}
	})
}

// Pion sees one encoding of an offer with three, and none of their sources.
func TestSimulcastGoesOnAfterARestart(t *testing.T) {
	simulate(t, 15, func(t *testing.T, s *stage) {
		s.lossy = true
		e := s.encode("10.0.1.1")
		sub := s.subscribe("10.0.2.1", e.publication)
		e.send(2 * time.Second)
		s.move("10.0.1.1", "10.0.1.2")
		whileSending(e.send, func() {
			s.restart(s.connections[0], e.publication, func(c sfu.ICECredentials) (string, error) {
				return e.publication.Restart(t.Context(), c)
			})
		})
		e.send(3 * time.Second)
		var before [3]uint64
		for i := range before {
			before[i] = e.publication.Stats().Ingress.Tracks[0].Encodings[i].Packets
		}
		e.send(3 * time.Second)
		for _, i := range []int{0, 2} { // nobody receives the middle one
			if n := e.publication.Stats().Ingress.Tracks[0].Encodings[i].Packets - before[i]; n < 80 {
				t.Errorf("encoding %d: %d packets in 3 s after the restart", i, n)
			}
		}
		if encoding, _ := sub.newest(); encoding != 2 {
			t.Errorf("encoding %d is shown", encoding)
		}
		sub.conforms()
	})
}
