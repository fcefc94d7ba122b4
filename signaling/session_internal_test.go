package signaling

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/room"
)

func TestLostStrangersAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewServer(Options{Manager: room.NewManager(nil, room.Options{})})
		lose := func(member bool) *Session {
			session := s.newSession()
			session.member.Store(member)
			conn, _ := pipe(t)
			session.link.attach(conn, nil)
			loss, _ := session.link.detach(conn)
			session.lost(loss)
			return session
		}
		s.counters.lost.Store(maxLostStrangers - 1)
		for _, tc := range []struct {
			session *Session
			ended   bool
		}{{lose(false), false}, {lose(false), true}, {lose(true), false}} {
			if ended := tc.session.ctx.Err() != nil; ended != tc.ended {
				t.Errorf("ended %v, want %v", ended, tc.ended)
			}
		}
		time.Sleep(s.opts.Load().ReconnectGrace)
		s.running.Wait()
		if n := s.counters.lost.Load(); n != maxLostStrangers-1 {
			t.Errorf("%d counted as lost", n)
		}
	})
}
