package auth

import (
	"net/http"
	"net/url"
	"strings"
)

// fromForeignPage reports whether a browser sent the request for a page that
// is not this server's own. "none" is an address typed by the user.
func fromForeignPage(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "none" && site != "same-origin" {
		return true
	}
	sent := r.Header.Values("Origin")
	if len(sent) == 0 {
		return false
	}
	origin, ok := CanonicalOrigin(sent[0])
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	own, _ := CanonicalOrigin(scheme + r.Host)
	return len(sent) > 1 || !ok || origin != own
}

// CanonicalOrigin returns scheme://host[:port] in lower case without the
// scheme's own port, as browsers write it. Anything with more to it, and
// "null", is no origin.
func CanonicalOrigin(s string) (string, bool) {
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
