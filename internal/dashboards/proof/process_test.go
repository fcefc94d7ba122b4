package proof

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"regexp"
	"testing"
	"time"
)

// process is a program under test, which is ended with the test.
type process struct {
	*exec.Cmd
	exited chan struct{}
}

// start runs a program until the test ends, and waits until it says something that
// matches. It returns the submatches. All that it says is in the file log.
func start(t *testing.T, log, saying, program string, args ...string) (*process, []string) {
	t.Helper()
	p := &process{exec.Command(program, args...), make(chan struct{})}
	file, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	said, err := p.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	found := make(chan []string, 1)
	go func() {
		defer close(p.exited)
		defer file.Close()
		watch(io.TeeReader(said, file), regexp.MustCompile(saying), found)
		_ = p.Wait() // asked for with stop
	}()
	t.Cleanup(p.stop)
	select {
	case match := <-found:
		return p, match
	case <-p.exited:
	case <-time.After(time.Minute):
	}
	t.Fatalf("%s did not say %q; see %s", p, saying, log)
	return nil, nil
}

// watch reads all and reports the first match.
func watch(from io.Reader, saying *regexp.Regexp, found chan<- []string) {
	reported := false
	for lines := bufio.NewScanner(from); lines.Scan(); {
		if match := saying.FindStringSubmatch(lines.Text()); match != nil && !reported {
			reported = true
			found <- match
		}
	}
}

// stop ends the process, whatever it does.
func (p *process) stop() {
	_ = p.Process.Kill()
	<-p.exited
}

// await asks every 50 ms until the answer is yes.
func await(t *testing.T, what string, atMost time.Duration, yes func() bool) {
	t.Helper()
	again, late := time.NewTicker(50*time.Millisecond), time.After(atMost)
	defer again.Stop()
	for !yes() {
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("waited %v in vain: %s", atMost, what)
		}
	}
}
