package webhook_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/atrium-rtc/atrium/internal/webhook"
)

// receive is the sample of docs/events.md, word for word.
func receive(secret string, take func(event []byte)) http.HandlerFunc {
	check, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		panic(err)
	}
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil || check.Verify(body, r.Header) != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		take(body)
		w.WriteHeader(http.StatusNoContent)
	}
}

// sample returns the code of a language in docs/events.md.
func sample(t *testing.T, language string) string {
	t.Helper()
	data, err := os.ReadFile("../../docs/events.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(data), "```"+language+"\n")
	code, _, closed := strings.Cut(rest, "```\n")
	if !found || !closed {
		t.Fatalf("docs/events.md has no code in %s", language)
	}
	return code
}

// signed is a delivery to verify.
type signed struct {
	Secret  string            `json:"secret"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

// deliveries returns some, and which of them are right: signed by the second of two secrets, of
// another body, of long ago, and without a signature.
func deliveries(t *testing.T) (list []signed, right []bool) {
	t.Helper()
	secret, other := webhook.NewSecret(), webhook.NewSecret()
	sign := func(secret string, at time.Time, body string) string {
		s, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		text, err := s.Sign("run-1", at, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	now, body := time.Now(), `{"type":"room.created","subject":"größer"}`
	add := func(ok bool, at time.Time, signature, body string) {
		list = append(list, signed{secret, map[string]string{
			"webhook-id": "run-1", "webhook-timestamp": strconv.FormatInt(at.Unix(), 10), "webhook-signature": signature,
		}, body})
		right = append(right, ok)
	}
	add(true, now, sign(other, now, body)+" "+sign(secret, now, body), body)
	add(false, now, sign(other, now, body), body)
	add(false, now, sign(secret, now, body), body+" ")
	add(false, now.Add(-time.Hour), sign(secret, now.Add(-time.Hour), body), body)
	add(false, now, "v1,", body)
	add(false, now, "v2,"+strings.TrimPrefix(sign(secret, now, body), "v1,"), body)
	return list, right
}

func TestSamplesTellRightFromWrong(t *testing.T) {
	list, right := deliveries(t)
	input, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(right)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ language, program, flag, driver string }{
		{"js", "node", "-e", `
const list = JSON.parse(require('node:fs').readFileSync(0, 'utf8'))
console.log(JSON.stringify(list.map(d => verify(d.secret, d.headers, Buffer.from(d.body)))))`},
		{"python", "python3", "-c", `
import json, sys
print(json.dumps([verify(d["secret"], d["headers"], d["body"].encode()) for d in json.loads(sys.stdin.buffer.read())], separators=(",", ":")))`},
	} {
		t.Run(c.program, func(t *testing.T) {
			code := sample(t, c.language)
			if _, err := exec.LookPath(c.program); err != nil {
				t.Skip(err)
			}
			cmd := exec.Command(c.program, c.flag, code+c.driver)
			cmd.Stdin = strings.NewReader(string(input))
			out, err := cmd.CombinedOutput()
			if got := strings.TrimSpace(string(out)); err != nil || got != string(want) {
				t.Errorf("%v: got %s, want %s", err, got, want)
			}
		})
	}
}

func TestTheSampleInGoIsTheOneThatIsTested(t *testing.T) {
	source, err := os.ReadFile("docs_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(source), sample(t, "go")) {
		t.Error("docs/events.md shows another receive")
	}
	list, right := deliveries(t)
	for i, d := range list {
		taken := false
		req, w := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(d.Body)), httptest.NewRecorder()
		for name, value := range d.Headers {
			req.Header.Set(name, value)
		}
		receive(d.Secret, func([]byte) { taken = true })(w, req)
		if taken != right[i] || (w.Code == http.StatusNoContent) != right[i] {
			t.Errorf("delivery %d: taken %v, %d", i, taken, w.Code)
		}
	}
}
