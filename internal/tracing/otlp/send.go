package otlp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/atrium-rtc/atrium/internal/tracing"
)

const (
	// requestTimeout bounds one request.
	requestTimeout = 10 * time.Second
	// attempts are the tries for one batch; the wait between them begins with
	// firstWait, doubles, and is at most longestWait, whatever the collector asks for.
	attempts    = 5
	firstWait   = time.Second
	longestWait = 30 * time.Second
	// maxReply bounds what is read of an answer, in octets.
	maxReply = 64 << 10
)

// refusal is an answer of the collector that is no success.
type refusal struct {
	status int
	after  time.Duration // when to come again, 0: not said
}

func (r *refusal) Error() string {
	return fmt.Sprintf("status %d %s", r.status, http.StatusText(r.status))
}

// passing reports whether the same request may succeed later: by the specification of
// OTLP over HTTP, these answers say so.
func (r *refusal) passing() bool {
	switch r.status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// export sends a batch, again if need be, and counts what became of it.
func (e *Exporter) export(batch []*tracing.Record) {
	n := uint64(len(batch))
	body, err := encode(e.resource, e.version, batch)
	if err != nil {
		e.failed.Add(n)
		e.log.Error("encode spans", "error", err)
		return
	}
	rejected, err := e.persist(body)
	if err != nil {
		e.failed.Add(n)
		e.complain(err)
		return
	}
	rejected = min(rejected, n)
	e.failed.Add(rejected)
	e.exported.Add(n - rejected)
	if e.away {
		e.away = false
		e.log.Info("the trace collector takes spans again")
	}
}

// complain logs that spans were lost, once until some arrive again.
func (e *Exporter) complain(err error) {
	if !e.away {
		e.away = true
		e.log.Warn("spans could not be sent to the trace collector", "error", err)
	}
}

// persist tries until the collector takes the body or refuses it for good. While closing
// it tries once, and the context of Close bounds that.
func (e *Exporter) persist(body []byte) (rejected uint64, err error) {
	wait := firstWait
	for attempt := 1; ; attempt++ {
		rejected, err = e.post(body)
		var no *refusal
		refused := errors.As(err, &no)
		if err == nil || refused && !no.passing() || attempt == attempts {
			return rejected, err
		}
		pause := wait/2 + rand.N(wait) //nolint:gosec // so that servers do not come all at once
		if refused && no.after > 0 {
			pause = no.after
		}
		wait *= 2
		select {
		case <-time.After(min(pause, longestWait)):
		case <-e.closing:
			return 0, err
		}
	}
}

// post makes one request.
func (e *Exporter) post(body []byte) (rejected uint64, err error) {
	ctx, cancel := context.WithTimeout(e.sending, requestTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.endpoint, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	for name, content := range e.headers {
		req.Header.Set(name, content)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "atrium/"+e.version)
	resp, err := e.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	reply, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return 0, &refusal{resp.StatusCode, retryAfter(resp.Header.Get("Retry-After"))}
	}
	if err != nil {
		return 0, err
	}
	return rejectedIn(reply), nil
}

// retryAfter reads the header in seconds; a date, which it may be as well, is left to
// our own wait.
func retryAfter(header string) time.Duration {
	seconds, err := strconv.ParseUint(header, 10, 16)
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second //nolint:gosec // 16 bits
}

// rejectedIn returns how many spans the collector has not taken although it accepted
// the request. A number of 64 bits is a text in JSON; some write a number.
func rejectedIn(reply []byte) uint64 {
	var answer struct {
		PartialSuccess struct {
			RejectedSpans json.RawMessage `json:"rejectedSpans"`
		} `json:"partialSuccess"`
	}
	if json.Unmarshal(reply, &answer) != nil {
		return 0
	}
	n, err := strconv.ParseUint(string(bytes.Trim(answer.PartialSuccess.RejectedSpans, `"`)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
