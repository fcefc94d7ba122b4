package session

import (
	"context"
	"crypto/tls"
	"net"
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
	// Resolver finds hosts; nil is the system's.
	Resolver Resolver
}

// Member says who a session is.
type Member struct {
	Room, User string
	// Token is sent in place of Options.Token; empty sends that one.
	Token string
	// Paired asks for paired connections (docs/protocol.md). The session is then a
	// Paired one, or Join fails.
	Paired bool
	// Handler hears of the room; nil hears nothing.
	Handler Handler
}

// Dialer makes the sessions of a run. Its methods may be called from any
// goroutine.
type Dialer struct {
	opt    Options
	guard  *guard
	client *http.Client
	wait   func(ctx context.Context, d time.Duration) error // between attempts

	layers        layerRequests // of the room server
	layerPatience time.Duration
}

// NewDialer returns a Dialer, which has connected to nothing yet.
func NewDialer(o Options) *Dialer {
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Resolver == nil {
		o.Resolver = net.DefaultResolver
	}
	o.Header = o.Header.Clone()
	if o.Header == nil {
		o.Header = make(http.Header)
	}
	if o.Token != "" {
		o.Header.Set("Authorization", "Bearer "+o.Token)
	}
	d := &Dialer{opt: o, guard: newGuard(o.Anyway, o.Resolver), wait: wait, layerPatience: layerPatience}
	d.client = &http.Client{
		CheckRedirect: checkRedirect,
		// No proxy: the guard must see the server's own address. No HTTP/2: it
		// would put everybody's requests on one connection, as people's are not.
		Transport: &http.Transport{
			DialContext:         d.guard.dial,
			TLSClientConfig:     o.TLS.Clone(),
			TLSHandshakeTimeout: o.Timeout,
			MaxIdleConnsPerHost: 64,
			IdleConnTimeout:     time.Minute,
		},
	}
	return d
}

// header returns what is sent with every request of a member.
func (d *Dialer) header(m Member) http.Header {
	h := d.opt.Header.Clone()
	if m.Token != "" {
		h.Set("Authorization", "Bearer "+m.Token)
	}
	return h
}

// Allowed is the function of that name for this Dialer's options, and pins the
// addresses for its connections.
func (d *Dialer) Allowed(ctx context.Context, rawURL string) error { return d.guard.allow(ctx, rawURL) }

// Close closes the HTTP connections that nobody uses. The sessions end by
// themselves.
func (d *Dialer) Close() { d.client.CloseIdleConnections() }

// bounded returns the context of one request: it ends with the session's life
// too, and after the timeout.
func (d *Dialer) bounded(ctx, life context.Context) (context.Context, context.CancelFunc) {
	ctx, expire := context.WithTimeout(ctx, d.opt.Timeout)
	ctx, interrupt := context.WithCancelCause(ctx)
	forget := context.AfterFunc(life, func() { interrupt(context.Cause(life)) })
	return ctx, func() { forget(); interrupt(nil); expire() }
}

func wait(ctx context.Context, t time.Duration) error {
	timer := time.NewTimer(t)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
