package iceserver

import (
	"strings"
	"time"
)

// Server is one entry of what a client is handed: an RTCIceServer.
type Server struct {
	URLs                 []string
	Username, Credential string // empty for STUN
}

// Issued are servers whose credentials are made for each user.
type Issued struct {
	URLs []string
	Issuer
}

// List is what clients are handed. It is not changed after it was made.
type List struct {
	Fixed  []Server
	Issued []Issued
}

// For returns what the user is handed at a join. The result may be kept.
func (l List) For(user string, now time.Time) []Server {
	list := append([]Server(nil), l.Fixed...)
	for _, i := range l.Issued {
		username, password := i.Credentials(user, now)
		list = append(list, Server{URLs: i.URLs, Username: username, Credential: password})
	}
	return list
}

// Open returns what may be told to anybody: the servers without credentials.
func (l List) Open() []Server {
	var list []Server
	for _, server := range l.Fixed {
		if server.Username == "" && server.Credential == "" {
			list = append(list, server)
		}
	}
	return list
}

// Split puts the URLs of servers that ask for credentials (RFC 7065) apart from
// those that do not (RFC 7064).
func Split(urls []string) (stun, turn []string) {
	for _, u := range urls {
		if strings.HasPrefix(u, "stun:") || strings.HasPrefix(u, "stuns:") {
			stun = append(stun, u)
		} else {
			turn = append(turn, u)
		}
	}
	return stun, turn
}
