package client

import (
	"embed"
	"io/fs"
)

//go:embed web
var web embed.FS

// Web returns the call page's files, index.html at the root. It is read-only and safe for concurrent use.
func Web() fs.FS {
	root, err := fs.Sub(web, "web")
	if err != nil {
		panic(err) // fs.Sub fails only for an invalid path, and ours is a constant
	}

	return root
}
