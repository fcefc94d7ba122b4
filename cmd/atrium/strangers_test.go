package main

import (
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// piped is a listener in memory, whose connections follow fake time.
type piped struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *piped) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *piped) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *piped) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (p *piped) dial() net.Conn {
	near, far := net.Pipe()
	p.conns <- near
	return far
}

// withStrangers runs a test against the public listener's HTTP server in fake time.
func withStrangers(t *testing.T, secure bool, test func(t *testing.T, dial func() net.Conn)) {
	synctest.Test(t, func(t *testing.T) {
		listener := &piped{conns: make(chan net.Conn), done: make(chan struct{})}
		server := publicServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(http.StatusNoContent)
		}), slog.New(slog.DiscardHandler))
		ended := make(chan error, 1)
		if secure {
			server.TLSConfig = &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
				return nil, errors.New("nobody gets this far")
			}}
			go func() { ended <- server.ServeTLS(listener, "", "") }()
		} else {
			go func() { ended <- server.Serve(listener) }()
		}
		test(t, listener.dial)
		_ = server.Close()
		<-ended
	})
}

const request = "GET /room HTTP/1.1\r\nHost: a\r\n"

// Whoever connects has 10 s to ask for something, however little by little it asks; a body has 30 s, a connection
// between two requests 2 min.
func TestStrangersWhoDoNotAskInTimeAreCutOff(t *testing.T) {
	every := func(pause time.Duration, octets string) func(net.Conn) {
		return func(c net.Conn) {
			for {
				if _, err := io.WriteString(c, octets); err != nil {
					return
				}
				time.Sleep(pause)
			}
		}
	}
	after := func(first string, then func(net.Conn)) func(net.Conn) {
		return func(c net.Conn) {
			if _, err := io.WriteString(c, first); err == nil {
				then(c)
			}
		}
	}
	nothing := func(net.Conn) {}
	for name, tc := range map[string]struct {
		secure bool
		do     func(net.Conn)
		within time.Duration
	}{
		"nothing at all":                    {false, nothing, 10 * time.Second},
		"half a request line":               {false, after("GET /ro", nothing), 10 * time.Second},
		"headers without an end":            {false, after(request, nothing), 10 * time.Second},
		"an octet of a header every second": {false, after(request+"X: ", every(time.Second, "x")), 10 * time.Second},
		"a header every second":             {false, after(request, every(time.Second, "X: x\r\n")), 10 * time.Second},
		"no TLS handshake":                  {true, nothing, 10 * time.Second},
		"a TLS record that does not end":    {true, after("\x16\x03\x01\x02\x00\x01", every(time.Second, "\x00")), 10 * time.Second},
		"a body that does not end":          {false, after("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n", every(time.Second, "x")), 30 * time.Second},
		"no second request":                 {false, after(request+"\r\n", nothing), 2 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			withStrangers(t, tc.secure, func(t *testing.T, dial func() net.Conn) {
				begun, conn := time.Now(), dial()
				done := make(chan struct{})
				go func() {
					defer close(done)
					tc.do(conn)
				}()
				_, _ = io.Copy(io.Discard, conn) // until the server hangs up
				if d := time.Since(begun); d < tc.within-time.Second || d > tc.within+time.Second {
					t.Errorf("cut off after %v, want %v", d, tc.within)
				}
				_ = conn.Close()
				<-done
			})
		})
	}
}

func TestHeadersHaveALimit(t *testing.T) {
	withStrangers(t, false, func(t *testing.T, dial func() net.Conn) {
		conn := dial()
		go func() {
			_, _ = io.WriteString(conn, request+"X: "+strings.Repeat("x", 64<<10)+"\r\n\r\n")
		}()
		answer, err := io.ReadAll(conn)
		if !strings.HasPrefix(string(answer), "HTTP/1.1 431 ") {
			t.Errorf("%q, %v", answer, err)
		}
	})
}

// R15: a thousand connections that have asked for nothing yet cost at most 20 MiB. That they are gone after 10 s is shown
// above.
func TestThousandConnectionsWithoutARequestAreCheap(t *testing.T) {
	const strangers = 1000
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := publicServer(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	waiting := &waitingListener{Listener: listener}
	waiting.conns.Add(strangers)
	before := inUse()
	go func() { _ = server.Serve(waiting) }()
	defer server.Close()
	for range strangers {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
	}
	waiting.conns.Wait()
	grown := inUse() - before
	t.Logf("%d connections without a request: %d KiB", strangers, grown>>10)
	if grown > 20<<20 {
		t.Errorf("%d connections cost %d KiB", strangers, grown>>10)
	}
}

// waitingListener tells when the server waits for the rest of a request at so many connections.
type waitingListener struct {
	net.Listener
	conns sync.WaitGroup
}

func (l *waitingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return &waitingConn{Conn: c, listener: l}, err
}

type waitingConn struct {
	net.Conn
	listener *waitingListener
	octets   int
	told     bool
}

// Read is called again after it has returned all that there is.
func (c *waitingConn) Read(b []byte) (int, error) {
	if c.octets == len(request) && !c.told {
		c.told = true
		c.listener.conns.Done()
	}
	n, err := c.Conn.Read(b)
	c.octets += n
	return n, err
}

// inUse returns what the heap and the stacks use.
func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
