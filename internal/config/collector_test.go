package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHeadersOfTheCollector(t *testing.T) {
	for text, want := range map[string]map[string]string{
		"":                                     {},
		"authorization=Bearer%20a%2Cb%3D":      {"authorization": "Bearer a,b="},
		" x-scope-orgid = meet , api-key=k=v,": {"x-scope-orgid": "meet", "api-key": "k=v"},
		"empty=":                               {"empty": ""},
		"nothing":                              nil,
		"=x":                                   nil,
		"two words=x":                          nil,
		"é=x":                                  nil,
		"a=%zz":                                nil,
		"a=x%0d%0ahost: evil":                  nil,
	} {
		got, err := Tracing{Headers: Secret(text)}.HeaderMap()
		if (err != nil) != (want == nil) {
			t.Errorf("%q: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestTracingIsReadFromTheFile(t *testing.T) {
	loaded := mustLoad(t, Sources{Path: "f", File: []byte(
		"tracing:\n  endpoint: http://localhost:4318\n  sample_ratio: 0.25\n  headers: authorization=hush\n")})
	want := Tracing{Endpoint: "http://localhost:4318", SampleRatio: 0.25, ServiceName: "atrium", Headers: "authorization=hush"}
	if diff := cmp.Diff(want, loaded.Config.Tracing); diff != "" {
		t.Error(diff)
	}
	for _, set := range loaded.Settings {
		if strings.Contains(set.Text, "hush") {
			t.Errorf("%s shows the secret", set.Key.Name)
		}
	}
}

func TestWrongTracingIsNamed(t *testing.T) {
	for file, want := range map[string]string{
		"tracing:\n  sample_ratio: 1.5\n":        "1.5 is outside 0 to 1",
		"tracing:\n  sample_ratio: much\n":       `"much" is not a number`,
		"tracing:\n  sample_ratio: nan\n":        `"nan" is not a number`,
		"tracing:\n  endpoint: localhost:4318\n": `"localhost:4318" is not a URL such as http://localhost:4318`,
		"tracing:\n  headers: authorization=x\n": "has no effect unless tracing.endpoint is set",
		"tracing:\n  headers: hush hush\n":       "is not a list of name=value with commas between",
	} {
		_, err := Load(Sources{Path: "f", File: []byte(file)})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: %v, want %q", file, err, want)
		}
	}
}
