package api

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/gcexportdata"
	"golang.org/x/tools/go/packages"
)

// Module is the path of what is compared.
const Module = "github.com/atrium-rtc/atrium"

// Checked returns the packages whose API is compared, below Module.
func Checked() []string {
	return []string{
		"client", "room", "room/recorder", "sfu", "sfu/codec", "sfu/tap", "signaling", "signaling/api", "signaling/whip",
	}
}

// Load returns the types of the packages as their source has them, root being the
// module's directory. Nothing is compiled that the build cache has.
func Load(root string) (map[string]*types.Package, error) {
	var paths []string
	for _, name := range Checked() {
		paths = append(paths, Module+"/"+name)
	}
	list, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports, Dir: root}, paths...)
	if err != nil {
		return nil, fmt.Errorf("load the packages: %w", err)
	}
	found := make(map[string]*types.Package, len(list))
	for _, p := range list {
		for _, failure := range p.Errors {
			err = errors.Join(err, failure)
		}
		found[strings.TrimPrefix(p.PkgPath, Module+"/")] = p.Types
	}
	return found, err
}

// file returns where the baseline of a package lies.
func file(dir, name, ending string) string {
	return filepath.Join(dir, strings.ReplaceAll(name, "/", "_")+ending)
}

// Read returns the baseline of a package.
func Read(dir, name string) (*types.Package, error) {
	f, err := os.Open(file(dir, name, ".export.gz"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	b, err := io.ReadAll(unzipped)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	p, err := gcexportdata.Read(bytes.NewReader(b), token.NewFileSet(), make(map[string]*types.Package), Module+"/"+name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return p, nil
}

// Write makes a package the baseline.
func Write(dir, name string, p *types.Package) error {
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	if err := gcexportdata.Write(zipped, token.NewFileSet(), p); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := zipped.Close(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := os.WriteFile(file(dir, name, ".export.gz"), b.Bytes(), 0o644); err != nil {
		return err
	}
	return os.WriteFile(file(dir, name, ".txt"), []byte(Text(p)), 0o644)
}

// Text returns the exported API of a package, a line for each name, field and method.
func Text(p *types.Package) string {
	short := func(other *types.Package) string {
		if other == p {
			return ""
		}
		return other.Name()
	}
	var all []string
	for _, name := range p.Scope().Names() {
		o := p.Scope().Lookup(name)
		if !o.Exported() {
			continue
		}
		all = append(all, lines(o, short)...)
	}
	slices.Sort(all)
	return strings.Join(all, "\n") + "\n"
}

// lines returns the lines of one name of a package.
func lines(o types.Object, short types.Qualifier) []string {
	kind, ok := o.(*types.TypeName)
	if c, constant := o.(*types.Const); constant {
		return []string{types.ObjectString(c, short) + " = " + c.Val().ExactString()}
	}
	if !ok {
		return []string{types.ObjectString(o, short)}
	}
	if kind.IsAlias() {
		return []string{"type " + o.Name() + " = " + types.TypeString(types.Unalias(o.Type()), short)}
	}
	list := []string{"type " + o.Name() + " " + shape(o.Type().Underlying(), short)}
	if fields, ok := o.Type().Underlying().(*types.Struct); ok {
		for f := range fields.Fields() {
			if f.Exported() {
				list = append(list, fmt.Sprintf("type %s struct, %s %s", o.Name(), f.Name(), types.TypeString(f.Type(), short)))
			}
		}
	}
	if methods, ok := o.Type().Underlying().(*types.Interface); ok {
		for m := range methods.Methods() {
			list = append(list, fmt.Sprintf("type %s interface, %s", o.Name(), types.ObjectString(m, short)))
		}
		return list
	}
	for m := range types.NewMethodSet(types.NewPointer(o.Type())).Methods() {
		if m.Obj().Exported() && len(m.Index()) == 1 {
			list = append(list, types.ObjectString(m.Obj(), short))
		}
	}
	return list
}

// shape returns an underlying type without what has lines of its own.
func shape(t types.Type, short types.Qualifier) string {
	switch t.(type) {
	case *types.Struct:
		return "struct"
	case *types.Interface:
		return "interface"
	}
	return types.TypeString(t, short)
}
