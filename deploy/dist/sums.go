package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// sumsFile is read by sha256sum -c.
const sumsFile = "SHA256SUMS"

// writeSums lists the checksums of all files in a directory.
func writeSums(directory string) error {
	files, err := os.ReadDir(directory) // sorted
	if err != nil {
		return err
	}
	var sums strings.Builder
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(directory, f.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(data), f.Name())
	}
	return os.WriteFile(filepath.Join(directory, sumsFile), []byte(sums.String()), 0o644)
}
