package auth_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// grantsOf returns what a token with this access allows.
func grantsOf(t *testing.T, claims doc) auth.Grants {
	t.Helper()
	v := verifierOf(t, auth.VerifierOptions{}, fourKeys(t)[0])
	grants, err := v.Verify(forge(`{"alg":"HS256"}`, goodClaims().with(claims).String(), byHMAC([]byte(secret))), noon())
	if err != nil {
		t.Fatal(inner(err))
	}
	return grants
}

func TestRolesAreNamedSetsOfPermissions(t *testing.T) {
	for role, want := range map[string]string{
		"guest":       "join subscribe",
		"participant": "join publish:audio publish:video publish:screen subscribe message data",
		"moderator":   "join publish:audio publish:video publish:screen subscribe message data moderate record",
		"admin":       "join publish:audio publish:video publish:screen subscribe message data moderate record admin",
	} {
		g := grantsOf(t, doc{"atrium": doc{"room": "r", "role": role}})
		if got := g.Permissions.String(); got != want {
			t.Errorf("%s: %s", role, got)
		}
	}
}

func TestGrantsAddToTheRole(t *testing.T) {
	g := grantsOf(t, doc{"atrium": doc{"room": "r", "role": "guest", "grants": []string{"hidden", "publish:audio", "future:thing"}}})
	if got := g.Permissions.String(); got != "join publish:audio subscribe hidden" {
		t.Error(got)
	}
	if g := grantsOf(t, doc{"atrium": doc{"grants": []string{"publish"}}}); g.Permissions != auth.Publish {
		t.Error(g.Permissions)
	}
}

func TestEveryPermissionHasAWord(t *testing.T) {
	var all auth.Permissions
	for _, word := range auth.PermissionWords() {
		p, ok := auth.ParsePermission(word)
		if !ok || p == 0 {
			t.Errorf("%q grants nothing", word)
		}
		all |= p
	}
	if got := len(strings.Fields(all.String())); got != 11 {
		t.Errorf("%d words: %s", got, all)
	}
}

func TestWhoMayJoinWhereUnderWhichName(t *testing.T) {
	many := doc{"room": "r*", "rooms": []string{"acme/*"}, "users": []string{"guest-*"}, "role": "guest"}
	for _, tt := range []struct {
		claims     doc
		room, name string
		want       bool
	}{
		{doc{"atrium": many}, "r*", "ann", true},
		{doc{"atrium": many}, "rx", "ann", false},
		{doc{"atrium": many}, "acme/x", "ann", true},
		{doc{"atrium": many}, "acme/x/y", "ann", false},
		{doc{"atrium": many}, "", "ann", false},
		{doc{"atrium": many}, "acme/x", "guest-7", true},
		{doc{"atrium": many}, "acme/x", "bob", false},
		{doc{"atrium": many}, "acme/x", "", false},
		{doc{"atrium": many}, "acme/x", "u1", false}, // name stands before sub
		{doc{"atrium": many, "name": nil}, "acme/x", "u1", true},
		{doc{"atrium": many, "sub": nil}, "acme/x", "ann", true},
	} {
		g := grantsOf(t, tt.claims)
		if err := g.Admit(tt.room, tt.name); (err == nil) != tt.want {
			t.Errorf("%v: %q as %q: %v", tt.claims, tt.room, tt.name, err)
		}
	}
}

func TestSourcesNarrowWhatMayBePublished(t *testing.T) {
	g := grantsOf(t, doc{"atrium": doc{"room": "r", "grants": []string{"publish:audio", "publish:screen"}, "sources": []string{"webcam", "screen"}}})
	for _, tt := range []struct {
		source string
		kinds  auth.Permissions
		want   bool
	}{
		{"webcam", auth.PublishAudio, true},
		{"screen", auth.PublishAudio | auth.PublishScreen, true},
		{"webcam", auth.PublishAudio | auth.PublishVideo, false},
		{"second", auth.PublishAudio, false},
	} {
		if got := g.MayPublish(tt.source, tt.kinds); got != tt.want {
			t.Errorf("%s, %v: %v", tt.source, tt.kinds, got)
		}
	}
	free := grantsOf(t, doc{})
	if !free.MayPublish("anything", auth.PublishVideo) {
		t.Error("without a list a source is refused")
	}
}

func TestLimitsAndMetadataArePassedOn(t *testing.T) {
	g := grantsOf(t, doc{"atrium": doc{
		"room": "r", "role": "guest", "limits": doc{"subscriptions": 3, "bitrate": 500_000, "future": 1}, "metadata": doc{"avatar": "a.png"},
	}})
	if diff := cmp.Diff(auth.Limits{Subscriptions: 3, Bitrate: 500_000}, g.Limits); diff != "" {
		t.Error(diff)
	}
	if string(g.Metadata) != `{"avatar":"a.png"}` {
		t.Errorf("%s", g.Metadata)
	}
}

func TestNothingIsGrantedByNothing(t *testing.T) {
	var g auth.Grants
	if g.Has(auth.Join) || g.InRoom("") || g.MayBe("") || g.MayPublish("webcam", auth.PublishAudio) || g.Admit("", "") == nil {
		t.Error("zero grants grant something")
	}
}

func TestLogLinesOfGrantsHoldNothingOfTheApplication(t *testing.T) {
	g := grantsOf(t, doc{"atrium": doc{"room": "r", "role": "guest", "metadata": doc{"diagnosis": "flu"}}})
	if line := fmt.Sprint(g.LogValue()); strings.Contains(line, "flu") || !strings.Contains(line, "u1") {
		t.Error(line)
	}
}
