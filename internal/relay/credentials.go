package relay

import (
	"net/netip"
	"strings"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"

	"github.com/atrium-rtc/atrium/internal/iceserver"
)

// credentials checks what clients show.
type credentials struct {
	secret, realm string
	now           func() time.Time
	refuse        func(Refusal)
}

// authenticate is pion/turn's AuthHandler. Expired credentials make no new
// allocation; those that were made before are kept as long as the client refreshes
// them, since a browser cannot be given others in the middle of a call.
func (c credentials) authenticate(ask *turn.RequestAttributes) (userID string, key []byte, ok bool) {
	expiry, name, ok := iceserver.Parse(ask.Username)
	if !ok || ask.Realm != c.realm {
		c.refuse(RefusedCredentials)
		return "", nil, false
	}
	if ask.Method == stun.MethodAllocate && c.now().After(expiry) {
		c.refuse(RefusedExpired)
		return "", nil, false
	}
	o := owner{networkOf(addrPortOf(ask.SrcAddr).Addr()), name}
	return o.text(), turn.GenerateAuthKey(ask.Username, c.realm, iceserver.Password(c.secret, ask.Username)), true
}

// text is the owner as pion/turn's user id, the only thing that it passes on to
// who makes the relayed socket.
func (o owner) text() string { return o.network.String() + " " + o.user }

// ownerOf is the inverse of text.
func ownerOf(userID string) (owner, bool) {
	network, user, found := strings.Cut(userID, " ")
	if !found {
		return owner{}, false
	}
	parsed, _ := netip.ParsePrefix(network) // the zero Prefix of a network that is none
	return owner{parsed, user}, true
}
