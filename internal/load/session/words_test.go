package session_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/load/session"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

func TestLinksAreFoundByTheirRelation(t *testing.T) {
	const rel = "urn:ietf:params:whep:ext:core:layer"
	for header, want := range map[string]string{
		`</l>; rel="` + rel + `"`:                               "/l",
		`</l>;rel=` + rel:                                       "/l",
		`< /l > ; title="a;b,c" ; REL = "next ` + rel + `"`:     "/l",
		`</a>; rel=next, </b>; rel="` + rel + `"; events="x,y"`: "/b",
		`</a>; rel="x\",\"y", </b>; rel="` + rel + `"`:          "/b",
		`<https://h/a,b;c>; rel="` + rel + `"`:                  "https://h/a,b;c",
		`</a>; rel="` + rel + `s"`:                              "",
		`</a>; title="` + rel + `"`:                             "",
		`</a; rel="` + rel + `"`:                                "",
		`/a; rel="` + rel + `"`:                                 "",
		``:                                                      "",
		`</a>`:                                                  "",
		`</a>; rel="` + rel:                                     "/a",
	} {
		if got := session.FindLink([]string{"", "junk", header}, rel); got != want {
			t.Errorf("%s: got %q, want %q", header, got, want)
		}
	}
}

// FuzzFindLink checks that no header makes the reader fail, and that what it
// finds stands there between angle brackets.
func FuzzFindLink(f *testing.F) {
	for _, s := range []string{
		`</l>; rel="a"`, `<a>;rel=a,<b>; rel="b a"`, `<a>; x="\"; rel=a`, `<`, `,,`, `<a>;;;=;rel`, `<a>; rel="a`, "<\xff>; rel=a",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		got := session.FindLink([]string{header}, "a")
		if got != "" && (!strings.Contains(header, got) || strings.Contains(got, ">")) {
			t.Fatalf("found %q in %q", got, header)
		}
	})
}

// FuzzReadEvent checks that a notification is told, is the end, is nothing, or
// is an error that says that the server is to blame.
func FuzzReadEvent(f *testing.F) {
	for _, s := range [][2]string{
		{"participantPublished", `{"id":"ann","streams":[{"id":"webcam"}]}`},
		{"participantUnpublished", `{"name":"ann"}`},
		{"participantLeft", `{"name":""}`},
		{"iceCandidate", `{"endpointName":"a","sdpMLineIndex":"0","sdpMid":null,"candidate":""}`},
		{"mediaError", `{"error":""}`},
		{"participantEvicted", ``},
		{"roomClosed", `[]`},
		{"participantJoined", `7`},
		{"x", `{`},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, method, params string) {
		event, err := session.ReadEvent(method, json.RawMessage(params))
		if err != nil && !errors.Is(err, rpc.ErrBadAnswer) {
			t.Fatalf("error %v", err)
		}
		e := newEar(nil)
		end := session.Tell(event, e)
		if n := len(e.heard); n > 1 || n == 1 && (end != nil || err != nil) {
			t.Fatalf("told %d times, end %v, error %v", n, end, err)
		}
	})
}
