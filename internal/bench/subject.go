package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/atrium-rtc/atrium/internal/bench/process"
	"github.com/atrium-rtc/atrium/internal/load/session"
)

// subject is a forwarder that is measured.
type subject struct {
	name    string
	program string // the binary
	start   func(ctx context.Context, core int, program string) (*running, error)
}

// running is a subject that runs.
type running struct {
	*process.Process
	session  func(session.Member) session.Session
	operator string // base URL of metrics and profiles; empty if it has none
}

// The names of the subjects.
const (
	ours  = "atrium"
	naive = "naive"
)

// startOurs runs "atrium serve" as an operator would who wants no limits of
// rooms and addresses.
func startOurs(ctx context.Context, core int, program string) (*running, error) {
	port, err := process.FreePort(ctx)
	if err != nil {
		return nil, err
	}
	operator := "127.0.0.1:" + strconv.Itoa(port)
	p, err := process.Start(ctx, core, program, "serve",
		"--http.listen=127.0.0.1:0", "--operator.listen="+operator,
		"--media.listen=127.0.0.1", "--media.port=0",
		"--rooms.max-participants=0", "--rooms.max-subscriptions=0", "--rooms.max-rooms=0",
		"--signaling.max-sessions=0", "--signaling.max-sessions-per-address=0",
		"--log.level=warn")
	if err != nil {
		return nil, err
	}
	page, err := p.Line(ctx, "Atrium is ready: http://")
	if err != nil {
		p.Kill()
		return nil, err
	}
	dialer := session.NewDialer(session.Options{})
	url := "ws://" + strings.TrimRight(page, "/") + "/room"
	return &running{
		Process: p, operator: "http://" + operator,
		session: func(m session.Member) session.Session { return dialer.Room(url, m) },
	}, nil
}

// startNaive runs the plain forwarder.
func startNaive(ctx context.Context, core int, program string) (*running, error) {
	p, err := process.Start(ctx, core, program)
	if err != nil {
		return nil, err
	}
	url, err := p.Line(ctx, "ready: ")
	if err != nil {
		p.Kill()
		return nil, err
	}
	dialer := session.NewDialer(session.Options{})
	endpoints := session.Endpoints{WHIP: url + "/whip/{room}/{user}", WHEP: url + "/whep/{room}/{user}"}
	return &running{
		Process: p,
		session: func(m session.Member) session.Session { return dialer.HTTP(endpoints, m) },
	}, nil
}

// subjects builds what was not given as a binary, into a directory.
func subjects(ctx context.Context, directory, server, plain string) ([]subject, error) {
	list := []subject{{ours, server, startOurs}, {naive, plain, startNaive}}
	for i, source := range []string{"./cmd/atrium", "./internal/bench/naive"} {
		if list[i].program != "" {
			continue
		}
		list[i].program = filepath.Join(directory, list[i].name)
		say("building %s", source)
		build := exec.CommandContext(ctx, "go", "build", "-o", list[i].program, source) //nolint:gosec // as it stands above
		if out, err := build.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("go build %s: %w\n%s", source, err, out)
		}
	}
	return list, nil
}
