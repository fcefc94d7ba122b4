package sfutest

import (
	"net"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/iceserver"
	"github.com/atrium-rtc/atrium/internal/relay"
	"github.com/atrium-rtc/atrium/sfu"
)

// Relay starts a TURN server for the ports, until the test ends, and returns what a
// client is handed of it: a URL over UDP and one over TCP.
func Relay(tb testing.TB, ports *sfu.Ports) iceserver.Server {
	tb.Helper()
	packets, err := (&net.ListenConfig{}).ListenPacket(tb.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	const secret = "of the test"
	server, err := relay.Start(relay.Config{
		UDP: []net.PacketConn{packets}, TCP: []net.Listener{listener}, Realm: "atrium", Secret: secret,
		Media: relay.Media{Addresses: ports.UDP.ListenAddresses},
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := server.Close(); err != nil {
			tb.Errorf("close the relay: %v", err)
		}
	})
	username, password := iceserver.Issuer{Secret: secret, Lifetime: time.Hour}.Credentials("somebody", time.Now())
	return iceserver.Server{
		URLs: []string{
			"turn:" + packets.LocalAddr().String() + "?transport=udp",
			"turn:" + listener.Addr().String() + "?transport=tcp",
		},
		Username: username, Credential: password,
	}
}
