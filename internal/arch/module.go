package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// ModulePath is how the module's packages are imported.
const ModulePath = "github.com/atrium-rtc/atrium"

// Module is the parsed source of the whole module, every build tag included.
type Module struct {
	Files []*File
	fset  *token.FileSet
}

// File is one Go file. Paths are relative to the module's root, with slashes.
type File struct {
	Path    string
	Package string // directory, which is the import path without ModulePath
	Test    bool   // its name ends in _test.go
	Imports []Import
	ast     *ast.File
}

// Import is one import of a file.
type Import struct {
	Path string
	Name string // as the file calls it; the last element unless renamed
	line int
}

// Violation is one place where a rule does not hold.
type Violation struct {
	Rule string
	Path string // file, or directory
	Line int    // 0 when the whole file or directory is meant
	Text string
}

// String formats the violation as compilers do.
func (v Violation) String() string {
	if v.Line == 0 {
		return fmt.Sprintf("%s: %s (%s)", v.Path, v.Text, v.Rule)
	}
	return fmt.Sprintf("%s:%d: %s (%s)", v.Path, v.Line, v.Text, v.Rule)
}

// Load parses all Go files below the root of fsys. It skips what the go command
// skips: testdata, names that begin with a dot or an underscore, and other
// modules; and node_modules.
func Load(fsys fs.FS) (*Module, error) {
	m := &Module{fset: token.NewFileSet()}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return enter(fsys, name)
		case path.Ext(name) != ".go" || hidden(path.Base(name)):
			return nil
		}
		return m.parse(fsys, name)
	})
	if err != nil {
		return nil, fmt.Errorf("load module: %w", err)
	}
	return m, nil
}

// enter returns fs.SkipDir for a directory that is not part of the module.
func enter(fsys fs.FS, dir string) error {
	if dir == "." {
		return nil
	}
	base := path.Base(dir)
	if hidden(base) || base == "testdata" || base == "node_modules" {
		return fs.SkipDir
	}
	if _, err := fs.Stat(fsys, path.Join(dir, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func hidden(base string) bool { return strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") }

func (m *Module) parse(fsys fs.FS, name string) error {
	source, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	tree, err := parser.ParseFile(m.fset, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	f := &File{Path: name, Package: path.Dir(name), Test: strings.HasSuffix(name, "_test.go"), ast: tree}
	for _, spec := range tree.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return fmt.Errorf("%s: import %s: %w", name, spec.Path.Value, err)
		}
		i := Import{Path: imported, Name: path.Base(imported), line: m.line(spec.Pos())}
		if spec.Name != nil {
			i.Name = spec.Name.Name
		}
		f.Imports = append(f.Imports, i)
	}
	m.Files = append(m.Files, f)
	return nil
}

func (m *Module) line(pos token.Pos) int { return m.fset.Position(pos).Line }

// packages returns the files of each package, by directory.
func (m *Module) packages() map[string][]*File {
	packages := map[string][]*File{}
	for _, f := range m.Files {
		packages[f.Package] = append(packages[f.Package], f)
	}
	return packages
}

// imports reports whether the file imports the package with that path.
func (f *File) imports(imported string) bool {
	for _, i := range f.Imports {
		if i.Path == imported {
			return true
		}
	}
	return false
}

// local returns the directory of a package of this module, and false for any
// other import path.
func local(imported string) (dir string, ok bool) {
	if imported == ModulePath {
		return ".", true
	}
	return strings.CutPrefix(imported, ModulePath+"/")
}

// within reports whether name is the path or lies below it.
func within(name, dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }
