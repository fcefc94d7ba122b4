package whip

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestWhoDoesNotAskAgainGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lobby
		gaveUp := 0
		eve, bob := caller{whip, "r", "eve", "eve"}, caller{whip, "r", "bob", "bob"}
		keep := func(who caller) { l.keep(who, "id", func() { gaveUp++ }) }
		keep(eve)
		keep(bob)
		time.Sleep(lobbyPatience / 2)
		if l.take(eve) == nil || l.take(caller{whep, "r", "eve", "eve"}) != nil {
			t.Error("the wrong one waits")
		}
		keep(eve) // asks again
		time.Sleep(lobbyPatience/2 + time.Second)
		synctest.Wait()
		if gaveUp != 1 || l.take(bob) != nil {
			t.Errorf("%d gave up, want bob", gaveUp)
		}
		time.Sleep(lobbyPatience)
		synctest.Wait()
		if gaveUp != 2 || len(l.waiting) != 0 {
			t.Errorf("%d gave up", gaveUp)
		}
		if l.close(); l.keep(eve, "id", nil) {
			t.Error("somebody waits after the end")
		}
	})
}
