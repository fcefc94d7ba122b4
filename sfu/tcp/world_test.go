package tcp

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/pion/ice/v4"
	"github.com/pion/stun/v4"
)

var (
	_ ice.TCPMux               = (*Mux)(nil)
	_ ice.TCPMux               = (*Peer)(nil)
	_ ice.AddrPortReaderWriter = (*conn)(nil)
)

// What clients send and agents answer.
var (
	media  = []byte{0x80, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 'm', 'e', 'd', 'i', 'a'}
	hello  = []byte{22, 254, 253, 0, 0}
	answer = []byte{1, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
)

const port = 8082

// world is a Mux with a listener in memory, in a bubble of fake time.
type world struct {
	*testing.T
	mux      *Mux
	listener *memoryListener
	local    netip.Addr // where clients arrive
}

// inWorld runs a test in fake time. The Mux is closed behind it.
func inWorld(t *testing.T, test func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, listener: newMemoryListener(), local: netip.MustParseAddr("192.0.2.1")}
		var err error
		if w.mux, err = New(Config{Listeners: []net.Listener{w.listener}}); err != nil {
			t.Fatal(err)
		}
		defer w.mux.Close()
		test(w)
	})
}

// candidate is the agent's at the address where clients arrive.
func (w *world) candidate(ufrag string) *conn {
	w.Helper()
	return w.candidateOf(w.mux.Peer(), ufrag)
}

func (w *world) candidateOf(p *Peer, ufrag string) *conn {
	w.Helper()
	c, err := p.GetConnByUfrag(ufrag, false, w.local.AsSlice())
	if err != nil {
		w.Fatal(err)
	}
	return c.(*conn)
}

// client is the other end of a TCP connection.
type client struct {
	w *world
	net.Conn
	addr   netip.AddrPort
	frames frames
}

func (w *world) dial(from string) *client {
	w.Helper()
	here, there := net.Pipe()
	c := &client{w: w, Conn: here, addr: netip.MustParseAddrPort(from), frames: newFrames(here)}
	w.Cleanup(func() { here.Close() })
	w.listener.arrive(addressed{
		there, net.TCPAddrFromAddrPort(netip.AddrPortFrom(w.local, port)), net.TCPAddrFromAddrPort(c.addr),
	})
	return c
}

// connect is a connection that has said whose it is, and was answered.
func (w *world) connect(from string, to *conn) *client {
	w.Helper()
	c := w.dial(from)
	c.send(request(w, to.ufrag+":theirs"))
	w.expect(to, request(w, to.ufrag+":theirs"), c)
	if _, err := to.WriteToAddrPort(answer, c.addr); err != nil {
		w.Fatal(err)
	}
	c.expect(answer)
	return c
}

// send writes a frame, and fails the test if the connection is closed.
func (c *client) send(frame []byte) {
	c.w.Helper()
	if _, err := c.Write(appendFrame(nil, frame)); err != nil {
		c.w.Fatalf("%v: %v", c.addr, err)
	}
}

func (c *client) expect(want []byte) {
	c.w.Helper()
	if got, err := c.frames.next(); err != nil || string(got) != string(want) {
		c.w.Fatalf("%v got %x (%v), want %x", c.addr, got, err, want)
	}
}

// closed says whether the server has closed the connection.
func (c *client) closed() bool {
	synctest.Wait()
	done := make(chan error, 1)
	go func() {
		_, err := c.Read(make([]byte, 1))
		done <- err
	}()
	synctest.Wait()
	select {
	case err := <-done:
		return errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe)
	default:
		return false
	}
}

// expect reads what a candidate got.
func (w *world) expect(c *conn, want []byte, from *client) {
	w.Helper()
	b := make([]byte, MaxFrame)
	n, source, err := c.ReadFromAddrPort(b)
	if err != nil || string(b[:n]) != string(want) || source != from.addr {
		w.Fatalf("candidate of %s got %x from %v (%v), want %x from %v", c.ufrag, b[:n], source, err, want, from.addr)
	}
}

// request is a binding request, always the same for a username.
func request(t testing.TB, username string) []byte {
	t.Helper()
	m, err := stun.Build(stun.NewTransactionIDSetter([stun.TransactionIDSize]byte{1}), stun.BindingRequest,
		stun.NewUsername(username), stun.NewShortTermIntegrity("wrong"), stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	return m.Raw
}

// memoryListener accepts what a test puts in.
type memoryListener struct {
	conns  chan net.Conn
	errors chan error
	done   chan struct{}
	once   sync.Once
}

func newMemoryListener() *memoryListener {
	return &memoryListener{conns: make(chan net.Conn), errors: make(chan error), done: make(chan struct{})}
}

func (l *memoryListener) arrive(c net.Conn) {
	select {
	case l.conns <- c:
	case <-l.done:
		c.Close()
	}
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case err := <-l.errors:
		return nil, err
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4zero, Port: port} }

func (l *memoryListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// addressed is a pipe with addresses.
type addressed struct {
	net.Conn
	local, remote net.Addr
}

func (a addressed) LocalAddr() net.Addr  { return a.local }
func (a addressed) RemoteAddr() net.Addr { return a.remote }
