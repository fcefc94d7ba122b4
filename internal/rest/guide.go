package rest

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // guide.html, guide.css
	"encoding/base64"
	"encoding/json"
	"html/template"
	"maps"
	"slices"
	"strings"
)

var (
	//go:embed guide.html
	guideHTML string
	//go:embed guide.css
	guideCSS string
)

// guidePolicy lets the page have its own style and nothing else.
func guidePolicy() string {
	sum := sha256.Sum256([]byte(guideCSS))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// node is a part of the document.
type node = map[string]any

// guide is what the page shows.
type guide struct {
	Info   node
	Style  template.CSS
	Access []entry
	Groups []group
}

// group is the operations of one tag, by path and method.
type group struct {
	Name, Description string
	Operations        []operation
}

// operation is one method of one path.
type operation struct {
	ID, Method, Path, Summary, Description string
	Token                                  bool // may be done with a participant's token
	Parameters                             []entry
	Body                                   string // an example
	Answers                                []answerView
}

// entry is something with a name.
type entry struct{ Name, Kind, Description string }

// answerView is one status, with an example if there is one.
type answerView struct{ Status, Description, Example string }

// drawGuide makes the page for people out of the document.
func drawGuide(doc node) ([]byte, error) {
	page, err := template.New("guide").Parse(guideHTML)
	if err != nil {
		return nil, err
	}
	d := drawing{doc}
	var text bytes.Buffer
	err = page.Execute(&text, guide{
		Info: d.below(doc, "info"), Style: template.CSS(guideCSS), //nolint:gosec // ours
		Access: d.access(), Groups: d.groups(),
	})
	return text.Bytes(), err
}

// drawing reads the document, whose shape the tests hold.
type drawing struct{ doc node }

// at follows $ref, which is local.
func (d drawing) at(v any) node {
	n, _ := v.(node)
	ref, ok := n["$ref"].(string)
	if !ok {
		return n
	}
	return d.below(d.doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
}

// below goes down by the names of members; nil is that there is none.
func (d drawing) below(n node, names ...string) node {
	for _, name := range names {
		n, _ = n[name].(node)
	}
	return n
}

func text(v any) string { s, _ := v.(string); return s }

func list(v any) []any { l, _ := v.([]any); return l }

func (d drawing) access() (all []entry) {
	schemes := d.below(d.doc, "components", "securitySchemes")
	for _, name := range slices.Sorted(maps.Keys(schemes)) {
		all = append(all, entry{Name: name, Description: text(d.below(schemes, name)["description"])})
	}
	return all
}

func (d drawing) groups() (all []group) {
	paths := d.below(d.doc, "paths")
	for _, one := range list(d.doc["tags"]) {
		tag := d.at(one)
		g := group{Name: text(tag["name"]), Description: text(tag["description"])}
		for _, path := range slices.Sorted(maps.Keys(paths)) {
			at := d.below(paths, path)
			for _, method := range []string{"get", "post", "put", "patch", "delete"} {
				if op, ok := at[method].(node); ok && slices.Contains(list(op["tags"]), any(g.Name)) {
					g.Operations = append(g.Operations, d.operation(method, path, at, op))
				}
			}
		}
		all = append(all, g)
	}
	return all
}

func (d drawing) operation(method, path string, at, op node) operation {
	o := operation{
		ID: text(op["operationId"]), Method: strings.ToUpper(method), Path: prefix + path, Summary: text(op["summary"]),
		Description: text(op["description"]), Token: len(list(op["security"])) > 1,
	}
	for _, ref := range append(slices.Clone(list(at["parameters"])), list(op["parameters"])...) {
		p := d.at(ref)
		o.Parameters = append(o.Parameters, entry{text(p["name"]), text(p["in"]), text(p["description"])})
	}
	o.Body = d.example(d.at(op["requestBody"]))
	answers := d.below(op, "responses")
	for _, status := range slices.Sorted(maps.Keys(answers)) {
		a := d.at(answers[status])
		view := answerView{Status: status, Description: text(a["description"])}
		if status < "400" {
			view.Example = d.example(a)
		}
		o.Answers = append(o.Answers, view)
	}
	return o
}

// example returns the first example of a body or an answer.
func (d drawing) example(of node) string {
	content, _ := of["content"].(node)
	for _, kind := range slices.Sorted(maps.Keys(content)) {
		media, _ := content[kind].(node)
		if shown, ok := media["example"]; ok {
			pretty, err := json.MarshalIndent(shown, "", "  ")
			if err == nil {
				return string(pretty)
			}
		}
	}
	return ""
}
