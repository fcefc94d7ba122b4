package arch_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A key that lies in a repository is everybody's. Tests make theirs when they run, and so does the server for DTLS.
func TestNoPrivateKeyLiesInTheRepository(t *testing.T) {
	begin := []byte("PRIVATE KEY-" + "----") // in two, or it would find itself
	files := 0
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{"node_modules", ".git"}, entry.Name()):
			return fs.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		if at := bytes.Index(data, begin); at >= 0 && bytes.Contains(data[max(0, at-40):at], []byte("-----BEGIN")) {
			t.Errorf("%s holds a private key", path)
		}
		return nil
	})
	if err != nil || files < 500 {
		t.Errorf("%d files, %v", files, err)
	}
}
