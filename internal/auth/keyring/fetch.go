package keyring

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

const (
	fetchTimeout = 5 * time.Second // of all: resolving, connecting, reading
	maxRedirects = 3
)

var (
	errAddress  = errors.New("the address of a key set is https://host/path, without user, password or fragment")
	errRedirect = errors.New("redirected to another host, or too often")
)

// URL is a key set at an https address.
type URL struct {
	address *url.URL
	client  *http.Client
}

// NewURL returns the source at an address. Use Client's client; its redirections
// are limited here.
func NewURL(address string, client *http.Client) (*URL, error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme != "https" || parsed.Hostname() == "" || parsed.User != nil || parsed.Fragment != "" {
		return nil, errAddress
	}
	limited := *client
	limited.CheckRedirect = func(to *http.Request, via []*http.Request) error {
		if to.URL.Scheme != "https" || to.URL.Host != parsed.Host || to.URL.User != nil || len(via) > maxRedirects {
			return errRedirect
		}
		return nil
	}
	return &URL{parsed, &limited}, nil
}

// Load fetches the set.
func (u *URL) Load(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.address.String(), nil)
	if err != nil {
		return nil, errAddress
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	response, err := u.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("fetch the key set: %w", withoutAddress(err))
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch the key set: the server answers %d", response.StatusCode)
	}
	return readSet(response.Body)
}

// Secrets returns false: what can be fetched is no secret.
func (u *URL) Secrets() bool { return false }

// String returns the address without its query, which may hold a secret.
func (u *URL) String() string {
	shown := *u.address
	shown.RawQuery = ""
	return shown.String()
}

// withoutAddress takes the address out of an error of http.Client.
func withoutAddress(err error) error {
	var inner *url.Error
	if errors.As(err, &inner) {
		return inner.Err
	}
	return err
}
