package main

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/docstest"
)

var update = flag.Bool("update", false, "write the code of docs/embedding.md anew")

const (
	guide = "../../embedding.md"
	root  = "../../.."
)

func readGuide(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// All code of the guide is that of the application, declaration by declaration. After
// changing it: make docs
func TestTheGuideShowsTheApplicationsCode(t *testing.T) {
	text, blocks := readGuide(t), map[string]string{}
	for _, m := range regexp.MustCompile(`<!-- (\w+\.go)((?: [\w.]+)+): begin -->`).FindAllStringSubmatch(text, -1) {
		var parts []string
		declared := declarations(t, m[1])
		for _, name := range strings.Fields(m[2]) {
			source, ok := declared[name]
			if !ok {
				t.Fatalf("%s declares no %s", m[1], name)
			}
			parts = append(parts, source)
		}
		blocks[m[1]+m[2]] = "```go\n" + strings.Join(parts, "\n\n") + "\n```\n"
	}
	docstest.Hold(t, guide, *update, blocks)
	if all := strings.Count(text, "```go\n"); !*update && all != len(blocks) {
		t.Errorf("%d of %d blocks of Go are taken from the application", len(blocks), all)
	}
}

// declarations returns the source of what a file declares, with its comment, by name:
// methods as type.method.
func declarations(t *testing.T, file string) map[string]string {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file, source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, d := range tree.Decls {
		from, name := d.Pos(), ""
		switch d := d.(type) {
		case *ast.FuncDecl:
			if name = d.Name.Name; d.Recv != nil {
				name = receiver(d) + "." + name
			}
			if d.Doc != nil {
				from = d.Doc.Pos()
			}
		case *ast.GenDecl:
			if names := specified(d); len(names) > 0 {
				name = names[0]
			}
			if d.Doc != nil {
				from = d.Doc.Pos()
			}
		}
		found[name] = string(source[fset.Position(from).Offset:fset.Position(d.End()).Offset])
	}
	return found
}

// receiver returns the name of a method's type.
func receiver(d *ast.FuncDecl) string {
	kind := d.Recv.List[0].Type
	if star, ok := kind.(*ast.StarExpr); ok {
		kind = star.X
	}
	if name, ok := kind.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}

// specified returns the names of a declaration of types, constants or variables.
func specified(d *ast.GenDecl) (names []string) {
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			names = append(names, s.Name.Name)
		case *ast.ValueSpec:
			for _, n := range s.Names {
				names = append(names, n.Name)
			}
		}
	}
	return names
}

// symbols returns what a package declares: name, Type.Method, Type.Field.
func symbols(t *testing.T, dir string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v", dir, err)
	}
	for _, file := range files {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range tree.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				name := d.Name.Name
				if d.Recv != nil {
					name = receiver(d) + "." + name
				}
				found[name] = true
			case *ast.GenDecl:
				for _, name := range specified(d) {
					found[name] = true
				}
				for _, name := range members(d) {
					found[name] = true
				}
			}
		}
	}
	return found
}

// members returns the fields of structs and the methods of interfaces.
func members(d *ast.GenDecl) (names []string) {
	for _, s := range d.Specs {
		s, ok := s.(*ast.TypeSpec)
		if !ok {
			continue
		}
		var list *ast.FieldList
		switch kind := s.Type.(type) {
		case *ast.StructType:
			list = kind.Fields
		case *ast.InterfaceType:
			list = kind.Methods
		default:
			continue
		}
		for _, field := range list.List {
			for _, n := range field.Names {
				names = append(names, s.Name.Name+"."+n.Name)
			}
		}
	}
	return names
}

// What the guide calls by a name exists, and the tests that it names, too.
func TestTheGuideNamesWhatThereIs(t *testing.T) {
	text := readGuide(t)
	known := map[string]bool{}
	for _, dir := range []string{"room", "signaling", "sfu", "signaling/whip"} {
		for name := range symbols(t, dir) {
			known[name], known[filepath.Base(dir)+"."+name] = true, true
		}
	}
	named := regexp.MustCompile("`((?:room|signaling|sfu|whip|[A-Z]\\w+)\\.[A-Z][\\w.]*|Test\\w+)[`(]")
	seen := 0
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		if name := m[1]; !known[name] && !strings.HasPrefix(name, "RoomHandler.") {
			t.Errorf("there is no %s", name)
		}
		seen++
	}
	if seen < 100 {
		t.Errorf("only %d names were found", seen)
	}
	_, table, _ := strings.Cut(text, "|---|---|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	for row := range strings.Lines(table) {
		cells := strings.Split(row, "|")
		if len(cells) != 6 || !strings.Contains(cells[4], "`Test") {
			t.Errorf("no test is named in %s", row)
		}
	}
}

// The application can be built by those who are not in this module: nothing that it uses
// is internal, also not by another name.
func TestTheApplicationBuildsInAnotherModule(t *testing.T) {
	if testing.Short() {
		t.Skip("links a program")
	}
	dir := t.TempDir()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			copyFile(t, file, filepath.Join(dir, file))
		}
	}
	outside := "package main\n\nimport \"github.com/atrium-rtc/atrium/room\"\n\n" +
		"var mine room.Permissions = room.MayPublish | room.MayModerate\n\nvar words = mine.String()\n"
	if err := os.WriteFile(filepath.Join(dir, "outside.go"), []byte(outside), 0o600); err != nil {
		t.Fatal(err)
	}
	ours, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	_, requirements, _ := strings.Cut(string(mod), "\n\n") // the same versions, without asking anybody
	head := fmt.Sprintf("module example.org/meeting\n\nreplace github.com/atrium-rtc/atrium => %s\n\nrequire github.com/atrium-rtc/atrium v0.0.0\n\n", ours)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(head+requirements), 0o600); err != nil {
		t.Fatal(err)
	}
	copyFile(t, filepath.Join(root, "go.sum"), filepath.Join(dir, "go.sum"))
	build := exec.CommandContext(t.Context(), "go", "build", "-mod=mod", "-o", os.DevNull, ".")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Errorf("go build: %v\n%s", err, out)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
