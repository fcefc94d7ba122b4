//go:build !linux

package process

import (
	"errors"
	"fmt"
	"os/exec"
)

// Pin keeps this process on one processor. It needs Linux.
func Pin(int) error {
	return fmt.Errorf("keep this process on one processor: %w", errors.ErrUnsupported)
}

// tie does nothing here.
func tie(*exec.Cmd) {}
