package client

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
)

// served has the page of web/ at its root, the libraries of dist/ beside it, and all of dist/, the page that comes,
// below next/.
type served struct{ web, dist fs.FS }

var libraries = []string{"atrium.js", "KurentoRoom.js"}

func (s served) Open(name string) (fs.File, error) {
	if slices.Contains(libraries, name) {
		return s.dist.Open(name)
	}
	if name == "next" {
		return s.dist.Open(".")
	}
	if below, ok := strings.CutPrefix(name, "next/"); ok {
		return s.dist.Open(below)
	}

	return s.web.Open(name)
}

// ReadDir lists a directory, for fs.WalkDir: the root is put together of both.
func (s served) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == "next" {
		return fs.ReadDir(s.dist, ".")
	}
	if below, ok := strings.CutPrefix(name, "next/"); ok {
		return fs.ReadDir(s.dist, below)
	}
	entries, err := fs.ReadDir(s.web, name)
	if err != nil || name != "." {
		return entries, err
	}
	dist, err := fs.ReadDir(s.dist, ".")
	for _, entry := range dist {
		if slices.Contains(libraries, entry.Name()) {
			entries = append(entries, entry)
		}
	}
	root, statErr := fs.Stat(s.dist, ".")
	entries = append(entries, next{fs.FileInfoToDirEntry(root)})

	return entries, errors.Join(err, statErr)
}

// next is the root of dist/ under the name that it has in served.
type next struct{ fs.DirEntry }

func (next) Name() string { return "next" }
