package signaling

import (
	"net/http"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// origins is the allow-list of pages; empty allows all.
type origins map[string]bool

func newOrigins(list []string) origins {
	o := make(origins, len(list))
	for _, entry := range list {
		if origin, ok := auth.CanonicalOrigin(entry); ok {
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
	origin, ok := auth.CanonicalOrigin(sent[0])
	return ok && len(sent) == 1 && o[origin]
}
