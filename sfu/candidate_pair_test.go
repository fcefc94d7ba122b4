package sfu

import (
	"testing"

	"github.com/pion/webrtc/v4"
)

func TestPairsAreToldByTransportCandidateAndFamily(t *testing.T) {
	for _, tt := range []struct {
		local, remote webrtc.ICECandidate
		want          string
	}{
		{webrtc.ICECandidate{Protocol: webrtc.ICEProtocolUDP}, webrtc.ICECandidate{Typ: webrtc.ICECandidateTypeHost, Address: "192.0.2.1"}, "udp host ipv4"},
		{webrtc.ICECandidate{Protocol: webrtc.ICEProtocolTCP}, webrtc.ICECandidate{Typ: webrtc.ICECandidateTypePrflx, Address: "2001:db8::1"}, "tcp prflx ipv6"},
		{webrtc.ICECandidate{Protocol: webrtc.ICEProtocolUDP}, webrtc.ICECandidate{Typ: webrtc.ICECandidateTypeSrflx, Address: "::ffff:192.0.2.1"}, "udp srflx ipv4"},
		{webrtc.ICECandidate{Protocol: webrtc.ICEProtocolUDP}, webrtc.ICECandidate{Typ: webrtc.ICECandidateTypeRelay, Address: "192.0.2.1"}, "udp relay ipv4"},
	} {
		transport, remote, family, ok := kindOfPair(&webrtc.ICECandidatePair{Local: &tt.local, Remote: &tt.remote})
		got := pairTransports[transport] + " " + pairRemotes[remote] + " " + pairFamilies[family]
		if !ok || got != tt.want {
			t.Errorf("%s, want %s", got, tt.want)
		}
	}
	if _, _, _, ok := kindOfPair(&webrtc.ICECandidatePair{Local: &webrtc.ICECandidate{}, Remote: &webrtc.ICECandidate{Address: "ann.local"}}); ok {
		t.Error("a name was taken for an address")
	}
}
