package admission_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/room"
)

func noon() time.Time { return time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC) }

func key(t testing.TB, id string) auth.Key {
	t.Helper()
	k, err := auth.NewSecretKey(id, []byte("a secret of thirty-two octets, or of more: "+id))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func keys(t testing.TB, ids ...string) *auth.KeySet {
	t.Helper()
	var list []auth.Key
	for _, id := range ids {
		list = append(list, key(t, id))
	}
	set, err := auth.NewKeySet(list...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// sign makes a token for room r, in which ann may be ann or a guest.
func sign(t testing.TB, with auth.Key, change ...func(*auth.Claims)) admission.Token {
	t.Helper()
	guests, err := auth.ParsePattern("guest-*")
	if err != nil {
		t.Fatal(err)
	}
	c := auth.Claims{
		ID: "t1", Subject: "u1", Name: "ann", Issued: noon(), Expires: noon().Add(time.Hour),
		Access: auth.Access{Room: "r", Role: "participant", Users: []auth.Pattern{guests}},
	}
	for _, f := range change {
		f(&c)
	}
	text, err := auth.Sign(c, with)
	if err != nil {
		t.Fatal(err)
	}
	return admission.NewToken(text)
}

func control(set *auth.KeySet) *admission.Control {
	return admission.New(admission.Options{Tokens: &auth.VerifierOptions{Keys: func() *auth.KeySet { return set }}})
}

func wantRefused(t *testing.T, err error, want auth.Reason) {
	t.Helper()
	var refusal *auth.Refusal
	if !errors.Is(err, room.ErrTokenRefused) || err.Error() != "the token is not accepted" {
		t.Fatalf("error %v", err)
	}
	if !errors.As(err, &refusal) || refusal.Reason != want {
		t.Fatalf("inside: %v, want %s", refusal, want)
	}
}

func TestWhoHasNoNameGetsOneThatTheTokenAllows(t *testing.T) {
	c := control(keys(t, "a"))
	for _, tt := range []struct{ user, suggested, want string }{
		{"ann", "", "ann"},
		{"guest-7", "viewer-1", "guest-7"},
		{"", "", "ann"},
		{"", "viewer-1", "ann"},
		{"", "guest-1", "guest-1"},
	} {
		got, err := c.Admit(t.Context(), admission.Ask{Room: "r", User: tt.user, Suggested: tt.suggested, Params: sign(t, key(t, "a"))}, noon())
		if err != nil || got.Join.User != tt.want || got.Join.Room != "r" {
			t.Errorf("%+v: %+v, %v", tt, got.Join, err)
		}
	}
	_, err := c.Admit(t.Context(), admission.Ask{Room: "r", User: "bob", Params: sign(t, key(t, "a"))}, noon())
	wantRefused(t, err, auth.ReasonWrongUser)
}

func TestOpenModeTakesEverybodyByTheNameTheyGive(t *testing.T) {
	c := admission.New(admission.Options{})
	got, err := c.Admit(t.Context(), admission.Ask{Room: "r", Suggested: "viewer-1", Params: admission.NewToken("nonsense")}, noon())
	if err != nil || got.Join.User != "viewer-1" || !c.Open() {
		t.Errorf("%+v, %v", got.Join, err)
	}
	if !c.Same(got, admission.Carried{}) {
		t.Error("a later request needs a token")
	}
	if _, err := c.Administrator(t.Context(), admission.Carried{}, noon()); err == nil {
		t.Error("everybody is an administrator")
	}
	if c.Stats().Refused[auth.ReasonMissing] != 0 {
		t.Error("counted where no token is asked for")
	}
}

func TestKeysAreAskedForOnceMore(t *testing.T) {
	set := keys(t, "old")
	fetched := 0
	c := admission.New(admission.Options{Tokens: &auth.VerifierOptions{
		Keys:    func() *auth.KeySet { return set },
		Refresh: func(context.Context) { fetched++; set = keys(t, "old", "new") },
	}})
	if _, err := c.Admit(t.Context(), admission.Ask{Room: "r", Params: sign(t, key(t, "new"))}, noon()); err != nil || fetched != 1 {
		t.Errorf("%v, fetched %d times", err, fetched)
	}
}

func TestReconfiguringForgetsNoRevocation(t *testing.T) {
	set := keys(t, "a")
	tokens := &auth.VerifierOptions{Keys: func() *auth.KeySet { return set }}
	c := admission.New(admission.Options{})
	c.Reconfigure(admission.Options{Tokens: tokens})
	ask := admission.Ask{Room: "r", Params: sign(t, key(t, "a"))}
	in, err := c.Admit(t.Context(), ask, noon())
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	if _, err := c.Attach(in, func() { told++ }); err != nil {
		t.Fatal(err)
	}
	c.Reconfigure(admission.Options{}) // open: who is inside still can be revoked
	if n, err := c.Revoke(auth.Revocation{Token: "t1"}, noon()); n != 1 || err != nil || told != 1 || !in.Revoked() {
		t.Errorf("%d, %v, told %d times, revoked %v", n, err, told, in.Revoked())
	}
	c.Reconfigure(admission.Options{Tokens: tokens})
	_, err = c.Admit(t.Context(), ask, noon())
	wantRefused(t, err, auth.ReasonRevoked)
	_, err = c.Attach(in, func() { t.Error("told again") })
	wantRefused(t, err, auth.ReasonRevoked)
	if s := c.Stats(); s.Revoked != 1 || s.Refused[auth.ReasonRevoked] != 2 || s.Accepted != 1 {
		t.Errorf("%+v", s)
	}
}

func TestALaterRequestMayCarryTheTokenThatHasExpired(t *testing.T) {
	c := control(keys(t, "a"))
	header := func(token string) admission.Carried {
		r := httptest.NewRequest("POST", "/whip/r", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		return admission.Carry(r)
	}
	text, err := auth.Sign(auth.Claims{
		ID: "t1", Subject: "ann", Issued: noon(), Expires: noon().Add(time.Minute), Access: auth.Access{Room: "r", Role: "guest"},
	}, key(t, "a"))
	if err != nil {
		t.Fatal(err)
	}
	in, err := c.Admit(t.Context(), admission.Ask{Room: "r", Carried: header(text)}, noon())
	if err != nil {
		t.Fatal(err)
	}
	if !c.Same(in, header(text)) || c.Same(in, header(text+"x")) || c.Same(in, admission.Carried{}) {
		t.Error("the same token is not told from others")
	}
	if _, err := c.Revoke(auth.Revocation{Token: "t1"}, noon()); err != nil || c.Same(in, header(text)) {
		t.Errorf("revoked and still good, %v", err)
	}
}

func TestAnAdministratorsTokenSaysForWhichRooms(t *testing.T) {
	c := control(keys(t, "a"))
	for role, want := range map[string]bool{"admin": true, "moderator": false, "guest": false} {
		text, err := auth.Sign(auth.Claims{
			Subject: "u1", Issued: noon(), Expires: noon().Add(time.Minute), Access: auth.Access{Room: "r", Role: role},
		}, key(t, "a"))
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("GET", "/getAllRooms", nil)
		r.Header.Set("Authorization", "Bearer "+text)
		grants, err := c.Administrator(t.Context(), admission.Carry(r), noon())
		if (err == nil) != want || want && (!grants.InRoom("r") || grants.InRoom("s")) {
			t.Errorf("%s: %v", role, err)
		}
	}
}

func TestATokenDoesNotPrint(t *testing.T) {
	const text = "eyJhbGciOiJIUzI1NiJ9.claims.signature"
	r := httptest.NewRequest("GET", "/room?token="+text, nil)
	r.Header.Set("Authorization", "Bearer "+text)
	hidden := struct {
		inside  admission.Token
		carried admission.Carried
		ask     admission.Ask
	}{admission.NewToken(text), admission.Carry(r), admission.Ask{Params: admission.NewToken(text), Carried: admission.Carry(r)}}
	var line bytes.Buffer
	slog.New(slog.NewJSONHandler(&line, nil)).Info("x", "token", hidden.inside, "all", hidden)
	slog.New(slog.NewTextHandler(&line, nil)).Info("x", "token", hidden.inside, "all", hidden)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&line, verb+" "+verb+"\n", hidden.inside, hidden)
	}
	for _, part := range []string{"eyJ", "claims", "signature", fmt.Sprintf("%x", text)} {
		if strings.Contains(line.String(), part) {
			t.Errorf("%q is in %s", part, line.String())
		}
	}
}

func TestEveryReasonIsCountedFromTheStart(t *testing.T) {
	if got := admission.New(admission.Options{}).Stats().Refused; len(got) != len(auth.Reasons()) {
		t.Errorf("%v", got)
	}
}

// What asking for a token adds to a join.
func BenchmarkAdmit(b *testing.B) {
	c := control(keys(b, "a"))
	ask := admission.Ask{Room: "r", User: "ann", Params: sign(b, key(b, "a"))}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Admit(b.Context(), ask, noon()); err != nil {
			b.Fatal(err)
		}
	}
}
