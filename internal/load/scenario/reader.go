package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxSections bounds the work on one file; aliases make small files large.
const maxSections = 10_000

// nodeReader is a type with a form of its own in the file.
type nodeReader interface {
	read(r *reader, path string, node *yaml.Node)
}

// reader walks the nodes of a YAML document, because only nodes know their
// line, and fills the fields that the tags name.
type reader struct {
	origins
	problems Problems
	sections int
}

// Read makes a scenario of a YAML file. Path is for messages and gives the
// scenario its name if it has none. The error is of type Problems; it tells
// what Scenario.Plan would find wrong without simulating, too.
func Read(path string, data []byte) (Scenario, error) {
	r := &reader{origins: origins{file: path, lines: map[string]int{}}}
	root, err := r.document(data)
	if err != nil {
		return Scenario{}, err
	}
	var s Scenario
	setDefaults(reflect.ValueOf(&s).Elem())
	r.section("", root, reflect.ValueOf(&s).Elem(), nil, nil)
	if s.Name == "" {
		s.Name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	s.origins = r.origins
	if len(r.problems) == 0 {
		r.problems = s.validate()
	}
	return s, r.problems.err()
}

// document returns the top node of the one document in data.
func (r *reader) document(data []byte) (*yaml.Node, error) {
	fail := func(line int, reason string) error {
		return Problems{{Origin: fmt.Sprintf("%s:%d", r.file, max(line, 1)), Reason: reason, line: line}}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, more yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, fail(1, "is empty; a scenario has at least duration and groups")
	case err != nil:
		line, reason := syntax(err)
		return nil, fail(line, reason)
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, fail(more.Line, "holds more than one YAML document")
	}
	root := resolve(document.Content[0])
	if root.Kind != yaml.MappingNode {
		return nil, fail(root.Line, "is not a mapping of keys to values")
	}
	return root, nil
}

// section reads a mapping into the fields of a struct. Other is asked first; it
// knows the keys called extra, which are no fields.
func (r *reader) section(path string, node *yaml.Node, into reflect.Value, extra []string,
	other func(key, path string, node *yaml.Node) bool,
) {
	if node.Kind != yaml.MappingNode {
		r.report(node, path, "takes keys of its own, indented below it: "+strings.Join(append(extra, namesOf(into.Type())...), ", "))
		return
	}
	r.entries(path, node, func(key, path string, line int, node *yaml.Node) {
		if other != nil && other(key, path, node) {
			return
		}
		field, known := fieldOf(into.Type(), key)
		if !known {
			r.report(&yaml.Node{Line: line}, path, "unknown key"+suggest(key, append(extra, namesOf(into.Type())...)))
			return
		}
		if !isNull(node) { // "key:" with nothing after it is a key that is not set
			r.value(path, node, into.FieldByIndex(field.Index))
		}
	})
}

// entries calls f for each key of a mapping, in order, once.
func (r *reader) entries(path string, node *yaml.Node, f func(key, path string, line int, node *yaml.Node)) {
	if r.sections++; r.sections > maxSections {
		if r.sections == maxSections+1 {
			r.report(node, path, fmt.Sprintf("makes the file too large: it has more than %d parts", maxSections))
		}
		return
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, line := node.Content[i].Value, node.Content[i].Line
		path := below(path, key)
		if first, again := r.lines[path]; again {
			r.report(node.Content[i], path, fmt.Sprintf("is set twice, first on line %d", first))
			continue
		}
		r.lines[path] = line
		f(key, path, line, resolve(node.Content[i+1]))
	}
}

func (r *reader) value(path string, node *yaml.Node, into reflect.Value) {
	own, ok := into.Addr().Interface().(nodeReader)
	switch {
	case ok:
		own.read(r, path, node)
	case into.Kind() == reflect.Pointer:
		r.optional(path, node, into)
	case into.Kind() == reflect.Slice:
		r.list(path, node, into)
	case node.Kind != yaml.ScalarNode:
		r.report(node, path, "takes one value, not a list or a section")
	default:
		if err := setText(into, node.Value); err != nil {
			r.report(node, path, err.Error())
		}
	}
}

// optional reads a section that may be written as true, for its defaults, or
// false, for nothing.
func (r *reader) optional(path string, node *yaml.Node, into reflect.Value) {
	section := reflect.New(into.Type().Elem())
	setDefaults(section.Elem())
	if node.Kind == yaml.ScalarNode {
		switch given, err := parseBool(node.Value); {
		case err != nil:
			r.report(node, path, fmt.Sprintf("%q is neither true nor a section of keys", node.Value))
		case given:
			into.Set(section)
		}
		return
	}
	into.Set(section)
	r.section(path, node, section.Elem(), nil, nil)
}

// list reads a sequence of sections, or a mapping if they have names.
func (r *reader) list(path string, node *yaml.Node, into reflect.Value) {
	add := func(path, name string, node *yaml.Node) {
		section := reflect.New(into.Type().Elem()).Elem()
		setDefaults(section)
		if name != "" {
			section.FieldByName("Name").SetString(name)
		}
		if own, ok := section.Addr().Interface().(nodeReader); ok {
			own.read(r, path, node)
		} else {
			r.section(path, node, section, nil, nil)
		}
		into.Set(reflect.Append(into, section))
	}
	if isNamed(into.Type().Elem()) {
		if node.Kind != yaml.MappingNode {
			r.report(node, path, "takes names, each with keys of its own, not a list or a value")
			return
		}
		r.entries(path, node, func(name, path string, _ int, node *yaml.Node) { add(path, name, node) })
		return
	}
	if node.Kind != yaml.SequenceNode {
		r.report(node, path, "takes a list: its items begin with a dash")
		return
	}
	for i, n := range node.Content {
		n, path := resolve(n), item(path, i)
		r.lines[path] = n.Line
		add(path, "", n)
	}
}

// isNamed says whether sections of the type stand under their names.
func isNamed(section reflect.Type) bool {
	return section == reflect.TypeFor[Group]() || section == reflect.TypeFor[Network]()
}

func (r *reader) report(node *yaml.Node, path, reason string) {
	r.problems = append(r.problems, Problem{
		Origin: fmt.Sprintf("%s:%d", r.file, node.Line), Key: path, Reason: reason, line: node.Line,
	})
}

// ranges checks the fields of a section that is not part of Scenario.
func (r *reader) ranges(path string, section reflect.Value) {
	r.problems = append(r.problems, checkRanges(r.origins, path, section)...)
}

// yamlError takes an error of the YAML parser apart. Of those that the grammar
// finds, the parser counts the lines from 0.
var yamlError = regexp.MustCompile(`(?s)^yaml: line (\d+): ((did not find expected (?:<|'-'|',|key|node))?.*)$`)

func syntax(err error) (int, string) {
	parts := yamlError.FindStringSubmatch(err.Error())
	if parts == nil {
		return 1, strings.TrimPrefix(err.Error(), "yaml: ")
	}
	line, _ := strconv.Atoi(parts[1])
	if parts[3] != "" {
		line++
	}
	return line, parts[2]
}

func resolve(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.Tag == "!!null" }
