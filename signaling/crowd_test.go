package signaling_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/room"
)

// crowd puts participants of the application into room "r", who have no socket.
func (f *fixture) crowd(from, to int) {
	f.t.Helper()
	for i := from; i < to; i++ {
		user := fmt.Sprintf("extra%d", i)
		if _, err := f.manager.Join(f.t.Context(), room.JoinRequest{
			ID: room.ParticipantID(user), User: user, Room: "r", AutoCreate: true,
		}); err != nil {
			f.t.Fatal(err)
		}
	}
}

func joined(user string) string {
	return `{"method":"participantJoined","params":{"id":"` + user + `"},"jsonrpc":"2.0"}`
}

// inCrowd runs a test in a room of ann and so many others, of whom she has
// heard.
func inCrowd(t *testing.T, others int, test func(t *testing.T, f *fixture, ann *client)) {
	inBubble(t, func(t *testing.T, f *fixture) {
		ann := f.member("ann", `[]`)
		f.crowd(0, others)
		for i := range others {
			ann.expect("%s", joined(fmt.Sprintf("extra%d", i)))
		}
		test(t, f, ann)
	})
}

func TestBystandersHearSoonerInSmallRooms(t *testing.T) {
	for told, want := range map[int]time.Duration{
		1: 0, 24: 0, 25: 25 * time.Millisecond, 60: 60 * time.Millisecond, 150: 100 * time.Millisecond,
	} {
		t.Run(fmt.Sprint(told), func(t *testing.T) {
			inCrowd(t, told-1, func(t *testing.T, f *fixture, ann *client) {
				for _, news := range []struct {
					do   func() error
					want string
				}{
					{func() error { f.crowd(1000, 1001); return nil }, joined("extra1000")},
					{func() error {
						_, err := f.manager.Publish(t.Context(), "extra1000", room.PublishRequest{Offer: "offer"})
						return err
					}, `{"method":"participantPublished","params":{"id":"extra1000","streams":[{"id":"webcam"}]},"jsonrpc":"2.0"}`},
					{func() error {
						return f.manager.Unpublish(t.Context(), "extra1000", room.DefaultStream, nil)
					}, `{"method":"participantUnpublished","params":{"name":"extra1000"},"jsonrpc":"2.0"}`},
					{func() error {
						_, err := f.manager.Leave(t.Context(), "extra1000")
						return err
					}, `{"method":"participantLeft","params":{"name":"extra1000"},"jsonrpc":"2.0"}`},
				} {
					start := time.Now()
					if err := news.do(); err != nil {
						t.Fatal(err)
					}
					ann.expect("%s", news.want)
					if d := time.Since(start); d != want {
						t.Errorf("%s came after %v, want %v", news.want, d, want)
					}
				}
			})
		})
	}
}

func TestWhatConcernsOneselfBringsTheNewsAtOnce(t *testing.T) {
	for name, tc := range map[string]struct {
		do   func(f *fixture, ann *client) error
		want []string
	}{
		"an answer": {func(_ *fixture, ann *client) error {
			return ann.frame(opText, `{"method":"ping","id":1}`)
		}, []string{`{"id":1,"result":{"value":"pong"},"jsonrpc":"2.0"}`}},
		"a message": {func(f *fixture, _ *client) error {
			return f.manager.SendMessage(f.t.Context(), "extra0", room.Message{User: "extra0", Room: "r", Text: "m"})
		}, []string{`{"method":"sendMessage","params":{"room":"r","user":"extra0","message":"m"},"jsonrpc":"2.0"}`}},
		"one's eviction": {func(f *fixture, ann *client) error {
			return f.manager.Evict(f.t.Context(), room.ParticipantID(ann.session))
		}, []string{`{"method":"participantEvicted","params":{},"jsonrpc":"2.0"}`}},
		"the room's end": {func(f *fixture, _ *client) error {
			_, err := f.manager.CloseRoom(f.t.Context(), "r")
			return err
		}, []string{`{"method":"roomClosed","params":{"room":"r"},"jsonrpc":"2.0"}`, "\x03\xe8the room was closed"}},
		"the application's": {func(f *fixture, ann *client) error {
			return f.server.Notify(room.ParticipantID(ann.session), "custonNotification", struct{}{})
		}, []string{`{"method":"custonNotification","params":{},"jsonrpc":"2.0"}`}},
		"leaving": {func(_ *fixture, ann *client) error {
			return ann.frame(opText, `{"method":"leaveRoom","id":1}`)
		}, []string{`{"id":1,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`, "\x03\xe8left the room"}},
	} {
		t.Run(name, func(t *testing.T) {
			inCrowd(t, 200, func(t *testing.T, f *fixture, ann *client) {
				f.crowd(1000, 1003)
				start := time.Now()
				if err := tc.do(f, ann); err != nil {
					t.Fatal(err)
				}
				for i := range 3 {
					ann.expect("%s", joined(fmt.Sprintf("extra%d", 1000+i)))
				}
				for _, want := range tc.want {
					if _, got, err := ann.next(); err != nil || got != strings.ReplaceAll(want, "$S", ann.session) {
						t.Errorf("got %q %v, want %q", got, err, want)
					}
				}
				if d := time.Since(start); d != 0 {
					t.Errorf("took %v", d)
				}
			})
		})
	}
}

func TestNewsThatWaitsGoesToTheSocketThatTakesOver(t *testing.T) {
	for name, alive := range map[string]bool{"from a living socket": true, "from a lost one": false} {
		t.Run(name, func(t *testing.T) {
			inCrowd(t, 200, func(t *testing.T, f *fixture, ann *client) {
				f.crowd(1000, 1001)
				if !alive {
					_ = ann.conn.Close()
					synctest.Wait()
					f.crowd(1001, 1002)
				}
				back := f.connect()
				back.session = ann.session
				back.send(`{"method":"connect","params":{"sessionId":"$S"},"id":0}`)
				back.expect(`{"id":0,"result":{"value":"reconnection successful","sessionId":"$S"},"jsonrpc":"2.0"}`)
				back.expect("%s", joined("extra1000"))
				if alive {
					ann.expectClose(1000, "the session continues on another socket")
					f.crowd(1001, 1002)
				}
				back.expect("%s", joined("extra1001"))
				back.silent()
			})
		})
	}
}

// A sluggish client of a large room is cut off as ever.
func TestSlowReaderInACrowd(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.crowd(0, 100)
		f.deaf().send(`{"method":"joinRoom","params":{"user":"deaf","room":"r"},"id":1}`)
		synctest.Wait()
		for i := 0; f.server.Stats().SlowConsumers == 0; i++ {
			if i > 2000 {
				t.Fatal("2000 comings and goings are waiting for somebody who reads nothing")
			}
			f.crowd(1000, 1001)
			if _, err := f.manager.Leave(t.Context(), "extra1000"); err != nil {
				t.Fatal(err)
			}
		}
	}, func(s *setup) { s.Socket.QueueLimit = 100_000 })
}

// countedConn counts the writes of the server, which are system calls on TCP.
type countedConn struct {
	net.Conn
	writes *atomic.Int64
}

func (c countedConn) Write(b []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(b)
}

// People come at random, fifty a second on average. docs/bench/joins.md has the
// figures.
func TestJoinsOfALargeRoomCostFewWrites(t *testing.T) {
	const joins, every = 500, 20 * time.Millisecond
	random := rand.New(rand.NewPCG(1, 2))
	at := make([]time.Duration, joins) // since the beginning
	for i := range at[1:] {
		at[i+1] = at[i] + time.Duration(random.ExpFloat64()*float64(every))
	}
	inBubble(t, func(t *testing.T, f *fixture) {
		var writes atomic.Int64
		f.pipes.wrap = func(near net.Conn) net.Conn { return countedConn{near, &writes} }
		start := time.Now()
		var slowest atomic.Int64 // latency of a notification
		var all sync.WaitGroup
		for i := range joins {
			time.Sleep(time.Until(start.Add(at[i])))
			c := f.deaf()
			c.send(`{"method":"joinRoom","params":{"user":"user%d","room":"r"},"id":1}`, i)
			all.Go(func() {
				if _, answer, err := c.read(); err != nil || !strings.HasPrefix(answer, `{"id":1,"result":`) {
					t.Errorf("got %q %v, want the answer", answer, err)
				}
				for next := i + 1; next < joins; next++ {
					if _, got, err := c.read(); err != nil || got != joined(fmt.Sprintf("user%d", next)) {
						t.Errorf("user%d got %q %v, want that user%d joined", i, got, err, next)
						return
					}
					took := time.Since(start) - at[next]
					slowest.Store(max(slowest.Load(), int64(took)))
				}
			})
		}
		all.Wait()
		frames, handshakes := joins+joins*(joins-1)/2, joins
		n := int(writes.Load()) - handshakes
		t.Logf("%d frames with %d writes, the slowest after %v", frames, n, time.Duration(slowest.Load()))
		if n > frames/5 {
			t.Errorf("%d writes for %d frames, want at most a fifth", n, frames)
		}
		if d := time.Duration(slowest.Load()); d > 100*time.Millisecond {
			t.Errorf("a notification came after %v", d)
		}
	}, func(s *setup) { s.Socket.PingInterval, s.Socket.PeerTimeout = time.Hour, time.Hour })
}
