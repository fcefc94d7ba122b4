package rpc

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/atrium-rtc/atrium/internal/awake"
)

// What is read too late because the server did not run is not held against the peer: internal/faults stops a server for 12 s.
func TestTheServersOwnSleepIsNotHeldAgainstPeers(t *testing.T) {
	below := make(chan any, 1)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := NewUpgrader(Config{}).Upgrade(w, r)
		if err != nil {
			t.Error(err)
			return
		}
		below <- conn.ws.NetConn()
		conn.Close(CloseNormal, "")
		_ = conn.Serve(func(Request) {})
	}))
	defer site.Close()
	ws, response, err := websocket.DefaultDialer.Dial("ws"+site.URL[len("http"):], nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	_, _, _ = ws.ReadMessage() // the close frame
	_ = ws.Close()
	if conn := <-below; !isAwake(conn) {
		t.Errorf("the websocket reads from a %T", conn)
	}
}

func isAwake(conn any) bool { _, is := conn.(*awake.Conn); return is }
