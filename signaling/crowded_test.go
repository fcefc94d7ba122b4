package signaling_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
)

const refusedBusy = `{"id":1,"error":{"code":503,"message":"The server is busy and lets nobody in at the moment. Try again in 15 seconds",` +
	`"data":{"retryAfter":15},"sessionId":"$S"},"jsonrpc":"2.0"}`

func TestABusyServerRefusesNewcomersOnly(t *testing.T) {
	var busy atomic.Bool
	f := start(t, func(s *setup) { s.Busy = busy.Load })
	ann := f.member("ann", `[]`)
	busy.Store(true)
	cy := f.connect() // a socket can be had: it may be a way back
	cy.call(`{"method":"joinRoom","params":{"user":"cy","room":"r"},"id":1}`, refusedBusy)
	f.connect().call(`{"method":"joinRoom","params":{"user":"dan","room":"other"},"id":1}`, refusedBusy)
	ann.publish() // who is in a room does what it likes
	f.connect().call(`{"method":"joinRoom","params":{"user":"ann","room":"r"},"id":1}`,
		`{"id":1,"error":{"code":104,"message":"User 'ann' already exists in room 'r'","sessionId":"$S"},"jsonrpc":"2.0"}`)
	busy.Store(false)
	f.member("bob", `[{"id":"ann","streams":[{"id":"webcam"}]}]`)
}

func TestABusyServerTakesBackWhoWasThere(t *testing.T) {
	var busy atomic.Bool
	inBubble(t, func(_ *testing.T, f *fixture) {
		f.member("bob", `[]`)
		ann := f.member("ann", `[{"id":"bob"}]`)
		busy.Store(true)
		_ = ann.conn.Close()
		synctest.Wait()
		f.member("ann", `[{"id":"bob"}]`) // by name, and with no session any more
	}, func(s *setup) { s.Busy = busy.Load })
}
