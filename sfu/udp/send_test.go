package udp

import (
	"errors"
	"net"
	"testing"
	"time"
)

// Many datagrams into a socket whose receiver never reads, and whose own buffer
// is as small as it can be: whether each is sent or lost is the kernel's
// business, but none may wait.
func TestSendingNeverWaits(t *testing.T) {
	sink, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetWriteBuffer(1); err != nil {
		t.Fatal(err)
	}
	datagrams, err := ioOf(conn)
	if err != nil {
		t.Fatal(err)
	}
	to, err := addrPortOf(sink.LocalAddr())
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 10_000 {
			_, _ = datagrams.WriteToAddrPort(make([]byte, 1200), to)
		}
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("a write waits")
	}
}

func TestSendingOnAClosedSocketIsAnError(t *testing.T) {
	conn, err := net.ListenUDP("udp6", &net.UDPAddr{IP: net.IPv6loopback})
	if err != nil {
		t.Skipf("no IPv6 loopback address on this machine: %v", err)
	}
	datagrams, err := ioOf(conn)
	if err != nil {
		t.Fatal(err)
	}
	to, err := addrPortOf(conn.LocalAddr())
	if err != nil {
		t.Fatal(err)
	}
	if n, err := datagrams.WriteToAddrPort([]byte("hello"), to); n != 5 || err != nil {
		t.Fatalf("sent %d octets, %v", n, err)
	}
	buf := make([]byte, 10)
	if n, from, err := datagrams.ReadFromAddrPort(buf); err != nil || string(buf[:n]) != "hello" || from != to {
		t.Errorf("read %q from %v, %v", buf[:n], from, err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := datagrams.WriteToAddrPort([]byte("hello"), to); !errors.Is(err, net.ErrClosed) {
		t.Errorf("writing to a closed socket: %v, want net.ErrClosed", err)
	}
}
