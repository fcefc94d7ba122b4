package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/atrium-rtc/atrium/internal/feed"
	"github.com/atrium-rtc/atrium/internal/special"
)

// maxAnswer is how much of an answer is read, so that the connection can be used again. It
// is not looked at.
const maxAnswer = 64 << 10

// deliver makes one attempt, on a goroutine of its own, and tells run what came of it.
func (r *Receiver) deliver(l *lane, e *feed.Event) {
	v, err := r.post(e)
	r.done <- result{l, v, err} // there is a place for each that is in flight
}

func (r *Receiver) post(e *feed.Event) (verdict, error) {
	ctx, cancel := context.WithTimeout(r.sending, r.cfg.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.cfg.URL, bytes.NewReader(e.JSON))
	if err != nil {
		return verdict{cause: Unreachable, whole: true}, err
	}
	req.Header.Set("Content-Type", feed.ContentType)
	req.Header.Set("User-Agent", strings.TrimSuffix("Atrium/"+r.cfg.Version, "/"))
	if err := sign(req.Header, r.signers, e, time.Now()); err != nil {
		return verdict{cause: Unreachable, whole: true}, err
	}
	resp, err := r.client.Do(req)
	if err != nil {
		cause := Unreachable
		if refused := (*special.AddressError)(nil); errors.As(err, &refused) {
			cause = Forbidden
		}
		return verdict{cause: cause, whole: true}, err
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer)
	v := judge(resp.StatusCode, resp.Header, time.Now())
	if v.cause != "" {
		err = fmt.Errorf("the receiver answered %d", resp.StatusCode)
	}
	return v, err
}

// sign sets the headers of Standard Webhooks, with a signature for each secret.
func sign(header http.Header, signers []*standardwebhooks.Webhook, e *feed.Event, now time.Time) error {
	var list []string
	for _, s := range signers {
		signature, err := s.Sign(e.ID, now, e.JSON)
		if err != nil {
			return err
		}
		list = append(list, signature)
	}
	header.Set(standardwebhooks.HeaderWebhookID, e.ID)
	header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(list, " "))
	return nil
}

// transport connects to ordinary addresses, with private also to private ones; without
// encryption to the latter alone. It asks no proxy.
func transport(private, plain bool) *http.Transport {
	var uses []special.Use
	if !plain {
		uses = append(uses, special.Ordinary)
	}
	if private {
		uses = append(uses, special.Private, special.Shared, special.Loopback)
	}
	dialer := net.Dialer{Timeout: 10 * time.Second, Control: special.Only(uses...)}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    parallel,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 16 << 10,
		DisableCompression:     true,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
	}
}
