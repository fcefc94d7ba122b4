package tcp

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestConnectionGoesToTheAgentThatItsRequestNames(t *testing.T) {
	inWorld(t, func(w *world) {
		a, b := w.candidate("a"), w.candidate("b")
		first, second := w.connect("198.51.100.1:1000", a), w.connect("198.51.100.2:1000", b)
		first.send(media)
		second.send(hello)
		w.expect(a, media, first)
		w.expect(b, hello, second)
		for _, c := range []*client{first, second} {
			to := map[*client]*conn{first: a, second: b}[c]
			if n, err := to.WriteTo(media, net.TCPAddrFromAddrPort(c.addr)); n != len(media) || err != nil {
				t.Errorf("wrote %d octets: %v", n, err)
			}
			c.expect(media)
		}
		if got := w.mux.Stats(); got != (Stats{Candidates: 2, Connections: 2}) {
			t.Errorf("stats %+v", got)
		}
	})
}

func TestConnectionGoesToTheCandidateAtItsLocalAddress(t *testing.T) {
	for name, c := range map[string]struct {
		candidates []string
		arrives    string
		want       int // index, -1: none
	}{
		"named":              {[]string{"192.0.2.1", "192.0.2.2"}, "192.0.2.2", 1},
		"behind NAT":         {[]string{"2001:db8::7", "203.0.113.7"}, "10.0.0.5", 1},
		"behind NAT, oldest": {[]string{"203.0.113.7", "203.0.113.8"}, "10.0.0.5", 0},
		"named, IPv6":        {[]string{"192.0.2.1", "2001:db8::7"}, "2001:db8::7", 1},
		"IPv4 as IPv6":       {[]string{"2001:db8::7", "192.0.2.1"}, "::ffff:192.0.2.1", 1},
		"other family":       {[]string{"192.0.2.1"}, "2001:db8::7", -1},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				var list []*conn
				for _, a := range c.candidates {
					w.local = netip.MustParseAddr(a)
					list = append(list, w.candidate("a"))
				}
				w.local = netip.MustParseAddr(c.arrives)
				from := w.dial("198.51.100.1:1000")
				from.send(request(t, "a:theirs"))
				if c.want < 0 {
					if !from.closed() || w.mux.Stats().Refused.NoAgent != 1 {
						t.Errorf("stats %+v", w.mux.Stats())
					}
					return
				}
				w.expect(list[c.want], request(t, "a:theirs"), from)
				if got := list[c.want].LocalAddr().String(); got != net.JoinHostPort(c.candidates[c.want], fmt.Sprint(port)) {
					t.Errorf("local address %s", got)
				}
			})
		})
	}
}

func TestStrangersAreTurnedAway(t *testing.T) {
	for name, c := range map[string]struct {
		first []byte
		want  Refused
	}{
		"unknown agent":                {appendFrame(nil, request(t, "b:theirs")), Refused{NoAgent: 1}},
		"garbage":                      {[]byte("GET / HTTP/1.1\r\n"), Refused{NoRequest: 1}}, // a length of 18245
		"TLS":                          {append([]byte{0, 8}, "\x16\x03\x01\x02\x00\x01\x00\x01"...), Refused{NoRequest: 1}},
		"an empty frame":               {appendFrame(nil, nil), Refused{NoRequest: 1}},
		"media":                        {appendFrame(nil, media), Refused{NoRequest: 1}},
		"a response":                   {appendFrame(nil, answer), Refused{NoRequest: 1}},
		"a request without username":   {appendFrame(nil, append([]byte{0}, answer[1:]...)), Refused{NoRequest: 1}},
		"a frame longer than any":      {[]byte{0xFF, 0xFF}, Refused{NoRequest: 1}},
		"a frame one octet longer":     {[]byte{(MaxFrame + 1) >> 8, (MaxFrame + 1) & 0xFF}, Refused{NoRequest: 1}},
		"a username of another's part": {appendFrame(nil, request(t, "theirs:a")), Refused{NoAgent: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.candidate("a")
				from := w.dial("198.51.100.1:1000")
				from.Write(c.first) // may be closed before all of it was taken
				if !from.closed() {
					t.Error("the connection is open")
				}
				if got := w.mux.Stats(); got != (Stats{Candidates: 1, Refused: c.want}) {
					t.Errorf("stats %+v, want refusal %+v", got, c.want)
				}
			})
		})
	}
}

func TestConnectionMustSayInTimeWhoseItIs(t *testing.T) {
	whole := appendFrame(nil, request(t, "a:theirs"))
	for name, begin := range map[string][]byte{
		"silent": nil, "half a length": whole[:1], "half a request": whole[:len(whole)/2], "all but one octet": whole[:len(whole)-1],
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				a := w.candidate("a")
				slow, other := w.dial("198.51.100.1:1000"), w.connect("198.51.100.2:1000", a)
				if len(begin) > 0 {
					if _, err := slow.Write(begin); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(firstMessage - time.Nanosecond)
				if slow.closed() || w.mux.Stats().Strangers != 1 {
					t.Fatalf("it had no time: %+v", w.mux.Stats())
				}
				time.Sleep(time.Nanosecond)
				synctest.Wait()
				if got := w.mux.Stats(); !slow.closed() || got != (Stats{Candidates: 1, Connections: 1, Refused: Refused{Silent: 1}}) {
					t.Errorf("stats %+v", got)
				}
				time.Sleep(time.Hour)
				other.send(media) // has no deadline any more
				w.expect(a, media, other)
			})
		})
	}
}

func TestRequestMayArriveOctetByOctet(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.candidate("a")
		from := w.dial("198.51.100.1:1000")
		for _, octet := range appendFrame(nil, request(t, "a:theirs")) {
			if _, err := from.Write([]byte{octet}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Millisecond)
		}
		w.expect(a, request(t, "a:theirs"), from)
	})
}

func TestStrangersAreBounded(t *testing.T) {
	for name, c := range map[string]struct {
		address func(i int) string
		limit   int
		other   string
	}{
		"from one IPv4 address": {func(i int) string { return fmt.Sprintf("198.51.100.1:%d", 1000+i) }, maxOfSource, "198.51.100.2:1000"},
		"from one IPv6 network": {func(i int) string { return fmt.Sprintf("[2001:db8::%x]:1000", i+1) }, maxOfSource, "[2001:db8:0:1::1]:1000"},
		"in all":                {func(i int) string { return fmt.Sprintf("198.51.%d.%d:1000", i/250, 1+i%250) }, maxStrangers, ""},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				a := w.candidate("a")
				known := w.connect("203.0.113.1:1", a)
				var strangers []*client
				for i := range c.limit {
					strangers = append(strangers, w.dial(c.address(i)))
				}
				synctest.Wait()
				if got := w.mux.Stats(); got.Strangers != c.limit || got.Refused != (Refused{}) {
					t.Fatalf("stats %+v", got)
				}
				if !w.dial(c.address(c.limit)).closed() || w.mux.Stats().Refused.TooMany != 1 {
					t.Errorf("one too many: %+v", w.mux.Stats())
				}
				known.send(media) // is not disturbed
				w.expect(a, media, known)
				if c.other != "" {
					w.connect(c.other, a)
				}
				// One says whose it is, and makes room for another.
				strangers[0].send(request(t, "a:theirs"))
				w.expect(a, request(t, "a:theirs"), strangers[0])
				w.connect(c.address(c.limit+1), a)
				time.Sleep(firstMessage)
				synctest.Wait()
				if got := w.mux.Stats(); got.Strangers != 0 || len(w.mux.lobby.sources) != 0 {
					t.Errorf("%d strangers are remembered, from %d sources", got.Strangers, len(w.mux.lobby.sources))
				}
			})
		})
	}
}

func TestConnectionsOfOneAgentAreBounded(t *testing.T) {
	inWorld(t, func(w *world) {
		a, b := w.candidate("a"), w.candidate("b")
		w.local = netip.MustParseAddr("192.0.2.2")
		other := w.candidate("a")
		w.local = netip.MustParseAddr("192.0.2.1")
		var list []*client
		for i := range maxStreams {
			to := a
			if w.local = a.local; i%2 == 0 {
				to, w.local = other, other.local
			}
			list = append(list, w.connect(fmt.Sprintf("198.51.100.%d:1000", i+1), to))
		}
		w.local = a.local
		extra := w.dial("198.51.100.99:1000")
		extra.send(request(t, "a:theirs"))
		if !extra.closed() || w.mux.Stats().Refused.AgentFull != 1 {
			t.Errorf("one too many: %+v", w.mux.Stats())
		}
		w.connect("198.51.100.99:1001", b)
		list[0].Close()
		synctest.Wait()
		w.connect("198.51.100.99:1002", a)
	})
}

// The agent remembers the address of each connection for ever.
func TestConnectionsOfOneAgentsLifeAreBounded(t *testing.T) {
	inWorld(t, func(w *world) {
		a, b := w.candidate("a"), w.candidate("b")
		for i := range maxAnswered {
			c := w.connect(fmt.Sprintf("198.51.100.1:%d", 1000+i), a)
			for range 2 {
				if _, err := a.WriteToAddrPort(answer, c.addr); err != nil {
					t.Fatal(err)
				}
				c.expect(answer)
			}
			c.Close()
			synctest.Wait()
		}
		extra := w.dial("198.51.100.1:9999")
		extra.send(request(t, "a:theirs"))
		if !extra.closed() || w.mux.Stats().Refused.AgentFull != 1 {
			t.Errorf("one too many: %+v", w.mux.Stats())
		}
		w.connect("198.51.100.1:9998", b)
	})
}

func TestSecondConnectionFromOneAddressIsRefused(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.candidate("a")
		first := w.connect("198.51.100.1:1000", a)
		second := w.dial("198.51.100.1:1000")
		second.send(request(t, "a:theirs"))
		if !second.closed() || w.mux.Stats().Refused.AgentFull != 1 {
			t.Errorf("stats %+v", w.mux.Stats())
		}
		first.send(media)
		w.expect(a, media, first)
	})
}

func TestClientMayConnectAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.candidate("a")
		first := w.connect("198.51.100.1:1000", a)
		first.Close()
		synctest.Wait()
		if _, err := a.WriteToAddrPort(media, first.addr); !errors.Is(err, ErrNoConnection) {
			t.Errorf("writing to it: %v", err)
		}
		w.connect("198.51.100.1:1000", a)
	})
}

func TestFailedAcceptIsTriedAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.candidate("a")
		for range 3 {
			began := time.Now()
			w.listener.errors <- syscall.EMFILE
			synctest.Wait()
			if time.Since(began) > acceptRetry {
				t.Errorf("waited %v", time.Since(began))
			}
		}
		w.connect("198.51.100.1:1000", a)
		if got := w.mux.Stats().AcceptErrors; got != 3 {
			t.Errorf("%d errors counted, want 3", got)
		}
		w.listener.errors <- syscall.EMFILE
		synctest.Wait() // closed while it waits
	})
}

func TestConnectionWithoutTCPAddressesIsClosed(t *testing.T) {
	inWorld(t, func(w *world) {
		here, there := net.Pipe()
		w.listener.arrive(there)
		if c := (&client{w: w, Conn: here}); !c.closed() {
			t.Error("it is open")
		}
	})
}

func TestCandidatesThatCannotBeAreRefused(t *testing.T) {
	inWorld(t, func(w *world) {
		w.candidate("a")
		for name, c := range map[string]struct {
			local net.IP
			want  error
		}{
			"a second one":            {net.IPv4(192, 0, 2, 1), ErrCandidateExists},
			"an address that is none": {net.IP{1, 2}, ErrNotTCP},
		} {
			if _, err := w.mux.GetConnByUfrag("a", false, c.local); !errors.Is(err, c.want) {
				t.Errorf("%s: error %v, want %v", name, err, c.want)
			}
		}
		w.mux.Close()
		if _, err := w.mux.GetConnByUfrag("b", false, net.IPv4(192, 0, 2, 1)); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("after Close: %v", err)
		}
	})
}

func TestMuxNeedsTCPListeners(t *testing.T) {
	if _, err := New(Config{}); !errors.Is(err, ErrNoListener) {
		t.Errorf("without listeners: %v", err)
	}
	l := oddListener{newMemoryListener()}
	if _, err := New(Config{Listeners: []net.Listener{l}}); !errors.Is(err, ErrNotTCP) {
		t.Errorf("with another kind: %v", err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener is open: %v", err)
	}
}

type oddListener struct{ *memoryListener }

func (oddListener) Addr() net.Addr { return &net.UnixAddr{} }
