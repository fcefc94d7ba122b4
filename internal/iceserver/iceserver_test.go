package iceserver_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/iceserver"
)

func at(seconds int64) time.Time { return time.Unix(seconds, 0) }

// The value was computed with: printf %s 1700003600:alice | openssl dgst -sha1 -hmac north -binary | base64
func TestAPasswordIsTheHMACOfTheUserName(t *testing.T) {
	if got := iceserver.Password("north", "1700003600:alice"); got != "wjwSXO2ch1B6VaLTLMy2Avn5O9o=" {
		t.Error(got)
	}
}

func TestCredentialsEndAfterTheirLifetimeAndNameNobody(t *testing.T) {
	i := iceserver.Issuer{Secret: "north", Lifetime: time.Hour}
	username, password := i.Credentials("alice@example.org", at(1_700_000_000))
	expiry, name, ok := iceserver.Parse(username)
	if !ok || !expiry.Equal(at(1_700_003_600)) {
		t.Errorf("%q ends at %v", username, expiry)
	}
	if strings.Contains(username, "alice") || len(name) != 12 {
		t.Errorf("the name is %q", name)
	}
	if password != iceserver.Password("north", username) {
		t.Error("the password is another one")
	}
	later, _ := i.Credentials("alice@example.org", at(1_700_000_060))
	if _, again, _ := iceserver.Parse(later); again != name {
		t.Errorf("a minute later the same user is %q, was %q", again, name)
	}
	if other, _ := i.Credentials("bob", at(1_700_000_000)); other == username {
		t.Error("two users have one name")
	}
}

func TestUserNamesWithoutExpiryAreNone(t *testing.T) {
	for _, username := range []string{"", "alice", "alice:1700003600", "1700003600", "1700003600:", ":alice", "-1:alice", "1e9:alice", "99999999999999999999:alice"} {
		if _, _, ok := iceserver.Parse(username); ok {
			t.Errorf("%q was taken apart", username)
		}
	}
}

func TestEachUserIsHandedCredentialsAndAnybodyOnlyWhatNeedsNone(t *testing.T) {
	list := iceserver.List{
		Fixed: []iceserver.Server{
			{URLs: []string{"stun:stun.example.net"}},
			{URLs: []string{"turn:turn.example.net"}, Username: "u", Credential: "c"},
		},
		Issued: []iceserver.Issued{{URLs: []string{"turn:own.example.net"}, Issuer: iceserver.Issuer{Secret: "s", Lifetime: time.Minute}}},
	}
	got := list.For("alice", at(1000))
	username, password := list.Issued[0].Credentials("alice", at(1000))
	want := append(append([]iceserver.Server{}, list.Fixed...),
		iceserver.Server{URLs: []string{"turn:own.example.net"}, Username: username, Credential: password})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(list.Fixed[:1], list.Open()); diff != "" {
		t.Error(diff)
	}
	if got := (iceserver.List{}).For("alice", at(0)); len(got) != 0 {
		t.Error(got)
	}
}

func TestSTUNNeedsNoCredentials(t *testing.T) {
	stun, turn := iceserver.Split([]string{"turn:a", "stun:b", "turns:c", "stuns:d"})
	if diff := cmp.Diff([][]string{{"stun:b", "stuns:d"}, {"turn:a", "turns:c"}}, [][]string{stun, turn}); diff != "" {
		t.Error(diff)
	}
}
