package seal

import (
	"crypto/sha1"
	"fmt"
)

// Context seals what one connection is sent. It is owned by one goroutine, and so
// are its Streams, which share its scratch space.
type Context struct {
	transform transform
	overhead  int
	streams   map[uint32]*Stream
}

// transform is the cipher and authentication of a profile, under the session keys.
// Calling it through the interface costs what a switch does, within a nanosecond.
type transform interface {
	// seal writes ciphertext and tag behind the header. The caller has made sure
	// that there is room, and that the index is used for the first time.
	seal(packet []byte, header int, payload []byte, ssrc uint32, index uint64)
}

// New derives the session keys from the master key and salt of a DTLS handshake
// (RFC 3711 section 4.3, at a key derivation rate of 0; RFC 7714 section 11) and
// returns a Context without streams. It keeps neither key nor salt. The errors
// wrap ErrProfile and ErrKeySize.
func New(p Profile, masterKey, masterSalt []byte) (*Context, error) {
	params := p.parameters()
	switch {
	case params == parameters{}:
		return nil, fmt.Errorf("%w: %s", ErrProfile, p)
	case len(masterKey) != params.key:
		return nil, fmt.Errorf("%w: key of %d octets, %s has %d", ErrKeySize, len(masterKey), p, params.key)
	case len(masterSalt) != params.salt:
		return nil, fmt.Errorf("%w: salt of %d octets, %s has %d", ErrKeySize, len(masterSalt), p, params.salt)
	}
	master := newBlock(masterKey)
	key := derive(master, masterSalt, labelEncryption, params.key)
	salt := derive(master, masterSalt, labelSalt, params.salt)
	c := &Context{overhead: params.tag, streams: map[uint32]*Stream{}}
	switch p {
	case AEADAES128GCM, AEADAES256GCM:
		c.transform = newGCM(key, salt)
	default:
		c.transform = newCM(key, salt, derive(master, masterSalt, labelAuthentication, sha1.Size), params.tag)
	}
	return c, nil
}

// Overhead returns how many octets sealing adds to a packet.
func (c *Context) Overhead() int { return c.overhead }

// Stream returns the state of one source, the same one when asked again for the
// same SSRC: it must not forget which indices were used. It allocates, and keeps
// the state for the life of the Context, so it is for setting up.
func (c *Context) Stream(ssrc uint32) *Stream {
	s, ok := c.streams[ssrc]
	if !ok {
		s = &Stream{transform: c.transform, overhead: c.overhead, ssrc: ssrc}
		c.streams[ssrc] = s
	}
	return s
}

// Forget lets go of the state of a source that has sent its last packet. Its SSRC must not
// be used again under these keys: its numbers would be.
func (c *Context) Forget(ssrc uint32) { delete(c.streams, ssrc) }
