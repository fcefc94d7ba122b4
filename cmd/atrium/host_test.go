package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/host"
)

func TestTheServersNeedsAreThoseOfItsConfiguration(t *testing.T) {
	cfg := testConfig(t, map[string]string{
		"http.listen": ":443", "auth.open_to_all": "true", "media.port": "8082", "media.sockets": "3", "media.listen": "192.0.2.1,192.0.2.2,192.0.2.3",
		"media.tcp": "false", "signaling.max_sessions": "77", "operator.listen": "",
		"tls.mode": "self-signed", "turn.udp_listen": ":3478", "turn.tls_listen": ":5349", "turn.max_allocations": "100",
	})
	got := hostNeeds(cfg)
	got.Processors, got.MemoryLimit = 0, 0 // this process's
	want := host.Needs{SocketBuffer: 4 << 20, Sessions: 77, Sockets: 9 + otherSockets + 200, Ports: []int{8082, 443, 0, 0, 3478, 0, 5349}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFindingsArePrintedWithReasonAndRemedy(t *testing.T) {
	var out strings.Builder
	printFindings(&out, []host.Finding{{Problem: "slow", Reason: "late", Remedy: "fast"}})
	if want := "host: slow\n  so:     late\n  remedy: fast\n"; out.String() != want {
		t.Errorf("printed %q", out.String())
	}
}
