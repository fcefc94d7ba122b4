package rest

import (
	"bytes"
	"encoding/json"
	"maps"
	"mime"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/atrium-rtc/atrium/room"
)

// contract is the document with what was seen to be kept of it.
type contract struct {
	t *testing.T
	drawing
	compiler *jsonschema.Compiler
	seen     map[string]bool // "GET /rooms 200"
}

const docURL = "https://atrium.test/openapi.json"

func newContract(t *testing.T) *contract {
	t.Helper()
	made, err := newDocument()
	if err != nil {
		t.Fatal(err)
	}
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(made.json))
	if err != nil {
		t.Fatal(err)
	}
	// What is promised to clients may grow; what is answered today must be all in it.
	closeObjects(tree)
	c := &contract{t: t, drawing: drawing{tree.(node)}, compiler: jsonschema.NewCompiler(), seen: make(map[string]bool)}
	c.compiler.DefaultDraft(jsonschema.Draft2020)
	c.compiler.AssertFormat()
	if err := c.compiler.AddResource(docURL, tree); err != nil {
		t.Fatal(err)
	}
	return c
}

// closeObjects forbids members that no schema names.
func closeObjects(v any) {
	switch v := v.(type) {
	case node:
		if _, named := v["properties"]; named && v["additionalProperties"] == nil {
			v["additionalProperties"] = false
		}
		for _, inner := range v {
			closeObjects(inner)
		}
	case []any:
		for _, inner := range v {
			closeObjects(inner)
		}
	}
}

// validate holds a value against the schema at a place of the document.
func (c *contract) validate(value any, at ...string) error {
	for i, part := range at {
		at[i] = strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(part)
	}
	schema, err := c.compiler.Compile(docURL + "#/" + strings.Join(at, "/"))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// each calls with every operation.
func (c *contract) each(do func(path, method string, at, op node)) {
	paths := c.doc["paths"].(node)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		at := paths[path].(node)
		for _, method := range slices.Sorted(maps.Keys(at)) {
			if method != "parameters" {
				do(path, method, at, at[method].(node))
			}
		}
	}
}

// locate returns where something is that may stand in the components.
func locate(v any, at ...string) []string {
	if ref, ok := v.(node)["$ref"].(string); ok {
		return strings.Split(strings.TrimPrefix(ref, "#/"), "/")
	}
	return at
}

// kept holds an answer against what the document says of it, and notes that it was seen.
func (c *contract) kept(path, method string, w *httptest.ResponseRecorder) {
	c.t.Helper()
	op := c.doc["paths"].(node)[path].(node)[method].(node)
	status := strconv.Itoa(w.Code)
	documented, ok := op["responses"].(node)[status]
	if !ok {
		c.t.Errorf("%s %s answers %s, which is not in the document: %s", method, path, status, w.Body)
		return
	}
	c.seen[method+" "+path+" "+status] = true
	content, _ := c.at(documented)["content"].(node)
	if content == nil {
		if w.Body.Len() > 0 {
			c.t.Errorf("%s %s %s has a body: %s", method, path, status, w.Body)
		}
		return
	}
	kind, _, _ := mime.ParseMediaType(w.Header().Get("Content-Type"))
	if content[kind] == nil {
		c.t.Errorf("%s %s %s is %s", method, path, status, kind)
		return
	}
	for name := range headersOf(c.at(documented)) {
		if w.Header().Get(name) == "" {
			c.t.Errorf("%s %s %s has no header %s", method, path, status, name)
		}
	}
	if kind == "text/event-stream" {
		return
	}
	value := decoded(c.t, w)
	at := append(locate(documented, "paths", path, method, "responses", status), "content", kind, "schema")
	if err := c.validate(value, at...); err != nil {
		c.t.Errorf("%s %s %s: %v", method, path, status, err)
	}
	if stated, ok := value.(node)["status"].(json.Number); ok && w.Code >= 400 && stated.String() != status {
		c.t.Errorf("%s %s %s says %s", method, path, status, stated)
	}
}

func decoded(t *testing.T, w *httptest.ResponseRecorder) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	return value
}

func headersOf(response node) node {
	headers, _ := response["headers"].(node)
	return headers
}

// filled returns the path with names in it, and sample the body that the document shows.
func filled(path string) string {
	user := "ann"
	names := []string{"{room}", "standup", "{stream}", "webcam"}
	switch {
	case strings.Contains(path, "/lobby"):
		names, user = []string{"{room}", "lobby"}, "cid"
	case strings.Contains(path, "/subscriptions"):
		user = "bob"
	}
	return strings.NewReplacer(append(names, "{user}", user)...).Replace(path)
}

func (c *contract) sample(op node) string { return c.example(c.at(op["requestBody"])) }

func TestEveryOperationIsDocumentedAndEveryDocumentedOneExists(t *testing.T) {
	c := newContract(t)
	// Of each operation: its parameters in the query, and whether tokens will do.
	type facts struct {
		Query []string
		Token bool
	}
	documented, served := map[string]facts{}, map[string]facts{}
	c.each(func(path, method string, at, op node) {
		f := facts{Token: len(list(op["security"])) > 1}
		for _, ref := range append(slices.Clone(list(at["parameters"])), list(op["parameters"])...) {
			p := c.at(ref)
			switch name := text(p["name"]); text(p["in"]) {
			case "query":
				f.Query = append(f.Query, name)
			case "path":
				if !strings.Contains(path, "{"+name+"}") {
					t.Errorf("%s has no {%s}", path, name)
				}
			}
		}
		if named := strings.Count(path, "{"); named != len(list(at["parameters"])) {
			t.Errorf("%s has %d names, of which %d are described", path, named, len(list(at["parameters"])))
		}
		slices.Sort(f.Query)
		documented[strings.ToUpper(method)+" "+path] = f
	})
	for _, r := range (&handler{}).routes() {
		query := slices.Sorted(slices.Values(r.query))
		served[r.method+" "+r.path] = facts{query, r.scope != server}
	}
	if diff := cmp.Diff(documented, served); diff != "" {
		t.Errorf("the document (-) and the routes (+):\n%s", diff)
	}
}

func TestEveryExampleIsWhatItsSchemaSays(t *testing.T) {
	c := newContract(t)
	examples := 0
	var walk func(v any, at []string)
	walk = func(v any, at []string) {
		switch v := v.(type) {
		case node:
			if shown, ok := v["example"]; ok && v["schema"] != nil {
				examples++
				if err := c.validate(shown, append(slices.Clone(at), "schema")...); err != nil {
					t.Errorf("%s: %v", strings.Join(at, " "), err)
				}
			}
			for name, inner := range v {
				walk(inner, append(slices.Clone(at), name))
			}
		case []any:
			for i, inner := range v {
				walk(inner, append(slices.Clone(at), strconv.Itoa(i)))
			}
		}
	}
	walk(c.doc, nil)
	if examples < 20 {
		t.Errorf("only %d examples", examples)
	}
}

// special are the answers that need more than the document's example, or another state of
// the server.
var special = []struct {
	method, path string
	status       int
	body         string
	change       func(*Options)
	prepare      func(*stage)
}{
	{"post", "/rooms", 409, `{"name":"standup"}`, nil, nil},
	{"post", "/rooms", 422, `{"name":"new","chatHistory":5000}`, nil, nil},
	{"post", "/rooms", 422, `{"name":""}`, nil, nil},
	{"post", "/rooms", 400, `{"name":"new","maxDurationSeconds":-1}`, nil, nil},
	{"post", "/rooms", 400, `{"name":"new","locked":null}`, nil, nil},
	{"post", "/rooms", 503, `{"name":"new"}`, nil, func(s *stage) {
		for _, name := range []string{"1", "2", "3"} {
			s.must(s.rooms.CreateRoom(name, room.Settings{}))
		}
	}},
	{"patch", "/rooms/{room}", 422, `{"metadata":[]}`, nil, nil},
	{"patch", "/rooms/{room}", 400, `{"muteOnEntry":["smell"]}`, nil, nil},
	{"post", "/rooms/{room}/mute", 422, `{}`, nil, nil},
	{"patch", "/rooms/{room}/participants/{user}/grants", 422, `{"role":"king"}`, nil, nil},
	{"patch", "/rooms/{room}/participants/{user}/grants", 422, `{"permissions":["fly"]}`, nil, nil},
	{"patch", "/rooms/{room}/participants/{user}/grants", 422, `{"sources":["a_b"]}`, nil, nil},
	{"patch", "/rooms/{room}/participants/{user}/grants", 422, `{"maxBitrate":-1}`, nil, nil},
	{"put", "/rooms/{room}/participants/{user}/streams/{stream}/muted", 422, `{"audio":true}`, nil, func(s *stage) {
		for i := range 16 {
			s.must(s.rooms.Moderate("standup").Mute(s.t.Context(), "ann", "s"+strconv.Itoa(i), 1))
		}
	}},
	{"post", "/rooms/{room}/participants/{user}/streams/{stream}/unmute-request", 422, `{}`, nil, nil},
	{"put", "/rooms/{room}/bans/{user}", 422, `{"seconds":0}`, nil, nil},
	{"put", "/rooms/{room}/bans/{user}", 422, `{}`, nil, nil},
	{"post", "/rooms/{room}/messages", 422, `{"text":""}`, nil, nil},
	{"post", "/rooms/{room}/messages", 404, `{"text":"t","to":["nobody"]}`, nil, nil},
	{"post", "/rooms/{room}/data", 422, `{"topic":"t"}`, nil, nil},
	{"post", "/rooms/{room}/data", 422, `{"data":"` + strings.Repeat("x", 17<<10) + `"}`, nil, nil},
	{"post", "/rooms/{room}/data", 404, `{"data":1,"to":["nobody"]}`, nil, nil},
	{"post", "/tokens", 409, `{"user":"u","room":"r","role":"guest"}`, open, nil},
	{"post", "/tokens", 422, `{"user":"u","room":"r"}`, nil, nil},
	{"post", "/tokens", 422, `{"room":"r","role":"guest"}`, nil, nil},
	{"post", "/tokens", 422, `{"user":"u","role":"guest"}`, nil, nil},
	{"post", "/tokens", 422, `{"user":"u","room":"r","role":"king"}`, nil, nil},
	{"post", "/tokens", 422, `{"user":"u","room":"r","grants":["fly"]}`, nil, nil},
	{"post", "/tokens", 422, `{"user":"u","room":"r","role":"guest","ttlSeconds":1e7}`, nil, nil},
	{"post", "/tokens", 422, `{"user":"u","room":"r","role":"guest","ttlSeconds":0}`, nil, nil},
	{"post", "/revocations", 422, `{}`, nil, nil},
	{"post", "/revocations", 409, `{"token":"third"}`, nil, func(s *stage) {
		s.want(200, "POST", "/revocations", `{"token":"first"}`, nil)
		s.want(200, "POST", "/revocations", `{"token":"second"}`, nil)
	}},
	{"put", "/drain", 409, "", nil, func(s *stage) { s.ending = true }},
	{"delete", "/drain", 409, "", nil, func(s *stage) { s.ending = true }},
	{"get", "/events", 503, "", func(o *Options) { o.Events = nil }, nil},
}

func TestEveryDocumentedAnswerIsGivenAndIsAsDocumented(t *testing.T) {
	c := newContract(t)
	c.each(func(path, method string, _, op node) {
		body := c.sample(op)
		try := func(status int, s *stage, path2, body string, header ...string) {
			t.Helper()
			w := s.ask(strings.ToUpper(method), path2, body, header...)
			if w.Code != status {
				t.Errorf("%s %s %.80s: %d %s, want %d", method, path2, body, w.Code, w.Body, status)
			}
			c.kept(path, method, w)
		}
		fresh := func() *stage { return newStage(t).furnish() }
		for status := range op["responses"].(node) {
			code, _ := strconv.Atoi(status)
			switch {
			case code < 300:
				try(code, fresh(), filled(path), body)
			case code == 400:
				try(code, fresh(), filled(path)+"?colour=red", body)
				if body != "" {
					try(code, fresh(), filled(path), `{"colour":"red"}`)
				}
			case code == 401:
				s := fresh()
				s.token = "s3cret"
				try(code, s, filled(path), body)
				try(code, fresh(), filled(path), body, "Authorization: Bearer e30.e30.e30")
			case code == 403:
				try(code, fresh(), filled(path), body, "Remote: 192.0.2.1:5")
			case code == 404 && strings.Contains(path, "{room}"):
				try(code, fresh(), strings.Replace(filled(strings.Replace(path, "{room}", "nowhere", 1)), "lobby/cid", "lobby/x", 1), body)
			case code == 413:
				try(code, fresh(), filled(path), `{"colour":"`+strings.Repeat("r", maxBody)+`"}`)
			case code == 415:
				try(code, fresh(), filled(path), body, "Content-Type: text/plain")
			}
		}
	})
	for _, tt := range special {
		var change []func(*Options)
		if tt.change != nil {
			change = append(change, tt.change)
		}
		s := newStage(t, change...).furnish()
		if tt.prepare != nil {
			tt.prepare(s)
		}
		w := s.ask(strings.ToUpper(tt.method), filled(tt.path), tt.body)
		if w.Code != tt.status {
			t.Errorf("%s %s %s: %d %s, want %d", tt.method, tt.path, tt.body, w.Code, w.Body, tt.status)
		}
		c.kept(tt.path, tt.method, w)
	}
	c.each(func(path, method string, _, op node) {
		for status := range op["responses"].(node) {
			if !c.seen[method+" "+path+" "+status] {
				t.Errorf("%s %s: no request was answered %s", method, path, status)
			}
		}
	})
}
