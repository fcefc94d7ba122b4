package session

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// Endpoints are the URL templates of a server without rooms. "{room}" and
// "{user}" stand for the names, escaped: the publisher's in both, so that
// http://host/whep/{room}/{user} plays what http://host/whip/{room}/{user}
// publishes. Without one of them that half cannot be used.
type Endpoints struct {
	WHIP, WHEP string
}

// protocol names one of the two in errors.
type protocol string

const (
	whip protocol = "WHIP" // publishes: RFC 9725
	whep protocol = "WHEP" // plays: draft-ietf-wish-whep
)

// template returns the URL template for the protocol.
func (e Endpoints) template(p protocol) string {
	if p == whip {
		return e.WHIP
	}
	return e.WHEP
}

// fill puts names into a template: escaped for the path, and behind the first
// "?" for the query.
func fill(template, room, user string) string {
	path, query, found := strings.Cut(template, "?")
	with := func(text string, escape func(string) string) string {
		return strings.NewReplacer("{room}", escape(room), "{user}", escape(user)).Replace(text)
	}
	path = with(path, url.PathEscape)
	if !found {
		return path
	}
	return path + "?" + with(query, url.QueryEscape)
}

// HTTP is a participant of a server that speaks WHIP and WHEP: each publication
// and each subscription is a resource that a POST makes and a DELETE ends.
// Nobody joins, and the server tells nothing: the Handler is not called, and
// Done is closed by Leave and Close alone.
type HTTP struct {
	dialer    *Dialer
	endpoints Endpoints
	member    Member
	header    http.Header     // of every request; not changed
	life      context.Context // of everything under way
	stop      context.CancelCauseFunc
	finish    func() // closes done, once
	done      chan struct{}

	mu        sync.Mutex
	over      bool
	resources map[stream]resource
}

// stream is what a resource stands for.
type stream struct {
	protocol protocol
	user     string // who publishes
}

var _ Session = (*HTTP)(nil)

// HTTP returns a participant of a server with the given endpoints.
func (d *Dialer) HTTP(e Endpoints, m Member) *HTTP {
	h := &HTTP{dialer: d, endpoints: e, member: m, header: d.header(m), done: make(chan struct{}), resources: make(map[stream]resource)}
	h.life, h.stop = context.WithCancelCause(context.Background())
	h.finish = sync.OnceFunc(func() { close(h.done) })
	return h
}

// Join implements Session.
func (h *HTTP) Join(context.Context) ([]Peer, error) { return nil, nil }

// Publish implements Session.
func (h *HTTP) Publish(ctx context.Context, offer string) (string, error) {
	return h.open(ctx, stream{whip, h.member.User}, offer)
}

// Unpublish implements Session.
func (h *HTTP) Unpublish(ctx context.Context) error {
	return h.remove(ctx, stream{whip, h.member.User})
}

// Subscribe implements Session. While the server answers that nobody publishes
// there (404, or as draft-ietf-wish-whep has it 409) it asks again, with longer
// and longer waits.
func (h *HTTP) Subscribe(ctx context.Context, publisher, offer string) (string, error) {
	return h.open(ctx, stream{whep, publisher}, offer)
}

// Unsubscribe implements Session.
func (h *HTTP) Unsubscribe(ctx context.Context, publisher string) error {
	return h.remove(ctx, stream{whep, publisher})
}

// RequestLayer implements Session by the layer selection of draft-murillo-whep,
// if the server announced it for the subscription.
func (h *HTTP) RequestLayer(ctx context.Context, publisher string, layer Layer) error {
	const op = "WHEP layer"
	ctx, cancel := h.dialer.bounded(ctx, h.life)
	defer cancel()
	h.mu.Lock()
	r := h.resources[stream{whep, publisher}]
	h.mu.Unlock()
	switch {
	case r.url == "":
		return failed(op, errNoResource)
	case r.layers == "":
		return failed(op, errors.ErrUnsupported)
	}
	return failed(op, h.dialer.selectLayer(ctx, h.header, r.layers, layer.RID))
}

// Leave implements Session.
func (h *HTTP) Leave(ctx context.Context) error {
	defer h.finish()
	h.mu.Lock()
	h.over = true
	left := slices.Collect(maps.Keys(h.resources))
	h.mu.Unlock()
	var failures []error
	for _, s := range left {
		failures = append(failures, h.remove(ctx, s))
	}
	return errors.Join(failures...)
}

// Vanish implements Session. What is under way is broken off.
func (h *HTTP) Vanish() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
	clear(h.resources)
	h.stop(rpc.ErrClosed)
}

// SlowReader implements Session: nothing is pushed, so nothing is read slowly.
func (h *HTTP) SlowReader(int) {}

// Close implements Session.
func (h *HTTP) Close() {
	h.Vanish()
	h.finish()
}

// Done implements Session.
func (h *HTTP) Done() <-chan struct{} { return h.done }

// Err implements Session.
func (h *HTTP) Err() error { return nil }

// open makes the resource of a stream. One that the stream had is replaced.
func (h *HTTP) open(ctx context.Context, s stream, offer string) (string, error) {
	op := string(s.protocol) + " " + http.MethodPost
	ctx, cancel := h.dialer.bounded(ctx, h.life)
	defer cancel()
	template := h.endpoints.template(s.protocol)
	if template == "" {
		return "", failed(op, errNoEndpoint)
	}
	answer, made, err := h.attempt(ctx, s.protocol, fill(template, h.member.Room, s.user), offer)
	if err != nil {
		return "", failed(op, err)
	}
	h.mu.Lock()
	over, old := h.over, h.resources[s]
	if !over {
		h.resources[s] = made
	}
	h.mu.Unlock()
	if over {
		return "", failed(op, rpc.ErrClosed)
	}
	if old.url != "" {
		_ = h.dialer.remove(ctx, h.header, old.url) // a server may have ended it by itself
	}
	return answer, nil
}

// attempt offers until there is an answer, or an error for which waiting is no
// cure.
func (h *HTTP) attempt(ctx context.Context, p protocol, endpoint, offer string) (string, resource, error) {
	for n := 0; ; n++ {
		answer, made, err := h.dialer.offer(ctx, h.header, endpoint, offer)
		if err == nil || p == whip || !absent(err) {
			return answer, made, err
		}
		if interrupted := h.dialer.wait(ctx, pause(n, err, rand.Float64())); interrupted != nil {
			return "", resource{}, fmt.Errorf("%w (waited: %w)", err, interrupted)
		}
	}
}

// remove ends the resource of a stream.
func (h *HTTP) remove(ctx context.Context, s stream) error {
	op := string(s.protocol) + " " + http.MethodDelete
	ctx, cancel := h.dialer.bounded(ctx, h.life)
	defer cancel()
	h.mu.Lock()
	r := h.resources[s]
	delete(h.resources, s)
	h.mu.Unlock()
	if r.url == "" {
		return failed(op, errNoResource)
	}
	return failed(op, h.dialer.remove(ctx, h.header, r.url))
}

// absent reports whether an error says that nobody publishes there yet.
func absent(err error) bool {
	var status *StatusError
	return errors.As(err, &status) && (status.Status == http.StatusNotFound || status.Status == http.StatusConflict)
}

// pause returns how long to wait after the nth failed attempt, from 0: what
// the server asks for, else doubling, at most longest, and between half and
// one and a half times that by a random number of [0, 1), so that those who
// failed together do not come back together.
func pause(n int, err error, random float64) time.Duration {
	const first, longest = 250 * time.Millisecond, 4 * time.Second
	d := min(first<<min(n, 10), longest)
	if status := (*StatusError)(nil); errors.As(err, &status) && status.RetryAfter > 0 {
		d = min(status.RetryAfter, longest)
	}
	return d/2 + time.Duration(random*float64(d))
}
