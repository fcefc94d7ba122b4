package arch

import "go/ast"

// testnet is the simulated network. It exists in synctest bubbles only, so a test
// that imports it runs in one.
const testnet = "internal/testnet"

// world is the simulation of the whole server on it.
const world = "internal/world"

// checkSleep finds time.Sleep outside a testing/synctest bubble. Only testnet,
// the world on it and tests may sleep, and a test only in a file that imports synctest or
// testnet, where sleeping takes no time and depends on no machine.
func checkSleep(m *Module) []Violation {
	var found []Violation
	for _, f := range m.Files {
		name, ok := f.nameOf("time")
		if !ok || f.inBubble() {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if sleeps(n, name) {
				found = append(found, Violation{
					"no sleeping", f.Path, m.line(n.Pos()),
					"time.Sleep outside a synctest bubble: simulate time, or wait for the event itself",
				})
			}
			return true
		})
	}
	return found
}

// inBubble reports whether the file's code runs in fake time.
func (f *File) inBubble() bool {
	if f.Package == testnet || f.Package == world {
		return true
	}
	return f.Test && (f.imports("testing/synctest") || f.imports(ModulePath+"/"+testnet))
}

// sleeps reports whether the node names time.Sleep, called or not, where the
// file calls package time by the given name.
func sleeps(n ast.Node, name string) bool {
	if name == "." {
		ident, ok := n.(*ast.Ident)
		return ok && ident.Name == "Sleep"
	}
	selector, ok := n.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != "Sleep" {
		return false
	}
	pkg, ok := selector.X.(*ast.Ident)
	return ok && pkg.Name == name
}

// nameOf returns by which name the file calls an imported package.
func (f *File) nameOf(imported string) (name string, ok bool) {
	for _, i := range f.Imports {
		if i.Path == imported {
			return i.Name, true
		}
	}
	return "", false
}

// checkInit finds init functions: what happens at start is written in main,
// where it can be read, ordered and tested.
func checkInit(m *Module) []Violation {
	var found []Violation
	for _, f := range m.Files {
		for _, decl := range f.ast.Decls {
			if function, ok := decl.(*ast.FuncDecl); ok && function.Recv == nil && function.Name.Name == "init" {
				found = append(found, Violation{"no init", f.Path, m.line(function.Pos()), "has an init function"})
			}
		}
	}
	return found
}
