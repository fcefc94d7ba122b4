package demux

import (
	"errors"
	"testing"

	"github.com/pion/stun/v4"
)

// request is a binding request, with an integrity no agent accepts.
func request(t testing.TB, username string) []byte {
	t.Helper()
	m, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername(username),
		stun.NewShortTermIntegrity("wrong"), stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	return m.Raw
}

func TestLocalUfragIsWhatStandsBeforeTheColon(t *testing.T) {
	message := request(t, "ours:theirs")
	got, err := LocalUfrag(message)
	if err != nil || string(got) != "ours" {
		t.Errorf("ufrag %q: %v", got, err)
	}
	if allocs := testing.AllocsPerRun(100, func() { _, _ = LocalUfrag(message) }); allocs != 0 {
		t.Errorf("%v allocations, want 0", allocs)
	}
}

func TestLocalUfragRefusesWhatNamesNoAgent(t *testing.T) {
	build := func(setters ...stun.Setter) []byte {
		m, err := stun.Build(append([]stun.Setter{stun.TransactionID, stun.BindingRequest}, setters...)...)
		if err != nil {
			t.Fatal(err)
		}
		return m.Raw
	}
	whole := request(t, "ours:theirs")
	cookie := append([]byte(nil), whole...)
	cookie[4] = 0
	response := append([]byte(nil), whole...)
	response[0] = 1
	overrun := build(stun.NewUsername("ours:theirs"))
	overrun[stunHeaderSize+2] = 0xFF
	for name, c := range map[string]struct {
		message []byte
		want    error
	}{
		"no cookie":         {cookie, ErrNoRequest},
		"a response":        {response, ErrNoRequest},
		"too short":         {whole[:19], ErrNoRequest},
		"cut":               {whole[:len(whole)-4], ErrSTUNLength},
		"more behind":       {append(append([]byte(nil), whole...), 0, 0, 0, 0), ErrSTUNLength},
		"attribute overrun": {overrun, ErrTruncated},
		"no username":       {build(stun.Fingerprint), ErrNoUsername},
		"username unprotected": {
			build(stun.NewShortTermIntegrity("x"), stun.NewUsername("ours:theirs")), ErrNoUsername,
		},
		"no colon":    {build(stun.NewUsername("ours")), ErrBadUsername},
		"empty ufrag": {build(stun.NewUsername(":theirs")), ErrBadUsername},
		"long ufrag":  {build(stun.NewUsername(string(make([]byte, maxUfrag+1)) + ":theirs")), ErrBadUsername},
	} {
		if ufrag, err := LocalUfrag(c.message); !errors.Is(err, c.want) {
			t.Errorf("%s: ufrag %q, error %v, want %v", name, ufrag, err, c.want)
		}
	}
}

// FuzzLocalUfrag holds the parser against Pion's: in what both accept they read
// the same. What stands behind the username is left to the agent.
func FuzzLocalUfrag(f *testing.F) {
	f.Add(request(f, "ours:theirs"))
	f.Add(request(f, ":"))
	f.Add([]byte{0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{0, 1, 0, 8, 0x21, 0x12, 0xA4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 3, 'a', ':', 'b', 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		ufrag, err := LocalUfrag(b)
		if err != nil {
			return
		}
		m := &stun.Message{Raw: append([]byte(nil), b...)}
		if m.Decode() != nil {
			return
		}
		username, err := m.Get(stun.AttrUsername)
		if err != nil || len(username) <= len(ufrag) || string(username[:len(ufrag)]) != string(ufrag) || username[len(ufrag)] != ':' {
			t.Fatalf("ufrag %q of username %q (%v)", ufrag, username, err)
		}
	})
}
