package arch_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/arch"
)

func TestModuleKeepsItsRules(t *testing.T) {
	m, err := arch.Load(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Files) < 20 {
		t.Fatalf("only %d files: this is not the module's root", len(m.Files))
	}
	for _, v := range arch.Check(m) {
		t.Error(v)
	}
}

// story makes a package that breaks no rule by itself.
const story = "// Package x is explained.\npackage x\n"

// check applies the rules to a module of the given files. Packages get a doc.go
// unless they bring one.
func check(t *testing.T, files map[string]string) []string {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, source := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(source)}
		dir := name[:strings.LastIndex(name, "/")+1]
		if _, ok := fsys[dir+"doc.go"]; !ok {
			fsys[dir+"doc.go"] = &fstest.MapFile{Data: []byte(story)}
		}
	}
	m, err := arch.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, v := range arch.Check(m) {
		found = append(found, v.String())
	}
	return found
}

func importing(paths ...string) string {
	return "package x\nimport (\n\t_ \"" + strings.Join(paths, "\"\n\t_ \"") + "\"\n)\n"
}

func TestRulesFindWhatTheyForbid(t *testing.T) {
	const ours = arch.ModulePath + "/"
	tests := []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{
			"a package without level",
			map[string]string{"sfu/newcomer/a.go": "package x"},
			[]string{"sfu/newcomer: the package has no level yet (levels)"},
		},
		{
			"an import that goes up",
			map[string]string{"sfu/codec/a.go": importing(ours+"sfu/packet", ours+"sfu")},
			[]string{"sfu/codec/a.go:4: imports sfu, which is not on a lower level (levels)"},
		},
		{
			"an import that goes sideways",
			map[string]string{"sfu/ingress/a.go": importing(ours + "sfu/egress")},
			[]string{"sfu/ingress/a.go:3: imports sfu/egress, which is not on a lower level (levels)"},
		},
		{
			"a test package in the product",
			map[string]string{"sfu/a.go": importing(ours + "internal/testnet")},
			[]string{"sfu/a.go:3: imports internal/testnet, which is for tests (levels)"},
		},
		{
			"Pion's API below sfu",
			map[string]string{"sfu/egress/a.go": importing("github.com/pion/webrtc/v4", "github.com/pion/rtp")},
			[]string{"sfu/egress/a.go:3: imports github.com/pion/webrtc, which is for [sfu internal/testnet internal/world internal/bench/naive] (exclusive imports)"},
		},
		{
			"Pion's API in a test of nobody who needs it",
			map[string]string{"metrics/a_test.go": importing("github.com/pion/webrtc/v4/pkg/media")},
			[]string{"metrics/a_test.go:3: imports github.com/pion/webrtc, which is for [sfu internal/testnet internal/world internal/bench/naive] (exclusive imports)"},
		},
		{
			"websockets in signaling",
			map[string]string{"signaling/a.go": importing("github.com/gorilla/websocket")},
			[]string{"signaling/a.go:3: imports github.com/gorilla/websocket, which is for [signaling/rpc] (exclusive imports)"},
		},
		{
			"Prometheus in the command",
			map[string]string{"cmd/atrium/a.go": importing("github.com/prometheus/client_golang/prometheus/promhttp")},
			[]string{"cmd/atrium/a.go:3: imports github.com/prometheus/client_golang, which is for [metrics] (exclusive imports)"},
		},
		{
			"cgo",
			map[string]string{"sfu/udp/a.go": "package x\nimport \"C\"\n"},
			[]string{"sfu/udp/a.go:2: uses cgo (no cgo)"},
		},
		{
			"sleeping in the product",
			map[string]string{"sfu/a.go": "package x\nimport \"time\"\nfunc f() { time.Sleep(1) }\n"},
			[]string{"sfu/a.go:3: " + sleepText},
		},
		{
			"sleeping in the product of an importer of synctest",
			map[string]string{"sfu/a.go": "package x\nimport \"time\"\nimport _ \"testing/synctest\"\nfunc f() { time.Sleep(1) }\n"},
			[]string{"sfu/a.go:4: " + sleepText},
		},
		{
			"sleeping in a test without bubble",
			map[string]string{"room/a_test.go": "package x\nimport \"time\"\nfunc f() { time.Sleep(1) }\n"},
			[]string{"room/a_test.go:3: " + sleepText},
		},
		{
			"sleeping under another name",
			map[string]string{"room/a_test.go": "package x\nimport zzz \"time\"\nvar f = zzz.Sleep\n"},
			[]string{"room/a_test.go:3: " + sleepText},
		},
		{
			"sleeping without a name",
			map[string]string{"room/a_test.go": "package x\nimport . \"time\"\nfunc f() { Sleep(1) }\n"},
			[]string{"room/a_test.go:3: " + sleepText},
		},
		{
			"init",
			map[string]string{"room/a.go": "package x\n\nfunc init() {}\n"},
			[]string{"room/a.go:3: has an init function (no init)"},
		},
		{
			"vague file names",
			map[string]string{"room/utils.go": "package x", "room/types_test.go": "package x"},
			[]string{
				"room/types_test.go: name the file for what it holds (telling file names)",
				"room/utils.go: name the file for what it holds (telling file names)",
			},
		},
		{
			"doc.go without a comment",
			map[string]string{"room/doc.go": "package x"},
			[]string{"room: no doc.go with a package comment (package story)"},
		},
		{
			"a command without a comment",
			map[string]string{"cmd/atrium/doc.go": "package main", "cmd/atrium/a_test.go": "// Package main.\npackage main"},
			[]string{"cmd/atrium: no doc.go with a package comment (package story)"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, check(t, tt.files)); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
		})
	}
}

const sleepText = "time.Sleep outside a synctest bubble: simulate time, or wait for the event itself (no sleeping)"

func TestRulesAcceptWhatTheyAllow(t *testing.T) {
	const ours = arch.ModulePath + "/"
	tests := []struct {
		name  string
		files map[string]string
	}{
		{"imports that go down", map[string]string{
			"cmd/atrium/a.go": importing(ours+"signaling", ours+"sfu", ours+"client"),
			"sfu/packet/a.go": importing(ours + "internal/invariant"),
			"room/sfu.go":     importing(ours + "sfu"),
		}},
		{"tests that import what they test and test packages", map[string]string{
			"sfu/codec/a_test.go":   importing(ours+"internal/rtptest", ours+"sfu/codec"),
			"internal/rtptest/a.go": importing(ours + "sfu/nack"),
		}},
		{"Pion's API where it belongs", map[string]string{
			"sfu/a.go":              importing("github.com/pion/webrtc/v4"),
			"internal/testnet/a.go": importing("github.com/pion/webrtc/v4"),
			"cmd/atrium/a_test.go":  importing("github.com/pion/webrtc/v4"),
			"sfu/egress/a.go":       importing("github.com/pion/rtcp"),
		}},
		{"a module that only begins like a forbidden one", map[string]string{
			"room/a.go": importing("github.com/gorilla/websocketish"),
		}},
		{"sleeping in a bubble", map[string]string{
			"room/a_test.go":        "package x\nimport \"time\"\nimport _ \"testing/synctest\"\nfunc f() { time.Sleep(1) }\n",
			"internal/testnet/a.go": "package x\nimport \"time\"\nfunc f() { time.Sleep(1) }\n",
			"sfu/a_test.go":         "package x\nimport \"time\"\nimport _ \"" + ours + "internal/testnet\"\nfunc f() { time.Sleep(1) }\n",
		}},
		{"a method called Sleep", map[string]string{
			"room/a.go": "package x\nimport \"time\"\ntype T struct{ time time.Time }\nfunc (T) Sleep() {}\nfunc f(t T) { t.Sleep() }\n",
		}},
		{"a method called init", map[string]string{"room/a.go": "package x\ntype T struct{}\nfunc (T) init() {}\n"}},
		{"a story in main.go", map[string]string{"cmd/atrium/main.go": story, "cmd/atrium/doc.go": "package x"}},
		{"what is not part of the module", map[string]string{
			"room/testdata/utils.go":     "not Go at all",
			"tools/go.mod":               "module tools",
			"tools/utils.go":             "not Go at all",
			".cache/utils.go":            "not Go at all",
			"client/node_modules/x/a.go": "not Go at all",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if found := check(t, tt.files); found != nil {
				t.Errorf("violations: %v", found)
			}
		})
	}
}

func TestLoadReportsWhatItCannotParse(t *testing.T) {
	if _, err := arch.Load(fstest.MapFS{"room/a.go": {Data: []byte("not Go")}}); err == nil {
		t.Error("no error")
	}
}
