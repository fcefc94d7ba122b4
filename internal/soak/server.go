package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// server is the binary under test, as a process of its own.
type server struct {
	command *exec.Cmd
	ended   chan struct{} // closed once err is set
	err     error

	room     string // address of its websocket
	operator string // base of its operator's listener
}

// startPatience is how long a server may take until it is ready, and to end.
const startPatience = 30 * time.Second

// build makes the binary in a directory.
func build(ctx context.Context, directory string) (string, error) {
	program := filepath.Join(directory, "atrium")
	command := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/atrium") //nolint:gosec // our own directory
	command.Stderr = os.Stderr
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("build the server (in the repository's root): %w", err)
	}
	return program, nil
}

// start runs a server on ports of the loopback address that are free, until its
// stop. What it logs goes to a file.
func start(program, log string) (*server, error) {
	file, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	// Not of a context: who interrupts the test wants its report, for which the
	// server has to live. stop ends it.
	command := exec.Command(program, "serve", "--log.format=json", "--http.listen=127.0.0.1:0", //nolint:gosec,noctx // as above
		"--operator.listen=127.0.0.1:0", "--media.listen=127.0.0.1", "--media.port=0")
	separate(command) // a terminal's interrupt is ours
	said, err := command.StderrPipe()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if err := command.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start the server: %w", err), file.Close())
	}
	s := &server{command: command, ended: make(chan struct{})}
	ready := make(chan readyLine, 1)
	go func() {
		defer close(s.ended)
		await(io.TeeReader(said, file), ready)
		s.err = errors.Join(command.Wait(), file.Close())
	}()
	select {
	case line := <-ready:
		s.room = "ws" + strings.TrimPrefix(line.Page, "http") + "/room"
		s.operator = "http://" + line.Operator
		return s, nil
	case <-s.ended:
		return nil, fmt.Errorf("the server ended before it was ready, see %s: %w", log, s.err)
	case <-time.After(startPatience):
		return nil, errors.Join(fmt.Errorf("the server is not ready after %v, see %s", startPatience, log), s.stop())
	}
}

// readyLine is what the server logs when clients may come.
type readyLine struct {
	Message  string `json:"msg"`
	Page     string `json:"page"`
	Operator string `json:"operator"`
}

// await reads all and reports the line that says ready.
func await(log io.Reader, ready chan<- readyLine) {
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		var line readyLine
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Message == "ready" && line.Operator != "" {
			select {
			case ready <- line:
			default:
			}
		}
	}
	_, _ = io.Copy(io.Discard, log) // a line that is too long must not block the server
}

// stop asks the server to end, as an operator does, and says so when it had
// ended before, or does not.
func (s *server) stop() error {
	select {
	case <-s.ended:
		return fmt.Errorf("the server ended by itself: %w", s.err)
	default:
	}
	// Twice: the first lets participants go on for a while.
	for range 2 {
		if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
			return err
		}
	}
	select {
	case <-s.ended:
		return nil
	case <-time.After(startPatience):
		return errors.Join(errors.New("the server does not end"), s.command.Process.Kill())
	}
}
