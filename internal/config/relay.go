package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/stun/v4"
)

// On reports whether the embedded TURN server runs.
func (t TURN) On() bool { return t.UDPListen != "" || t.TCPListen != "" || t.TLSListen != "" }

// Peers returns the networks of turn.allow_peers.
func (t TURN) Peers() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, text := range t.AllowPeers {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("turn.allow_peers: %w", err)
		}
		list = append(list, p)
	}
	return list, nil
}

// Ports returns the ends of turn.relay_ports, 0 and 0 for none.
func (t TURN) Ports() (first, last uint16, err error) {
	if t.RelayPorts == "" {
		return 0, 0, nil
	}
	return parsePorts(t.RelayPorts)
}

// checkICE accepts what a browser takes as a URL of an RTCIceServer (RFC 7064, RFC
// 7065).
func checkICE(text string) error {
	if _, err := stun.ParseURI(text); err != nil {
		return fmt.Errorf("%q is not a URL such as stun:stun.example.org or turn:turn.example.org:3478?transport=udp", text)
	}
	return nil
}

func checkNetwork(text string) error {
	p, err := netip.ParsePrefix(text)
	if err != nil || p.Masked() != p {
		return fmt.Errorf("%q is not a network such as 198.18.0.0/15", text)
	}
	return nil
}

func checkPorts(text string) error {
	_, _, err := parsePorts(text)
	return err
}

func parsePorts(text string) (first, last uint16, err error) {
	low, high, found := strings.Cut(text, "-")
	a, errA := strconv.ParseUint(low, 10, 16)
	b, errB := strconv.ParseUint(high, 10, 16)
	if err := errors.Join(errA, errB); !found || err != nil || a < 1024 || b < a {
		return 0, 0, fmt.Errorf("%q is not a range of ports from 1024 such as 49160-49960", text)
	}
	return uint16(a), uint16(b), nil
}

// relayConflicts finds what is wrong between the keys of ice and turn, and the
// listeners of other parts.
func (c *Config) relayConflicts(report func(wrong bool, key, reason string)) {
	i, t := c.ICE, c.TURN
	turn := slices.ContainsFunc(i.Servers, func(u string) bool { return strings.HasPrefix(u, "turn") })
	report(i.Secret != "" && i.SecretFile != "", "ice.secret_file", "and ice.secret are both set; set one")
	shared := i.Secret != "" || i.SecretFile != ""
	report(shared && i.Username != "", "ice.username", "has no effect beside the secret: choose one")
	report(i.Username != "" && i.Credential == "", "ice.credential", "must be set, because ice.username is")
	report(i.Username == "" && i.Credential != "", "ice.username", "must be set, because ice.credential is")
	report(!turn && (shared || i.Username != ""), "ice.servers", "has no TURN server that the credentials could be for")

	report(t.Secret != "" && t.SecretFile != "", "turn.secret_file", "and turn.secret are both set; set one")
	report(t.TLSListen != "" && c.TLS.Mode == TLSOff, "turn.tls_listen", "needs a certificate, and tls.mode is off")
	report(t.On() && t.Realm == "", "turn.realm", "must not be empty")
	report(strings.ContainsAny(t.PublicHost, "/:?@ ") && !isAddress(t.PublicHost), "turn.public_host", "is neither a host name nor an address; ports are those of the listeners")
	report(samePort(t.UDPListen, mediaAddress(c.Media.Port)), "turn.udp_listen", "has the port of media.port; it must have its own")
	report(samePort(t.TCPListen, t.TLSListen), "turn.tls_listen", "has the port of turn.tcp_listen; it must have its own")
	for key, address := range map[string]string{"turn.tcp_listen": t.TCPListen, "turn.tls_listen": t.TLSListen} {
		report(c.Media.TCP && samePort(address, mediaAddress(c.Media.Port)), key, "has the port of media.port, and media.tcp needs it too")
		report(samePort(address, c.Operator.Listen), key, "has the port of operator.listen; it must have its own")
		report(samePort(address, c.TLS.ACME.HTTPListen), key, "has the port of tls.acme.http_listen; it must have its own")
		report(sameAddress(address, c.HTTP.Listen), key, "has the address of http.listen; it must have its own")
	}
}

func isAddress(text string) bool {
	_, err := netip.ParseAddr(text)
	return err == nil
}

// sameAddress says whether two listeners would meet: one port on one host or on
// every one. Two named hosts may share a port, as 443 for the page and for TURN.
func sameAddress(a, b string) bool {
	hostA, _, _ := net.SplitHostPort(a)
	hostB, _, _ := net.SplitHostPort(b)
	return samePort(a, b) && (hostA == "" || hostB == "" || hostA == hostB)
}

// doubts returns what is allowed and seldom meant.
func (c *Config) doubts() []string {
	var list []string
	doubt := func(found bool, text string) {
		if found {
			list = append(list, text)
		}
	}
	i, t := c.ICE, c.TURN
	turn := slices.ContainsFunc(i.Servers, func(u string) bool { return strings.HasPrefix(u, "turn") })
	doubt(turn && i.Username == "" && i.Secret == "" && i.SecretFile == "",
		"ice.servers names TURN servers, and there are no credentials for them: set ice.secret, or ice.username and ice.credential")
	doubt(t.On() && t.PublicHost == "" && len(c.TLS.ACME.Domains) == 0 && len(c.Media.PublicAddresses) == 0,
		"turn.public_host is not set: clients are told an address of this machine, which they may not reach")
	doubt(t.On() && t.Secret == "" && t.SecretFile == "",
		"turn.secret is not set: credentials end with this process, and clients that stay in a call must join again after a restart to get others")
	doubt(t.On() && len(t.AllowPeers) > 0,
		"turn.allow_peers is set: clients reach these networks with the address of this server")
	doubt(!t.On() && (t.Secret != "" || t.SecretFile != "" || t.PublicHost != "" || len(t.AllowPeers) > 0 || t.RelayPorts != ""),
		"turn.* has no effect without turn.udp_listen, turn.tcp_listen or turn.tls_listen")
	return list
}
