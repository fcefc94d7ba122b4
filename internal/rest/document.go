package rest

import (
	"bytes"
	_ "embed" // openapi.yaml
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"go.yaml.in/yaml/v3"
)

// openapi is the document as people write it. It is served as JSON, which every tool
// reads.
//
//go:embed openapi.yaml
var openapi []byte

// document is the description of the API, for machines and for people.
type document struct {
	json  []byte
	guide []byte
}

func newDocument() (*document, error) {
	var tree map[string]any
	if err := yaml.Unmarshal(openapi, &tree); err != nil {
		return nil, fmt.Errorf("openapi.yaml: %w", err)
	}
	text, err := json.Marshal(tree)
	if err != nil {
		return nil, fmt.Errorf("openapi.yaml: %w", err)
	}
	guide, err := drawGuide(tree)
	if err != nil {
		return nil, fmt.Errorf("guide: %w", err)
	}
	return &document{text, guide}, nil
}

func (d *document) serveJSON(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	// It says what anybody can read in the source, and tools on other sites may show it.
	w.Header().Set("Access-Control-Allow-Origin", "*")
	d.serve(w, r, d.json)
}

func (d *document) serveGuide(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", guidePolicy())
	w.Header().Set("Referrer-Policy", "no-referrer")
	d.serve(w, r, d.guide)
}

func (d *document) serve(w http.ResponseWriter, r *http.Request, content []byte) {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}
