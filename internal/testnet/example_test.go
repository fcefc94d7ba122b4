package testnet_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/internal/testnet"
)

// A server behind a good link, and a phone whose network becomes bad during
// the call. Give server.ListenPacket to udp.New and phone.Net to the
// SettingEngine of a Pion client.
func Example() {
	test := func(t *testing.T) {
		n := testnet.New(t, testnet.Options{Seed: 20261122})
		server, phone := n.Host("10.0.0.1"), n.Host("10.0.0.2")
		phone.SetUplink(testnet.Link{Delay: 30 * time.Millisecond, RateBitsPerSecond: 5_000_000, QueueBytes: 64 << 10})
		phone.SetDownlink(testnet.Link{Delay: 30 * time.Millisecond, Jitter: 5 * time.Millisecond})
		socket, client := server.ListenPacket(8082), phone.ListenPacket(0)
		_, _ = client.WriteTo([]byte("hello"), socket.LocalAddr())
		time.Sleep(time.Second)
		phone.SetUplink(testnet.Link{Delay: 200 * time.Millisecond, Loss: 0.1, RateBitsPerSecond: 300_000, QueueBytes: 32 << 10})
		up, _ := phone.Stats()
		fmt.Println(up.Passed, "packet passed")
	}
	_ = func(t *testing.T) { synctest.Test(t, test) }
}
