package sfu_test

import (
	"net/netip"
	"testing"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/tcp"
)

// Nothing is lost on the way of a call over TCP, and the shard seals its media.
func TestCallOverTCPIsCounted(t *testing.T) {
	s := newSite(t, sfu.ListenConfig{Addresses: []netip.Addr{loopback4}}, true)
	s.client = func() *webrtc.PeerConnection { return s.newClient(webrtc.NetworkTypeTCP4) }
	s.call()
	got := s.engine.Stats()
	if got.TCP.Connections < 2 || got.TCP.Candidates < 2 {
		t.Errorf("%d connections to %d candidates, want one for each of two clients", got.TCP.Connections, got.TCP.Candidates)
	}
	if got.TCP.Dropped != (tcp.Dropped{}) || got.TCP.Refused != (tcp.Refused{}) {
		t.Errorf("stats %+v", got.TCP)
	}
	if got.SealedByShard != 1 || got.SealedByPion != 0 {
		t.Errorf("%d connections sealed by the shard and %d by Pion, want 1 and 0", got.SealedByShard, got.SealedByPion)
	}
}
