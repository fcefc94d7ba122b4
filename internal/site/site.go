package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// Site serves the files of one page. A path is a file or it is nothing: there are
// no directory listings, and nothing outside the file system can be named. Its
// methods may be called from any goroutine.
type Site struct {
	files  map[string]asset // by request path
	policy Policy
}

// Policy is what browsers let the page do.
type Policy struct {
	Content     string   // Content-Security-Policy
	Permissions string   // Permissions-Policy
	Shared      []string // request paths of the scripts that pages of other origins may import; nothing in them is secret
}

type asset struct {
	plain, zipped variant // zipped is empty where it is not worth it
	kind          string
}

// variant is one encoding of a file. Each has a tag of its own (RFC 9110, 8.8.3.3).
type variant struct {
	content []byte
	tag     string
}

// New reads the files. nil is a site without any.
func New(files fs.FS, policy Policy) (*Site, error) {
	s := &Site{files: make(map[string]asset), policy: policy}
	if files == nil {
		return s, nil
	}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		a := newAsset(name, content)
		s.files["/"+name] = a
		if path.Base(name) == "index.html" {
			s.files[strings.TrimSuffix("/"+name, "index.html")] = a
		}
		return nil
	})
	if err != nil {
		return s, fmt.Errorf("read the page: %w", err)
	}
	return s, nil
}

func newAsset(name string, content []byte) asset {
	sum := sha256.Sum256(content)
	tag := hex.EncodeToString(sum[:12])
	a := asset{kind: contentType(name, content), plain: variant{content, `"` + tag + `"`}}
	if zipped := compress(content); zipped != nil {
		a.zipped = variant{zipped, `"` + tag + `-gzip"`}
	}
	return a
}

// ServeHTTP serves GET and HEAD. Files are revalidated on every use, which
// costs a round trip and never shows yesterday's page with today's server.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, ok := s.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "this is a file", http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	chosen := a.plain
	if a.zipped.content != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header) {
			h.Set("Content-Encoding", "gzip")
			chosen = a.zipped
		}
	}
	h.Set("ETag", chosen.tag)
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Security-Policy", s.policy.Content)
	h.Set("Permissions-Policy", s.policy.Permissions)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	if slices.Contains(s.policy.Shared, r.URL.Path) {
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(chosen.content))
}

// contentType does not ask the operating system, whose table differs from
// machine to machine and has served scripts as text/plain.
func contentType(name string, content []byte) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".wasm":
		return "application/wasm"
	case ".woff2":
		return "font/woff2"
	case ".txt", ".md":
		return "text/plain; charset=utf-8"
	}
	return http.DetectContentType(content)
}
