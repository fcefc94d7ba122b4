package egress

import (
	"context"
	"strings"
	"testing"
)

func TestEngineAnswersWhileEveryShardDoes(t *testing.T) {
	e := NewEngine(Config{Shards: 3})
	if err := e.Answer(t.Context()); err != nil {
		t.Error(err)
	}

	release := make(chan struct{})
	e.shards[1].command(func() { <-release })
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan error, 1)
	go func() { asked <- e.Answer(ctx) }()
	answered := make(chan struct{})
	e.shards[2].command(func() { close(answered) }) // behind what Answer asked or before it: it goes on
	<-answered
	cancel()
	if err := <-asked; err == nil || !strings.Contains(err.Error(), "shard 1 does not answer") && !strings.Contains(err.Error(), "shard 0") {
		t.Errorf("with a shard that hangs: %v", err)
	}

	close(release)
	if err := e.Answer(t.Context()); err != nil {
		t.Errorf("after the hang: %v", err)
	}
	e.Close()
	if err := e.Answer(t.Context()); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("closed: %v", err)
	}
}
