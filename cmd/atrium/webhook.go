package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/atrium-rtc/atrium/internal/webhook"
)

// webhookSecretVariable holds a secret of webhooks, for the same reason as secretVariable.
const webhookSecretVariable = "ATRIUM_WEBHOOKS_SECRET" //nolint:gosec // the name of a variable, not what it holds

// maxWebhook bounds what is read of a delivery.
const maxWebhook = 1 << 20

// webhookCommand is atrium webhook, for those who write a receiver (docs/events.md).
type webhookCommand struct {
	Listen webhookListenCommand `cmd:"" help:"Receive webhooks, check their signatures, and print the events."`
	Secret webhookSecretCommand `cmd:"" help:"Print a new secret for webhooks."`
}

type webhookSecretCommand struct{}

// Run prints a secret.
func (*webhookSecretCommand) Run() error {
	if _, err := fmt.Println(webhook.NewSecret()); err != nil {
		return fmt.Errorf("print the secret: %w", err)
	}
	return nil
}

type webhookListenCommand struct {
	Listen     string `default:"localhost:9000" placeholder:"HOST:PORT" help:"Where to receive. Default: ${default}"`
	SecretFile string `placeholder:"FILE" help:"File with the secret. Or the secret in the variable ATRIUM_WEBHOOKS_SECRET."`
	Answer     int    `default:"204" placeholder:"STATUS" help:"What to answer to what is right, such as 503, to see how it is tried again. Default: ${default}"`
}

// Run receives until it is interrupted.
func (c *webhookListenCommand) Run() error {
	secret := os.Getenv(webhookSecretVariable)
	if c.SecretFile != "" {
		text, err := os.ReadFile(c.SecretFile)
		if err != nil {
			return fmt.Errorf("--secret-file: %w", err)
		}
		secret = string(text)
	}
	if c.Answer < 200 || c.Answer > 599 {
		return errors.New("--answer is not a status between 200 and 599")
	}
	bench, err := newWebhookBench(strings.Fields(secret), c.Answer, os.Stdout)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	server := &http.Server{Handler: bench, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second}
	fmt.Fprintf(os.Stderr, "receiving on http://%s/\n", listener.Addr())
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return server.Close()
	}
}

// webhookBench is a receiver that prints. It is an http.Handler.
type webhookBench struct {
	checks []*standardwebhooks.Webhook
	answer int

	mu   sync.Mutex
	out  io.Writer
	seen map[string]bool // ids that were taken
}

func newWebhookBench(secrets []string, answer int, out io.Writer) (*webhookBench, error) {
	if len(secrets) == 0 {
		return nil, errors.New("there is no secret to check signatures with: use --secret-file or " + webhookSecretVariable)
	}
	b := &webhookBench{answer: answer, out: out, seen: make(map[string]bool)}
	for _, text := range secrets {
		if err := webhook.CheckSecret(text); err != nil {
			return nil, err
		}
		check, err := standardwebhooks.NewWebhook(text)
		if err != nil {
			return nil, err
		}
		b.checks = append(b.checks, check)
	}
	return b, nil
}

// ServeHTTP takes one delivery.
func (b *webhookBench) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWebhook))
	if err != nil || r.Method != http.MethodPost {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.verify(body, r.Header); err != nil {
		fmt.Fprintf(b.out, "refused: %v\n", err)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	b.print(r.Header.Get(standardwebhooks.HeaderWebhookID), body)
	w.WriteHeader(b.answer)
}

// verify returns nil when one of the secrets is right, else what is wrong with the last.
func (b *webhookBench) verify(body []byte, header http.Header) (err error) {
	for _, check := range b.checks {
		if err = check.Verify(body, header); err == nil {
			return nil
		}
	}
	return err
}

// print writes a delivery. One that was taken before is named as such.
func (b *webhookBench) print(id string, body []byte) {
	taken := b.answer < 300
	if b.seen[id] {
		fmt.Fprintf(b.out, "again %s\n", id)
		return
	}
	b.seen[id] = taken
	var e struct {
		Time, Type, Subject string
		RoomSequence        uint64
		Data                json.RawMessage
	}
	var data bytes.Buffer
	if json.Unmarshal(body, &e) != nil || json.Compact(&data, e.Data) != nil {
		fmt.Fprintf(b.out, "no event: %q\n", body)
		return
	}
	fmt.Fprintf(b.out, "%s %-22s room=%q #%d %s\n", e.Time, e.Type, e.Subject, e.RoomSequence, data.Bytes())
}
