package signaling

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"
)

// site serves the files of the page from memory. A path is a file or it is
// nothing: there are no directory listings, and nothing outside the file
// system can be named.
type site struct {
	files map[string]asset // by request path
}

type asset struct {
	content []byte
	kind    string
	tag     string
}

// Headers of every file. The page runs its own scripts and styles and nothing
// else, talks to its own server, and is the only one that may use the camera
// and the microphone.
const (
	contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; " +
		"img-src 'self' data: blob:; media-src 'self' blob: mediastream:; connect-src 'self' ws: wss:; " +
		"worker-src 'self' blob:; manifest-src 'self'; " +
		"base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
	permissionsPolicy = "camera=(self), microphone=(self), display-capture=(self), autoplay=(self), " +
		"fullscreen=(self), speaker-selection=(self), screen-wake-lock=(self), picture-in-picture=(self), " +
		"geolocation=(), payment=(), usb=()"
)

func newSite(files fs.FS, log *slog.Logger) *site {
	s := &site{files: make(map[string]asset)}
	if files == nil {
		return s
	}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		a := asset{content: content, kind: contentType(name, content), tag: `"` + hex.EncodeToString(sum[:12]) + `"`}
		s.files["/"+name] = a
		if path.Base(name) == "index.html" {
			s.files[strings.TrimSuffix("/"+name, "index.html")] = a
		}
		return nil
	})
	if err != nil {
		log.Error("read the page", "error", err)
	}
	return s
}

// ServeHTTP serves GET and HEAD. Files are revalidated on every use, which
// costs a round trip and never shows yesterday's page with today's server.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
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
	h.Set("ETag", a.tag)
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Permissions-Policy", permissionsPolicy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.content))
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
