package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/atrium-rtc/atrium/internal/load"
	"github.com/atrium-rtc/atrium/internal/load/report"
	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/session"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// settings are the command line.
type settings struct {
	plan    string // churn or call
	length  time.Duration
	program string
	out     string
}

func readSettings(args []string) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	flags.DurationVar(&s.length, "for", 0, "how long the call goes on (call: 30m; churn has its own length)")
	flags.StringVar(&s.program, "server", "", "the server's binary; built from ./cmd/atrium if it is not given")
	flags.StringVar(&s.out, "out", "out/soak", "directory of the page, the JSON and the server's log")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	s.plan = flags.Arg(0)
	switch {
	case flags.NArg() != 1 || s.plan != "churn" && s.plan != "call":
		return s, errors.New("say which: churn or call")
	case s.plan == "churn" && s.length != 0:
		return s, errors.New("churn takes as long as its plan")
	case s.plan == "call" && s.length == 0:
		s.length = 30 * time.Minute
	}
	return s, nil
}

func run(ctx context.Context, args []string) error {
	s, err := readSettings(args)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.out, 0o777); err != nil { //nolint:gosec // reports are for everybody whom the umask lets
		return err
	}
	if s.program == "" {
		directory, err := os.MkdirTemp("", "atrium-soak-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(directory) }() // the system does it otherwise
		if s.program, err = build(ctx, directory); err != nil {
			return err
		}
	}
	server, err := start(s.program, filepath.Join(s.out, s.plan+".log"))
	if err != nil {
		return err
	}
	o, err := s.test(ctx, server)
	if err = errors.Join(err, server.stop()); err != nil {
		return err
	}
	o.judge(s.plan)
	if err := s.write(o); err != nil {
		return err
	}
	return o.conclude(os.Stdout, s.plan)
}

// test brings people to the server, and looks at it before and after.
func (s *settings) test(ctx context.Context, server *server) (*outcome, error) {
	watch := newWatcher(server.operator)
	if _, err := play(ctx, server, nil, "warm-up", 0); err != nil {
		return nil, fmt.Errorf("warm-up: %w", err)
	}
	o := new(outcome)
	var err error
	if o.before, err = settle(ctx, watch); err != nil {
		return nil, fmt.Errorf("before: %w", err)
	}
	o.began = time.Now()
	if o.run, err = play(ctx, server, watch, s.plan, s.length); err != nil {
		return nil, err
	}
	o.heap = watch.heap
	// The report is wanted of an interrupted test, too.
	if o.after, err = settle(context.WithoutCancel(ctx), watch); err != nil {
		return nil, fmt.Errorf("after: %w", err)
	}
	return o, nil
}

// play carries out a plan. Without a watcher nobody looks at the server.
func play(ctx context.Context, server *server, watch *watcher, name string, length time.Duration) (*result.Run, error) {
	plan, err := readPlan(name, length)
	if err != nil {
		return nil, err
	}
	dialer := session.NewDialer(session.Options{})
	options := load.Options{Plan: plan, Target: load.Target{
		Name: server.room, Rooms: true, Media: netip.MustParseAddr("127.0.0.1"),
		Session: func(m session.Member) session.Session { return dialer.Room(server.room, m) },
	}}
	if watch != nil {
		options.Server = watch
	}
	runner, err := load.NewRunner(options)
	if err != nil {
		return nil, err
	}
	if err := runner.CheckLimits(plan.Limits()); err != nil {
		return nil, err
	}
	return runner.Run(ctx)
}

// judge adds the verdicts of the plan's row.
func (o *outcome) judge(plan string) {
	verdicts := o.leaks()
	if plan == "churn" {
		verdicts = append(verdicts, o.joins()...)
	} else {
		verdicts = append(append(verdicts, o.slope()...), o.call()...)
	}
	if o.run.Stopped != "" {
		verdicts = append(verdicts, result.Verdict{Requirement: "carried out to the end", Text: o.run.Stopped})
	}
	o.run.Verdicts = verdicts
}

// write writes the page and the JSON, and the stacks of a leak.
func (s *settings) write(o *outcome) error {
	o.run.Version, o.run.Command = "soak", "go run ./internal/soak "+s.plan
	if s.length > 0 {
		o.run.Command = fmt.Sprintf("go run ./internal/soak -for %v %s", s.length, s.plan)
	}
	files := map[string]func(io.Writer) error{
		s.plan + ".html": func(w io.Writer) error { return report.HTML(w, o.run) },
		s.plan + ".json": func(w io.Writer) error { return report.JSON(w, o.run) },
	}
	for name, stacks := range map[string][]byte{"before": o.before.stacks, "after": o.after.stacks} {
		files[s.plan+"-goroutines-"+name+".txt"] = func(w io.Writer) error {
			_, err := w.Write(stacks)
			return err
		}
	}
	for name, write := range files {
		if err := writeFile(filepath.Join(s.out, name), write); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(path string, write func(io.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}
