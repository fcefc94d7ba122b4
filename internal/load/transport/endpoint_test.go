package transport

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/pion/ice/v4"
)

var (
	_ net.PacketConn           = (*endpoint)(nil)
	_ ice.AddrPortReaderWriter = (*endpoint)(nil)
	_ ice.UDPMux               = (*singleMux)(nil)
)

func TestEndpointReadsInOrderAndWithinItsLimit(t *testing.T) {
	e := newEndpoint(loopbackPort(1), nil, nil)
	for n := range inboxLimit + 5 {
		b := []byte{byte(n), 0, 0}
		e.deliver(b, loopbackPort(n))
		b[0] = 0xff // the copy is the endpoint's
	}
	for n := range inboxLimit {
		b := make([]byte, 10)
		size, from, err := e.ReadFromAddrPort(b)
		if err != nil || size != 3 || b[0] != byte(n) || from != loopbackPort(n) {
			t.Fatalf("read %d: %x from %v, %v", n, b[:size], from, err)
		}
	}
	_ = e.SetReadDeadline(time.Now())
	if _, _, err := e.ReadFrom(nil); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("beyond the limit: %v, want %v", err, os.ErrDeadlineExceeded)
	}
	_ = e.SetReadDeadline(time.Time{})
	e.deliver([]byte{1, 2, 3}, loopbackPort(7))
	if n, _, err := e.ReadFrom(make([]byte, 2)); n != 2 || !errors.Is(err, io.ErrShortBuffer) {
		t.Errorf("into a small buffer: %d, %v", n, err)
	}
}

func TestEndpointWakesItsReader(t *testing.T) {
	for name, c := range map[string]struct {
		wake func(*endpoint)
		want error
	}{
		"by a datagram":   {func(e *endpoint) { e.deliver([]byte{1}, loopbackPort(1)) }, nil},
		"by the deadline": {func(e *endpoint) { _ = e.SetDeadline(time.Unix(1, 0)) }, os.ErrDeadlineExceeded},
		"by its end":      {func(e *endpoint) { _ = e.Close() }, net.ErrClosed},
	} {
		e := newEndpoint(loopbackPort(1), nil, nil)
		read := make(chan error)
		go func() {
			_, _, err := e.ReadFrom(make([]byte, 10))
			read <- err
		}()
		c.wake(e)
		if err := <-read; !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestEndpointTellsOnceThatItWasClosed(t *testing.T) {
	closed := 0
	e := newEndpoint(loopbackPort(1), nil, func() { closed++ })
	_, _ = e.Close(), e.Close()
	if closed != 1 {
		t.Errorf("told %d times", closed)
	}
	e.deliver([]byte{1}, loopbackPort(1))
	if _, _, err := e.ReadFrom(make([]byte, 10)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("read: %v, want %v", err, net.ErrClosed)
	}
}

func TestEndpointWritesWhereItIsTold(t *testing.T) {
	var wrote netip.AddrPort
	failing := errors.New("full")
	e := newEndpoint(loopbackPort(1), func(b []byte, to netip.AddrPort) error {
		if wrote = to; len(b) == 0 {
			return failing
		}
		return nil
	}, nil)
	if n, err := e.WriteTo([]byte{1}, net.UDPAddrFromAddrPort(loopbackPort(9))); n != 1 || err != nil || wrote != loopbackPort(9) {
		t.Errorf("%d octets to %v: %v", n, wrote, err)
	}
	if _, err := e.WriteTo(nil, net.UDPAddrFromAddrPort(loopbackPort(9))); !errors.Is(err, failing) {
		t.Errorf("%v, want %v", err, failing)
	}
	if _, err := e.WriteTo([]byte{1}, &net.TCPAddr{}); err == nil {
		t.Error("wrote to a TCP address")
	}
}
