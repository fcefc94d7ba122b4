package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Process is a running child.
type Process struct {
	command *exec.Cmd
	lines   chan string
	ended   chan struct{} // closed once err is set
	err     error
}

// Start runs a program on one processor. What it writes to standard error goes
// to ours. End it with Kill.
func Start(ctx context.Context, core int, program string, args ...string) (*Process, error) {
	all := append([]string{"-c", strconv.Itoa(core), program}, args...)
	// taskset becomes the program, so that its number is the program's.
	command := exec.CommandContext(ctx, "taskset", all...) //nolint:gosec // the caller's own programs
	command.Stderr = os.Stderr
	tie(command)
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	p := &Process{command: command, lines: make(chan string, 16), ended: make(chan struct{})}
	go p.read(out)
	return p, nil
}

// read passes lines on and waits for the end.
func (p *Process) read(out io.Reader) {
	defer close(p.ended)
	defer close(p.lines)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		select {
		case p.lines <- lines.Text():
		default: // nobody reads what comes after the first lines
		}
	}
	p.err = p.command.Wait()
}

// PID is the child's number.
func (p *Process) PID() int { return p.command.Process.Pid }

// Line waits for a line that begins with the prefix, and returns the rest.
func (p *Process) Line(ctx context.Context, prefix string) (string, error) {
	const patience = 30 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		select {
		case line, ok := <-p.lines:
			if rest, found := strings.CutPrefix(line, prefix); found {
				return strings.TrimSpace(rest), nil
			}
			if !ok {
				<-p.ended
				return "", errors.Join(fmt.Errorf("%s ended without saying %q", p.command.Args[3], prefix), p.err)
			}
		case <-ctx.Done():
			return "", fmt.Errorf("%s does not say %q: %w", p.command.Args[3], prefix, ctx.Err())
		}
	}
}

// Kill ends the child at once and waits for that.
func (p *Process) Kill() {
	_ = p.command.Process.Kill() // it may have ended
	<-p.ended
}

// FreePort returns a TCP port of the loopback address that nobody listens on at
// the moment.
func FreePort(ctx context.Context) (int, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	address, _ := l.Addr().(*net.TCPAddr) // nothing else
	return address.Port, l.Close()
}
