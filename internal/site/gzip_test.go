package site_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/atrium-rtc/atrium/internal/site"
)

var script = strings.Repeat("export const a = 1;\n", 100)

func get(t *testing.T, path string, headers ...string) *http.Response {
	t.Helper()
	s, err := site.New(fstest.MapFS{
		"app.js": {Data: []byte(script)}, "lib.js": {Data: []byte(script)}, "short.js": {Data: []byte("export {}")},
	}, site.Policy{Shared: []string{"/lib.js"}})
	if err != nil {
		t.Fatal(err)
	}
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	s.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, resp *http.Response) string {
	t.Helper()
	var from io.Reader = resp.Body
	if resp.Header.Get("Content-Encoding") == "gzip" {
		r, err := gzip.NewReader(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		from = r
	}
	content, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestFilesAreCompressedForThoseWhoSayThatTheyCanRead(t *testing.T) {
	for accept, want := range map[string]string{
		"gzip": "gzip", "gzip, deflate, br, zstd": "gzip", "br;q=1.0, GZIP;q=0.8": "gzip", "gzip; q=1": "gzip",
		"": "", "br": "", "gzip;q=0": "", "gzip;q=0.000": "", "gzip;q=x": "", "identity": "", "xgzip": "",
	} {
		resp := get(t, "/app.js", "Accept-Encoding: "+accept)
		if got := resp.Header.Get("Content-Encoding"); got != want {
			t.Errorf("%q: encoding %q, want %q", accept, got, want)
		}
		if resp.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: a cache would hand this to others: %v", accept, resp.Header)
		}
		if got := body(t, resp); got != script {
			t.Errorf("%q: %d octets, want %d", accept, len(got), len(script))
		}
	}
}

func TestEachEncodingIsRevalidatedByItsOwnTag(t *testing.T) {
	plain := get(t, "/app.js").Header.Get("ETag")
	zipped := get(t, "/app.js", "Accept-Encoding: gzip").Header.Get("ETag")
	if plain == zipped {
		t.Fatalf("both are %s", plain)
	}
	if resp := get(t, "/app.js", "Accept-Encoding: gzip", "If-None-Match: "+zipped); resp.StatusCode != http.StatusNotModified {
		t.Errorf("again: %d", resp.StatusCode)
	}
	if resp := get(t, "/app.js", "If-None-Match: "+zipped); resp.StatusCode != http.StatusOK {
		t.Errorf("the other encoding: %d", resp.StatusCode)
	}
}

func TestAFileThatGainsNothingGoesAsItIs(t *testing.T) {
	resp := get(t, "/short.js", "Accept-Encoding: gzip")
	if resp.Header.Get("Content-Encoding") != "" || body(t, resp) != "export {}" {
		t.Errorf("headers %v", resp.Header)
	}
}

func TestOnlySharedScriptsAreForOtherOrigins(t *testing.T) {
	lib := get(t, "/lib.js", "Origin: https://app.example").Header
	if lib.Get("Access-Control-Allow-Origin") != "*" || lib.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("the library: %v", lib)
	}
	app := get(t, "/app.js", "Origin: https://app.example").Header
	if app.Get("Access-Control-Allow-Origin") != "" || app.Get("Cross-Origin-Resource-Policy") != "" {
		t.Errorf("the page's own: %v", app)
	}
}
