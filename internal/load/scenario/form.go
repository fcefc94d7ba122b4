package scenario

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// read takes "mobile" or "{lossy: 10%, mobile: 20%}".
func (m *Mix) read(r *reader, path string, node *yaml.Node) {
	if node.Kind == yaml.ScalarNode {
		*m = Mix{{Network: node.Value, Share: 1}}
		return
	}
	if node.Kind != yaml.MappingNode {
		r.report(node, path, "takes the name of a network, or shares by name such as {lossy: 10%}")
		return
	}
	r.entries(path, node, func(name, path string, _ int, node *yaml.Node) {
		p := Portion{Network: name}
		r.value(path, node, reflect.ValueOf(&p.Share).Elem())
		*m = append(*m, p)
	})
}

// read takes "people" or "[people, guests]".
func (n *Names) read(r *reader, path string, node *yaml.Node) {
	items := []*yaml.Node{node}
	if node.Kind == yaml.SequenceNode {
		items = node.Content
	}
	for _, i := range items {
		if i = resolve(i); i.Kind != yaml.ScalarNode || isNull(i) {
			r.report(i, path, "takes a name or a list of names")
			return
		}
		*n = append(*n, i.Value)
	}
	if len(*n) == 0 {
		r.report(node, path, "takes a name or a list of names, not an empty one")
	}
}

// read takes "{vanish: audience, share: 10%, ...}".
func (in *Instruction) read(r *reader, path string, node *yaml.Node) {
	problems := len(r.problems)
	verb := func(key, path string, node *yaml.Node) bool {
		use, known := useOf(Verb(key))
		if !known {
			return false
		}
		if in.Verb != "" {
			r.report(node, path, fmt.Sprintf("stands beside %s: begin a new item of the list with it", in.Verb))
			return true
		}
		in.Verb = use.verb
		in.Who.read(r, path, node)
		if slices.Equal(in.Who, Names{Everybody}) {
			in.Who = nil
		}
		return true
	}
	r.section(path, node, reflect.ValueOf(in).Elem(), verbNames(), verb)
	if len(r.problems) > problems || r.sections > maxSections {
		return
	}
	use, known := useOf(in.Verb)
	if !known {
		r.report(node, path, "does not say what to do: begin with one of "+strings.Join(verbNames(), ", "))
		return
	}
	for _, key := range namesOf(reflect.TypeFor[Instruction]()) {
		if at := below(path, key); r.given(at) && !use.allows(key) {
			r.report(&yaml.Node{Line: r.lines[at]}, at, fmt.Sprintf("does not go with %s, only with %s", in.Verb, verbsWith(key)))
		}
	}
}
