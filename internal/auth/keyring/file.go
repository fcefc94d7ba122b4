package keyring

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// File is a key set in a file, which may hold secrets.
type File string

// Load reads the file.
func (f File) Load(context.Context) ([]byte, error) {
	file, err := os.Open(string(f))
	if err != nil {
		return nil, fmt.Errorf("read the key set: %w", err)
	}
	defer func() { _ = file.Close() }() // nothing was written
	return readSet(file)
}

// Secrets returns true.
func (f File) Secrets() bool { return true }

// String returns the path.
func (f File) String() string { return string(f) }

// readSet reads as much as a key set may have, and one octet more, so that one that
// is too long is noticed.
func readSet(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, auth.MaxJWKSOctets+1))
	if err != nil {
		return nil, fmt.Errorf("read the key set: %w", err)
	}
	return text, nil
}
