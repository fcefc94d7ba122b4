package sfu

import (
	"bytes"
	"crypto/subtle"
	"encoding/binary"
	"sync"
)

// handshakeGuard looks at the handshake of one connection before Pion does. Whoever can
// forge the client's address can send a ClientHello of its own in the moment between ICE
// and the client's, which does not see what is answered. Pion (v3.1.9) keeps what the
// first ClientHello says, ends the handshake where a later one has another cookie than it
// gave, and at an alert that nobody has authenticated. So
//
//   - a ClientHello without a cookie passes, and Pion answers what it answered the first;
//   - one with a cookie passes if the cookie is ours;
//   - alerts pass once they are encrypted (RFC 6347 section 4.1.2.7), and messages if there
//     is something of them;
//   - some of each pass, for Pion keeps them all.
//
// What is left to others is to be first. The client shows by our cookie that it is who it
// is, and if it is not who was first, Pion cannot go on: lost is called, so that the
// client may try again at once.
type handshakeGuard struct {
	lost func() // set before the connection is made

	mu     sync.Mutex
	first  []byte // random number of the first ClientHello
	cookie []byte // that Pion gave
	hellos int    // that passed, without a cookie
	others int    // messages in the clear that passed
}

// How much of a handshake in the clear passes, in datagrams. A client sends its first
// message some eight times before it gives up, and so the rest, of about five.
const (
	maxHellos = 64
	maxOthers = 256
)

// Sizes and types of DTLS 1.2 (RFC 6347 sections 4.1 and 4.2.2), in octets.
const (
	recordHeader    = 13
	messageHeader   = 12
	recordAlert     = 21
	recordHandshake = 22
	clientHello     = 1
	helloVerify     = 3
	versionSize     = 2
	randomSize      = 32
)

// admits reports whether Pion may see a datagram of DTLS. Any goroutine.
func (g *handshakeGuard) admits(b []byte) bool {
	if len(b) < recordHeader {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if binary.BigEndian.Uint16(b[3:]) != 0 {
		return true // is authenticated
	}
	if b[0] == recordAlert || len(b) < recordHeader+int(binary.BigEndian.Uint16(b[11:])) || emptyPart(b) {
		return false
	}
	random, cookie, ok := readHello(b)
	switch {
	case !ok:
		g.others++
		return g.others <= maxOthers
	case len(cookie) > 0:
		if g.cookie == nil || subtle.ConstantTimeCompare(cookie, g.cookie) == 0 {
			return false
		}
		if !bytes.Equal(random, g.first) && g.lost != nil {
			g.lost()
		}
		return true
	case g.first == nil:
		g.first = bytes.Clone(random)
	}
	g.hellos++
	return g.hellos <= maxHellos
}

// sent looks at a datagram of DTLS that Pion sends. Any goroutine.
func (g *handshakeGuard) sent(b []byte) {
	const at = recordHeader + messageHeader + versionSize
	if len(b) <= at || b[0] != recordHandshake || b[recordHeader] != helloVerify || binary.BigEndian.Uint16(b[3:]) != 0 {
		return
	}
	size := int(b[at])
	if len(b) < at+1+size {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cookie = bytes.Clone(b[at+1 : at+1+size])
}

// emptyPart reports whether a datagram begins with no octet of a message that has some. A
// part that comes first decides how long Pion thinks the message is.
func emptyPart(b []byte) bool {
	if b[0] != recordHandshake || len(b) < recordHeader+messageHeader {
		return false
	}
	m := b[recordHeader:]
	return m[1]|m[2]|m[3] != 0 && m[9]|m[10]|m[11] == 0
}

// readHello returns the random number and the cookie of a ClientHello; ok is false where a
// datagram does not begin with one, or with the first part of one.
func readHello(b []byte) (random, cookie []byte, ok bool) {
	const at = recordHeader + messageHeader + versionSize
	if len(b) < at+randomSize+1 || b[0] != recordHandshake || b[recordHeader] != clientHello {
		return nil, nil, false
	}
	if offset := b[recordHeader+6 : recordHeader+9]; offset[0]|offset[1]|offset[2] != 0 {
		return nil, nil, false
	}
	random, rest := b[at:at+randomSize], b[at+randomSize:]
	session := 1 + int(rest[0])
	if len(rest) < session+1 {
		return nil, nil, false
	}
	rest = rest[session:]
	size := int(rest[0])
	if len(rest) < 1+size {
		return nil, nil, false
	}
	return random, rest[1 : 1+size], true
}
