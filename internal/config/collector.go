package config

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// checkCollector accepts what tracing.endpoint may be.
func checkCollector(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("%q is not a URL such as http://localhost:4318", text)
	}
	return nil
}

// checkHeaders says nothing of the values, which are secrets.
func checkHeaders(text string) error {
	_, err := parseHeaders(text)
	return err
}

// HeaderMap returns the headers of tracing.headers by name.
func (t Tracing) HeaderMap() (map[string]string, error) { return parseHeaders(t.Headers.Reveal()) }

// parseHeaders reads "name=value,name=value" with values that are percent-encoded, as
// OTEL_EXPORTER_OTLP_HEADERS has them.
func parseHeaders(text string) (map[string]string, error) {
	headers := make(map[string]string)
	for pair := range strings.SplitSeq(text, ",") {
		if pair = strings.TrimSpace(pair); pair == "" {
			continue
		}
		name, value, found := strings.Cut(pair, "=")
		name = strings.TrimSpace(name)
		value, err := url.PathUnescape(strings.TrimSpace(value))
		switch {
		case !found || !isToken(name):
			return nil, errors.New("is not a list of name=value with commas between")
		case err != nil || strings.ContainsFunc(value, isControl):
			return nil, fmt.Errorf("the value of %s is not percent-encoded text", name)
		}
		headers[name] = value
	}
	return headers, nil
}

// isToken tells what may be the name of a header (RFC 9110 section 5.6.2).
func isToken(name string) bool {
	const marks = "!#$%&'*+-.^_`|~"
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		digit, letter := '0' <= r && r <= '9', 'a' <= r|0x20 && r|0x20 <= 'z'
		return !digit && !letter && !strings.ContainsRune(marks, r)
	})
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }
