package auth_test

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// issuer makes and checks tokens of a server.
type issuer struct {
	t        *testing.T
	key      auth.Key
	verifier *auth.Verifier
}

func newIssuer(t *testing.T, o auth.VerifierOptions) *issuer {
	key := fourKeys(t)[0]
	return &issuer{t, key, verifierOf(t, o, key)}
}

func (i *issuer) token(id, user string, at time.Time) string {
	i.t.Helper()
	return must[string](i.t)(auth.Sign(auth.Claims{
		ID: id, Subject: user, Issued: at, Expires: at.Add(time.Hour), Access: auth.Access{Room: "r", Role: "guest"},
	}, i.key))
}

func (i *issuer) accepts(token string, now time.Time) bool {
	i.t.Helper()
	_, err := i.verifier.Verify(token, now)
	var refusal *auth.Refusal
	if errors.As(err, &refusal) && refusal.Reason != auth.ReasonRevoked {
		i.t.Errorf("refused for another reason: %s", inner(err))
	}
	return err == nil
}

func (i *issuer) revoke(r auth.Revocation, now time.Time) int {
	i.t.Helper()
	return must[int](i.t)(i.verifier.Revocations().Revoke(r, now))
}

func TestARevokedTokenIsRefusedAndOthersAreNot(t *testing.T) {
	i := newIssuer(t, auth.VerifierOptions{})
	one, two, none := i.token("1", "ann", noon()), i.token("2", "ann", noon()), i.token("", "ann", noon())
	i.revoke(auth.Revocation{Token: "1"}, noon())
	if i.accepts(one, noon()) || !i.accepts(two, noon()) || !i.accepts(none, noon()) {
		t.Error(i.accepts(one, noon()), i.accepts(two, noon()), i.accepts(none, noon()))
	}
}

func TestEverythingOfAUserUntilATimeIsRevoked(t *testing.T) {
	i := newIssuer(t, auth.VerifierOptions{})
	before, same, after := i.token("", "ann", noon()), i.token("", "ann", noon().Add(time.Minute)), i.token("", "ann", noon().Add(61*time.Second))
	bob := i.token("", "bob", noon())
	now := noon().Add(time.Minute + time.Second/2)
	i.revoke(auth.Revocation{User: "ann"}, now)
	now = now.Add(time.Second)
	if i.accepts(before, now) || i.accepts(same, now) || !i.accepts(after, now) || !i.accepts(bob, now) {
		t.Error(i.accepts(before, now), i.accepts(same, now), i.accepts(after, now), i.accepts(bob, now))
	}
	i.revoke(auth.Revocation{User: "ann", Before: noon()}, now) // says less than what was said
	if i.accepts(same, now) {
		t.Error("a later revocation took back an earlier one")
	}
}

func TestEverythingUntilATimeIsRevoked(t *testing.T) {
	i := newIssuer(t, auth.VerifierOptions{})
	old, fresh := i.token("", "ann", noon()), i.token("", "ann", noon().Add(2*time.Second))
	i.revoke(auth.Revocation{All: true}, noon().Add(time.Second))
	now := noon().Add(3 * time.Second)
	if i.accepts(old, now) || !i.accepts(fresh, now) {
		t.Error(i.accepts(old, now), i.accepts(fresh, now))
	}
}

func TestARevocationIsRememberedAsLongAsATokenCouldBeAccepted(t *testing.T) {
	i := newIssuer(t, auth.VerifierOptions{MaxLifetime: time.Hour, Leeway: 10 * time.Second})
	token := i.token("1", "ann", noon())
	i.revoke(auth.Revocation{Token: "1"}, noon())
	i.revoke(auth.Revocation{User: "ann"}, noon())
	i.revoke(auth.Revocation{Token: "2", Expires: noon().Add(time.Minute)}, noon())
	// remembered returns how many are left when the list is looked through at a time.
	remembered := func(after time.Duration) int {
		i.revoke(auth.Revocation{Token: "look", Expires: noon()}, noon().Add(after))
		return i.verifier.Revocations().Len() - 1
	}
	if n := remembered(time.Minute + 9*time.Second); n != 3 {
		t.Errorf("%d of 3 while all count", n)
	}
	if n := remembered(3 * time.Minute); n != 2 {
		t.Errorf("%d when one has expired", n)
	}
	last := time.Hour + 10*time.Second - 1 // the last moment at which the token could be accepted
	if n := remembered(last); n != 2 || i.accepts(token, noon().Add(last)) {
		t.Errorf("forgotten too early: %d", n)
	}
	if n := remembered(2 * time.Hour); n != 0 {
		t.Errorf("%d are remembered for nothing", n)
	}
}

func TestRevocationsAreBoundedAndNoneIsForgotten(t *testing.T) {
	i := newIssuer(t, auth.VerifierOptions{MaxRevocations: 3, MaxLifetime: time.Hour})
	i.revoke(auth.Revocation{Token: "1"}, noon())
	i.revoke(auth.Revocation{Token: "2", Expires: noon().Add(time.Minute)}, noon())
	i.revoke(auth.Revocation{User: "ann"}, noon())
	list := i.verifier.Revocations()
	if _, err := list.Revoke(auth.Revocation{Token: "4"}, noon()); !errors.Is(err, auth.ErrTooManyRevocations) {
		t.Errorf("the fourth of three: %v", err)
	}
	for _, again := range []auth.Revocation{{Token: "1"}, {User: "ann"}, {All: true}} {
		i.revoke(again, noon()) // these need no more room
	}
	i.revoke(auth.Revocation{Token: "4"}, noon().Add(2*time.Minute)) // the second has expired
	if list.Len() != 3 || i.accepts(i.token("1", "bob", noon()), noon()) {
		t.Error("a revocation was forgotten to make room")
	}
}

func TestSessionsAreToldWhenTheirTokenIsRevoked(t *testing.T) {
	i := newIssuer(t, auth.VerifierOptions{})
	var ended []string
	attach := func(id, user string) func() {
		t.Helper()
		grants, err := i.verifier.Verify(i.token(id, user, noon()), noon())
		if err != nil {
			t.Fatal(err)
		}
		detach, ok := i.verifier.Revocations().Attach(grants, func() {
			i.verifier.Revocations().Len() // no lock is held
			ended = append(ended, id)
		})
		if !ok {
			t.Fatalf("%s was not attached", id)
		}
		return detach
	}
	attach("1", "ann")
	attach("2", "ann")
	attach("3", "bob")
	attach("4", "bob")()
	steps := []struct {
		revocation auth.Revocation
		want       []string
	}{
		{auth.Revocation{Token: "1"}, []string{"1"}},
		{auth.Revocation{Token: "1"}, nil},
		{auth.Revocation{User: "ann"}, []string{"2"}},
		{auth.Revocation{All: true}, []string{"3"}},
	}
	for _, step := range steps {
		ended = nil
		if told := i.revoke(step.revocation, noon()); told != len(step.want) || !slices.Equal(ended, step.want) {
			t.Errorf("%+v: told %d, ended %v, want %v", step.revocation, told, ended, step.want)
		}
	}
}

func TestATokenRevokedBetweenVerifyAndAttachIsNotAttached(t *testing.T) {
	i := newIssuer(t, auth.VerifierOptions{})
	grants := must[auth.Grants](t)(i.verifier.Verify(i.token("1", "ann", noon()), noon()))
	i.revoke(auth.Revocation{Token: "1"}, noon())
	detach, ok := i.verifier.Revocations().Attach(grants, func() { t.Error("told") })
	if ok {
		t.Error("attached")
	}
	detach()
}

func TestARevocationNamesOneThing(t *testing.T) {
	list := newIssuer(t, auth.VerifierOptions{}).verifier.Revocations()
	for _, r := range []auth.Revocation{{}, {Before: noon()}, {Token: "1", User: "ann"}, {User: "ann", All: true}} {
		if _, err := list.Revoke(r, noon()); !errors.Is(err, auth.ErrWhatToRevoke) {
			t.Errorf("%+v: %v", r, err)
		}
	}
	if list.Len() != 0 {
		t.Error("something was revoked")
	}
}

// Whatever comes first, each session is told or not attached.
func TestNoSessionIsMissedByARevocationThatComesMeanwhile(t *testing.T) {
	i := newIssuer(t, auth.VerifierOptions{})
	list := i.verifier.Revocations()
	grants := must[auth.Grants](t)(i.verifier.Verify(i.token("1", "ann", noon()), noon()))
	var ended, refused atomic.Int64
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if _, ok := list.Attach(grants, func() { ended.Add(1) }); !ok {
				refused.Add(1)
			}
		})
	}
	all.Go(func() {
		if _, err := list.Revoke(auth.Revocation{Token: "1"}, noon()); err != nil {
			t.Error(err)
		}
	})
	all.Wait()
	if n := ended.Load() + refused.Load(); n != 100 {
		t.Errorf("%d of 100 sessions know of it", n)
	}
}
