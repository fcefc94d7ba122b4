package api

import (
	"errors"
	"flag"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"strings"
	"testing"

	"golang.org/x/exp/apidiff"
)

var accept = flag.Bool("accept", false, "make the API that there is the baseline")

const (
	root     = "../.."
	baseline = "baseline"
)

// The API is the one that was accepted last. What adds to it has to be accepted, too, so that
// the baseline knows what a later change might take away.
func TestTheAPIIsTheOneThatWasAccepted(t *testing.T) {
	now, err := Load(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Checked() {
		before, err := Read(baseline, name)
		if *accept && (err != nil || len(apidiff.Changes(before, now[name]).Changes) > 0 || !described(t, name, now[name])) {
			if err := Write(baseline, name, now[name]); err != nil {
				t.Fatal(err)
			}
			before, err = Read(baseline, name)
		}
		if err != nil {
			t.Fatal(err)
		}
		if report := apidiff.Changes(before, now[name]); len(report.Changes) > 0 {
			t.Errorf("%s/%s is another than the one in docs/api/baseline; if that is meant, say so in CHANGELOG.md and run: make api\n%s", Module, name, report)
		}
		if !described(t, name, now[name]) {
			t.Errorf("the text of %s is another than docs/api/baseline has; run: make api", name)
		}
	}
}

// described reports whether the text of a baseline is that of the package.
func described(t *testing.T, name string, p *types.Package) bool {
	t.Helper()
	text, err := os.ReadFile(file(baseline, name, ".txt"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return string(text) == Text(p)
}

// A baseline that saw no change would be worth nothing.
func TestWhatBreaksACallerIsFound(t *testing.T) {
	before, err := Read(baseline, "room")
	if err != nil {
		t.Fatal(err)
	}
	after := types.NewPackage(before.Path(), before.Name())
	for _, name := range before.Scope().Names() {
		if name != "NewManager" {
			after.Scope().Insert(before.Scope().Lookup(name))
		}
	}
	added := types.NewVar(token.NoPos, after, "Added", types.Typ[types.Int])
	after.Scope().Insert(added)
	var broken, fine []string
	for _, c := range apidiff.Changes(before, after).Changes {
		if c.Compatible {
			fine = append(fine, c.Message)
		} else {
			broken = append(broken, c.Message)
		}
	}
	if len(broken) != 1 || !strings.HasPrefix(broken[0], "NewManager: removed") {
		t.Errorf("what breaks callers: %q, want the lack of NewManager", broken)
	}
	if len(fine) != 1 || !strings.HasPrefix(fine[0], "Added: added") {
		t.Errorf("what breaks nobody: %q, want Added", fine)
	}
}
