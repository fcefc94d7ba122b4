package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path"
	"strings"

	"github.com/atrium-rtc/atrium/internal/load"
	"github.com/atrium-rtc/atrium/internal/load/session"
)

// loadTarget is the server under test, as flags.
type loadTarget struct {
	URL   string `name:"url" default:"ws://localhost:8080/room" help:"Websocket of a server that speaks the Kurento Room protocol."`
	WHIP  string `name:"whip" placeholder:"URL" help:"Publish by WHIP instead; {room} and {user} stand for the names: http://host/whip/{room}/{user}."`
	WHEP  string `name:"whep" placeholder:"URL" help:"Receive by WHEP instead, likewise: http://host/whep/{room}/{user}."`
	Token string `placeholder:"TOKEN" env:"ATRIUM_LOAD_TOKEN" help:"Bearer token of every request."`

	TokenSecretFile string `placeholder:"FILE" help:"Make a token for each client instead, with the secret in this file (docs/tokens.md)."`
	TokenKey        string `placeholder:"FILE" help:"The same, with a private key in PEM form."`

	Insecure bool `help:"Accept any certificate of the server."`
	Allowed  bool `name:"i-am-allowed" help:"Load a server whose address is neither loopback, private nor link-local. Whoever is not asked calls it an attack."`
}

// open checks that the server may be loaded and returns the way to it.
func (t loadTarget) open(ctx context.Context) (load.Target, error) {
	options := session.Options{Anyway: t.Allowed, Token: t.Token}
	if t.Insecure {
		options.TLS = &tls.Config{InsecureSkipVerify: true} //nolint:gosec // asked for
	}
	tokens, err := t.tokens()
	if err != nil {
		return load.Target{}, err
	}
	dialer := session.NewDialer(options)
	addresses, rooms := []string{t.URL}, true
	if t.WHIP != "" || t.WHEP != "" {
		if t.WHIP == "" || t.WHEP == "" {
			return load.Target{}, errors.New("--whip and --whep come together: one to publish, one to receive")
		}
		addresses, rooms = []string{t.WHIP, t.WHEP}, false
	}
	for _, address := range addresses {
		if err := session.Allowed(ctx, address, t.Allowed); err != nil {
			return load.Target{}, err
		}
	}
	target := load.Target{
		Name: maskedAddresses(addresses), Rooms: rooms, Media: mediaAddress(ctx, addresses[0]),
		Session: func(m session.Member) session.Session { return dialer.Room(t.URL, tokens(m)) },
	}
	if !t.Allowed {
		target.Reach = session.OwnAddress
	}
	if !rooms {
		endpoints := session.Endpoints{WHIP: t.WHIP, WHEP: t.WHEP}
		target.Session = func(m session.Member) session.Session { return dialer.HTTP(endpoints, tokens(m)) }
	}
	return target, nil
}

// maskedAddresses names the server for a report.
func maskedAddresses(addresses []string) string {
	shown := make([]string, len(addresses))
	for i, a := range addresses {
		shown[i] = maskedURL(a)
	}
	return strings.Join(shown, " ")
}

// mediaAddress guesses where the server's media is from where its signalling is,
// so that the generator offers the address from which it can be reached. An
// address that cannot be found leaves the choice to the default route.
func mediaAddress(ctx context.Context, address string) netip.Addr {
	u, err := url.Parse(address)
	if err != nil {
		return netip.Addr{}
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Hostname())
	if err != nil || len(found) == 0 {
		return netip.Addr{}
	}
	for _, ip := range found {
		if ip.Unmap().Is4() {
			return ip.Unmap()
		}
	}
	return found[0]
}

// page returns where a person can join a synthetic room.
func (t loadTarget) page(room string) (string, error) {
	u, err := url.Parse(t.URL)
	if err != nil || t.WHIP != "" {
		return "", errors.New("--view needs a server with a call page, by --url")
	}
	u.Scheme = map[string]string{"ws": "http", "wss": "https"}[u.Scheme]
	if u.Scheme == "" {
		return "", fmt.Errorf("--url: %s is no websocket address", t.URL)
	}
	u.Path, u.RawPath = path.Dir(u.Path), ""
	u.RawQuery = url.Values{"room": {room}, "name": {"viewer"}}.Encode()
	return u.String(), nil
}
