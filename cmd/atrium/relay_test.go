package main

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/turn/v5"
	"go.uber.org/goleak"

	"github.com/atrium-rtc/atrium/internal/relay"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// allocate makes an allocation with what a user is handed at a join, and sends to a
// peer through it.
func (r *running) allocate(t *testing.T, url string, given api.ICEServer, peer netip.AddrPort) {
	t.Helper()
	scheme, rest, _ := strings.Cut(url, ":")
	address, transport, _ := strings.Cut(rest, "?transport=")
	var (
		conn net.PacketConn
		err  error
	)
	if transport == "udp" {
		conn, err = (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	} else {
		var stream net.Conn
		if stream, err = (&net.Dialer{}).DialContext(t.Context(), "tcp", address); err == nil {
			if scheme == "turns" {
				stream = tls.Client(stream, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // self-signed
			}
			conn = turn.NewSTUNConn(stream)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	client, err := turn.NewClient(&turn.ClientConfig{TURNServerAddr: address, Conn: conn, Username: given.Username, Password: given.Credential})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.Listen(); err != nil {
		t.Fatal(err)
	}
	relayed, err := client.Allocate()
	if err != nil {
		t.Fatal(err)
	}
	defer relayed.Close()
	if _, err := relayed.WriteTo([]byte("x"), net.UDPAddrFromAddrPort(peer)); err != nil {
		t.Fatal(err)
	}
}

func TestClientsAreHandedTheEmbeddedRelayAndItTakesThem(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := run(t, map[string]string{
		"turn.udp_listen": "127.0.0.1:0", "turn.tcp_listen": "127.0.0.1:0", "turn.tls_listen": "127.0.0.1:0", "turn.public_host": "127.0.0.1",
		"tls.mode": "self-signed", "ice.servers": "stun:stun.example.org,turn:turn.example.org?transport=udp", "ice.secret": "south",
	})
	given := r.iceServers("alice")
	if len(given) != 3 || len(given[2].URLs) != 3 || given[1].URLs[0] != "turn:turn.example.org?transport=udp" || given[1].Username == "" {
		t.Fatalf("%+v", given)
	}
	for _, url := range given[2].URLs {
		r.allocate(t, url, given[2], r.media.addresses()[0])
	}
	eventually(t, "three allocations came and went", func() bool {
		now := r.relayStats()
		return now.FromClients.Packets == 3 && now.Allocated[relay.TLS] == 1 && now.Allocations[relay.UDP] == 0 && now.Connections == 0
	})
	if links := r.whipICEServers("alice"); len(links) != 5 {
		t.Errorf("%d links for WHIP: %+v", len(links), links)
	}
	r.signals <- syscall.SIGTERM
	if err := r.wait(t); err != nil {
		t.Errorf("serveUntil: %v", err)
	}
}

// What anybody may read has no credentials in it.
func TestClientConfigNamesOnlyServersWithoutCredentials(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := run(t, map[string]string{"ice.servers": "stun:stun.example.org,turn:turn.example.org", "ice.username": "u", "ice.credential": "c"})
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+r.public.address()+"/getClientConfig", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var got api.ClientConfig
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]api.ICEServer{{URLs: []string{"stun:stun.example.org"}}}, got.ICEServers); diff != "" {
		t.Error(diff)
	}
	want := []api.ICEServer{{URLs: []string{"stun:stun.example.org"}}, {URLs: []string{"turn:turn.example.org"}, Username: "u", Credential: "c"}}
	if diff := cmp.Diff(want, r.iceServers("alice")); diff != "" {
		t.Error(diff)
	}
	r.signals <- syscall.SIGTERM
	if err := r.wait(t); err != nil {
		t.Errorf("serveUntil: %v", err)
	}
}

func TestTheRelaysSecretMayBeInAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(" north\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := testConfig(t, map[string]string{"turn.udp_listen": "127.0.0.1:0", "turn.secret_file": file})
	if got, err := relaySecret(cfg.TURN); err != nil || got != "north" {
		t.Errorf("%q, %v", got, err)
	}
	cfg.TURN.SecretFile = file + "-none"
	if err := checkRelay(cfg); err == nil || !strings.Contains(err.Error(), "turn.secret_file") {
		t.Error(err)
	}
	one, _ := relaySecret(testConfig(t, nil).TURN)
	two, _ := relaySecret(testConfig(t, nil).TURN)
	if one == two || len(one) < 20 {
		t.Errorf("made at the start: %q and %q", one, two)
	}
}

func TestARelayPortThatIsTakenIsSaidByItsKey(t *testing.T) {
	taken, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	cfg := testConfig(t, map[string]string{"turn.tcp_listen": "127.0.0.1:0", "turn.udp_listen": taken.LocalAddr().String()})
	if _, err := start(t.Context(), cfg, discardLogger()); err == nil || !strings.Contains(err.Error(), "--turn.udp-listen") {
		t.Error(err)
	}
	if got := relayPortsInUse(cfg.TURN); len(got) != 1 || !strings.Contains(got[0], "turn.udp_listen") {
		t.Errorf("check-config says %q", got)
	}
	cfg.TURN.UDPListen = "127.0.0.1:0"
	if got := relayPortsInUse(cfg.TURN); len(got) != 0 {
		t.Errorf("check-config says %q of free ports", got)
	}
}

// Packets to a public address of a NAT do not go out to come back.
func TestMediaBehindNATIsReachedFromInside(t *testing.T) {
	cfg := testConfig(t, map[string]string{"media.listen": "", "media.public_addresses": "198.51.100.7,2001:db8::7"})
	m := &mediaPlane{}
	for public, want := range map[string]string{"198.51.100.7:8082": "127.0.0.1:8082", "[2001:db8::7]:8082": "[::1]:8082"} {
		if got := m.reach(cfg.Media).Local(netip.MustParseAddrPort(public)); got.String() != want {
			t.Errorf("%s: %s, want %s", public, got, want)
		}
	}
	cfg.Media.Listen = []netip.Addr{netip.MustParseAddr("10.0.0.5")}
	if got := m.reach(cfg.Media).Local(netip.MustParseAddrPort("198.51.100.7:8082")); got.String() != "10.0.0.5:8082" {
		t.Error(got)
	}
	if m.reach(testConfig(t, nil).Media).Local != nil {
		t.Error("without NAT media is where it is said to be")
	}
}
