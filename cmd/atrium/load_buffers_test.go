package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheReceiveBufferIsStatedBeforehand(t *testing.T) {
	folder := t.TempDir()
	for limit, want := range map[string]string{
		"212992\n":  "warning: each media socket asks for a receive buffer of 512 KiB, the system grants 208 KiB: ",
		"524288\n":  "each media socket asks for a receive buffer of 512 KiB, which the system grants",
		"strange\n": "each media socket asks for a receive buffer of 512 KiB",
	} {
		file := filepath.Join(folder, strings.TrimSpace(limit))
		if err := os.WriteFile(file, []byte(limit), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := receiveBuffers(file); !strings.HasPrefix(got, want) {
			t.Errorf("%q: %s, want %s", limit, got, want)
		}
	}
	if got := receiveBuffers(filepath.Join(folder, "absent")); strings.Contains(got, "grants") {
		t.Errorf("a system that does not say: %s", got)
	}
}
