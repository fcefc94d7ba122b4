package sfu

import (
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// complaints collects what is logged.
type complaints struct {
	mu   sync.Mutex
	text strings.Builder
}

func (c *complaints) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.Write(b)
}

type listener struct{ failed chan string }

func (l listener) ICECandidate(Candidate) {}
func (l listener) Failed(reason string)   { l.failed <- reason }

// bystander is a connection whose goroutine only serves commands.
func bystander(t *testing.T, log *slog.Logger, panics *atomic.Uint64) (*Peer, listener) {
	heard := listener{make(chan string, 1)}
	p := newPeer(log, heard, nil, panics)
	go func() {
		defer close(p.closed)
		for {
			select {
			case fn := <-p.commands:
				p.command(fn)
			case <-p.closing:
				return
			}
		}
	}()
	t.Cleanup(func() { p.Close(); <-p.Done() })
	return p, heard
}

func TestAPanicEndsItsConnectionAlone(t *testing.T) {
	var panics atomic.Uint64
	var out complaints
	log := slog.New(slog.NewTextHandler(&out, nil))
	for name, act := range map[string]func(p *Peer){
		"a command":           func(p *Peer) { p.do(func() { panic("a bug") }) },
		"a packet":            func(p *Peer) { _, _ = (&inlet{peer: p, take: func([]byte) { panic("a bug") }}).Write(make([]byte, 20)) },
		"what a shard has do": func(p *Peer) { p.Faulted("a bug", []byte("where")) },
	} {
		before := panics.Load()
		bad, heard := bystander(t, log, &panics)
		good, _ := bystander(t, log, &panics)
		act(bad)
		<-bad.Done()
		if panics.Load() != before+1 {
			t.Errorf("%s: %d panics counted", name, panics.Load()-before)
		}
		if reason := <-heard.failed; !strings.Contains(reason, "fault of the server") {
			t.Errorf("%s: told %q", name, reason)
		}
		served := make(chan struct{})
		good.do(func() { close(served) })
		<-served
	}
	out.mu.Lock()
	defer out.mu.Unlock()
	if text := out.text.String(); strings.Count(text, "a bug") != 3 || !strings.Contains(text, "fault_test.go") {
		t.Errorf("logged:\n%s", text)
	}
}
