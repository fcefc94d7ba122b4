package auth

import "net/http"

// Origins is an allow-list of pages; an empty one allows all.
type Origins map[string]bool

// NewOrigins returns the allow-list of the given origins
// ("https://meet.example.org").
func NewOrigins(list []string) Origins {
	o := make(Origins, len(list))
	for _, entry := range list {
		if origin, ok := CanonicalOrigin(entry); ok {
			o[origin] = true
		} else {
			o[entry] = false // matches nothing, and keeps the list from being empty
		}
	}
	return o
}

// Allow reports whether the page that sent the request may connect. Without an
// Origin there is no page: an application may send any Origin it likes, so
// refusing it for sending none would protect nobody.
func (o Origins) Allow(r *http.Request) bool {
	sent := r.Header.Values("Origin")
	if len(o) == 0 || len(sent) == 0 {
		return true
	}
	origin, ok := CanonicalOrigin(sent[0])
	return ok && len(sent) == 1 && o[origin]
}
