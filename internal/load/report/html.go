package report

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

//go:embed page.html page.css page.js
var sources embed.FS

// HTML writes the run as one page that needs nothing else: no network, no fonts,
// no files. It is readable without scripts, in print and with a screen reader.
func HTML(w io.Writer, run *result.Run) error {
	css, err := sources.ReadFile("page.css")
	if err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	js, err := sources.ReadFile("page.js")
	if err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	t, err := template.New("page.html").Funcs(template.FuncMap{"percent": percent, "up": up}).ParseFS(sources, "page.html")
	if err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	p := newPage(run)
	p.Style, p.Script = template.CSS(css), template.JS(js)
	var b bytes.Buffer // a template that fails must not leave half a page
	if err := t.Execute(&b, p); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}
