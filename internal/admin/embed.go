package admin

import (
	"embed"
	"io/fs"
)

//go:embed web
var embedded embed.FS

// web returns the page's files, index.html at the root.
func web() fs.FS {
	root, err := fs.Sub(embedded, "web")
	if err != nil {
		panic(err) // fs.Sub fails only for an invalid path, and ours is a constant
	}
	return root
}
