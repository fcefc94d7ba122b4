package sfu

import (
	"encoding/hex"
	"testing"

	"github.com/pion/rtcp"
)

func wantRequest(t *testing.T, p *pauser, active bool, want string) {
	t.Helper()
	b, err := p.request(0x01020304, 0xa1a2a3a4, active).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(b); got != want {
		t.Errorf("active %v: %s, want %s", active, got, want)
	}
	if _, err := rtcp.Unmarshal(b); err != nil {
		t.Errorf("not RTCP: %v", err)
	}
}

func TestPauseAndResumeCount(t *testing.T) {
	var p pauser
	wantRequest(t, &p, false, "89cd00040102030400000000a1a2a3a400000000")
	wantRequest(t, &p, true, "89cd00040102030400000000a1a2a3a410000000")
	wantRequest(t, &p, false, "89cd00040102030400000000a1a2a3a400000001")
}

func TestPauseIDOfThePublisherIsTaken(t *testing.T) {
	var p pauser
	learn := func(message string) {
		b, err := hex.DecodeString(message)
		if err != nil {
			t.Fatal(err)
		}
		p.learn(b)
	}
	learn("89cd00040102030400000000a1a2a3a420000007") // before anything was asked
	if len(p.ids) != 0 {
		t.Error("a source that nothing was asked of is remembered")
	}
	wantRequest(t, &p, false, "89cd00040102030400000000a1a2a3a400000000")
	learn("89cd00040102030400000000b1b2b3b42001000900000000a1a2a3a420000007") // another with a parameter, then ours
	wantRequest(t, &p, true, "89cd00040102030400000000a1a2a3a410000007")
	wantRequest(t, &p, false, "89cd00040102030400000000a1a2a3a400000008")
	for _, other := range []string{"", "89cd", "81cd00040102030400000000a1a2a3a420000001", "89ce00040102030400000000a1a2a3a420000001", "89cd00040102030400000000a1a2a3a420ff"} {
		learn(other)
	}
	wantRequest(t, &p, true, "89cd00040102030400000000a1a2a3a410000008")
}

func FuzzPauseMessages(f *testing.F) {
	f.Add([]byte("\x89\xcd\x00\x04\x01\x02\x03\x04\x00\x00\x00\x00\xa1\xa2\xa3\xa4\x20\x00\x00\x07"))
	f.Add([]byte("\x89\xcd\x00\x04\x01\x02\x03\x04\x00\x00\x00\x00\xa1\xa2\xa3\xa4\x30\xff\x00\x07"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var p pauser
		p.request(1, 0xa1a2a3a4, false)
		p.learn(b)
		if len(p.ids) != 1 {
			t.Errorf("%d sources remembered after %x", len(p.ids), b)
		}
	})
}
