package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"time"

	"github.com/atrium-rtc/atrium/internal/config"
	"github.com/atrium-rtc/atrium/internal/feed"
	"github.com/atrium-rtc/atrium/internal/webhook"
	"github.com/atrium-rtc/atrium/metrics"
)

// postTime bounds how long the last events may take at the end, after shutdown.drain.
const postTime = 2 * time.Second

// outgoing is what leaves the server of what happens in it.
type outgoing struct {
	feed     *feed.Feed
	streams  *feed.Handler
	webhooks []*webhook.Receiver
}

// newOutgoing makes what needs nothing else, so that streams can be asked for early.
func newOutgoing(cfg config.Events, logger *slog.Logger) outgoing {
	source := "/"
	if host, err := os.Hostname(); err == nil {
		source = "//" + url.PathEscape(host) + "/atrium"
	}
	f := feed.New(feed.Options{Source: source, Texts: cfg.Texts, MaxEvents: cfg.Replay, Logger: logger})
	return outgoing{feed: f, streams: feed.NewHandler(f, feed.HandlerOptions{MaxStreams: cfg.MaxStreams})}
}

// webhookSecrets returns those that deliveries are signed with; none without webhooks.
func webhookSecrets(cfg config.Webhooks) ([]string, error) {
	if len(cfg.URLs) == 0 {
		return nil, nil
	}
	text, err := secretOf("webhooks.secret_file", cfg.Secret, cfg.SecretFile)
	if err != nil {
		return nil, err
	}
	secrets, err := cfg.ParseSecrets(text)
	if err != nil {
		return nil, fmt.Errorf("webhooks.secret_file: %w", err)
	}
	return secrets, nil
}

// post begins to post events.
func (o *outgoing) post(cfg config.Webhooks, logger *slog.Logger) error {
	secrets, err := webhookSecrets(cfg)
	if err != nil {
		return err
	}
	filter, err := feed.ParseFilter("", cfg.Events)
	if err != nil {
		return fmt.Errorf("webhooks.events: %w", err)
	}
	for _, address := range cfg.URLs {
		w, err := webhook.Start(o.feed, webhook.Config{
			URL: address, Secrets: secrets, Filter: filter, Timeout: cfg.Timeout, Keep: cfg.Keep,
			MaxEvents: cfg.MaxEvents, MaxBytes: cfg.MaxMegabytes << 20, AllowPrivate: cfg.AllowPrivate,
			Version: readBuild().version, Logger: logger,
		})
		if err != nil {
			return fmt.Errorf("webhooks.urls: %w", err)
		}
		o.webhooks = append(o.webhooks, w)
	}
	return nil
}

// waiting is the number of events that are not posted yet.
func (o *outgoing) waiting() int {
	n := 0
	for _, w := range o.webhooks {
		n += w.Stats().Waiting
	}
	return n
}

func (o *outgoing) stats() metrics.Events {
	now := metrics.Events{Feed: o.feed.Stats(), Streams: o.streams.Stats()}
	for _, w := range o.webhooks {
		now.Webhooks.Add(w.Stats())
	}
	return now
}

// close posts what waits, and ends the streams.
func (o *outgoing) close(ctx context.Context) error {
	if o.feed == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, postTime)
	defer cancel()
	ended := make(chan error, len(o.webhooks))
	for _, w := range o.webhooks {
		go func() { ended <- w.Close(ctx) }()
	}
	var failed error
	for range o.webhooks {
		failed = errors.Join(failed, <-ended)
	}
	o.feed.Close()
	if failed != nil {
		return fmt.Errorf("webhooks: %w", failed)
	}
	return nil
}
