package tcp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

func TestNothingButSTUNIsTakenBeforeTheAgentAnswered(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.candidate("a")
		first := request(t, "a:theirs")
		from := w.dial("198.51.100.1:1000")
		for _, frame := range [][]byte{first, media, hello, {0x81, 201, 0, 1}, first} {
			from.send(frame)
		}
		w.expect(a, first, from)
		w.expect(a, first, from)
		if got := w.mux.Stats().Dropped; got != (Dropped{UnknownSource: 3}) {
			t.Errorf("dropped %+v", got)
		}
		if _, err := a.WriteToAddrPort(hello, from.addr); err != nil { // proves nothing
			t.Fatal(err)
		}
		from.expect(hello)
		from.send(media)
		if _, err := a.WriteToAddrPort(answer, from.addr); err != nil {
			t.Fatal(err)
		}
		from.expect(answer)
		from.send(hello)
		w.expect(a, hello, from)
	})
}

func TestFramesThatMeanNothingAreSkipped(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.candidate("a")
		from := w.connect("198.51.100.1:1000", a)
		for range 1000 {
			from.send(nil)
		}
		from.send([]byte{64, 0})
		from.send(media)
		w.expect(a, media, from)
		if got := w.mux.Stats().Dropped; got != (Dropped{Unclassified: 1}) {
			t.Errorf("dropped %+v", got)
		}
	})
}

func TestFrameThatIsTooLargeEndsItsConnectionOnly(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.candidate("a")
		bad, good := w.connect("198.51.100.1:1000", a), w.connect("198.51.100.2:1000", a)
		bad.send(append(bytes.Clone(media), make([]byte, MaxFrame-len(media))...)) // the largest
		if _, err := skip(a); err != nil {
			t.Fatal(err)
		}
		bad.Write([]byte{0xFF, 0xFF})
		if got := w.mux.Stats(); !bad.closed() || got.Dropped.Oversize != 1 {
			t.Errorf("stats %+v", got)
		}
		good.send(media)
		w.expect(a, media, good)
		if got := w.mux.Stats().Connections; got != 1 {
			t.Errorf("%d connections, want 1", got)
		}
		if _, err := a.WriteToAddrPort(make([]byte, MaxFrame+1), good.addr); !errors.Is(err, ErrOversize) {
			t.Errorf("writing one: %v", err)
		}
	})
}

// skip reads a frame that nobody looks at.
func skip(c *conn) (net.Addr, error) {
	_, from, err := c.ReadFrom(make([]byte, MaxFrame))
	return from, err
}

func TestShortBufferLosesTheRestOfAFrame(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.candidate("a")
		from := w.connect("198.51.100.1:1000", a)
		from.send(media)
		b := make([]byte, 4)
		if n, addr, err := a.ReadFrom(b); n != 4 || addr.String() != from.addr.String() || !errors.Is(err, io.ErrShortBuffer) {
			t.Errorf("%d octets from %v: %v", n, addr, err)
		}
		from.send(hello)
		w.expect(a, hello, from)
	})
}

// An agent that does not read holds up those who write to it, and loses nothing;
// all others go on.
func TestFullInboxHoldsUpItsClientsAlone(t *testing.T) {
	inWorld(t, func(w *world) {
		a, b := w.candidate("a"), w.candidate("b")
		flood, victim, other := w.connect("198.51.100.1:1", a), w.connect("198.51.100.2:1", a), w.connect("198.51.100.3:1", b)
		sent := 0
		go func() {
			for i := range 10 * inboxLength {
				if _, err := flood.Write(appendFrame(nil, fmt.Appendf(bytes.Clone(media), "%04d", i))); err != nil {
					return
				}
				sent++
			}
		}()
		go victim.Write(appendFrame(nil, hello))
		synctest.Wait()
		if a.inbox.length != inboxLength {
			t.Fatalf("%d frames wait, want %d", a.inbox.length, inboxLength)
		}
		if sent > inboxLength+1 {
			t.Errorf("%d frames were taken", sent)
		}
		other.send(media)
		w.expect(b, media, other)
		// Writing is not held up.
		if _, err := a.WriteToAddrPort(media, victim.addr); err != nil {
			t.Error(err)
		}
		victim.expect(media)
		heard, next := false, 0
		b1 := make([]byte, MaxFrame)
		for range 10*inboxLength + 1 {
			n, from, err := a.ReadFromAddrPort(b1)
			if err != nil {
				t.Fatal(err)
			}
			if from == victim.addr {
				heard = true
				continue
			}
			if got, want := string(b1[len(media):n]), fmt.Sprintf("%04d", next); got != want {
				t.Fatalf("frame %s, want %s", got, want)
			}
			next++
		}
		if !heard {
			t.Error("the other client was not heard")
		}
	})
}

func TestSlowReaderLosesFramesAndHoldsUpNobody(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.candidate("a")
		slow, good := w.connect("198.51.100.1:1000", a), w.connect("198.51.100.2:1000", a)
		frame := append(bytes.Clone(media), make([]byte, MaxFrame-len(media))...)
		fits := outboxSize / (len(frame) + lengthSize)
		for i := range fits {
			if _, err := a.WriteToAddrPort(frame, slow.addr); err != nil {
				t.Fatalf("frame %d of %d: %v", i, fits, err)
			}
			if i%100 == 0 {
				synctest.Wait() // part of it is in the writer's hand
			}
		}
		if _, err := a.WriteToAddrPort(frame, slow.addr); !errors.Is(err, ErrFull) {
			t.Errorf("one more: %v", err)
		}
		if got := w.mux.Stats().Dropped; got != (Dropped{Full: 1}) {
			t.Errorf("dropped %+v", got)
		}
		if _, err := a.WriteToAddrPort(media, good.addr); err != nil {
			t.Error(err)
		}
		good.expect(media)
		slow.send(hello) // what it says is heard
		w.expect(a, hello, slow)
		for range fits {
			slow.expect(frame)
		}
		if _, err := a.WriteToAddrPort(media, slow.addr); err != nil {
			t.Errorf("after it has read: %v", err)
		}
		slow.expect(media)
	})
}

func TestConnectionThatIsLostIsForgotten(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.candidate("a")
		from := w.connect("198.51.100.1:1000", a)
		if _, err := a.WriteToAddrPort(media, from.addr); err != nil { // the writer waits
			t.Fatal(err)
		}
		from.Close()
		synctest.Wait()
		if got := w.mux.Stats(); got.Connections != 0 || got.Candidates != 1 {
			t.Errorf("stats %+v", got)
		}
	})
}

func TestClosedCandidateEndsItsConnectionsAndReader(t *testing.T) {
	for name, end := range map[string]func(*world, *conn){
		"closed by the agent": func(_ *world, c *conn) { c.Close(); c.Close() },
		"removed":             func(w *world, c *conn) { w.mux.Peer().RemoveConnByUfrag(c.ufrag) },
		"the mux is closed":   func(w *world, _ *conn) { go w.mux.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				a, b := w.candidate("a"), w.candidate("b")
				quick, slow, stranger := w.connect("198.51.100.1:1", a), w.connect("198.51.100.2:1", a), w.dial("198.51.100.3:1")
				read := make(chan error)
				go func() {
					_, err := skip(a)
					read <- err
				}()
				for _, c := range []*client{quick, slow} {
					if _, err := a.WriteToAddrPort(hello, c.addr); err != nil {
						t.Fatal(err)
					}
				}
				began := time.Now()
				end(w, a)
				if err := <-read; !errors.Is(err, net.ErrClosed) {
					t.Errorf("reading: %v", err)
				}
				synctest.Wait()
				if _, err := a.WriteToAddrPort(media, quick.addr); !errors.Is(err, io.ErrClosedPipe) {
					t.Errorf("writing: %v", err)
				}
				quick.expect(hello) // what was written before
				if !quick.closed() || time.Since(began) != 0 {
					t.Error("the connection is open that has got everything")
				}
				time.Sleep(farewell)
				if !slow.closed() {
					t.Error("the connection is open that does not read")
				}
				if name != "the mux is closed" {
					if stranger.closed() {
						t.Error("another connection was closed")
					}
					w.connect("198.51.100.1:1", b)
				}
			})
		})
	}
}

func TestMuxClosesWhileEverythingWaits(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.candidate("a")
		flood := w.connect("198.51.100.1:1", a)
		go func() {
			for {
				if _, err := flood.Write(appendFrame(nil, media)); err != nil {
					return
				}
			}
		}()
		for i := range maxOfSource {
			w.dial(fmt.Sprintf("198.51.100.9:%d", i+1))
		}
		synctest.Wait()
		began := time.Now()
		if err := w.mux.Close(); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("closing took %v", took)
		}
		if err := w.mux.Close(); err != nil {
			t.Errorf("a second time: %v", err)
		}
		got := w.mux.Stats()
		if got.Connections != 0 || got.Candidates != 0 || got.Strangers != 0 {
			t.Errorf("stats %+v", got)
		}
	})
}
