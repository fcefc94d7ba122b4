package seal

import (
	"crypto/cipher"
	"encoding/binary"

	"github.com/atrium-rtc/atrium/internal/invariant"
)

// gcm seals with AES-GCM (RFC 7714 section 8). The header is associated data, and
// the payload is read where it is and encrypted to where it goes: there is no copy.
type gcm struct {
	aead     cipher.AEAD
	saltHead uint32   // octets 0 to 3 of the session salt
	saltTail uint64   // octets 4 to 11
	iv       [12]byte // of the packet; a local variable would be allocated
}

func newGCM(key, salt []byte) *gcm {
	aead, err := cipher.NewGCM(newBlock(key))
	invariant.Check(err == nil, "AES is no cipher for GCM")
	return &gcm{
		aead:     aead,
		saltHead: binary.BigEndian.Uint32(salt),
		saltTail: binary.BigEndian.Uint64(salt[4:]),
	}
}

func (g *gcm) seal(packet []byte, header int, payload []byte, ssrc uint32, index uint64) {
	g.begin(ssrc, index)
	g.aead.Seal(packet[header:header], g.iv[:], payload, packet[:header])
}

// begin makes the IV: two zero octets, the SSRC and the index, which is roll-over
// counter and sequence number, exclusive-or the salt (RFC 7714 section 8.1).
func (g *gcm) begin(ssrc uint32, index uint64) {
	binary.BigEndian.PutUint32(g.iv[:], g.saltHead^ssrc>>16)
	binary.BigEndian.PutUint64(g.iv[4:], g.saltTail^(uint64(ssrc)<<48|index))
}
