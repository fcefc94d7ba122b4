package process

import (
	"os/exec"
	"syscall"
)

// tie ends the child with this process, however that ends: a server that was
// left behind would falsify the next figures.
func tie(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
