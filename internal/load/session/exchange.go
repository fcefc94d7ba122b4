package session

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ErrCounterOffer is what becomes of a 406 with an SDP body: the server would
// rather offer itself (draft-ietf-wish-whep). The generator's offers are not
// negotiable.
var ErrCounterOffer = errors.New("the server answered with an offer of its own")

// Errors of this side and of broken servers.
var (
	errNoEndpoint = errors.New("no URL is configured for it")
	errNoResource = errors.New("nothing was negotiated")
	errRedirect   = errors.New("redirect that is not followed")
	errNoSDP      = errors.New("created, but the answer is no SDP")
	errNoLocation = errors.New("created, but without a Location")
)

// StatusError is an HTTP answer other than the one asked for.
type StatusError struct {
	Status int
	// Detail is what the server said about it: title and detail of a problem
	// object (RFC 9457), or the beginning of a text.
	Detail string
	// RetryAfter is the header of that name; 0 when absent.
	RetryAfter time.Duration
}

// Error returns the status and what the server said.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

// resource is what a POST has made: the URLs to end it and to select its
// layers, the latter empty if the server cannot.
type resource struct{ url, layers string }

const (
	sdpType = "application/sdp"
	// largest bounds an answer, in octets.
	largest = 1 << 20
)

// The names under which servers announce layer selection: that of
// draft-murillo-whep, and one that stands there too by mistake.
const (
	layerRelation    = "urn:ietf:params:whep:ext:core:layer"
	oldLayerRelation = "urn:ietf:params:whep:ext:layer"
)

// offer sends an SDP offer: RFC 9725 section 4.2, and the same for WHEP.
func (d *Dialer) offer(ctx context.Context, header http.Header, endpoint, sdp string) (answer string, made resource, err error) {
	resp, err := d.request(ctx, header, http.MethodPost, endpoint, sdpType, sdp)
	if err != nil {
		return "", resource{}, err
	}
	defer finish(resp)
	if location, err := resp.Location(); err == nil {
		made.url = location.String()
	}
	switch {
	case resp.StatusCode == http.StatusNotAcceptable && isSDP(resp):
		if made.url != "" {
			_ = d.remove(ctx, header, made.url) // decline, so that the server need not wait
		}
		return "", resource{}, ErrCounterOffer
	case resp.StatusCode != http.StatusCreated:
		return "", resource{}, statusError(resp)
	case made.url == "":
		return "", resource{}, errNoLocation
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, largest+1))
	switch {
	case err != nil:
		return "", resource{}, err
	case !isSDP(resp), len(body) > largest, !bytes.HasPrefix(body, []byte("v=")):
		_ = d.remove(ctx, header, made.url)
		return "", resource{}, errNoSDP
	}
	made.layers = layersURL(resp)
	return string(body), made, nil
}

// layersURL returns where the server selects layers, or "".
func layersURL(resp *http.Response) string {
	links := resp.Header.Values("Link")
	link := cmp.Or(findLink(links, layerRelation), findLink(links, oldLayerRelation))
	target, err := resp.Request.URL.Parse(link)
	if link == "" || err != nil {
		return ""
	}
	return target.String()
}

// remove ends a resource. One that the server has ended already is fine.
func (d *Dialer) remove(ctx context.Context, header http.Header, location string) error {
	resp, err := d.request(ctx, header, http.MethodDelete, location, "", "")
	if err != nil {
		return err
	}
	defer finish(resp)
	if gone := resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusGone; gone || resp.StatusCode/100 == 2 {
		return nil
	}
	return statusError(resp)
}

// selectLayer asks for one encoding; no RID leaves the choice to the server.
// The draft has called the member encodingId, and later rid; servers ignore
// the one that they do not know.
func (d *Dialer) selectLayer(ctx context.Context, header http.Header, target, rid string) error {
	body, err := json.Marshal(struct {
		EncodingID string `json:"encodingId,omitempty"`
		RID        string `json:"rid,omitempty"`
	}{rid, rid})
	if err != nil {
		return err
	}
	resp, err := d.request(ctx, header, http.MethodPost, target, "application/json", string(body))
	if err != nil {
		return err
	}
	defer finish(resp)
	if resp.StatusCode/100 != 2 {
		return statusError(resp)
	}
	return nil
}

func (d *Dialer) request(ctx context.Context, header http.Header, method, target, contentType, body string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header = header.Clone()
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return d.client.Do(req)
}

// checkRedirect follows 307 and 308, which repeat the request as it is. The
// others would make a GET of it.
func checkRedirect(req *http.Request, via []*http.Request) error {
	const most = 5
	if len(via) > most || req.Method != via[0].Method {
		return errRedirect
	}
	return nil
}

func isSDP(resp *http.Response) bool {
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return err == nil && kind == sdpType
}

// finish reads what is left of a short body, so that the connection can be
// used again, and closes it.
func finish(resp *http.Response) {
	_, _ = io.CopyN(io.Discard, resp.Body, 4<<10)
	_ = resp.Body.Close()
}

func statusError(resp *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	e := &StatusError{Status: resp.StatusCode, Detail: detail(kind, body)}
	if seconds, err := strconv.ParseUint(resp.Header.Get("Retry-After"), 10, 16); err == nil {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	return e
}

// detail returns what a body of an error says to people, on one line.
func detail(kind string, body []byte) string {
	const longest = 200
	text := ""
	switch kind {
	case "application/problem+json", "application/json":
		var problem struct{ Title, Detail, Error string }
		if json.Unmarshal(body, &problem) == nil {
			parts := []string{problem.Title, problem.Detail, problem.Error}
			text = strings.Join(parts, " ")
		}
	case "text/plain":
		text = string(body)
	}
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest])
	}
	return text
}
