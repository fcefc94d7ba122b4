package arch

import (
	"path"
	"slices"
	"strings"
)

// vagueNames are names of files that say where code was put, not what it does.
func vagueNames() []string {
	return []string{
		"util", "utils", "helper", "helpers", "common", "types", "misc", "shared", "constants", "consts",
	}
}

// checkFileNames finds files that are not named for their mechanism.
func checkFileNames(m *Module) []Violation {
	var found []Violation
	for _, f := range m.Files {
		name := strings.TrimSuffix(strings.TrimSuffix(path.Base(f.Path), ".go"), "_test")
		if slices.Contains(vagueNames(), name) {
			found = append(found, Violation{
				Rule: "telling file names", Path: f.Path, Text: "name the file for what it holds",
			})
		}
	}
	return found
}

// checkStory finds packages that do not tell their story first: a package
// comment in doc.go, or for a command in any file, where main may carry it.
func checkStory(m *Module) []Violation {
	var found []Violation
	for dir, files := range m.packages() {
		told := slices.ContainsFunc(files, func(f *File) bool {
			where := path.Base(f.Path) == "doc.go" || (within(dir, "cmd") && !f.Test)
			return where && f.ast.Doc != nil
		})
		if !told {
			found = append(found, Violation{Rule: "package story", Path: dir, Text: "no doc.go with a package comment"})
		}
	}
	return found
}
