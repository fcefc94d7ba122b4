package auth_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/atrium-rtc/atrium/internal/auth"
)

func TestWhoIsAnAdministrator(t *testing.T) {
	for _, tt := range []struct {
		name   string
		token  string
		remote string
		host   string
		header http.Header
		want   error
	}{
		{"a program on this machine", "", "127.0.0.1:5", "127.0.0.1:8081", nil, nil},
		{"over IPv6", "", "[::1]:5", "[::1]:8081", nil, nil},
		{"over IPv4 in IPv6", "", "[::ffff:127.0.0.1]:5", "localhost:8081", nil, nil},
		{"the own page", "", "127.0.0.1:5", "localhost:8081", http.Header{"Origin": {"http://localhost:8081"}, "Sec-Fetch-Site": {"same-origin"}}, nil},
		{"an address that somebody typed", "", "127.0.0.1:5", "localhost:8081", http.Header{"Sec-Fetch-Site": {"none"}}, nil},
		{"a name that was made to resolve here", "", "127.0.0.1:5", "evil.example:8081", nil, auth.ErrNotLocal},
		{"a foreign page", "", "127.0.0.1:5", "localhost:8081", http.Header{"Origin": {"https://evil.example"}}, auth.ErrNotLocal},
		{"a page of another port", "", "127.0.0.1:5", "localhost:8081", http.Header{"Origin": {"http://localhost:8080"}}, auth.ErrNotLocal},
		{"a sandboxed page", "", "127.0.0.1:5", "localhost:8081", http.Header{"Origin": {"null"}}, auth.ErrNotLocal},
		{"a foreign page without an origin", "", "127.0.0.1:5", "localhost:8081", http.Header{"Sec-Fetch-Site": {"cross-site"}}, auth.ErrNotLocal},
		{"the world through a proxy", "", "127.0.0.1:5", "localhost:8081", http.Header{"X-Forwarded-For": {"192.0.2.1"}}, auth.ErrNotLocal},
		{"another machine", "", "192.0.2.1:5", "localhost:8081", nil, auth.ErrNotLocal},
		{"no address", "", "nonsense", "localhost:8081", nil, auth.ErrNotLocal},
		{"the token", "s3cret", "192.0.2.1:5", "atrium.example", http.Header{"Authorization": {"Bearer s3cret"}}, nil},
		{"the token, forwarded", "s3cret", "192.0.2.1:5", "atrium.example", http.Header{"Authorization": {"bearer s3cret"}, "Via": {"1.1 proxy"}}, nil},
		{"a program on this machine without the token", "s3cret", "127.0.0.1:5", "localhost:8081", nil, auth.ErrNoToken},
		{"another token", "s3cret", "127.0.0.1:5", "localhost:8081", http.Header{"Authorization": {"Bearer guess"}}, auth.ErrNoToken},
		{"another scheme", "s3cret", "127.0.0.1:5", "localhost:8081", http.Header{"Authorization": {"Basic s3cret"}}, auth.ErrNoToken},
		{"an empty token", "s3cret", "127.0.0.1:5", "localhost:8081", http.Header{"Authorization": {"Bearer "}}, auth.ErrNoToken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "http://x/close", nil)
			r.RemoteAddr, r.Host = tt.remote, tt.host
			if tt.header != nil {
				r.Header = tt.header
			}
			if err := (auth.Admin{Token: tt.token}).Check(r); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

func TestARefusalSaysHowToComeIn(t *testing.T) {
	h := http.Header{}
	if status := auth.Refuse(h, auth.ErrNotLocal); status != http.StatusForbidden || len(h) != 0 {
		t.Errorf("not local: %d %v", status, h)
	}
	if status := auth.Refuse(h, auth.ErrNoToken); status != http.StatusUnauthorized || h.Get("WWW-Authenticate") != `Bearer realm="atrium"` {
		t.Errorf("no token: %d %v", status, h)
	}
}
