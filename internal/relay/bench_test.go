package relay_test

import (
	"net"
	"testing"

	"github.com/atrium-rtc/atrium/internal/relay"
)

// A packet of 1,200 octets to media and back: two packets relayed, four sockets read
// and written by the relay, and as much again by the client and the echo.
func BenchmarkRoundTrip(b *testing.B) {
	for _, transport := range relay.Transports() {
		b.Run(string(transport), func(b *testing.B) {
			w := start(b, nil)
			conn := w.allocate(w.client(transport, w.ways()[transport], w.credentials("alice")))
			var peer net.Addr = w.peer(public4, w.media)
			packet := make([]byte, 1200)
			w.echoed(conn, w.peer(public4, w.media), "first")
			b.SetBytes(2 * int64(len(packet)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := conn.WriteTo(packet, peer); err != nil {
					b.Fatal(err)
				}
				if _, _, err := conn.ReadFrom(packet); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
