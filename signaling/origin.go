package signaling

import (
	"net/http"
	"net/url"
	"strings"
)

// origins is the allow-list of pages; empty allows all.
type origins map[string]bool

func newOrigins(list []string) origins {
	o := make(origins, len(list))
	for _, entry := range list {
		if origin, ok := canonicalOrigin(entry); ok {
			o[origin] = true
		} else {
			o[entry] = false // matches nothing, and keeps the list from being empty
		}
	}
	return o
}

// allow reports whether the page that sent the request may connect. Without an
// Origin there is no page: an application may send any Origin it likes, so
// refusing it for sending none would protect nobody.
func (o origins) allow(r *http.Request) bool {
	sent := r.Header.Values("Origin")
	if len(o) == 0 || len(sent) == 0 {
		return true
	}
	origin, ok := canonicalOrigin(sent[0])
	return ok && len(sent) == 1 && o[origin]
}

// canonicalOrigin returns scheme://host[:port] in lower case without the
// scheme's own port, as browsers write it. Anything with more to it, and
// "null", is no origin.
func canonicalOrigin(s string) (string, bool) {
	u, err := url.Parse(strings.ToLower(s))
	if err != nil || u.Scheme == "" || u.Hostname() == "" || u.Scheme+"://"+u.Host != strings.ToLower(s) {
		return "", false
	}
	host := u.Host
	if port := u.Port(); (u.Scheme == "http" && port == "80") || (u.Scheme == "https" && port == "443") {
		host = strings.TrimSuffix(host, ":"+port)
	}
	return u.Scheme + "://" + host, true
}
