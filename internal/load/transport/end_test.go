package transport

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/link"
)

func TestClosingTellsTheServer(t *testing.T) {
	r := newRig(t)
	s := r.subscribe(serverOptions{}, Options{})
	closed := make(chan struct{})
	s.server.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateClosed {
			close(closed)
		}
	})
	s.sendUntilReceived(r)
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	await(r, closed, "the server to hear of it")
	await(r, s.Done(), "the connection's own end")
	if err := s.Err(); err != nil {
		t.Errorf("ended with %v, want no error", err)
	}
}

func TestTheServersGoodbyeEndsTheConnection(t *testing.T) {
	r := newRig(t)
	s := r.subscribe(serverOptions{}, Options{})
	s.sendUntilReceived(r)
	if err := s.Err(); err != nil {
		t.Errorf("before: %v", err)
	}
	if err := s.server.Close(); err != nil {
		t.Fatal(err)
	}
	await(r, s.Done(), "the end")
	if err := s.Err(); !errors.Is(err, ErrEnded) {
		t.Errorf("ended with %v, want %v", err, ErrEnded)
	}
}

func TestAServerThatFallsSilentIsLost(t *testing.T) {
	r := newRig(t)
	s := r.subscribe(serverOptions{}, Options{silence: time.Second})
	s.sendUntilReceived(r)
	s.options.Network.Set(link.Link{Loss: 1}, link.Link{Loss: 1}) // the cable is cut
	await(r, s.Done(), "the end")
	if err := s.Err(); !errors.Is(err, ErrLost) {
		t.Errorf("ended with %v, want %v", err, ErrLost)
	}
	if st := s.Stats(); st.DroppedOut == 0 {
		t.Errorf("%+v: no check was dropped", st)
	}
}

func TestVanishingIsSilent(t *testing.T) {
	r := newRig(t)
	s := r.subscribe(serverOptions{}, Options{})
	var told atomic.Bool
	s.server.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		told.Store(told.Load() || state == webrtc.PeerConnectionStateClosed)
	})
	s.sendUntilReceived(r)
	s.Vanish()
	sent := s.Stats().DatagramsOut
	await(r, s.Done(), "the end")
	if err := s.WriteRTCP([]byte{0x80, 201, 0, 1, 0, 0, 0, 1}); !errors.Is(err, ErrClosed) {
		t.Errorf("write: %v, want %v", err, ErrClosed)
	}
	if got := s.Stats().DatagramsOut; got != sent {
		t.Errorf("%d datagrams left afterwards", got-sent)
	}
	for len(s.got.rtp) > 0 {
		<-s.got.rtp
	}
	for n := range 5 {
		s.send(r, uint16(1000+n))
	}
	if refused(t, s.Conn) {
		t.Error("the kernel refuses what comes, want silence")
	}
	if len(s.got.rtp) > 0 {
		t.Error("media was still received")
	}
	if told.Load() {
		t.Error("the server was told")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if !refused(t, s.Conn) {
		t.Error("the socket is still open after Close")
	}
}

// refused reports whether the kernel answers a datagram to the connection with
// ICMP port unreachable. On loopback it does so before the sender goes on.
func refused(t *testing.T, c *Conn) bool {
	t.Helper()
	knock, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(c.socket.local))
	if err != nil {
		t.Fatal(err)
	}
	defer knock.Close()
	for range 2 { // the second call learns what came of the first
		if _, err := knock.Write([]byte{0xff}); errors.Is(err, syscall.ECONNREFUSED) {
			return true
		}
	}
	return false
}

func TestClosingWhileConnectingEndsStart(t *testing.T) {
	r := newRig(t)
	c := r.conn(Options{Audio: true})
	pc := r.server(serverOptions{})
	answer := r.answer(pc, r.offer(c))
	if err := pc.GracefulClose(); err != nil { // nobody is there
		t.Fatal(err)
	}
	if _, err := c.Accept(answer); err != nil {
		t.Fatal(err)
	}
	started := make(chan error)
	go func() { started <- c.Start(r.ctx) }()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := await(r, started, "Start"); !errors.Is(err, ErrClosed) {
		t.Errorf("%v, want %v", err, ErrClosed)
	}
	if _, err := c.Offer(); err == nil {
		t.Error("an offer after Close")
	}
}
