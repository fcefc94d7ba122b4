package sfutest

import (
	"net/netip"
	"testing"

	"github.com/atrium-rtc/atrium/sfu"
)

// Start returns an engine that listens on 127.0.0.1 and is closed when the test ends,
// after what was set up later. listen.Addresses is filled in, and cfg.Ports where it is
// nil.
func Start(tb testing.TB, listen sfu.ListenConfig, cfg sfu.Config) *sfu.Engine {
	tb.Helper()
	if cfg.Ports == nil {
		cfg.Ports = Listen(tb, listen)
	}
	engine, err := sfu.New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := engine.Close(); err != nil {
			tb.Errorf("close media: %v", err)
		}
	})
	return engine
}

// Listen opens ports on 127.0.0.1 for an engine, which closes them.
func Listen(tb testing.TB, listen sfu.ListenConfig) *sfu.Ports {
	tb.Helper()
	listen.Addresses = []netip.Addr{netip.MustParseAddr("127.0.0.1")}
	ports, err := sfu.Listen(tb.Context(), listen)
	if err != nil {
		tb.Fatal(err)
	}
	return ports
}
