package config

import (
	"strings"
	"testing"
)

func TestKeysOfTheRelayThatDoNotGoTogether(t *testing.T) {
	for name, test := range map[string]struct{ file, want string }{
		"TLS without a certificate":   {"turn: {tls_listen: ':5349'}", "tls.mode is off"},
		"the port of media":           {"turn: {udp_listen: ':8082'}", "turn.udp_listen: has the port of media.port"},
		"the port of ICE-TCP":         {"turn: {tcp_listen: ':8082'}", "media.tcp needs it too"},
		"the port of the page":        {"turn: {tcp_listen: ':8080'}", "turn.tcp_listen: has the address of http.listen"},
		"one port for TCP and TLS":    {"turn: {tcp_listen: ':3478', tls_listen: ':3478'}\ntls: {mode: self-signed}", "has the port of turn.tcp_listen"},
		"a host with a port":          {"turn: {udp_listen: ':3478', public_host: 'a.example:3478'}", "neither a host name nor an address"},
		"two secrets":                 {"turn: {udp_listen: ':3478', secret: a, secret_file: b}", "are both set"},
		"a network with host bits":    {"turn: {allow_peers: [10.0.0.1/8]}", "not a network"},
		"ports the wrong way round":   {"turn: {relay_ports: 5000-4000}", "not a range of ports"},
		"a password without a name":   {"ice: {servers: ['turn:a.example'], credential: x}", "ice.username: must be set"},
		"credentials for STUN":        {"ice: {servers: ['stun:a.example'], secret: x}", "no TURN server"},
		"a URL that is none":          {"ice: {servers: ['https://a.example']}", "is not a URL such as stun:"},
		"a password and a secret too": {"ice: {servers: ['turn:a.example'], username: u, credential: x, secret: y}", "choose one"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(Sources{Path: "a.yaml", File: []byte(test.file)})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q in it", err, test.want)
			}
		})
	}
}

func TestWhatIsSeldomMeantIsWarnedOf(t *testing.T) {
	for file, want := range map[string]string{
		"turn: {udp_listen: ':3478', secret: s}":                                            "turn.public_host is not set",
		"turn: {udp_listen: ':3478', public_host: a.example}":                               "turn.secret is not set",
		"turn: {udp_listen: ':3478', public_host: a.example, allow_peers: [0.0.0.0/0]}":     "turn.allow_peers is set",
		"turn: {public_host: a.example}":                                                    "has no effect without",
		"ice: {servers: ['turns:a.example']}":                                               "no credentials",
		"turn: {udp_listen: ':3478', secret: s}\nmedia: {public_addresses: [198.51.100.7]}": "",
		"turn: {tls_listen: '10.0.0.2:443', secret: s, public_host: a.example}\nhttp: {listen: '127.0.0.1:443'}\ntls: {mode: self-signed}": "",
		"ice: {servers: ['stun:a.example', 'turn:a.example?transport=udp'], secret: s}":                                                    "",
	} {
		got := strings.Join(mustLoad(t, Sources{Path: "a.yaml", File: []byte(file)}).Warnings, "\n")
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q in it", file, got, want)
		}
	}
}
