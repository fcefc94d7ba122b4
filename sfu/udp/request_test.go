package udp

import (
	"testing"

	"github.com/pion/stun/v4"
)

// request is a binding request, with an integrity no agent accepts.
func request(t testing.TB, username string) []byte {
	t.Helper()
	m, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername(username),
		stun.NewShortTermIntegrity("wrong"), stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	return m.Raw
}
