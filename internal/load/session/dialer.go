package session

import (
	"crypto/tls"
	"net/http"
	"time"
)

// Options are what all sessions of a run share.
type Options struct {
	// Anyway lifts the guard (--i-am-allowed): any address may be called.
	Anyway bool
	// TLS is the configuration of wss and https; nil is the default one. Set its
	// InsecureSkipVerify for servers with self-signed certificates.
	TLS *tls.Config
	// Token is sent as "Authorization: Bearer" with every HTTP request and
	// websocket handshake; empty sends none.
	Token string
	// Header is sent with them too, such as an Origin.
	Header http.Header
	// Timeout bounds each request and each dial; 0 means 30 s.
	Timeout time.Duration
}

// Member says who a session is.
type Member struct {
	Room, User string
	// Handler hears of the room; nil hears nothing.
	Handler Handler
}

// Endpoints are the URL templates of a server without rooms. "{room}" and
// "{user}" stand for the names, path-escaped: the publisher's in both, so
// that http://host/whep/{room}/{user} plays what
// http://host/whip/{room}/{user} publishes.
type Endpoints struct {
	WHIP, WHEP string
}
