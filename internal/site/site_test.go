package site_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/atrium-rtc/atrium/internal/site"
)

func TestAPathIsAFileOrNothing(t *testing.T) {
	s, err := site.New(fstest.MapFS{
		"index.html": {Data: []byte("<!doctype html>")}, "js/app.js": {Data: []byte("export {}")},
	}, site.Policy{Content: "default-src 'none'", Permissions: "camera=()"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		method, path string
		want         int
	}{
		{"GET", "/", 200},
		{"HEAD", "/", 200},
		{"GET", "/js/app.js", 200},
		{"POST", "/", 405},
		{"GET", "/js/", 404},
		{"GET", "/js", 404},
		{"GET", "/../go.mod", 404},
		{"POST", "/none", 404},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(tt.method, "http://localhost/", nil)
		r.URL.Path = tt.path
		s.ServeHTTP(w, r)
		if w.Code != tt.want {
			t.Errorf("%s %s: %d, want %d", tt.method, tt.path, w.Code, tt.want)
		}
		if h := w.Header(); tt.want == 200 && (h.Get("Content-Security-Policy") != "default-src 'none'" || h.Get("Permissions-Policy") != "camera=()" || h.Get("ETag") == "") {
			t.Errorf("%s: headers %v", tt.path, h)
		}
	}
}

func TestASiteWithoutFilesHasNothing(t *testing.T) {
	s, err := site.New(nil, site.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
}
