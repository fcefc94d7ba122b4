package client

import (
	"embed"
	"io/fs"
)

//go:embed web dist
var embedded embed.FS

// Web returns what is served at /: the call page, index.html at the root, and beside it the SDK (atrium.js) and
// the globals of Kurento Room's client (KurentoRoom.js). It is read-only and safe for concurrent use.
func Web() fs.FS { return served{web: sub("web"), dist: sub("dist")} }

func sub(name string) fs.FS {
	root, err := fs.Sub(embedded, name)
	if err != nil {
		panic(err) // fs.Sub fails only for an invalid path, and ours are constants
	}

	return root
}
