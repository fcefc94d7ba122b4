package signaling_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling"
)

// A server for Kurento Room clients is a Manager with media behind it and a
// Handler in front of it.
func ExampleServer() {
	manager := room.NewManager(&media{}, room.Options{})
	server := signaling.NewServer(signaling.Options{Manager: manager, AutoCreate: true})
	web := httptest.NewServer(server.Handler())
	defer web.Close()

	if err := manager.CreateRoom("standup", room.Settings{}); err != nil {
		fmt.Println(err)
	}
	resp, err := http.Get(web.URL + "/getAllRooms")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(resp.Body)
	fmt.Println(string(body))

	ctx := resp.Request.Context()
	fmt.Println(server.Close(ctx), manager.Close(ctx))
	// Output:
	// ["standup"]
	// <nil> <nil>
}
