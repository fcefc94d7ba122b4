package arch

import (
	"fmt"
	"slices"
)

// exclusive says who may import a module that only one package should know, so
// that replacing or upgrading it stays a change of one package.
type exclusive struct {
	module string
	by     []string // packages
	tests  []string // directories below which tests may too
}

func exclusives() []exclusive {
	return []exclusive{
		{
			module: "github.com/pion/webrtc",
			by:     []string{"sfu", "internal/testnet", "internal/world", "internal/bench/naive"},
			tests:  []string{"sfu", "room", "signaling", "internal/load", "internal/testnet", "internal/world", "cmd", "docs"},
		},
		{
			module: "github.com/gorilla/websocket",
			by:     []string{"signaling/rpc"},
			tests:  []string{"signaling", "internal/load", "cmd"},
		},
		{
			module: "github.com/prometheus/client_golang",
			by:     []string{"metrics"},
			tests:  []string{"metrics"},
		},
	}
}

// checkExclusive finds imports of those modules from elsewhere.
func checkExclusive(m *Module) []Violation {
	var found []Violation
	for _, f := range m.Files {
		for _, i := range f.Imports {
			for _, e := range exclusives() {
				if within(i.Path, e.module) && !e.allows(f) {
					found = append(found, Violation{
						"exclusive imports", f.Path, i.line,
						fmt.Sprintf("imports %s, which is for %v", e.module, e.by),
					})
				}
			}
		}
	}
	return found
}

func (e exclusive) allows(f *File) bool {
	if slices.Contains(e.by, f.Package) {
		return true
	}
	return f.Test && slices.ContainsFunc(e.tests, func(dir string) bool { return within(f.Package, dir) })
}

// checkCgo finds cgo, which would end cross-compilation and the static binary.
func checkCgo(m *Module) []Violation {
	var found []Violation
	for _, f := range m.Files {
		for _, i := range f.Imports {
			if i.Path == "C" {
				found = append(found, Violation{"no cgo", f.Path, i.line, "uses cgo"})
			}
		}
	}
	return found
}
