package auth

import (
	"errors"
	"maps"
	"sync"
	"time"
)

// ErrTooManyRevocations says that no more can be remembered. Nothing that was
// revoked is forgotten to make room; revoke everything before a time instead.
var ErrTooManyRevocations = errors.New("too many tokens are revoked to remember another")

// ErrWhatToRevoke says that a Revocation names nothing, or more than one thing.
var ErrWhatToRevoke = errors.New("name a token, a user, or everything")

// Revocation takes back tokens before they expire: one token, what was made for a
// user, or everything. Exactly one of Token, User and All is set.
type Revocation struct {
	Token string // one token, by its id (jti)
	User  string // every token of this user (Grants.User) that was made until Before
	All   bool   // every token that was made until Before
	// Before is a time by the issuer's clock, and its whole second counts: iat has
	// seconds. Zero is now.
	Before time.Time
	// Expires is when Token expires, if that is known; then it is not remembered
	// longer.
	Expires time.Time
}

// valid reports whether exactly one thing is named.
func (r Revocation) valid() bool {
	named := 0
	for _, is := range []bool{r.Token != "", r.User != "", r.All} {
		if is {
			named++
		}
	}
	return named == 1
}

// covers reports whether a token with these grants is revoked by it.
func (r Revocation) covers(g *Grants) bool {
	if r.Token != "" {
		return r.Token == g.Token
	}
	return (r.All || r.User == g.User) && !g.Issued.After(r.Before)
}

// Revocations are the tokens that were taken back, and the sessions that hold
// tokens. They live in memory: what is revoked is forgotten when the process ends,
// so tokens should be short-lived. The methods may be called from any goroutine.
type Revocations struct {
	keep   time.Duration // what is accepted now expires earlier
	leeway time.Duration
	most   int

	mu     sync.Mutex
	tokens map[string]time.Time // by id; until when to remember
	users  map[string]revokedUser
	all    time.Time // everything made until then
	tidy   time.Time // when to look for what can be forgotten
	live   map[*attached]struct{}
}

type revokedUser struct{ before, until time.Time }

// attached is a session with what it was allowed.
type attached struct {
	grants  Grants
	revoked func()
}

func newRevocations(o VerifierOptions) *Revocations {
	return &Revocations{
		keep:   o.MaxLifetime + 2*o.Leeway,
		leeway: o.Leeway,
		most:   o.MaxRevocations,
		tokens: make(map[string]time.Time),
		users:  make(map[string]revokedUser),
		live:   make(map[*attached]struct{}),
	}
}

// lengthen remembers for as long as new options need, if that is longer.
func (r *Revocations) lengthen(o VerifierOptions) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keep = max(r.keep, o.MaxLifetime+2*o.Leeway)
	r.leeway = max(r.leeway, o.Leeway)
	r.most = o.MaxRevocations
}

// Revoke refuses tokens from now on and tells the sessions that hold them. It
// returns how many sessions it told, or ErrTooManyRevocations or ErrWhatToRevoke.
// It calls them on this goroutine, without a lock.
func (r *Revocations) Revoke(revocation Revocation, now time.Time) (told int, err error) {
	if !revocation.valid() {
		return 0, ErrWhatToRevoke
	}
	if revocation.Before.IsZero() {
		revocation.Before = now
	}
	r.mu.Lock()
	err = r.remember(revocation, now)
	var hit []*attached
	if err == nil {
		hit = r.detachCovered(revocation)
	}
	r.mu.Unlock()
	for _, a := range hit {
		a.revoked()
	}
	return len(hit), err
}

// Revoked reports whether the token of these grants was revoked.
func (r *Revocations) Revoked(g *Grants) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.isRevoked(g)
}

// Attach has a session told, once, when its token is revoked: revoked is called on
// the goroutine of the one who revokes and must not wait. ok is false when the
// token is revoked already. Nothing can be revoked unseen between Verify and Attach.
// The session calls detach when it ends; revoked may still be running then.
func (r *Revocations) Attach(g Grants, revoked func()) (detach func(), ok bool) {
	a := &attached{g, revoked}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.isRevoked(&g) {
		return func() {}, false
	}
	r.live[a] = struct{}{}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.live, a)
	}, true
}

// Len returns how many tokens and users are remembered.
func (r *Revocations) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.tokens) + len(r.users)
}

func (r *Revocations) isRevoked(g *Grants) bool {
	if _, ok := r.tokens[g.Token]; ok && g.Token != "" {
		return true
	}
	user, ok := r.users[g.User]
	return ok && !g.Issued.After(user.before) || !r.all.IsZero() && !g.Issued.After(r.all)
}

// remember keeps a revocation for as long as a token that it covers could be
// accepted.
func (r *Revocations) remember(revocation Revocation, now time.Time) error {
	user, known := r.users[revocation.User]
	if revocation.Token != "" {
		_, known = r.tokens[revocation.Token]
	}
	if r.full() || now.After(r.tidy) {
		r.forget(now)
	}
	switch before := revocation.Before; {
	case revocation.All:
		r.all = later(r.all, before)
	case r.full() && !known:
		return ErrTooManyRevocations
	case revocation.Token != "":
		r.tokens[revocation.Token] = later(r.tokens[revocation.Token], r.until(revocation.Expires, now))
	default:
		user.before = later(user.before, before)
		user.until = later(user.until, user.before.Add(r.keep))
		r.users[revocation.User] = user
	}
	return nil
}

// until returns how long to remember a token, given when it expires, if that is
// known.
func (r *Revocations) until(expires, now time.Time) time.Time {
	most := now.Add(r.keep)
	if known := expires.Add(r.leeway); !expires.IsZero() && known.Before(most) {
		return known
	}
	return most
}

// forget drops what no token can be accepted for any more.
func (r *Revocations) forget(now time.Time) {
	maps.DeleteFunc(r.tokens, func(_ string, until time.Time) bool { return now.After(until) })
	maps.DeleteFunc(r.users, func(_ string, u revokedUser) bool { return now.After(u.until) })
	r.tidy = now.Add(time.Minute)
}

func (r *Revocations) full() bool { return len(r.tokens)+len(r.users) >= r.most }

// detachCovered takes the sessions that a revocation covers out of the list.
func (r *Revocations) detachCovered(revocation Revocation) []*attached {
	var hit []*attached
	for a := range r.live {
		if revocation.covers(&a.grants) {
			hit = append(hit, a)
			delete(r.live, a)
		}
	}
	return hit
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
