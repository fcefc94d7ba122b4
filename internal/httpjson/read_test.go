package httpjson_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/httpjson"
)

type sample struct {
	Room  string   `json:"room"`
	Limit int      `json:"limit"`
	Kinds []string `json:"kinds"`
}

func TestBodiesThatAreNotUnderstoodAreRefusedWithTheReason(t *testing.T) {
	for _, tt := range []struct {
		kind, body string
		status     int
		says       string
	}{
		{"application/json", `{"room":"r","limit":3}`, 0, ""},
		{"application/json; charset=utf-8", ` {"room":"r"} ` + "\n", 0, ""},
		{"application/merge-patch+json", `{}`, 0, ""},
		{"", `{}`, 415, "application/json"},
		{"text/plain", `{}`, 415, "application/json"},
		{"application/x-www-form-urlencoded", `room=r`, 415, "application/json"},
		{"application/json", ``, 400, "empty"},
		{"application/json", `null`, 400, "no JSON object"},
		{"application/json", `["r"]`, 400, "no JSON object"},
		{"application/json", `{"room":"r"`, 400, "ends too early"},
		{"application/json", `{"rom":"r"}`, 400, `"rom"`},
		{"application/json", `{"limit":"3"}`, 400, "limit is a string"},
		{"application/json", `{} {}`, 400, "follows"},
		{"application/json", `{}x`, 400, "follows"},
		{"application/json", "{\"room\":\"\xff\"}", 400, "UTF-8"},
		{"application/json", `{"room":"` + strings.Repeat("r", 100) + `"}`, 413, "64 bytes"},
	} {
		t.Run(tt.kind+" "+tt.body, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(tt.body))
			r.Header.Set("Content-Type", tt.kind)
			var into sample
			err := httpjson.Read(httptest.NewRecorder(), r, 64, &into, "application/merge-patch+json")
			var p httpjson.Problem
			if errors.As(err, &p); p.Status != tt.status || !strings.Contains(p.Detail, tt.says) {
				t.Errorf("%+v (%v), want status %d with %q", p, err, tt.status, tt.says)
			}
			if err == nil && strings.Contains(tt.body, "room") && into.Room != "r" {
				t.Errorf("read %+v", into)
			}
		})
	}
}

func TestProblemsAreWrittenAsTheStandardHasThem(t *testing.T) {
	w := httptest.NewRecorder()
	p := httpjson.Newf(http.StatusNotFound, "%s.", "No")
	p.Code = 202
	if err := httpjson.Refuse(w, p); err != nil {
		t.Fatal(err)
	}
	const want = `{"type":"about:blank","title":"Not Found","status":404,"detail":"No.","code":202}`
	if w.Code != 404 || w.Body.String() != want || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if got := httpjson.Sentence(errors.New("ärger")); got != "Ärger." {
		t.Error(got)
	}
	if err := httpjson.Answer(httptest.NewRecorder(), http.StatusOK, func() {}); err == nil {
		t.Error("a function was encoded")
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"room":"r","limit":3,"kinds":["audio"]}`, `{"rom":1}`, `{`, `{}{}`, `null`, "", ` {"limit":1e400}`, `{"kinds":[[[[`, "{\"room\":\"\xff\"}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var into sample
		err := httpjson.Decode(body, &into)
		var p httpjson.Problem
		switch {
		case err == nil && !json.Valid(body):
			t.Errorf("%q was taken", body)
		case err != nil && (!errors.As(err, &p) || p.Status != http.StatusBadRequest || len(p.Detail) < 20):
			t.Errorf("%q: %v", body, err)
		}
	})
}
