package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// setting is a value as it was given.
type setting struct {
	value  any
	origin Origin
}

// fileReader walks the nodes of one YAML document, because only nodes know
// their line.
type fileReader struct {
	path     string
	settings map[string]setting
	seen     map[string]int // line where a name was first set
	problems Problems
}

// readFile returns the settings of a YAML file, keyed by key name.
func readFile(path string, data []byte) (map[string]setting, Problems) {
	r := &fileReader{path: path, settings: map[string]setting{}, seen: map[string]int{}}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, more yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF): // empty, or nothing but comments
		return nil, nil
	case err != nil:
		r.syntax(err)
		return nil, r.problems
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		r.problem(max(more.Line, 1), "", "holds more than one YAML document")
	}
	root := resolve(document.Content[0])
	switch {
	case root.Kind == yaml.MappingNode:
		r.section(root, "")
	case !isNull(root):
		r.problem(root.Line, "", "is not a mapping of keys to values")
	}
	return r.settings, r.problems
}

func (r *fileReader) section(node *yaml.Node, prefix string) {
	for i := 0; i+1 < len(node.Content); i += 2 {
		name := prefix + node.Content[i].Value
		line := node.Content[i].Line
		if first, again := r.seen[name]; again {
			r.problem(line, name, fmt.Sprintf("is set twice, first on line %d", first))
			continue
		}
		r.seen[name] = line
		r.entry(name, line, resolve(node.Content[i+1]))
	}
}

func (r *fileReader) entry(name string, line int, node *yaml.Node) {
	key, known := findKey(name)
	switch {
	case known:
		r.leaf(key, line, node)
	case isSection(name):
		if node.Kind == yaml.MappingNode {
			r.section(node, name+".")
		} else if !isNull(node) {
			r.problem(line, name, "is a section: its keys go below it, indented")
		}
	case fromKurento(name) != "":
		r.problem(line, name, fromKurento(name))
	case isKurentoSection(name) && node.Kind == yaml.MappingNode:
		r.section(node, name+".")
	default:
		r.problem(line, name, "unknown key"+suggest(name, keyNames()))
	}
}

func (r *fileReader) leaf(key Key, line int, node *yaml.Node) {
	items := []string{}
	switch node.Kind {
	case yaml.ScalarNode:
		if isNull(node) {
			return // "key:" with nothing after it is a key that is not set
		}
		items = key.split(node.Value)
	case yaml.SequenceNode:
		for _, item := range node.Content {
			if item = resolve(item); item.Kind != yaml.ScalarNode {
				r.problem(item.Line, key.Name, "every item of the list must be plain text")
				return
			}
			items = append(items, item.Value)
		}
	default:
		r.problem(line, key.Name, "takes a value, not a section")
		return
	}
	value, err := key.parse(items)
	if err != nil {
		r.problem(node.Line, key.Name, err.Error())
		return
	}
	r.settings[key.Name] = setting{value, r.origin(line)}
}

func (r *fileReader) origin(line int) Origin { return Origin{layerFile, r.path, line} }

func (r *fileReader) problem(line int, key, reason string) {
	r.problems = append(r.problems, Problem{r.origin(line), key, reason})
}

// yamlError takes an error of the YAML parser apart. Of those that the grammar
// finds, the parser counts the lines from 0.
var yamlError = regexp.MustCompile(`(?s)^yaml: line (\d+): ((did not find expected (?:<|'-'|',|key|node))?.*)$`)

func (r *fileReader) syntax(err error) {
	parts := yamlError.FindStringSubmatch(err.Error())
	if parts == nil {
		r.problem(1, "", strings.TrimPrefix(err.Error(), "yaml: "))
		return
	}
	line, _ := strconv.Atoi(parts[1])
	if parts[3] != "" {
		line++
	}
	r.problem(line, "", parts[2])
}

func resolve(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.Tag == "!!null" }

// keyNames returns the names of all keys and their sections.
func keyNames() []string {
	var names []string
	for _, key := range Keys() {
		names = append(names, key.Name)
	}
	return names
}
