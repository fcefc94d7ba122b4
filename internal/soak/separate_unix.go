//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// separate keeps a command out of the process group that a terminal interrupts.
func separate(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
