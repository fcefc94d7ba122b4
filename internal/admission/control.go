package admission

import (
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// Options say who comes in. The zero value lets everybody in.
type Options struct {
	// Tokens are the tokens that are accepted. Nil is open mode: nobody needs one, none
	// is looked at, and everybody may do what a participant may.
	Tokens *auth.VerifierOptions
	// Places are where a token may stand; nil is everywhere but in the user's place and
	// the query.
	Places []Place
	// Keys tells how things stand with keys that come from elsewhere, for Stats; nil
	// where they do not.
	Keys func() Keys
}

// Keys is how things stand with a set of keys.
type Keys struct {
	Count    int       // keys that tokens are checked with
	Loaded   time.Time // when the set was last loaded; zero: not yet, or it never is
	Failures int       // attempts to load it since then
}

// Control decides who comes in. Its methods may be called from any goroutine.
type Control struct {
	state    atomic.Pointer[state]
	counters counters
}

// state is what Reconfigure replaces as a whole.
type state struct {
	open     bool
	tokens   auth.VerifierOptions // zero in open mode
	verifier *auth.Verifier       // also in open mode, for what was revoked before
	places   map[Place]bool
	keys     func() Keys
}

// New returns a Control that has revoked nothing.
func New(o Options) *Control {
	tokens := o.Tokens
	if tokens == nil {
		tokens = &auth.VerifierOptions{Keys: func() *auth.KeySet { return nil }}
	}
	c := &Control{counters: newCounters()}
	c.state.Store(o.state(auth.NewVerifier(*tokens)))
	return c
}

// Reconfigure changes who comes in from now on, and forgets no revocation. Who is inside
// stays. It may be called while everything runs, but not by two at a time.
func (c *Control) Reconfigure(o Options) {
	verifier := c.state.Load().verifier
	if o.Tokens != nil {
		verifier = verifier.Reconfigured(*o.Tokens)
	}
	c.state.Store(o.state(verifier))
}

func (o Options) state(verifier *auth.Verifier) *state {
	s := &state{open: o.Tokens == nil, verifier: verifier, places: make(map[Place]bool), keys: o.Keys}
	if o.Tokens != nil {
		s.tokens = *o.Tokens
	}
	if o.Places == nil {
		o.Places = []Place{InParams, InHeader}
	}
	for _, place := range o.Places {
		s.places[place] = true
	}
	return s
}

// Open reports whether everybody comes in.
func (c *Control) Open() bool { return c.state.Load().open }

// Revoke takes back tokens, and ends what was attached with them. It returns how many
// sessions that were, or an error of auth.Revocations.Revoke.
func (c *Control) Revoke(r auth.Revocation, now time.Time) (ended int, err error) {
	return c.state.Load().verifier.Revocations().Revoke(r, now)
}
