package client

import (
	"embed"
	"io/fs"
)

//go:embed dist
var embedded embed.FS

// Web returns what is served at /: the call page, index.html at the root, and beside it the SDK (atrium.js) and
// the globals of Kurento Room's client (KurentoRoom.js). It is read-only and safe for concurrent use.
func Web() fs.FS {
	root, err := fs.Sub(embedded, "dist")
	if err != nil {
		panic(err) // fs.Sub fails only for an invalid path, and ours is a constant
	}

	return root
}
