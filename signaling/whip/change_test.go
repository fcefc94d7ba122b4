package whip_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/room"
)

// trickled is a fragment as in RFC 9725 section 4.3.2.
const trickled = "a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:client1\r\na=ice-pwd:0123456789012345678901\r\n" +
	"a=candidate:1 1 udp 2113667327 192.0.2.7 4000 typ host\r\na=candidate:2 1 udp 1 198.51.100.7 4001 typ srflx\r\na=end-of-candidates\r\n"

// renewed is a fragment with new credentials.
var renewed = strings.NewReplacer("client1", "client2", "0123456789", "9876543210", "4000", "5000").Replace(trickled)

func TestCandidatesAreTrickled(t *testing.T) {
	f := start(t)
	f.begun("/whip/r?user=cam")
	for _, path := range []string{"/whip/r?user=cam2", "/whep/r?publisher=cam"} {
		url, tag := f.begun(path)
		for _, match := range []string{tag, `"x", ` + tag, "*"} {
			r := f.patch(url, match, trickled)
			r.want(t, http.StatusNoContent)
			if r.body != "" {
				t.Errorf("body %q", r.body)
			}
		}
		f.patch(url, tag, "a=mid:1\na=candidate:3 1 udp 1 192.0.2.7 4002 typ host\n").want(t, http.StatusNoContent)
		f.patch(url, tag, "a=end-of-candidates\r\n").want(t, http.StatusNoContent)
		got := f.media.last()
		got.with(func() {
			want := []room.ICECandidate{
				{Candidate: "candidate:1 1 udp 2113667327 192.0.2.7 4000 typ host", SDPMid: "0"},
				{Candidate: "candidate:2 1 udp 1 198.51.100.7 4001 typ srflx", SDPMid: "0"},
			}
			want = append(append(append(want, want...), want...), room.ICECandidate{Candidate: "candidate:3 1 udp 1 192.0.2.7 4002 typ host", SDPMid: "1"})
			if diff := cmp.Diff(want, got.candidates); diff != "" {
				t.Errorf("candidates (-want +got):\n%s", diff)
			}
			if len(got.restarts) != 0 {
				t.Errorf("restarts: %v", got.restarts)
			}
		})
	}
}

func TestICERestarts(t *testing.T) {
	f := start(t)
	f.begun("/whip/r?user=cam")
	for path, byTag := range map[string]bool{"/whip/r?user=cam2": false, "/whep/r?publisher=cam": true} {
		url, tag := f.begun(path)
		match := "*"
		if byTag {
			match = tag
		}
		r := f.patch(url, match, renewed)
		r.want(t, http.StatusOK)
		want := "a=group:BUNDLE 0 1\r\na=ice-options:trickle\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:second\r\na=ice-pwd:server-password-of-ice1\r\n" +
			"a=candidate:1 1 udp 2130706431 192.0.2.1 8082 typ host\r\na=end-of-candidates\r\n"
		if diff := cmp.Diff(want, r.body); diff != "" || r.Header.Get("Content-Type") != "application/trickle-ice-sdpfrag" {
			t.Errorf("%s (-want +got):\n%s", r.Header.Get("Content-Type"), diff)
		}
		next := r.Header.Get("ETag")
		if next == "" || next == tag {
			t.Errorf("ETag %s after %s", next, tag)
		}
		got := f.media.last()
		got.with(func() {
			if diff := cmp.Diff([]room.ICECredentials{{Ufrag: "client2", Password: "9876543210987654321001"}}, got.restarts); diff != "" {
				t.Errorf("restarts (-want +got):\n%s", diff)
			}
			if len(got.candidates) != 2 || !strings.Contains(got.candidates[0].Candidate, "5000") {
				t.Errorf("candidates: %v", got.candidates)
			}
		})
		f.patch(url, tag, trickled).want(t, http.StatusPreconditionFailed)
		f.patch(url, next, renewed).want(t, http.StatusNoContent)
	}
}

func TestFragmentsThatCannotBeUsedAreRefused(t *testing.T) {
	f := start(t)
	url, tag := f.begun("/whip/r?user=cam")
	for _, tt := range []struct {
		name, match, body string
		status            int
	}{
		{"another ICE session", `"other"`, trickled, 412},
		{"a weak tag", "W/" + tag, trickled, 412},
		{"a restart of another ICE session", `"other"`, renewed, 412},
		{"no fragment", tag, "hello", 400},
		{"nothing", tag, "", 400},
		{"too many lines", tag, strings.Repeat("a=x\n", 513), 400},
		{"a large fragment", tag, strings.Repeat("a=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", 500), 413},
		{"a restart without a password", "*", "a=ice-ufrag:client2\r\n", 400},
		{"a restart that the media plane refuses", "*", "a=ice-ufrag:unusable\r\na=ice-pwd:0123456789012345678901\r\n", 422},
	} {
		r := f.patch(url, tt.match, tt.body)
		if r.StatusCode != tt.status {
			t.Errorf("%s: %d %s, want %d", tt.name, r.StatusCode, r.body, tt.status)
		}
	}
	f.send(http.MethodPatch, url, trickled, "Content-Type", "application/trickle-ice-sdpfrag").want(t, http.StatusPreconditionRequired)
	r := f.send(http.MethodPatch, url, trickled, "Content-Type", "application/sdp", "If-Match", tag)
	r.want(t, http.StatusUnsupportedMediaType)
	if r.Header.Get("Accept-Patch") != "application/trickle-ice-sdpfrag" {
		t.Errorf("Accept-Patch %q", r.Header.Get("Accept-Patch"))
	}
	f.patch("/whip/session/00000000000000000000000000", tag, trickled).want(t, http.StatusNotFound)
	f.patch(strings.Replace(url, "whip", "whep", 1), tag, trickled).want(t, http.StatusNotFound)
	f.patch(url, tag, trickled).want(t, http.StatusNoContent) // nothing has harmed the session
}

func TestAMediaServerThatRestartsNoICESaysSo(t *testing.T) {
	f := start(t)
	f.media.stiff = true
	url, tag := f.begun("/whip/r?user=cam")
	f.patch(url, "*", renewed).want(t, http.StatusUnprocessableEntity)
	f.patch(url, tag, trickled).want(t, http.StatusNoContent)
}
