package config

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// checks are the tests a check tag can name, with the noun that the
// documentation uses for such a value. An empty value is not tested.
var checks = map[string]struct {
	noun string
	test func(string) error
}{
	"address":   {"host:port", checkAddress},
	"origin":    {"origin", checkOrigin},
	"domain":    {"host name", checkDomain},
	"url":       {"https URL", checkURL},
	"pattern":   {"regular expression", checkPattern},
	"collector": {"URL", checkCollector},
	"headers":   {"headers", checkHeaders},
	"jwks":      {"https URL or file", checkJWKS},
	"ice":       {"STUN or TURN URL", checkICE},
	"network":   {"network", checkNetwork},
	"ports":     {"range of ports", checkPorts},
	"receiver":  {"URL", checkReceiver},
	"event":     {"type", checkEvent},

	"webhook secret": {"secret", checkWebhookSecret},
}

func checkAddress(text string) error {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return fmt.Errorf("%q is not host:port, such as localhost:8080 or :8443", text)
	}
	if number, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%q has no port from 0 to 65535", text)
	} else if number == 0 && port != "0" {
		return fmt.Errorf("%q has no port from 0 to 65535", text)
	}
	return nil
}

func checkOrigin(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.Scheme+"://"+u.Host != text {
		return fmt.Errorf("%q is not an origin: write scheme://host or scheme://host:port, nothing after it", text)
	}
	return nil
}

func checkDomain(text string) error {
	if !strings.Contains(text, ".") || strings.ContainsAny(text, "/:*@ ") || strings.HasSuffix(text, ".") {
		return fmt.Errorf("%q is not a full host name such as call.example.org (no wildcards)", text)
	}
	return nil
}

func checkURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" {
		return fmt.Errorf("%q is not an https URL", text)
	}
	return nil
}

func checkPattern(text string) error {
	if _, err := regexp.Compile(text); err != nil {
		return fmt.Errorf("%q is not a regular expression: %w", text, err)
	}
	return nil
}

// CreatorRegexp compiles rooms.creator_pattern so that it matches whole names
// in any case.
func (r Rooms) CreatorRegexp() (*regexp.Regexp, error) {
	return regexp.Compile(`(?is)\A(?:` + r.CreatorPattern + `)\z`)
}
