package signaling_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const (
	annUnreachable = `{"method":"participantChanged","params":{"id":"ann","unreachable":true},"jsonrpc":"2.0"}`
	annReachable   = `{"method":"participantChanged","params":{"id":"ann","unreachable":false},"jsonrpc":"2.0"}`
)

// within expects a message a certain time after a moment.
func (c *client) within(since time.Time, after time.Duration, want string) {
	c.t.Helper()
	c.expect("%s", want)
	if d := time.Since(since); d != after {
		c.t.Errorf("%s after %v, want %v", want, d, after)
	}
}

// call of ann, whose client is an old one, bob, who understands extensions, and one who does not.
func reachCall(f *fixture) (ann, bob, old *client) {
	ann = f.member("ann", `[]`)
	bob, _ = f.modern("bob", ``)
	old = f.member("old", `[{"id":"ann"},{"id":"bob"}]`)
	synctest.Wait() // everybody was told of who joined last
	for _, c := range []*client{ann, bob, old} {
		c.skip()
	}
	return ann, bob, old
}

func TestOneWhoFallsSilentIsUnreachableAndThenGone(t *testing.T) {
	inBubble(t, func(_ *testing.T, f *fixture) {
		ann, bob, old := reachCall(f)
		ann.send(`{"method":"ping","params":{},"id":9}`)
		ann.text()
		start := time.Now()
		ann.deaf.Store(true)
		bob.within(start, 7*time.Second, annUnreachable)
		bob.within(start, 19*time.Second, annLeft)
		old.within(start, 19*time.Second, annLeft)
	})
}

func TestOutageOfEightSecondsThrowsNobodyOut(t *testing.T) {
	inBubble(t, func(_ *testing.T, f *fixture) {
		ann, bob, old := reachCall(f)
		ann.send(`{"method":"ping","params":{},"id":9}`)
		ann.text()
		start := time.Now()
		ann.deaf.Store(true)
		bob.within(start, 7*time.Second, annUnreachable)
		_, now := f.modern("cy", ``)
		if got, want := string(now["value"]), `{"id":"ann","role":"participant","unreachable":true}`; !strings.Contains(got, want) {
			f.t.Errorf("who comes meanwhile is told %s, want %s in it", got, want)
		}
		bob.skip()
		old.skip()
		time.Sleep(time.Until(start.Add(8 * time.Second)))
		ann.deaf.Store(false)
		ann.send(`{"method":"ping","params":{},"id":10}`)
		bob.within(start, 8*time.Second, annReachable)
		time.Sleep(25 * time.Second)
		bob.silent()
		old.silent()
	})
}

func TestLostSocketIsToldWhenNobodyComesBackInTime(t *testing.T) {
	for _, tc := range []struct {
		away time.Duration
		told bool
	}{{4 * time.Second, false}, {6 * time.Second, true}} {
		t.Run(fmt.Sprint(tc.away), func(t *testing.T) {
			inBubble(t, func(_ *testing.T, f *fixture) {
				ann, bob, old := reachCall(f)
				start := time.Now()
				_ = ann.conn.Close()
				time.Sleep(tc.away)
				back := f.connect()
				back.send(`{"method":"connect","params":{"sessionId":"%s"},"id":0}`, ann.session)
				back.text()
				synctest.Wait()
				if tc.told {
					bob.expect("%s", annUnreachable)
					bob.within(start, tc.away, annReachable)
				}
				time.Sleep(25 * time.Second)
				bob.silent()
				old.silent()
			})
		})
	}
}

func TestDisturbedPublicationMakesItsOwnerUnreachable(t *testing.T) {
	inBubble(t, func(_ *testing.T, f *fixture) {
		ann, bob, old := reachCall(f)
		ann.publish()
		bob.skip()
		old.skip()
		f.media.observer("ann").Disturbed(true)
		bob.expect("%s", annUnreachable)
		f.media.observer("ann").Disturbed(false)
		bob.expect("%s", annReachable)
		f.media.observer("ann").Disturbed(true)
		bob.expect("%s", annUnreachable)
		f.media.observer("ann").Failed("the connection was lost")
		bob.expect(`{"method":"participantUnpublished","params":{"name":"ann","streams":[{"id":"webcam"}]},"jsonrpc":"2.0"}`)
		bob.expect("%s", annReachable)
		old.expect(`{"method":"participantUnpublished","params":{"name":"ann"},"jsonrpc":"2.0"}`)
		old.silent()
	})
}
